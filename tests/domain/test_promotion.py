"""Who of a queue gets the seats that became free: the first who fits, and nobody is overtaken."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.admission import Held, Offer, Pool, PoolKind, Seating, Stock, Target
from app.domain.money import Money
from app.domain.promotion import Turn, call_up, passed_over, promoted
from app.domain.registrations import Registration, RegistrationStatus, Shift, shifts
from app.domain.times import TimeRange
from app.domain.waitlist import Skip

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
