"""Tickets and check-ins as the rules of the door see them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.domain.check_ins import CheckIn, DoorTicket
from app.domain.registrations import RegistrationStatus

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=3)
STAFF = 7
CODES = [str(UUID(int=number)) for number in range(5)]


def ticket(
    number: int = 0,
    *,
    status: RegistrationStatus = RegistrationStatus.CONFIRMED,
    at: datetime | None = None,
    door: int | None = 1,
) -> DoorTicket:
    return DoorTicket(
        registration_id=100 + number,
        code=CODES[number],
        conference_id=1,
        door_id=door,
        organizer_id=STAFF,
        status=status,
        checked_in_at=at,
        attendee_name="Ada Lovelace",
        ticket_type_name=None,
        session_name=None,
        quantity=1,
    )


def check_in(number: int = 0, *, nonce: str = "n", undone: bool = False) -> CheckIn:
    return CheckIn(
        id=5,
        registration_id=100 + number,
        conference_id=1,
        organizer_id=STAFF,
        nonce=nonce,
        checked_in_at=EARLIER,
        received_at=EARLIER,
        scanned_by=STAFF,
        undone_at=NOW if undone else None,
        undone_by=STAFF if undone else None,
        attendee_name="Ada Lovelace",
        ticket_type_name=None,
        session_name=None,
        quantity=1,
    )
