"""Tickets: the proof of a registration, shown to its owner and read at the door."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_known, manages
from app.domain.errors import NotFound, RegistrationState
from app.domain.money import Money
from app.domain.registrations import LIVE, RegistrationStatus
from app.domain.times import TimeRange

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """All that is printed on a ticket; without a session it admits to the conference.

    `period` and `room` are the session's where there is one; `price` is for all its seats. Whatever
    it tells, it has told since `revised_at`. Who has a ticket may know the `online_url`.
    """

    code: str
    registration_id: int
    conference_id: int
    conference_name: str
    session_id: int | None
    session_name: str | None
    ticket_type_id: int | None
    ticket_type_name: str | None
    attendee_id: int
    attendee_name: str
    quantity: int
    status: RegistrationStatus
    price: Money
    hold_expires_at: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    checked_in_at: datetime | None
    period: TimeRange
    timezone: str
    location: str
    room: str
    organizer_id: int | None
    owner_id: int | None
    revised_at: datetime
    online_url: str = ""
    is_called_off: bool = False

    @property
    def name(self) -> str:
        """What it is for."""
        return self.session_name or self.conference_name

    @property
    def issued_at(self) -> datetime:
        return self.confirmed_at or self.created_at

    @property
    def is_valid(self) -> bool:
        """The door lets in whoever is confirmed; a pending one has still to be paid."""
        return self.status is RegistrationStatus.CONFIRMED

    @property
    def is_checked_in(self) -> bool:
        return self.checked_in_at is not None


def can_see(caller: Caller, ticket: Ticket) -> bool:
    """A ticket is seen by its owner, the conference's organizer and admins (`not_found`)."""
    return ticket.owner_id == caller.user_id or manages(caller, ticket)


def ensure_issued(status: RegistrationStatus) -> None:
    """There is a ticket for whoever has a seat, paid or held (`registration_state`)."""
    if status is RegistrationStatus.WAITLISTED:
        raise RegistrationState("The registration is waitlisted; there is no ticket yet.")
    if status not in LIVE:
        raise RegistrationState(f"The registration is {status.value}; there is no ticket any more.")


async def find(uow: "UnitOfWork", caller: Caller, registration_id: int) -> Ticket:
    """The ticket of a registration. Raises NotFound, RegistrationState."""
    async with uow.reading() as tx:
        ticket = await tx.tickets.find(registration_id)
    if ticket is None:
        raise NotFound
    ensure_known(can_see(caller, ticket))
    ensure_issued(ticket.status)
    return ticket
