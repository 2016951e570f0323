"""The rules of registering, moving and confirming, each by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.access import Caller, Role
from app.domain.admission import Held, Target, Wish
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.errors import (
    ConferenceInactive,
    ConferencePast,
    DomainError,
    Forbidden,
    Invalid,
    PaymentState,
    RegistrationClosed,
    RegistrationState,
    SessionNotInConference,
    UnknownReference,
)
from app.domain.moving import (
    RegistrationChange,
    ensure_not_inside,
    ensure_payee_stays,
    ensure_price_moves,
    ensure_same_attendee,
    ensure_seated,
)
from app.domain.registrations import (
    RegistrationStatus,
    can_see,
    ensure_live,
    hold_until,
    starts_as,
)
from app.domain.supply import (
    Person,
    Supply,
    choose,
    ensure_may_register,
    ensure_not_begun,
    ensure_open,
    ensure_sees,
    is_visible_to,
)
from tests.domain.summit import (
    ADMISSION,
    CONFIRMED,
    FREE,
    HOUR,
    KEYNOTE,
    NOW,
    PRICED,
    VENUE,
    caller,
)
from tests.refusing import refused

GUEST, ORGANIZER, ADMIN = caller(20, Role.ATTENDEE), caller(7), caller(1, Role.ADMIN)
STRANGER = caller(99)


def holding(conference: int, organizer: int | None = None) -> Held:
    return Held(
        registration_id=1,
        attendee_id=10,
        target=Target(conference_id=conference, session_id=None),
        name="",
        period=None,
        is_live=True,
        organizer_id=organizer,
    )


@pytest.mark.parametrize("status", [ConferenceStatus.DRAFT, ConferenceStatus.CANCELLED])
@pytest.mark.parametrize("who", [GUEST, ORGANIZER, ADMIN])
def test_nobody_registers_for_a_draft_or_cancelled_conference(
    status: ConferenceStatus, who: Caller
) -> None:
    with pytest.raises(ConferenceInactive):
        ensure_open(who, replace(VENUE, status=status), KEYNOTE, NOW)


def test_nobody_registers_after_the_deadline() -> None:
    late = replace(VENUE, registration_deadline=NOW - HOUR)
    for who in (GUEST, ORGANIZER, ADMIN):
        with pytest.raises(RegistrationClosed):
            ensure_open(who, late, KEYNOTE, NOW)
    ensure_open(GUEST, replace(VENUE, registration_deadline=NOW), KEYNOTE, NOW)


def test_nobody_registers_themselves_for_what_is_over() -> None:
    with pytest.raises(ConferencePast):
        ensure_open(GUEST, VENUE, KEYNOTE, NOW + 2 * HOUR)
    with pytest.raises(ConferencePast):
        ensure_open(GUEST, VENUE, ADMISSION, NOW + 24 * HOUR)
    ensure_open(GUEST, VENUE, KEYNOTE, NOW + 2 * HOUR - timedelta(seconds=1))


def test_whoever_manages_a_conference_may_enter_people_after_the_fact() -> None:
    for who in (ORGANIZER, ADMIN):
        ensure_open(who, VENUE, KEYNOTE, NOW + 100 * HOUR)
    with pytest.raises(ConferencePast):
        ensure_open(STRANGER, VENUE, KEYNOTE, NOW + 100 * HOUR)


@pytest.mark.parametrize("status", [ConferenceStatus.DRAFT, ConferenceStatus.CANCELLED])
def test_who_comes_before_the_start_finds_it_open_or_not_at_all(status: ConferenceStatus) -> None:
    ensure_not_begun(VENUE, NOW)
    with pytest.raises(ConferencePast):
        ensure_not_begun(VENUE, NOW + timedelta(seconds=1))
    # That it is not held comes before that it is over.
    with pytest.raises(ConferenceInactive):
        ensure_not_begun(replace(VENUE, status=status), NOW + HOUR)


def test_one_registers_oneself() -> None:
    ensure_may_register(GUEST, Person(id=10, user_id=20, created_by=None), VENUE, [])
    with pytest.raises(Forbidden):
        ensure_may_register(GUEST, Person(id=11, user_id=21, created_by=None), VENUE, [])


def test_an_organizer_registers_people_they_know_for_their_own_conference() -> None:
    brought = Person(id=10, user_id=None, created_by=7)
    unknown = Person(id=11, user_id=None, created_by=8)
    ensure_may_register(ORGANIZER, brought, VENUE, [])
    ensure_may_register(ORGANIZER, unknown, VENUE, [holding(2, organizer=7)])
    with pytest.raises(Forbidden):
        ensure_may_register(ORGANIZER, unknown, VENUE, [holding(2, organizer=8)])
    with pytest.raises(Forbidden):
        ensure_may_register(ORGANIZER, brought, replace(VENUE, organizer_id=8), [])


def test_whoever_has_proven_the_address_is_known_by_coming_alone() -> None:
    proven = Person(id=10, user_id=20, created_by=7, is_proven=True)
    by_others = replace(holding(2, organizer=7), by_others=True)
    for holds in ([], [by_others]):
        with pytest.raises(Forbidden):
            ensure_may_register(ORGANIZER, proven, VENUE, holds)
    ensure_may_register(ORGANIZER, proven, VENUE, [holding(2, organizer=7)])


def test_an_admin_registers_anybody() -> None:
    ensure_may_register(ADMIN, Person(id=11, user_id=None, created_by=None), VENUE, [])


def test_drafts_and_private_conferences_do_not_exist_for_strangers() -> None:
    draft = replace(VENUE, status=ConferenceStatus.DRAFT)
    private = replace(VENUE, visibility=Visibility.PRIVATE)
    assert is_visible_to(STRANGER, VENUE, [])
    assert not is_visible_to(STRANGER, draft, [])
    assert not is_visible_to(STRANGER, draft, [holding(1)])
    assert not is_visible_to(STRANGER, private, [holding(2)])
    assert is_visible_to(GUEST, private, [holding(1)])
    assert is_visible_to(ORGANIZER, draft, [])
    assert is_visible_to(ADMIN, private, [])


def test_a_registration_is_seen_by_owner_organizer_and_admin() -> None:
    assert [can_see(who, CONFIRMED) for who in (GUEST, ORGANIZER, ADMIN, STRANGER)] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("status", "is_live"),
    [
        ("pending", True),
        ("confirmed", True),
        ("waitlisted", True),
        ("cancelled", False),
        ("expired", False),
    ],
)
def test_only_what_is_not_over_can_be_changed(status: str, is_live: bool) -> None:
    registration = replace(CONFIRMED, status=RegistrationStatus(status))
    if is_live:
        ensure_live(registration)
    else:
        with pytest.raises(RegistrationState):
            ensure_live(registration)


def test_what_is_free_is_confirmed_at_once_and_what_is_not_is_held() -> None:
    assert starts_as(FREE) is RegistrationStatus.CONFIRMED
    assert starts_as(PRICED) is RegistrationStatus.PENDING
    assert hold_until(FREE, NOW, HOUR) is None
    assert hold_until(PRICED, NOW, HOUR) == NOW + HOUR


@pytest.mark.parametrize(
    ("conference", "session", "refusal"),
    [
        (1, None, None),
        (1, 5, None),
        (2, 5, SessionNotInConference),
        (3, None, UnknownReference),
        (1, 6, UnknownReference),
    ],
)
def test_a_target_names_a_conference_and_a_session_of_it(
    conference: int, session: int | None, refusal: type[DomainError] | None
) -> None:
    supply = Supply(venues={1: VENUE, 2: replace(VENUE, id=2)}, sessions={5: KEYNOTE})
    target = Target(conference_id=conference, session_id=session)
    wish = Wish(attendee_id=1, target=target)
    if refusal is None:
        _, [offer] = choose(wish, supply, NOW)
        assert offer.target == target
    else:
        with pytest.raises(refusal):
            choose(wish, supply, NOW)


def test_whoever_waits_or_is_checked_in_moves_nowhere() -> None:
    ensure_seated(CONFIRMED)
    ensure_not_inside(CONFIRMED)
    with pytest.raises(RegistrationState):
        ensure_seated(replace(CONFIRMED, status=RegistrationStatus.WAITLISTED))
    with pytest.raises(RegistrationState):
        ensure_not_inside(replace(CONFIRMED, checked_in_at=NOW))


def test_what_is_paid_moves_only_to_what_costs_the_same() -> None:
    paid = replace(CONFIRMED, price=PRICED.times(2))
    ensure_price_moves(paid, replace(KEYNOTE, unit_price=PRICED), True)
    ensure_price_moves(paid, KEYNOTE, False)
    with pytest.raises(PaymentState):
        ensure_price_moves(paid, KEYNOTE, True)


def test_what_is_paid_stays_with_whom_it_is_paid_to() -> None:
    elsewhere = replace(VENUE, organizer_id=8)
    ensure_payee_stays(CONFIRMED, VENUE, True)
    ensure_payee_stays(CONFIRMED, elsewhere, False)
    with pytest.raises(PaymentState):
        ensure_payee_stays(CONFIRMED, elsewhere, True)


def test_a_registration_stays_its_attendees() -> None:
    ensure_same_attendee(CONFIRMED, None)
    ensure_same_attendee(CONFIRMED, 10)
    with pytest.raises(Invalid):
        ensure_same_attendee(CONFIRMED, 11)


def test_a_change_keeps_what_it_does_not_name() -> None:
    here = CONFIRMED.target
    assert RegistrationChange().target(CONFIRMED) == here
    assert RegistrationChange(session_id=6, names_session=True).target(CONFIRMED) == replace(
        here, session_id=6
    )
    assert RegistrationChange(session_id=None, names_session=True).target(CONFIRMED) == replace(
        here, session_id=None
    )
    assert RegistrationChange(conference_id=2).target(CONFIRMED) == replace(here, conference_id=2)


def test_a_claim_that_is_not_ones_own_shows_no_private_conference() -> None:
    """Whoever took a guest's address, and has not proven it, sees nothing by the guest's claims."""
    private = replace(VENUE, visibility=Visibility.PRIVATE, organizer_id=None)
    me = Caller(
        user_id=77, username="me", email_folded="me@example.com", role=Role.ATTENDEE, family=""
    )
    claim = Held(
        registration_id=1,
        attendee_id=1,
        target=private.admission.target,
        name="Summit",
        period=None,
        is_live=True,
        organizer_id=None,
        owner_id=77,
    )
    ensure_sees(me, private, [claim])
    with pytest.raises(UnknownReference):
        ensure_sees(me, private, [replace(claim, owner_id=None)])
    with pytest.raises(UnknownReference):
        ensure_sees(None, private, [claim])


@pytest.mark.parametrize("status", [RegistrationStatus.CANCELLED, RegistrationStatus.EXPIRED])
def test_what_is_over_says_how_it_ended(status: RegistrationStatus) -> None:
    with refused(RegistrationState, f"The registration is {status} already."):
        ensure_live(replace(CONFIRMED, status=status))
