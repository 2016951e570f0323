"""The model of a sale keeps to the arithmetic of what goes in."""

from dataclasses import replace

import pytest

from bench.sale import Costs, Sale, simulate

COSTS = Costs(register=0.001, page=0.0, turn_away=0.0001, batch=0.002, each=0.0001)
SALE = Sale(people=4_000, seats=1_000, half_within=1.0, processes=2, places=64)


def test_everybody_is_answered_and_no_seat_is_sold_twice() -> None:
    outcome = simulate(SALE, COSTS)
    assert outcome.sold == SALE.seats
    assert len(outcome.waits) == SALE.people
    assert outcome.turned_away > 0
    assert outcome.sold_out_after < outcome.over_after


def test_the_same_seed_is_the_same_sale() -> None:
    assert simulate(SALE, COSTS, seed=7) == simulate(SALE, COSTS, seed=7)
    assert simulate(SALE, COSTS, seed=7) != simulate(SALE, COSTS, seed=8)


def test_seats_are_not_sold_faster_than_servers_and_the_row_allow() -> None:
    outcome = simulate(SALE, COSTS)
    by_servers = SALE.seats * COSTS.register / SALE.processes
    by_the_row = SALE.seats * COSTS.each
    assert outcome.sold_out_after > max(by_servers, by_the_row)


def test_more_servers_sell_sooner_until_the_row_is_held_all_the_time() -> None:
    few = simulate(SALE, COSTS)
    many = simulate(replace(SALE, processes=8), COSTS)
    assert many.sold_out_after < few.sold_out_after
    slow_row = replace(COSTS, each=0.005)
    some, most = (simulate(replace(SALE, processes=n), slow_row) for n in (4, 16))
    for outcome in (some, most):
        assert outcome.sold_out_after > SALE.seats * slow_row.each
        assert outcome.row_busy == pytest.approx(outcome.sold_out_after, rel=0.1)


def test_who_comes_when_nobody_else_does_waits_for_what_it_costs() -> None:
    alone = simulate(replace(SALE, people=2, half_within=1_000.0), COSTS)
    cost = COSTS.register + COSTS.batch + COSTS.each
    assert alone.waits == pytest.approx([cost, cost])
    assert alone.turned_away == 0
