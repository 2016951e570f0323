from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.access import Caller, Role
from app.domain.errors import RegistrationState
from app.domain.money import Money
from app.domain.registrations import RegistrationStatus
from app.domain.tickets import Ticket, can_see, ensure_issued
from app.domain.times import TimeRange

OWNER, ORGANIZER, STRANGER = 2, 1, 9
CREATED = datetime(2031, 1, 10, 8, tzinfo=UTC)
CONFIRMED = datetime(2031, 1, 10, 9, tzinfo=UTC)
TICKET = Ticket(
    code="7f3c2a9e-51d4-4b8e-9c06-2de1a4f0b773",
    registration_id=15,
    conference_id=1,
    conference_name="Tech Summit",
    session_id=None,
    session_name=None,
    ticket_type_id=None,
    ticket_type_name=None,
    attendee_id=3,
    attendee_name="Ada Lovelace",
    quantity=1,
    status=RegistrationStatus.CONFIRMED,
    price=Money(minor=0, currency="USD"),
    hold_expires_at=None,
    created_at=CREATED,
    confirmed_at=CONFIRMED,
    checked_in_at=None,
    period=TimeRange(start=datetime(2031, 3, 1, tzinfo=UTC), end=datetime(2031, 3, 2, tzinfo=UTC)),
    timezone="UTC",
    location="Leipzig",
    room="",
    organizer_id=ORGANIZER,
    owner_id=OWNER,
    revised_at=CONFIRMED,
)


def a_caller(user_id: int, role: Role = Role.ATTENDEE) -> Caller:
    return Caller(user_id=user_id, username="ann", email_folded="a@x.org", role=role, family="")


@pytest.mark.parametrize(
    ("user_id", "role", "sees"),
    [
        (OWNER, Role.ATTENDEE, True),
        (ORGANIZER, Role.ORGANIZER, True),
        (STRANGER, Role.ADMIN, True),
        (STRANGER, Role.ORGANIZER, False),
        (STRANGER, Role.ATTENDEE, False),
    ],
)
def test_owner_organizer_and_admins_see_a_ticket(user_id: int, role: Role, sees: bool) -> None:
    assert can_see(a_caller(user_id, role), TICKET) is sees


def test_what_is_nobodys_is_seen_by_admins_alone() -> None:
    orphan = replace(TICKET, owner_id=None, organizer_id=None)
    assert not can_see(a_caller(STRANGER), orphan)
    assert can_see(a_caller(STRANGER, Role.ADMIN), orphan)


@pytest.mark.parametrize("status", [RegistrationStatus.CONFIRMED, RegistrationStatus.PENDING])
def test_who_has_a_seat_has_a_ticket(status: RegistrationStatus) -> None:
    ensure_issued(status)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            RegistrationStatus.WAITLISTED,
            "The registration is waitlisted; there is no ticket yet.",
        ),
        (
            RegistrationStatus.CANCELLED,
            "The registration is cancelled; there is no ticket any more.",
        ),
        (RegistrationStatus.EXPIRED, "The registration is expired; there is no ticket any more."),
    ],
)
def test_who_has_none_is_told_why(status: RegistrationStatus, said: str) -> None:
    with pytest.raises(RegistrationState) as refusal:
        ensure_issued(status)
    assert refusal.value.message == said


def test_only_what_is_confirmed_is_valid() -> None:
    assert TICKET.is_valid
    assert not replace(TICKET, status=RegistrationStatus.PENDING).is_valid


def test_it_is_issued_when_it_is_confirmed_or_else_when_it_was_asked_for() -> None:
    assert TICKET.issued_at == CONFIRMED
    assert replace(TICKET, confirmed_at=None).issued_at == CREATED


def test_it_is_for_the_session_where_there_is_one() -> None:
    assert TICKET.name == "Tech Summit"
    assert replace(TICKET, session_id=5, session_name="Keynote").name == "Keynote"


def test_it_is_checked_in_once_that_has_a_time() -> None:
    assert not TICKET.is_checked_in
    assert replace(TICKET, checked_in_at=CONFIRMED).is_checked_in
