"""Who of a queue gets the seats that became free: the first who fits, and nobody is overtaken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.admission import Held, Offer, Pool, PoolKind, Seating, Stock, Target
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.money import Money
from app.domain.notifications import Notification, NotificationKind
from app.domain.promotion import (
    BITE,
    Turn,
    call_up,
    go_on,
    is_open,
    now_held,
    passed_over,
    promoted,
    word_of_seat,
)
from app.domain.registrations import Registration, RegistrationStatus, Shift, shifts
from app.domain.supply import Supply, Venue
from app.domain.times import TimeRange
from app.domain.waitlist import Entry, Skip, WaitlistEvent, entry

NOON = datetime(2030, 5, 1, 12, tzinfo=UTC)
FREE, PRICED = Money(minor=0, currency="USD"), Money(minor=4900, currency="USD")
CONFERENCE = Target(conference_id=1, session_id=None)
SESSION = Target(conference_id=1, session_id=5)
HALL = Pool(PoolKind.CONFERENCE, 1)
ROOM = Pool(PoolKind.SESSION, 5)
KINDS = {kind: Pool(PoolKind.TICKET_TYPE, kind) for kind in (1, 2, 3)}


def stock(pool: Pool, capacity: int | None, taken: int = 0) -> Stock:
    return Stock(pool=pool, name="Summit", capacity=capacity, seats_taken=taken)


def waiting(
    id: int, quantity: int = 1, *, target: Target = SESSION, kind: int | None = None
) -> Registration:
    """Of the attendee of the same number."""
    return Registration(
        id=id,
        conference_id=target.conference_id,
        session_id=target.session_id,
        attendee_id=id,
        status=RegistrationStatus.WAITLISTED,
        quantity=quantity,
        price=FREE,
        hold_expires_at=None,
        created_at=NOON,
        confirmed_at=None,
        ended_at=None,
        end_reason="",
        organizer_id=None,
        owner_id=None,
        ticket_type_id=kind,
    )


def offer(*stocks: Stock, price: Money = FREE) -> Offer:
    is_session = stocks[0].pool.kind is PoolKind.SESSION
    period = TimeRange(start=NOON, end=NOON + timedelta(hours=1)) if is_session else None
    target = SESSION if is_session else CONFERENCE
    return Offer(
        target=target, name="Summit", unit_price=price, period=period, stocks=tuple(stocks)
    )


def live(attendee: int, start: float, end: float) -> Held:
    return Held(
        registration_id=900 + attendee,
        attendee_id=attendee,
        target=Target(conference_id=2, session_id=77),
        name="Elsewhere",
        period=TimeRange(start=NOON + timedelta(hours=start), end=NOON + timedelta(hours=end)),
        is_live=True,
        organizer_id=None,
    )


def call(
    queue: list[Registration],
    free: Offer,
    holding: dict[int, list[Held]] | None = None,
    busy: frozenset[int] = frozenset(),
) -> list[Turn]:
    seating = Seating(free.stocks, {})
    return call_up(queue, {one.id: free for one in queue}, holding or {}, seating, busy)


def seated(turns: list[Turn]) -> list[int]:
    return [turn.registration.id for turn in turns if turn.offer is not None]


def test_the_first_in_line_get_the_free_seats() -> None:
    turns = call([waiting(id) for id in (11, 12, 13, 14)], offer(stock(ROOM, 10, taken=8)))
    assert seated(turns) == [11, 12]
    assert passed_over(turns) == []


def test_a_group_waits_for_all_its_seats_and_those_behind_it_who_fit_are_served() -> None:
    queue = [waiting(11, 3), waiting(12), waiting(13, 2), waiting(14)]
    turns = call(queue, offer(stock(ROOM, 10, taken=8)))
    assert seated(turns) == [12, 14]
    assert [(t.registration.id, t.skip) for t in passed_over(turns)] == [
        (11, Skip.NEEDS_MORE_SEATS),
        (13, Skip.NEEDS_MORE_SEATS),
    ]


def test_whoever_is_elsewhere_at_that_time_is_passed_over_and_stays_in_line() -> None:
    queue = [waiting(11), waiting(12)]
    turns = call(queue, offer(stock(ROOM, 1)), {11: [live(11, 0.5, 2)]})
    assert seated(turns) == [12]
    assert [(t.registration.id, t.skip) for t in passed_over(turns)] == [
        (11, Skip.SCHEDULE_CONFLICT)
    ]


def test_of_two_overlapping_sessions_that_one_waits_for_the_first_is_given() -> None:
    other = Target(conference_id=1, session_id=6)
    queue = [waiting(11), replace(waiting(12, target=other), attendee_id=11)]
    rooms = [offer(stock(ROOM, 1)), offer(stock(Pool(PoolKind.SESSION, 6), 1))]
    seating = Seating([stock for room in rooms for stock in room.stocks], {})
    turns = call_up(queue, dict(zip((11, 12), rooms, strict=True)), {}, seating)
    assert [turn.skip for turn in turns] == [None, Skip.SCHEDULE_CONFLICT]


def test_touching_sessions_are_no_conflict() -> None:
    assert seated(call([waiting(11)], offer(stock(ROOM, 1)), {11: [live(11, 1, 2)]})) == [11]


def test_the_seat_of_somebody_who_is_busy_is_kept() -> None:
    """It is given to nobody else; whoever comes by next gives it to them."""
    queue = [waiting(11), waiting(12)]
    turns = call(queue, offer(stock(ROOM, 1)), busy=frozenset({11}))
    assert seated(turns) == []
    assert [turn.skip for turn in turns] == [Skip.BUSY]


def test_an_admission_takes_a_seat_of_its_ticket_type_and_of_the_conference() -> None:
    hall = stock(HALL, 10, taken=8)
    kinds = {1: stock(KINDS[1], 5, taken=5), 2: stock(KINDS[2], 5), 3: stock(KINDS[3], None)}
    queue = [
        waiting(11, target=CONFERENCE, kind=1),
        waiting(12, target=CONFERENCE, kind=2),
        waiting(13, target=CONFERENCE, kind=3),
        waiting(14, target=CONFERENCE, kind=2),
    ]
    offers = {one.id: offer(kinds[one.ticket_type_id or 0], hall) for one in queue}
    turns = call_up(queue, offers, {}, Seating([hall, *kinds.values()], {}))
    assert seated(turns) == [12, 13]
    # A sold out ticket type is another line: nobody of it was overtaken.
    assert passed_over(turns) == []


def test_what_is_gone_is_waited_for_no_more() -> None:
    seating = Seating([stock(ROOM, 1)], {})
    assert call_up([waiting(11)], {}, {}, seating) == []


def test_a_promoted_one_is_confirmed_when_free_and_held_at_the_present_price_otherwise() -> None:
    hold = timedelta(minutes=30)
    [free] = call([waiting(11, 2)], offer(stock(ROOM, None)))
    given_away = promoted(free, NOON, hold)
    assert (given_away.status, given_away.confirmed_at) == (RegistrationStatus.CONFIRMED, NOON)
    [priced] = call([waiting(11, 2)], offer(stock(ROOM, None), price=PRICED))
    held = promoted(priced, NOON, hold)
    assert (held.status, held.hold_expires_at) == (RegistrationStatus.PENDING, NOON + hold)
    assert (held.price, held.confirmed_at) == (PRICED.times(2), None)


def test_counters_go_from_what_was_claimed_to_what_is() -> None:
    [turn] = call([waiting(11, 2, target=CONFERENCE, kind=1)], offer(stock(HALL, None)))
    after = promoted(turn, NOON, timedelta())
    moved = Shift(seats=2, waiting=-1)
    assert shifts([turn.registration], [after]) == {HALL: moved, KINDS[1]: moved}
    assert shifts([], [turn.registration]) == {HALL: Shift(0, 1), KINDS[1]: Shift(0, 1)}
    assert shifts([after], [after]) == {}


@given(
    queue=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), max_size=40),
    hall=st.none() | st.integers(1, 30),
    capacities=st.lists(st.none() | st.integers(1, 15), min_size=3, max_size=3),
    clashing=st.sets(st.integers(1, 40)),
)
def test_no_seat_is_given_twice_and_nobody_who_fits_is_left_waiting(
    queue: list[tuple[int, int]],
    hall: int | None,
    capacities: list[int | None],
    clashing: set[int],
) -> None:
    everywhere = stock(HALL, hall)
    kinds = {kind: stock(KINDS[kind], capacities[kind - 1]) for kind in KINDS}
    line = [
        waiting(id, quantity, target=CONFERENCE, kind=kind)
        for id, (quantity, kind) in enumerate(queue, 1)
    ]
    offers = {one.id: offer(kinds[one.ticket_type_id or 0], everywhere) for one in line}
    seating = Seating([everywhere, *kinds.values()], {})
    turns = call_up(line, offers, {id: [live(id, 0, 9)] for id in clashing}, seating)
    given_to = [one for one in line if one.id in set(seated(turns))]
    for pool in (everywhere, *kinds.values()):
        taken = sum(one.quantity for one in given_to if pool.pool in one.pools)
        assert pool.capacity is None or taken <= pool.capacity
    for one in line:
        assert one in given_to or not seating.is_free(offers[one.id], one.quantity)
    # Of two who want as many of the same, the first in line is never the one who waits.
    for place, one in enumerate(line):
        for later in line[place + 1 :]:
            alike = (one.quantity, one.pools) == (later.quantity, later.pools)
            assert not (alike and later in given_to and one not in given_to)


VENUE = Venue(
    id=1,
    organizer_id=7,
    status=ConferenceStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    registration_deadline=None,
    starts_at=NOON,
    ends_at=NOON + timedelta(hours=2),
    admission=offer(stock(HALL, 10, taken=10)),
)
KEYNOTE = offer(stock(ROOM, 10))
OPEN = Supply(venues={1: VENUE}, sessions={5: KEYNOTE})


def test_seats_are_given_out_of_what_is_published_and_not_over() -> None:
    both = frozenset({SESSION, CONFERENCE})
    assert is_open(SESSION, both, OPEN, NOON)
    assert is_open(CONFERENCE, both, OPEN, NOON + timedelta(hours=1))
    # The keynote has ended by then, the conference has not.
    assert not is_open(SESSION, both, OPEN, NOON + timedelta(hours=1))
    assert not is_open(CONFERENCE, both, OPEN, VENUE.ends_at)
    draft = replace(OPEN, venues={1: replace(VENUE, status=ConferenceStatus.DRAFT)})
    assert not is_open(SESSION, both, draft, NOON)


def test_what_was_not_asked_for_or_is_gone_gives_no_seats() -> None:
    assert not is_open(SESSION, frozenset({CONFERENCE}), OPEN, NOON)
    assert not is_open(SESSION, frozenset({SESSION}), replace(OPEN, sessions={}), NOON)


def test_a_queue_is_read_on_where_it_was_not_read_to_its_end_and_has_seats() -> None:
    seating = Seating(OPEN.stocks(), {})
    of_session = [waiting(id) for id in range(1, BITE + 1)]
    of_hall = [waiting(id, target=CONFERENCE) for id in range(5000, 5000 + BITE)]
    heads = {SESSION: 0, CONFERENCE: 0}
    # The hall is full.
    assert go_on(heads, [*of_session, *of_hall], OPEN, seating) == {SESSION: BITE}
    assert go_on(heads, of_session[1:], OPEN, seating) == {}
    assert go_on(heads, of_session, replace(OPEN, sessions={}), seating) == {}
    assert go_on(heads, [], OPEN, seating) == {}


def test_whoever_moves_up_is_told_and_to_pay_where_there_is_a_price() -> None:
    [turn] = call([waiting(11)], offer(stock(ROOM, 1)))
    told = word_of_seat(turn, promoted(turn, NOON, timedelta()))
    assert told == Notification(
        attendee_id=11,
        kind=NotificationKind.WAITLIST_PROMOTION,
        conference_id=1,
        registration_id=11,
        title="A seat for you",
        message="You moved up from the waitlist of “Summit”.",
    )
    [priced] = call([waiting(11)], offer(stock(ROOM, 1), price=PRICED))
    assert word_of_seat(priced, promoted(priced, NOON, timedelta())).message == (
        "You moved up from the waitlist of “Summit”. Please pay in time to keep your place."
    )


def test_a_line_of_the_log_says_who_waited_for_what_and_why_it_is_there() -> None:
    one = waiting(11, target=CONFERENCE, kind=2)
    assert entry(one, WaitlistEvent.JOINED, "full", NOON) == Entry(
        registration_id=11,
        conference_id=1,
        session_id=None,
        ticket_type_id=2,
        event=WaitlistEvent.JOINED,
        reason="full",
        at=NOON,
    )
    assert entry(waiting(12), WaitlistEvent.LEFT, "", NOON).session_id == 5


def test_who_fits_and_is_busy_keeps_the_seats_from_those_behind() -> None:
    queue = [waiting(11, 2), waiting(12), waiting(13)]
    turns = call(queue, offer(stock(ROOM, 3)), busy=frozenset({11}))
    assert [(turn.registration.id, turn.skip) for turn in turns] == [(11, Skip.BUSY), (12, None)]


def test_nobody_is_passed_over_in_another_queue_or_behind_the_last_who_got_a_seat() -> None:
    free = offer(stock(ROOM, 1))
    turns = call([waiting(11, 2), waiting(12), waiting(13)], free)
    elsewhere = Turn(registration=waiting(1, target=CONFERENCE), offer=None, skip=Skip.BUSY)
    behind = Turn(registration=waiting(13), offer=None, skip=Skip.BUSY)
    assert [turn.registration.id for turn in passed_over([elsewhere, *turns, behind])] == [11]


def test_a_promotion_changes_state_price_and_hold_and_nothing_else() -> None:
    hold = timedelta(minutes=30)
    one = waiting(11, 2)
    [turn] = call([one], offer(stock(ROOM, None), price=PRICED))
    assert promoted(turn, NOON, hold) == replace(
        one,
        status=RegistrationStatus.PENDING,
        price=PRICED.times(2),
        hold_expires_at=NOON + hold,
    )


@given(
    before=st.lists(st.tuples(st.integers(1, 9), st.sampled_from(RegistrationStatus)), max_size=8),
    after=st.lists(st.tuples(st.integers(1, 9), st.sampled_from(RegistrationStatus)), max_size=8),
)
def test_counters_that_are_moved_are_what_a_recount_would_find(
    before: list[tuple[int, RegistrationStatus]], after: list[tuple[int, RegistrationStatus]]
) -> None:
    def claims(of: list[tuple[int, RegistrationStatus]]) -> list[Registration]:
        return [replace(waiting(1, quantity), status=status) for quantity, status in of]

    def count(of: list[Registration]) -> tuple[int, int]:
        live = sum(one.quantity for one in of if one.status in ("pending", "confirmed"))
        return live, sum(one.status == "waitlisted" for one in of)

    old, new = claims(before), claims(after)
    moved = shifts(old, new).get(ROOM, Shift())
    assert (count(old)[0] + moved.seats, count(old)[1] + moved.waiting) == count(new)
    assert Shift() not in shifts(old, new).values()


def test_whoever_has_moved_up_holds_the_seat_and_whoever_has_not_does_not() -> None:
    queue = [replace(waiting(11), organizer_id=7), waiting(12)]
    free = offer(stock(ROOM, 1))
    turns = [*call(queue, free), Turn(registration=waiting(13), offer=None, skip=Skip.BUSY)]
    assert now_held(turns) == [
        Held(
            registration_id=11,
            attendee_id=11,
            target=SESSION,
            name="Summit",
            period=free.period,
            is_live=True,
            organizer_id=7,
        )
    ]
