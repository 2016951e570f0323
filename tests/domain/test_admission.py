"""Admission decides over a batch: capacity, duplicates, schedules, in order of arrival."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admission import (
    Held,
    Offer,
    Place,
    Pool,
    PoolKind,
    Stock,
    Target,
    Wish,
    admit,
)
from app.domain.errors import (
    AlreadyRegistered,
    ConferenceFull,
    Full,
    Refused,
    ScheduleConflict,
    SessionFull,
)
from app.domain.money import Money
from app.domain.times import TimeRange

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
FREE = Money(minor=0, currency="USD")


def hours(start: float, end: float) -> TimeRange:
    return TimeRange(start=NOON + timedelta(hours=start), end=NOON + timedelta(hours=end))


def offer(
    session: int | None = 1,
    *,
    capacity: int | None = None,
    taken: int = 0,
    period: TimeRange | None = None,
) -> Offer:
    if period is None and session is not None:
        period = hours(session * 10, session * 10 + 1)
    kind = PoolKind.CONFERENCE if session is None else PoolKind.SESSION
    name = f"Session {session}"
    pool = Pool(kind, session or 1)
    return Offer(
        target=Target(conference_id=1, session_id=session),
        name=name,
        unit_price=FREE,
        period=period,
        stocks=(Stock(pool=pool, name=name, capacity=capacity, seats_taken=taken),),
    )


def wish(attendee: int, of: Offer, quantity: int = 1) -> Wish:
    return Wish(attendee_id=attendee, target=of.target, quantity=quantity)


def held(attendee: int, of: Offer, *, is_live: bool = True) -> Held:
    return Held(
        registration_id=99,
        attendee_id=attendee,
        target=of.target,
        name=of.name,
        period=of.period,
        is_live=is_live,
        organizer_id=None,
    )


def decide(wishes: list[Wish], *offers: Offer, holding: tuple[Held, ...] = ()) -> list[object]:
    by_target = {of.target: of for of in offers}
    decisions = admit(wishes, [[by_target[wish.target]] for wish in wishes], holding)
    return [None if isinstance(one, Place) else type(one) for one in decisions]


def refusal(wanted: Wish, *choices: Offer) -> Refused:
    [decision] = admit([wanted], [list(choices)], ())
    assert isinstance(decision, Refused)
    return decision


@pytest.mark.parametrize(
    ("taken", "quantity", "left", "message"),
    [
        (20, 11, 10, "Only 10 seats are left."),
        (29, 2, 1, "Only 1 seat is left."),
        (30, 2, 0, "All seats of “Session 1” are taken."),
        (30, 1, 0, "All seats of “Session 1” are taken."),
    ],
)
def test_too_large_a_group_is_told_how_many_seats_are_left(
    taken: int, quantity: int, left: int, message: str
) -> None:
    few = offer(capacity=30, taken=taken)
    refused = refusal(wish(1, few, quantity), few)
    assert isinstance(refused, Full)
    assert (refused.code, refused.left, refused.message) == ("session_full", left, message)


def test_of_several_choices_the_one_with_the_most_seats_is_told_and_its_scarcest_pool() -> None:
    def choice(id: int, capacity: int | None) -> Offer:
        house = offer(None, capacity=40, taken=10)
        pool = Pool(PoolKind.TICKET_TYPE, id)
        kind = Stock(pool=pool, name="Kind", capacity=capacity, seats_taken=0)
        return replace(house, stocks=(*house.stocks, kind), ticket_type_id=id)

    few, more, endless = choice(1, 3), choice(2, 8), choice(3, None)
    refused = refusal(wish(1, few, 31), few, more)
    assert (refused.code, refused.message) == ("ticket_type_sold_out", "Only 8 seats are left.")
    refused = refusal(wish(1, few, 31), few, endless, more)
    assert (refused.code, refused.message) == ("conference_full", "Only 30 seats are left.")


def test_the_first_to_come_get_the_last_seats() -> None:
    few = offer(capacity=5, taken=3)
    wishes = [wish(attendee, few) for attendee in (1, 2, 3)]
    assert decide(wishes, few) == [None, None, SessionFull]


def test_a_full_conference_says_so_in_its_own_words() -> None:
    full = offer(None, capacity=2, taken=2)
    assert decide([wish(1, full)], full) == [ConferenceFull]


def test_no_capacity_means_unlimited() -> None:
    endless = offer(capacity=None, taken=10**6)
    assert decide([wish(1, endless, quantity=1000)], endless) == [None]


def test_a_group_that_does_not_fit_leaves_its_seats_to_the_next() -> None:
    few = offer(capacity=3)
    assert decide([wish(1, few, quantity=4), wish(2, few, quantity=3)], few) == [SessionFull, None]


def test_the_same_person_twice_in_one_batch_gets_one_seat() -> None:
    roomy = offer(capacity=10)
    assert decide([wish(1, roomy), wish(1, roomy)], roomy) == [None, AlreadyRegistered]


def test_who_waits_is_registered_already() -> None:
    roomy = offer()
    waiting = held(1, roomy, is_live=False)
    assert decide([wish(1, roomy)], roomy, holding=(waiting,)) == [AlreadyRegistered]


def test_two_overlapping_sessions_in_one_batch_clash() -> None:
    first, second = offer(1, period=hours(0, 2)), offer(2, period=hours(1, 3))
    assert decide([wish(1, first), wish(1, second)], first, second) == [None, ScheduleConflict]


def test_touching_sessions_do_not_clash() -> None:
    first, second = offer(1, period=hours(0, 1)), offer(2, period=hours(1, 2))
    assert decide([wish(1, first), wish(1, second)], first, second) == [None, None]


def test_an_admission_clashes_with_no_session() -> None:
    session, admission = offer(1, period=hours(0, 1)), offer(None)
    assert decide([wish(1, session), wish(1, admission)], session, admission) == [None, None]


def test_a_place_in_the_queue_blocks_no_schedule() -> None:
    first, second = offer(1, period=hours(0, 2)), offer(2, period=hours(1, 3))
    waiting = held(1, first, is_live=False)
    assert decide([wish(1, second)], first, second, holding=(waiting,)) == [None]


def test_a_refusal_names_what_stands_in_the_way() -> None:
    first, second = offer(1, period=hours(0, 2)), offer(2, period=hours(1, 3))
    [refusal] = admit([wish(1, second)], [[second]], [held(1, first)])
    assert isinstance(refusal, ScheduleConflict)
    assert refusal.other is not None
    assert (refusal.other.kind, refusal.other.id, refusal.other.name) == ("session", 1, "Session 1")


wishes_of_many = st.lists(
    st.tuples(st.integers(1, 8), st.integers(0, 5), st.integers(1, 4)), max_size=40
)


@given(
    asked=wishes_of_many,
    capacities=st.lists(st.none() | st.integers(1, 12), min_size=6, max_size=6),
    periods=st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), min_size=6, max_size=6),
)
def test_whatever_is_asked_no_rule_is_broken_and_no_seat_is_kept_back(
    asked: list[tuple[int, int, int]],
    capacities: list[int | None],
    periods: list[tuple[int, int]],
) -> None:
    offers = [
        offer(i, capacity=capacity, period=hours(start, start + length))
        for i, (capacity, (start, length)) in enumerate(zip(capacities, periods, strict=True), 1)
    ]
    wishes = [wish(person, offers[place], quantity) for person, place, quantity in asked]
    by_target = {of.target: of for of in offers}
    decisions = admit(wishes, [[by_target[w.target]] for w in wishes], [])
    seated = [w for w, one in zip(wishes, decisions, strict=True) if isinstance(one, Place)]
    for of in offers:
        taken = sum(w.quantity for w in seated if w.target == of.target)
        assert of.stocks[0].capacity is None or taken <= of.stocks[0].capacity
    for person in {w.attendee_id for w in seated}:
        mine = [by_target[w.target] for w in seated if w.attendee_id == person]
        assert len({of.target for of in mine}) == len(mine)
        for i, one in enumerate(mine):
            for other in mine[i + 1 :]:
                assert one.period is not None
                assert other.period is not None
                assert not one.period.overlaps(other.period)
    for w, refusal in zip(wishes, decisions, strict=True):
        if isinstance(refusal, SessionFull):
            taken = sum(s.quantity for s in seated if s.target == w.target)
            assert taken + w.quantity > (by_target[w.target].stocks[0].capacity or 0)


@pytest.mark.parametrize("capacity", [1, 10, 199])
def test_of_two_hundred_wishes_exactly_the_capacity_is_granted(capacity: int) -> None:
    hot = offer(capacity=capacity)
    decisions = decide([wish(attendee, hot) for attendee in range(1, 201)], hot)
    assert decisions == [None] * capacity + [SessionFull] * (200 - capacity)
