"""Admission where there is a queue: who waits, for what, and whose seats are kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.admission import (
    Offer,
    Place,
    Pool,
    PoolKind,
    Seating,
    Stock,
    Wish,
    admit,
    by_attendee,
    can_wait,
    clashes,
    ensure_full,
    ensure_seats,
    has_seats,
    seats_left,
    waits_if_full,
)
from app.domain.errors import (
    AlreadyRegistered,
    ConferenceFull,
    Full,
    Refused,
    ScheduleConflict,
    SeatsAvailable,
    SessionFull,
    TicketTypeSoldOut,
)
from tests.domain.test_admission import held, hours, offer, wish
from tests.refusing import refused


def decided(wanted: Wish, *choices: Offer, kept: dict[Pool, int] | None = None) -> Place | Refused:
    [decision] = admit([wanted], [list(choices)], (), kept)
    return decision


FULL = offer(capacity=5, taken=5)
WAITS = replace(wish(1, FULL), may_wait=True)


def test_who_may_wait_gets_a_place_in_the_queue_of_what_is_full() -> None:
    assert decided(WAITS, FULL) == Place(offer=FULL, waits=True)
    assert decided(replace(WAITS, may_wait=False, must_wait=True), FULL) == Place(
        offer=FULL, waits=True
    )
    assert isinstance(decided(replace(WAITS, may_wait=False), FULL), SessionFull)


def test_who_may_wait_is_seated_where_there_is_a_seat() -> None:
    free = offer(capacity=5, taken=4)
    assert decided(WAITS, free) == Place(offer=free, waits=False)


def test_one_cannot_wait_for_what_is_free() -> None:
    free = offer(capacity=5, taken=4)
    refusal = decided(replace(WAITS, must_wait=True), free)
    assert isinstance(refusal, SeatsAvailable)
    assert refusal.message == "There are free seats for “Session 1”."
    with refused(SeatsAvailable, "There are free seats for “Session 1”."):
        ensure_full(replace(WAITS, must_wait=True), free)
    ensure_full(replace(WAITS, must_wait=True), None)
    ensure_full(WAITS, free)


def test_a_group_too_large_for_an_empty_house_would_wait_for_ever() -> None:
    assert can_wait(FULL, 5)
    assert not can_wait(FULL, 6)
    assert decided(replace(WAITS, quantity=5), FULL) == Place(offer=FULL, waits=True)
    assert isinstance(decided(replace(WAITS, quantity=6), FULL), SessionFull)


def test_of_what_is_counted_twice_both_must_be_large_enough_to_wait_for() -> None:
    house = offer(None, capacity=8, taken=8)
    kind = Stock(pool=Pool(PoolKind.TICKET_TYPE, 1), name="Few", capacity=3, seats_taken=0)
    both = replace(house, stocks=(kind, *house.stocks))
    assert can_wait(both, 3)
    assert not can_wait(both, 4)


def test_whoever_waits_for_the_first_choice_takes_another_that_is_free() -> None:
    free = replace(offer(2, capacity=5), target=FULL.target)
    assert decided(WAITS, FULL, free) == Place(offer=free, waits=False)


def test_a_place_in_the_queue_takes_no_seat_and_blocks_no_schedule() -> None:
    other = offer(2, period=FULL.period)
    decisions = admit([WAITS, wish(1, other)], [[FULL], [other]], ())
    assert decisions == [Place(offer=FULL, waits=True), Place(offer=other, waits=False)]
    twice = admit([WAITS, WAITS], [[FULL], [FULL]], ())
    assert isinstance(twice[1], AlreadyRegistered)


def test_seats_that_are_kept_are_given_to_nobody_else() -> None:
    free = offer(capacity=5, taken=3)
    [stock] = free.stocks
    assert isinstance(decided(wish(1, free, 2), free, kept={stock.pool: 1}), SessionFull)
    assert decided(wish(1, free, 1), free, kept={stock.pool: 1}) == Place(offer=free, waits=False)
    # What one gives up is free for oneself.
    assert decided(wish(1, free, 3), free, kept={stock.pool: -1}) == Place(offer=free, waits=False)


def test_who_is_registered_is_told_for_what_and_shown_the_registration() -> None:
    roomy = offer()
    [known] = admit([wish(1, roomy)], [[roomy]], [held(1, roomy)])
    assert isinstance(known, AlreadyRegistered)
    assert known.message == "This attendee is already registered for “Session 1”."
    assert known.other is not None
    assert (known.other.kind, known.other.id, known.other.name) == (
        "registration",
        99,
        "Session 1",
    )
    # What is only about to be written has no number yet.
    _, twice = admit([wish(1, roomy), wish(1, roomy)], [[roomy], [roomy]], ())
    assert isinstance(twice, AlreadyRegistered)
    assert twice.other is None


def test_a_clash_names_the_session_that_is_held() -> None:
    first, second = offer(7, period=hours(0, 2)), offer(2, period=hours(1, 3))
    [refusal] = admit([wish(1, second)], [[second]], [held(1, first)])
    assert isinstance(refusal, ScheduleConflict)
    assert refusal.message == "The attendee holds “Session 7” at that time."
    assert refusal.other is not None
    assert (refusal.other.kind, refusal.other.id, refusal.other.name) == (
        "session",
        7,
        "Session 7",
    )


def test_what_others_hold_is_nobodys_hindrance() -> None:
    first = offer()
    assert admit([wish(1, first)], [[first]], [held(2, first)]) == [Place(offer=first, waits=False)]
    both = [held(1, first), held(2, first), held(1, offer(2))]
    assert by_attendee(both) == {1: [both[0], both[2]], 2: [both[1]]}


@given(
    start=st.integers(0, 6), length=st.integers(1, 3), is_live=st.booleans(), timed=st.booleans()
)
def test_a_clash_is_a_live_claim_on_a_shared_instant(
    start: int, length: int, is_live: bool, timed: bool
) -> None:
    claim = held(1, offer(9, period=hours(start, start + length)), is_live=is_live)
    if not timed:
        claim = replace(claim, period=None)
    shares = start < 4 and start + length > 3
    assert clashes(hours(3, 4), claim) is (is_live and timed and shares)
    assert not clashes(None, claim)


@given(
    capacity=st.none() | st.integers(0, 20), taken=st.integers(0, 25), quantity=st.integers(1, 25)
)
def test_seats_are_never_more_than_there_are(
    capacity: int | None, taken: int, quantity: int
) -> None:
    stock = Stock(pool=Pool(PoolKind.SESSION, 1), name="Hall", capacity=capacity, seats_taken=0)
    fits = capacity is None or taken + quantity <= capacity
    assert has_seats(stock, taken, quantity) is fits
    if fits:
        ensure_seats(stock, taken, quantity)
        return
    assert capacity is not None
    left = max(0, capacity - taken)
    assert seats_left(stock, taken) == left
    with pytest.raises(SessionFull) as refusal:
        ensure_seats(stock, taken, quantity)
    assert refusal.value.left == left
    if not left:
        assert refusal.value.message == "All seats of “Hall” are taken."


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (PoolKind.SESSION, SessionFull),
        (PoolKind.CONFERENCE, ConferenceFull),
        (PoolKind.TICKET_TYPE, TicketTypeSoldOut),
    ],
)
def test_each_kind_of_seats_is_full_in_its_own_words(kind: PoolKind, error: type[Full]) -> None:
    stock = Stock(pool=Pool(kind, 1), name="Hall", capacity=1, seats_taken=1)
    with refused(error, "All seats of “Hall” are taken."):
        ensure_seats(stock, 1, 1)


def test_seating_counts_what_is_taken_while_a_batch_is_decided() -> None:
    few = offer(capacity=3, taken=1)
    [stock] = few.stocks
    seating = Seating(few.stocks, {})
    assert seating.is_free(few, 2)
    assert seating.has_one(stock)
    seating.take(few, 1)
    assert not seating.is_free(few, 2)
    assert not seating.is_full(few)
    seating.take(few, 1)
    assert seating.is_full(few)
    assert not seating.has_one(stock)


def test_waiting_is_asked_for_in_two_ways() -> None:
    plain = wish(1, FULL)
    assert not waits_if_full(plain)
    assert waits_if_full(replace(plain, may_wait=True))
    assert waits_if_full(replace(plain, must_wait=True))


def test_what_is_full_refuses_a_choice_by_the_kind_that_has_the_most_left() -> None:
    house = offer(None, capacity=2, taken=2)
    kind = Stock(pool=Pool(PoolKind.TICKET_TYPE, 1), name="Many", capacity=9, seats_taken=0)
    both = replace(house, stocks=(kind, *house.stocks))
    refusal = decided(wish(1, both), both)
    assert isinstance(refusal, ConferenceFull)


def test_a_batch_whose_wishes_and_choices_do_not_match_is_decided_for_nobody() -> None:
    free = offer()
    with pytest.raises(ValueError, match="zip"):
        admit([wish(1, free), wish(2, free)], [[free]], ())


def test_what_was_taken_in_the_same_batch_is_named_as_well() -> None:
    first, second = offer(7, period=hours(0, 2)), offer(2, period=hours(1, 3))
    _, refusal = admit([wish(1, first), wish(1, second)], [[first], [second]], ())
    assert isinstance(refusal, ScheduleConflict)
    assert refusal.message == "The attendee holds “Session 7” at that time."
    assert refusal.other is not None
    assert (refusal.other.id, refusal.other.name) == (7, "Session 7")
