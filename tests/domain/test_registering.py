"""What the registration desk decides of each ask, before and after admission."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.access import Role
from app.domain.admission import Held, Place, Pool, PoolKind, Stock, Target, Wish
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.errors import (
    AlreadyRegistered,
    ConferenceInactive,
    ConferencePast,
    DomainError,
    Forbidden,
    KeyInProgress,
    NotOnSale,
    RegistrationClosed,
    UnknownReference,
)
from app.domain.idempotency import AlreadyDone, Claim, answered_before, repeated_in_batch
from app.domain.messages import MessageKind
from app.domain.money import Money
from app.domain.registering import (
    TOLD_AS,
    Answer,
    Ask,
    Facts,
    Fit,
    begins_as,
    drafted,
    fit_of,
    those_who_may,
)
from app.domain.registrations import Registration, RegistrationStatus
from app.domain.supply import Person, Supply, TicketKind, Venue
from tests.domain.summit import ADMISSION, FREE, HOUR, NOW, PRICED, VENUE, caller
from tests.refusing import refused

HOLD = timedelta(minutes=30)
PAT = Person(id=10, user_id=20, created_by=None)
WISH = Wish(attendee_id=10, target=ADMISSION.target)
ME = caller(20, Role.ATTENDEE)
OTHER = replace(ME, user_id=21)
ASK = Ask(caller=ME, wish=WISH)
CLAIMED = Held(
    registration_id=3,
    attendee_id=10,
    target=ADMISSION.target,
    name="Summit",
    period=None,
    is_live=True,
    organizer_id=7,
    owner_id=20,
)


def facts(venue: Venue = VENUE, *held: Held) -> Facts:
    return Facts(
        supply=Supply(venues={1: venue}), people={10: PAT}, held={10: list(held)} if held else {}
    )


def claim(key: str, caller: str = "20") -> Claim:
    return Claim(caller=caller, key=key, fingerprint="what is asked")


def draft(wish: Wish = WISH, *, price: Money = FREE, waits: bool = False) -> Registration:
    place = Place(offer=replace(ADMISSION, unit_price=price, ticket_type_id=4), waits=waits)
    fit = Fit(ask=replace(ASK, wish=wish), venue=VENUE, choices=[place.offer])
    return drafted(fit, place, {10: PAT}, NOW, HOLD)


def test_whom_no_rule_refuses_is_offered_what_there_is() -> None:
    assert fit_of(ASK, facts(), NOW) == Fit(ask=ASK, venue=VENUE, choices=(ADMISSION,))


def test_whoever_is_not_there_is_not_registered() -> None:
    with refused(UnknownReference, "There is no such attendee.", field="attendee"):
        fit_of(replace(ASK, wish=replace(WISH, attendee_id=11)), facts(), NOW)


def test_what_one_does_not_see_is_not_there_to_register_for() -> None:
    private = replace(VENUE, visibility=Visibility.PRIVATE)
    with refused(UnknownReference, "There is no such conference.", field="conference"):
        fit_of(ASK, facts(private), NOW)
    assert fit_of(ASK, facts(private, CLAIMED), NOW).venue is private
    nowhere = replace(WISH, target=Target(conference_id=2, session_id=None))
    with refused(UnknownReference, "There is no such conference.", field="conference"):
        fit_of(replace(ASK, wish=nowhere), facts(), NOW)


def test_one_registers_oneself_and_nobody_else() -> None:
    with pytest.raises(Forbidden):
        fit_of(replace(ASK, caller=OTHER), facts(), NOW)


def test_an_organizer_registers_whoever_came_to_them_before() -> None:
    organizer = replace(ME, user_id=7, role=Role.ORGANIZER)
    ask = replace(ASK, caller=organizer)
    with pytest.raises(Forbidden):
        fit_of(ask, facts(), NOW)
    before = replace(CLAIMED, target=Target(conference_id=9, session_id=None))
    assert fit_of(ask, facts(VENUE, before), NOW).venue is VENUE


def test_what_is_closed_takes_nobody() -> None:
    for venue, refusal in (
        (replace(VENUE, status=ConferenceStatus.CANCELLED), ConferenceInactive),
        (replace(VENUE, registration_deadline=NOW - HOUR), RegistrationClosed),
        (replace(VENUE, ends_at=NOW), ConferencePast),
    ):
        with refused(refusal):
            fit_of(ASK, facts(venue), NOW)


def test_whoever_wants_in_before_it_begins_is_told_first_that_it_has_or_that_they_are_in() -> None:
    early = replace(ASK, wish=replace(WISH, before_start=True))
    assert fit_of(early, facts(), NOW).choices == (ADMISSION,)
    with refused(ConferencePast):
        fit_of(early, facts(replace(VENUE, starts_at=NOW - HOUR)), NOW)
    assert fit_of(ASK, facts(replace(VENUE, starts_at=NOW - HOUR)), NOW).venue.id == 1
    closed = replace(VENUE, registration_deadline=NOW - HOUR)
    with refused(AlreadyRegistered, "This attendee is already registered for “Summit”."):
        fit_of(early, facts(closed, CLAIMED), NOW)


def test_one_refusal_is_the_answer_of_its_own_ask_alone() -> None:
    stranger = replace(ASK, caller=OTHER)
    answers: dict[int, Answer] = {}
    fit = those_who_may({0: ASK, 4: stranger, 6: ASK}, facts(), answers, NOW)
    assert list(fit) == [0, 6]
    assert fit[6].ask is ASK
    assert fit[6].venue is VENUE
    assert list(answers) == [4]
    assert isinstance(answers[4], Forbidden)


def test_what_is_free_is_confirmed_as_it_is_made() -> None:
    assert draft(replace(WISH, quantity=2)) == Registration(
        id=0,
        conference_id=1,
        session_id=None,
        attendee_id=10,
        status=RegistrationStatus.CONFIRMED,
        quantity=2,
        price=FREE,
        hold_expires_at=None,
        created_at=NOW,
        confirmed_at=NOW,
        ended_at=None,
        end_reason="",
        organizer_id=7,
        owner_id=20,
        ticket_type_id=4,
    )


def test_what_has_a_price_is_held_for_all_its_seats() -> None:
    made = draft(replace(WISH, quantity=2), price=PRICED)
    assert (made.status, made.price) == (RegistrationStatus.PENDING, PRICED.times(2))
    assert (made.hold_expires_at, made.confirmed_at) == (NOW + HOLD, None)


def test_who_waits_holds_nothing_yet() -> None:
    made = draft(price=PRICED, waits=True)
    assert made.status is RegistrationStatus.WAITLISTED
    assert (made.hold_expires_at, made.confirmed_at) == (None, None)


def test_a_registration_keeps_what_its_wish_says() -> None:
    session = replace(WISH, target=Target(conference_id=1, session_id=5))
    made = draft(replace(session, guest_name="Pat", special_requirements="A ramp"))
    assert (made.session_id, made.guest_name, made.special_requirements) == (5, "Pat", "A ramp")


def test_what_awaits_confirmation_is_held_also_when_it_is_free() -> None:
    awaiting = replace(WISH, awaits_confirmation=True)
    assert begins_as(awaiting, FREE, waits=False) is RegistrationStatus.PENDING
    assert begins_as(awaiting, FREE, waits=True) is RegistrationStatus.WAITLISTED
    assert begins_as(WISH, FREE, waits=False) is RegistrationStatus.CONFIRMED
    assert begins_as(WISH, PRICED, waits=False) is RegistrationStatus.PENDING


def test_a_key_that_came_twice_at_once_is_in_progress_the_second_time() -> None:
    keys = [claim("a"), None, claim("a"), claim("b"), claim("a", "21"), None, claim("b")]
    asks = [replace(ASK, claim=one) for one in keys]
    repeated = repeated_in_batch(asks)
    assert list(repeated) == [2, 6]
    assert all(isinstance(answer, KeyInProgress) for answer in repeated.values())


def test_what_was_answered_before_is_answered_so_again_unless_it_is_answered_already() -> None:
    asks = [replace(ASK, claim=one) for one in (claim("a"), None, claim("b"), claim("a"))]
    earlier: dict[Claim, AlreadyDone | DomainError] = {claim("a"): AlreadyDone("the answer")}
    taken: dict[int, Answer] = {3: KeyInProgress()}
    assert answered_before(asks, earlier, taken) == {0: earlier[claim("a")]}


def test_whoever_waits_is_told_so_and_everybody_else_that_they_are_in() -> None:
    assert TOLD_AS[draft(waits=True).status] is MessageKind.WAITLISTED
    assert TOLD_AS[draft().status] is MessageKind.REGISTERED


def test_a_ticket_type_is_offered_while_it_is_on_sale_at_that_moment() -> None:
    pool = Pool(PoolKind.TICKET_TYPE, 4)
    kind = TicketKind(
        id=4,
        conference_id=1,
        stock=Stock(pool=pool, name="Early", capacity=None, seats_taken=0),
        unit_price=PRICED,
        sales_start=None,
        sales_end=NOW + HOUR,
    )
    named = replace(ASK, wish=replace(WISH, ticket_type_id=4))
    sold = replace(facts(), supply=Supply(venues={1: VENUE}, kinds={1: [kind]}))
    assert [offer.ticket_type_id for offer in fit_of(named, sold, NOW).choices] == [4]
    with pytest.raises(NotOnSale):
        fit_of(named, sold, NOW + HOUR)


def test_whoever_manages_the_conference_enters_people_when_it_is_over() -> None:
    organizer = replace(ME, user_id=7, role=Role.ORGANIZER)
    over = replace(VENUE, ends_at=NOW)
    brought = replace(facts(over), people={10: replace(PAT, created_by=7)})
    assert fit_of(replace(ASK, caller=organizer), brought, NOW).venue is over
