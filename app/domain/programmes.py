"""Conferences with all that they offer: their sessions and their ticket types."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.conferences import Conference, ConferenceFilter
from app.domain.errors import NotFound
from app.domain.pages import Page, PageRequest
from app.domain.sessions import Session
from app.domain.ticket_types import TicketType

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A conference, its sessions by start, its ticket types as they were added."""

    conference: Conference
    sessions: Sequence[Session]
    ticket_types: Sequence[TicketType]


async def find(uow: "UnitOfWork", caller: Caller | None, conference_id: int) -> Programme:
    """That of one conference the caller may see. Raises NotFound."""
    async with uow.reading() as tx:
        conference = await tx.conferences.find(conference_id, caller)
        if conference is None:
            raise NotFound
        [programme] = await _described(tx, [conference])
    return programme


async def listed(
    uow: "UnitOfWork",
    caller: Caller | None,
    filter: ConferenceFilter,
    page: PageRequest,
    now: datetime,
) -> Page[Programme]:
    """Those of the conferences the caller may see, by start unless ordered otherwise.

    However many they are, they cost as many statements as one.
    """
    async with uow.reading() as tx:
        found = await tx.conferences.page(caller, filter, page, now)
        items = await _described(tx, found.items)
    return Page(items=items, count=found.count, request=found.request)


async def of(uow: "UnitOfWork", conference: Conference) -> Programme:
    """That of a conference which the caller holds already."""
    async with uow.reading() as tx:
        [programme] = await _described(tx, [conference])
    return programme


async def _described(tx: "Transaction", conferences: Sequence[Conference]) -> list[Programme]:
    ids = [conference.id for conference in conferences]
    sessions = await tx.sessions.of_conferences(ids)
    ticket_types = await tx.ticket_types.of_conferences(ids)
    return [
        Programme(
            conference=conference,
            sessions=sessions[conference.id],
            ticket_types=ticket_types[conference.id],
        )
        for conference in conferences
    ]
