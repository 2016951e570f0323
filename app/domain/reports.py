"""Reports over conferences, sessions and ticket types (seed 000 §5.5).

Deleted and cancelled ones do not count.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_organizer
from app.domain.money import Money
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceReport:
    """`unique_attendees` holds a live registration each, for the conference or a session of it."""

    conference_id: int
    name: str
    total_sessions: int
    unique_attendees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """Live registrations, the seats left (None is unlimited), and what was paid for them."""

    session_id: int
    name: str
    conference_id: int
    conference_name: str
    total_registrations: int
    remaining_capacity: int | None
    revenue: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeReport:
    """Seats sold and left (None is unlimited), who waits, and what was paid."""

    ticket_type_id: int
    name: str
    conference_id: int
    conference_name: str
    capacity: int | None
    sold: int
    waiting: int
    remaining: int | None
    revenue: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFilter:
    """None means any."""

    organizer_id: int | None = None
    conference_id: int | None = None


def reported_to(caller: Caller, conference_id: int | None) -> ReportFilter:
    """Admins get reports over all, organizers over their own, others none (`forbidden`)."""
    ensure_organizer(caller)
    return ReportFilter(
        organizer_id=None if caller.is_admin else caller.user_id, conference_id=conference_id
    )


async def conferences(
    uow: "UnitOfWork", caller: Caller, conference_id: int | None, page: PageRequest
) -> Page[ConferenceReport]:
    """One line per conference that is not cancelled, by start. Raises Forbidden."""
    filter = reported_to(caller, conference_id)
    async with uow.reading() as tx:
        return await tx.reports.conferences(filter, page)


async def sessions(
    uow: "UnitOfWork", caller: Caller, conference_id: int | None, page: PageRequest
) -> Page[SessionReport]:
    """One line per session of conferences that are not cancelled, by start. Raises Forbidden."""
    filter = reported_to(caller, conference_id)
    async with uow.reading() as tx:
        return await tx.reports.sessions(filter, page)


async def ticket_types(
    uow: "UnitOfWork", caller: Caller, conference_id: int | None, page: PageRequest
) -> Page[TicketTypeReport]:
    """One line per ticket type of conferences that are not cancelled. Raises Forbidden."""
    filter = reported_to(caller, conference_id)
    async with uow.reading() as tx:
        return await tx.reports.ticket_types(filter, page)
