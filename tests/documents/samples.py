"""Tickets as they come from the database, without one."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.domain.money import Money
from app.domain.registrations import RegistrationStatus
from app.domain.tickets import Ticket
from app.domain.times import TimeRange

CODE = "7f3c2a9e-51d4-4b8e-9c06-2de1a4f0b773"
NOW = datetime(2031, 1, 15, 12, tzinfo=UTC)
FREE = Money(minor=0, currency="USD")

_TICKET = Ticket(
    code=CODE,
    registration_id=15,
    conference_id=1,
    conference_name="Tech Summit 2031",
    session_id=5,
    session_name="Keynote: Future of AI",
    ticket_type_id=None,
    ticket_type_name=None,
    attendee_id=3,
    attendee_name="Ada Lovelace",
    quantity=1,
    status=RegistrationStatus.CONFIRMED,
    price=Money(minor=4900, currency="USD"),
    hold_expires_at=None,
    created_at=datetime(2031, 1, 10, 8, tzinfo=UTC),
    confirmed_at=datetime(2031, 1, 10, 9, tzinfo=UTC),
    checked_in_at=None,
    period=TimeRange(
        start=datetime(2031, 3, 1, 8, tzinfo=UTC), end=datetime(2031, 3, 1, 9, 30, tzinfo=UTC)
    ),
    timezone="Europe/Berlin",
    location="Congress Center Leipzig",
    room="Hall A",
    organizer_id=1,
    owner_id=2,
    revised_at=NOW,
)


def a_ticket(**changes: Any) -> Ticket:
    """A paid ticket for a session; what is named is different."""
    return replace(_TICKET, **changes)


def an_admission(**changes: Any) -> Ticket:
    """A paid ticket for a conference of three whole days in Berlin."""
    whole: dict[str, Any] = {
        "session_id": None,
        "session_name": None,
        "room": "",
        "ticket_type_id": 4,
        "ticket_type_name": "Early bird",
        "period": TimeRange(
            start=datetime(2031, 2, 28, 23, tzinfo=UTC), end=datetime(2031, 3, 3, 23, tzinfo=UTC)
        ),
    }
    return a_ticket(**(whole | changes))
