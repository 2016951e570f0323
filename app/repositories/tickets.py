"""Tickets: every fact of one in one statement."""

from sqlalchemy import text

from app.domain.money import Money
from app.domain.registrations import RegistrationStatus
from app.domain.tickets import Ticket
from app.domain.times import TimeRange
from app.repositories.base import Repository
from app.repositories.driver import Row
from app.repositories.ownership import OWNER_ID

COLUMNS = (
    "r.ticket_code, r.id, r.conference_id, c.name AS conference_name, r.session_id,"
    " s.name AS session_name, r.ticket_type_id, t.name AS ticket_type_name, r.attendee_id,"
    " coalesce(nullif(r.guest_name, ''), a.name) AS attendee_name, r.quantity, r.status,"
    " r.price_minor, r.currency, r.hold_expires_at, r.created_at, r.confirmed_at,"
    " r.checked_in_at, coalesce(s.starts_at, c.starts_at) AS starts_at,"
    " coalesce(s.ends_at, c.ends_at) AS ends_at, c.timezone, c.location,"
    f" coalesce(s.room, '') AS room, c.organizer_id, {OWNER_ID}, c.online_url,"
    # Nothing is ever told of it that is not younger than one of these, or as old.
    " greatest(r.created_at, r.confirmed_at, r.ended_at, r.moved_at, c.updated_at, s.updated_at,"
    " t.updated_at) AS revised_at, c.status = 'cancelled' OR c.deleted_at IS NOT NULL"
    " OR s.deleted_at IS NOT NULL AS is_called_off"
)
JOINED = (
    " FROM registrations r JOIN conferences c ON c.id = r.conference_id"
    " JOIN attendees a ON a.id = r.attendee_id LEFT JOIN sessions s ON s.id = r.session_id"
    " LEFT JOIN ticket_types t ON t.id = r.ticket_type_id"
)
_FIND = text(f"SELECT {COLUMNS}{JOINED} WHERE r.id = :id")


class Tickets(Repository):
    async def find(self, registration_id: int) -> Ticket | None:
        """That of a registration, whatever has become of it."""
        row = await self._row(_FIND, {"id": registration_id})
        return None if row is None else ticket_of(row)


def ticket_of(row: Row) -> Ticket:
    return Ticket(
        code=str(row["ticket_code"]),
        registration_id=row["id"],
        conference_id=row["conference_id"],
        conference_name=row["conference_name"],
        session_id=row["session_id"],
        session_name=row["session_name"],
        ticket_type_id=row["ticket_type_id"],
        ticket_type_name=row["ticket_type_name"],
        attendee_id=row["attendee_id"],
        attendee_name=row["attendee_name"],
        quantity=row["quantity"],
        status=RegistrationStatus(row["status"]),
        price=Money(minor=row["price_minor"], currency=row["currency"]),
        hold_expires_at=row["hold_expires_at"],
        created_at=row["created_at"],
        confirmed_at=row["confirmed_at"],
        checked_in_at=row["checked_in_at"],
        period=TimeRange(start=row["starts_at"], end=row["ends_at"]),
        timezone=row["timezone"],
        location=row["location"],
        room=row["room"],
        organizer_id=row["organizer_id"],
        owner_id=row["owner_id"],
        revised_at=row["revised_at"],
        online_url=row["online_url"],
        is_called_off=row["is_called_off"],
    )
