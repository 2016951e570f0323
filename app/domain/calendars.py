"""Calendars: conferences, sessions and tickets as entries of the attendee's own calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.conferences import Conference, ConferenceStatus
from app.domain.errors import NotFound
from app.domain.registrations import LIVE
from app.domain.sessions import Session
from app.domain.tickets import Ticket
from app.domain.times import TimeRange, is_whole_days

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


# How often a program may look whether something moved.
REFRESH = timedelta(hours=1)


class EntryStatus(StrEnum):
    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that takes place; `revision` grows, so that a later state replaces an earlier.

    `online_url` is where to meet online, told to those alone who may know it.
    """

    uid: str
    revision: int
    revised_at: datetime
    name: str
    period: TimeRange
    timezone: str
    place: str
    notes: str
    status: EntryStatus
    online_url: str = ""

    @property
    def is_whole_days(self) -> bool:
        return is_whole_days(self.period, self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`refresh` is for those who subscribe to it: how long what they have is good enough."""

    name: str
    entries: Sequence[Entry]
    refresh: timedelta | None = None


_STATUSES = {
    ConferenceStatus.DRAFT: EntryStatus.TENTATIVE,
    ConferenceStatus.PUBLISHED: EntryStatus.CONFIRMED,
    ConferenceStatus.CANCELLED: EntryStatus.CANCELLED,
}


def of_ticket(ticket: Ticket) -> Calendar:
    """What the ticket is for. The code is not told: calendars are shared and copied."""
    return Calendar(name=ticket.name, entries=[entry_of(ticket)])


def entry_of(ticket: Ticket) -> Entry:
    """The registration's entry, wherever that moves; what is over, or called off, says so."""
    notes = [
        ticket.conference_name if ticket.session_name else "",
        f"Registration {ticket.registration_id}",
        f"Ticket: {ticket.ticket_type_name}" if ticket.ticket_type_name else "",
        f"Admits {ticket.quantity}" if ticket.quantity > 1 else "",
        "Not confirmed yet" if ticket.status in LIVE and not ticket.is_valid else "",
    ]
    return Entry(
        uid=uid("registration", ticket.registration_id, ticket.created_at),
        revision=_revision(ticket.created_at, ticket.revised_at),
        revised_at=ticket.revised_at,
        name=ticket.name,
        period=ticket.period,
        timezone=ticket.timezone,
        place=_listed(", ", ticket.room, ticket.location),
        notes=_listed("\n", *notes),
        status=_status_of(ticket),
        online_url=ticket.online_url if ticket.status in LIVE else "",
    )


def of_conference(conference: Conference, programme: Sequence[Session]) -> Calendar:
    """The conference, followed by its sessions; what is called off says so."""
    whole = Entry(
        uid=uid("conference", conference.id, conference.created_at),
        revision=_revision(conference.created_at, conference.updated_at),
        revised_at=conference.updated_at,
        name=conference.name,
        period=conference.period,
        timezone=conference.timezone,
        place=conference.location,
        notes=conference.description,
        status=_STATUSES[conference.status],
        online_url=conference.online_url,
    )
    sessions = [_of_session(session, conference) for session in programme]
    return Calendar(name=conference.name, entries=[whole, *sessions], refresh=REFRESH)


async def find(uow: "UnitOfWork", caller: Caller | None, conference_id: int) -> Calendar:
    """The calendar of a conference the caller may see. Raises NotFound.

    Nobody in particular sees what is public, and not where to meet online.
    """
    async with uow.reading() as tx:
        conference = await tx.conferences.find(conference_id, caller)
        if conference is None:
            raise NotFound
        programmes = await tx.sessions.of_conferences([conference_id])
    return of_conference(conference, programmes[conference_id])


def _of_session(session: Session, conference: Conference) -> Entry:
    # A conference that is called off, or is held elsewhere, changes its sessions too.
    revised_at = max(session.updated_at, conference.updated_at)
    speaker = f"Speaker: {session.speaker}" if session.speaker else ""
    return Entry(
        uid=uid("session", session.id, session.created_at),
        revision=_revision(session.created_at, revised_at),
        revised_at=revised_at,
        name=session.name,
        period=session.period,
        timezone=conference.timezone,
        place=_listed(", ", session.room, conference.location),
        notes=_listed("\n", conference.name, speaker, session.description),
        status=_STATUSES[conference.status],
        online_url=conference.online_url,
    )


def _status_of(ticket: Ticket) -> EntryStatus:
    if ticket.is_called_off or ticket.status not in LIVE:
        return EntryStatus.CANCELLED
    return EntryStatus.CONFIRMED if ticket.is_valid else EntryStatus.TENTATIVE


def uid(kind: str, id: int, created_at: datetime) -> str:
    """The same for good, and another one in every other Plenary, where ids begin at 1 as well."""
    return f"{kind}-{id}-{created_at:%Y%m%d%H%M%S%f}@plenary"


def _revision(created_at: datetime, revised_at: datetime) -> int:
    """The seconds after which it was revised, begun ones counted: 0 for what never was."""
    return max(0, -((created_at - revised_at) // timedelta(seconds=1)))


def _listed(separator: str, *parts: str) -> str:
    return separator.join(part for part in parts if part)
