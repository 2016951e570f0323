"""What there is to register for, and who may have it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Caller, Role
from app.domain.admission import Held, Offer, Pool, PoolKind, Seating, Stock, Target, Wish
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.errors import (
    ConferenceInactive,
    ConferencePast,
    Forbidden,
    Invalid,
    NotOnSale,
    RegistrationClosed,
    SessionNotInConference,
    TicketTypeRequired,
    UnknownReference,
)
from app.domain.money import Money
from app.domain.supply import (
    Person,
    Supply,
    TicketKind,
    choose,
    ensure_may_register,
    ensure_open,
    ensure_sees,
    is_known,
    is_over,
    is_visible_to,
    offer_of,
)
from tests.domain.summit import ADMISSION, HALL, HOUR, KEYNOTE, NOW, ROOM, VENUE, caller
from tests.refusing import refused

OTHER = replace(
    VENUE, id=2, admission=replace(ADMISSION, target=Target(conference_id=2, session_id=None))
)


def kind(id: int, minor: int, *, capacity: int | None = 5, taken: int = 0) -> TicketKind:
    name = f"Kind {id}"
    pool = Pool(PoolKind.TICKET_TYPE, id)
    return TicketKind(
        id=id,
        conference_id=1,
        stock=Stock(pool=pool, name=name, capacity=capacity, seats_taken=taken),
        unit_price=Money(minor=minor, currency="USD"),
        sales_start=None,
        sales_end=None,
    )


DEAR, CHEAP = kind(1, 9900), kind(2, 4900)
PLAIN = Supply(venues={1: VENUE, 2: OTHER}, sessions={5: KEYNOTE})
SOLD_BY_KIND = replace(PLAIN, kinds={1: [DEAR, CHEAP]})


ORGANIZER, STRANGER, ADMIN = caller(7), caller(99), caller(1, Role.ADMIN)


def wish(**wanted: object) -> Wish:
    plain = Wish(attendee_id=10, target=ADMISSION.target)
    return replace(plain, **wanted)  # type: ignore[arg-type]


def holding(conference: int = 1, *, organizer: int | None = None, by_others: bool = False) -> Held:
    return Held(
        registration_id=1,
        attendee_id=10,
        target=Target(conference_id=conference, session_id=None),
        name="Summit",
        period=None,
        is_live=True,
        organizer_id=organizer,
        by_others=by_others,
        owner_id=20,
    )


@pytest.mark.parametrize(
    ("user_id", "is_proven", "who", "owner"),
    [
        (20, False, caller(20), 20),
        (20, False, caller(7), None),
        (20, False, None, None),
        (20, True, caller(7), 20),
        (20, True, None, 20),
        (None, False, caller(7), None),
        (None, False, None, None),
    ],
)
def test_a_registration_is_ones_own_by_making_it_or_by_a_proven_address(
    user_id: int | None, is_proven: bool, who: Caller | None, owner: int | None
) -> None:
    person = Person(id=10, user_id=user_id, created_by=None, is_proven=is_proven)
    assert person.owner_when(who) == owner


def test_a_queue_is_called_where_somebody_waits_and_a_seat_is_free() -> None:
    waiting = replace(ROOM, waiting=1)
    calls = replace(PLAIN, sessions={5: replace(KEYNOTE, stocks=(waiting,))})
    assert calls.calling() == [KEYNOTE.target]
    assert PLAIN.calling() == []
    full = replace(waiting, seats_taken=3)
    assert replace(PLAIN, sessions={5: replace(KEYNOTE, stocks=(full,))}).calling() == []
    hall = replace(ADMISSION, stocks=(replace(HALL, capacity=None, waiting=2),))
    assert Supply(venues={1: replace(VENUE, admission=hall)}).calling() == [ADMISSION.target]


def test_the_stocks_are_those_of_sessions_admissions_and_kinds() -> None:
    assert Supply(venues={1: VENUE}, sessions={5: KEYNOTE}, kinds={1: [DEAR]}).stocks() == [
        ROOM,
        HALL,
        DEAR.stock,
    ]


def test_a_kind_without_a_single_seat_is_sold_out() -> None:
    gone, one_left = kind(3, 0, capacity=5, taken=5), kind(4, 0, capacity=5, taken=4)
    supply = replace(PLAIN, kinds={1: [gone, one_left, kind(5, 0, capacity=None, taken=99)]})
    assert supply.sold_out(Seating(supply.stocks(), {})) == [3]
    taken = Seating(supply.stocks(), {one_left.stock.pool: 1})
    assert supply.sold_out(taken) == [3, 4]


def test_what_is_not_to_be_seen_is_not_there() -> None:
    hidden = replace(VENUE, visibility=Visibility.PRIVATE)
    assert ensure_sees(STRANGER, VENUE, []) is VENUE
    assert ensure_sees(caller(20), hidden, [holding()]) is hidden
    assert ensure_sees(ORGANIZER, hidden, []) is hidden
    for venue, who in ((None, ADMIN), (hidden, STRANGER), (hidden, None)):
        with refused(UnknownReference, "There is no such conference.", field="conference"):
            ensure_sees(who, venue, [holding()])


@given(
    status=st.sampled_from(ConferenceStatus),
    visibility=st.sampled_from(Visibility),
    who=st.none() | st.sampled_from([ORGANIZER, STRANGER, ADMIN]),
    joined=st.booleans(),
)
def test_drafts_are_seen_by_who_manages_and_private_ones_by_who_comes_too(
    status: ConferenceStatus, visibility: Visibility, who: Caller | None, joined: bool
) -> None:
    venue = replace(VENUE, status=status, visibility=visibility)
    manages = who in (ORGANIZER, ADMIN)
    stranger_sees = status is not ConferenceStatus.DRAFT and (
        visibility is Visibility.PUBLIC or joined
    )
    claims = [holding(2), *([holding()] if joined else [])]
    assert is_visible_to(who, venue, claims) is (manages or stranger_sees)


@given(
    user_id=st.none() | st.just(20),
    created_by=st.none() | st.sampled_from([7, 8]),
    is_proven=st.booleans(),
    came_to=st.none() | st.sampled_from([7, 8]),
    by_others=st.booleans(),
)
def test_an_organizer_knows_whom_they_entered_and_who_came_to_them(
    user_id: int | None,
    created_by: int | None,
    is_proven: bool,
    came_to: int | None,
    by_others: bool,
) -> None:
    person = Person(id=10, user_id=user_id, created_by=created_by, is_proven=is_proven)
    claims = [holding(organizer=came_to, by_others=by_others)]
    entered = created_by == 7 and not is_proven
    is_guest = user_id is None and created_by is None
    came = came_to == 7 and (is_guest or not by_others)
    assert is_known(ORGANIZER, person, claims) is (entered or came)


def test_strangers_are_registered_by_nobody_else() -> None:
    """Without an account one names oneself; nobody can tell."""
    unknown = Person(id=10, user_id=20, created_by=None)
    ensure_may_register(None, unknown, VENUE, [])
    with refused(
        Forbidden, "You may register yourself, or people you know for your own conference."
    ):
        ensure_may_register(ORGANIZER, unknown, VENUE, [])


def test_what_is_open_is_published_to_come_and_within_its_deadline() -> None:
    ensure_open(STRANGER, VENUE, ADMISSION, NOW)
    with refused(ConferenceInactive):
        ensure_open(STRANGER, replace(VENUE, status=ConferenceStatus.DRAFT), ADMISSION, NOW)
    with refused(RegistrationClosed):
        late = replace(VENUE, registration_deadline=NOW - timedelta(microseconds=1))
        ensure_open(STRANGER, late, ADMISSION, NOW)
    for who in (STRANGER, None):
        with refused(ConferencePast):
            ensure_open(who, VENUE, ADMISSION, VENUE.ends_at)


def test_a_session_is_over_when_it_ends_and_an_admission_with_its_conference() -> None:
    assert KEYNOTE.period is not None
    assert is_over(VENUE, KEYNOTE, KEYNOTE.period.end)
    assert not is_over(VENUE, KEYNOTE, KEYNOTE.period.end - timedelta(microseconds=1))
    assert is_over(VENUE, ADMISSION, VENUE.ends_at)
    assert not is_over(VENUE, ADMISSION, KEYNOTE.period.end)


def test_a_session_is_sold_by_no_ticket_type() -> None:
    with refused(Invalid, "A session is not sold by ticket types.", field="ticket_type"):
        choose(wish(target=KEYNOTE.target, ticket_type_id=1), SOLD_BY_KIND, NOW)


def test_a_wish_names_a_conference_that_there_is() -> None:
    with refused(UnknownReference, "There is no such conference.", field="conference"):
        choose(wish(target=Target(conference_id=9, session_id=None)), PLAIN, NOW)


def test_a_wish_names_a_session_of_its_conference() -> None:
    assert choose(wish(target=KEYNOTE.target), PLAIN, NOW) == (VENUE, (KEYNOTE,))
    with refused(UnknownReference, "There is no such session.", field="session"):
        choose(wish(target=Target(conference_id=1, session_id=6)), PLAIN, NOW)
    with refused(SessionNotInConference):
        choose(wish(target=Target(conference_id=2, session_id=5)), PLAIN, NOW)


def test_without_ticket_types_the_admission_itself_is_to_be_had() -> None:
    assert choose(wish(), PLAIN, NOW) == (VENUE, (ADMISSION,))
    with refused(
        UnknownReference, "There is no such ticket type for this conference.", field="ticket_type"
    ):
        choose(wish(ticket_type_id=3), PLAIN, NOW)


def test_with_ticket_types_one_of_them_is_named() -> None:
    with refused(TicketTypeRequired):
        choose(wish(), SOLD_BY_KIND, NOW)
    with refused(
        UnknownReference, "There is no such ticket type for this conference.", field="ticket_type"
    ):
        choose(wish(ticket_type_id=3), SOLD_BY_KIND, NOW)
    venue, [offer] = choose(wish(ticket_type_id=1), SOLD_BY_KIND, NOW)
    assert venue is VENUE
    assert offer == Offer(
        target=ADMISSION.target,
        name="Summit",
        unit_price=DEAR.unit_price,
        period=None,
        stocks=(DEAR.stock, HALL),
        ticket_type_id=1,
    )


def test_whoever_takes_any_ticket_type_is_offered_the_cheapest_first() -> None:
    same = kind(3, 4900)
    supply = replace(PLAIN, kinds={1: [same, DEAR, CHEAP]})
    _, offers = choose(wish(any_ticket_type=True), supply, NOW)
    assert [offer.ticket_type_id for offer in offers] == [2, 3, 1]


def test_what_is_not_on_sale_is_not_offered() -> None:
    to_come = replace(CHEAP, sales_start=NOW + HOUR)
    over = replace(DEAR, sales_end=NOW)
    some = replace(PLAIN, kinds={1: [to_come, DEAR]})
    _, offers = choose(wish(any_ticket_type=True), some, NOW)
    assert [offer.ticket_type_id for offer in offers] == [1]
    none = replace(PLAIN, kinds={1: [over, to_come]})
    with refused(NotOnSale, "“Kind 2” is on sale from 2030-05-01 13:00 UTC."):
        choose(wish(any_ticket_type=True), none, NOW)
    with refused(NotOnSale, "“Kind 1” was on sale until 2030-05-01 12:00 UTC."):
        choose(wish(ticket_type_id=1), none, NOW)


def test_what_a_registration_claims_is_found_on_sale_or_not() -> None:
    over = replace(DEAR, sales_end=NOW)
    supply = replace(PLAIN, kinds={1: [CHEAP, over]})
    assert offer_of(ADMISSION.target, None, supply) == (VENUE, ADMISSION)
    assert offer_of(KEYNOTE.target, None, supply) == (VENUE, KEYNOTE)
    found = offer_of(ADMISSION.target, 1, supply)
    assert found is not None
    assert (found[0], found[1].ticket_type_id, found[1].stocks) == (VENUE, 1, (over.stock, HALL))


@pytest.mark.parametrize(
    ("target", "ticket_type_id"),
    [
        (Target(conference_id=9, session_id=None), None),
        (Target(conference_id=1, session_id=6), None),
        (Target(conference_id=2, session_id=5), None),
        (Target(conference_id=1, session_id=None), 3),
        (Target(conference_id=2, session_id=None), 1),
    ],
)
def test_what_is_gone_is_claimed_no_more(target: Target, ticket_type_id: int | None) -> None:
    assert offer_of(target, ticket_type_id, SOLD_BY_KIND) is None
