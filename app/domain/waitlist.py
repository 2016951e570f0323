"""The waitlist: who found no seat, the place of each in line, and what became of them.

A conference has one queue for its admissions, whatever their ticket type, and each session has its
own. First come, first served: a registration's id is its place in line. How a freed seat finds the
next is told in `promotion.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_manages
from app.domain.errors import NotFound
from app.domain.pages import Page, PageRequest
from app.domain.registrations import Registration

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


class WaitlistEvent(StrEnum):
    JOINED = "joined"
    PROMOTED = "promoted"
    SKIPPED = "skipped"
    LEFT = "left"


class Cause(StrEnum):
    """What freed the seat that somebody got."""

    CANCELLED = "cancelled"
    HOLD_EXPIRED = "hold_expired"
    MOVED = "moved"
    CAPACITY_RAISED = "capacity_raised"
    SESSION_DELETED = "session_deleted"
    ATTENDEE_DELETED = "attendee_deleted"
    RESCHEDULED = "rescheduled"
    CALLED = "called"
    SWEPT = "swept"


class Skip(StrEnum):
    """Why somebody went on waiting while another got a seat."""

    NEEDS_MORE_SEATS = "needs_more_seats"
    SCHEDULE_CONFLICT = "schedule_conflict"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A registration that waits, and its place among those who wait for the same, from 1."""

    registration: Registration
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A registration that is not over; whoever waits has a position in line, from 1."""

    registration: Registration
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the log: what happened to one who waits, and why."""

    registration_id: int
    conference_id: int
    session_id: int | None
    ticket_type_id: int | None
    event: WaitlistEvent
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistFilter:
    """None means any, of the conference."""

    conference_id: int
    session_id: int | None = None
    ticket_type_id: int | None = None


def entry(registration: Registration, event: WaitlistEvent, reason: str, at: datetime) -> Entry:
    """A line of the log about a registration."""
    return Entry(
        registration_id=registration.id,
        conference_id=registration.conference_id,
        session_id=registration.session_id,
        ticket_type_id=registration.ticket_type_id,
        event=event,
        reason=reason,
        at=at,
    )


async def mine(uow: "UnitOfWork", caller: Caller, page: PageRequest) -> Page[Waiting]:
    """What the caller waits for, each with the place in line."""
    async with uow.reading() as tx:
        return await tx.waitlist.of_user(caller.user_id, page)


async def admissions(uow: "UnitOfWork", caller: Caller) -> Sequence[Standing]:
    """Every conference the caller is admitted to, or waits to be, the newest first."""
    async with uow.reading() as tx:
        return await tx.waitlist.admissions_of(caller.user_id)


async def of_conference(
    uow: "UnitOfWork", caller: Caller, filter: WaitlistFilter, page: PageRequest
) -> Page[Waiting]:
    """Who waits, in order, for whoever manages the conference. Raises NotFound, Forbidden."""
    async with uow.reading() as tx:
        await _ensure_manages(tx, caller, filter.conference_id)
        return await tx.waitlist.page(filter, page)


async def history(
    uow: "UnitOfWork", caller: Caller, filter: WaitlistFilter, page: PageRequest
) -> Page[Entry]:
    """Every joining, promotion, skip and leaving, the newest first. Raises NotFound, Forbidden."""
    async with uow.reading() as tx:
        await _ensure_manages(tx, caller, filter.conference_id)
        return await tx.waitlist.history(filter, page)


async def position(uow: "UnitOfWork", registration: Registration) -> int | None:
    """The place in line, from 1; None for whoever does not wait."""
    if not registration.is_waiting:
        return None
    async with uow.reading() as tx:
        return await tx.waitlist.position(registration.id)


async def _ensure_manages(tx: "Transaction", caller: Caller, conference_id: int) -> None:
    conference = await tx.conferences.find(conference_id, caller)
    if conference is None:
        raise NotFound
    ensure_manages(caller, conference)
