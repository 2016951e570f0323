"""How conferences and sessions end: what was claimed of them ends too.

A session's claims end with it, in one transaction. A conference may have any number: some end with
it, and the rest in bites, each in a transaction of its own that announces the next. It takes nobody
any more from the first moment, and whoever interrupts this at any point finds it going on.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.conferences import (
    Conference,
    ConferenceStatus,
    ensure_not_cancelled,
    lock_managed,
)
from app.domain.endings import end_all_of_session, end_some_of_conference
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.sessions import conference_of
from app.domain.times import EARLIEST

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

# How many claims end in one transaction: the organizer waits for no more of them.
BITE = 100


@once
async def cancel_conference(
    uow: "UnitOfWork", caller: Caller, conference_id: int, now: datetime, most: int = BITE
) -> Conference:
    """Call a conference off; it stays to be seen. Raises NotFound, Forbidden, ConferenceState."""
    async with uow as tx:
        conference = await lock_managed(tx, caller, conference_id)
        ensure_not_cancelled(conference)
        over = replace(conference, status=ConferenceStatus.CANCELLED, updated_at=now)
        await tx.conferences.save(over)
        await _end_some(tx, conference.id, "conference_cancelled", now, most)
        cancelled = await tx.conferences.lock(conference.id) or over
        await tx.keep(cancelled)
    return cancelled


@once
async def delete_conference(
    uow: "UnitOfWork", caller: Caller, conference_id: int, now: datetime, most: int = BITE
) -> None:
    """Take a conference and its sessions from sight. Raises NotFound, Forbidden."""
    async with uow as tx:
        conference = await lock_managed(tx, caller, conference_id)
        await _end_some(tx, conference.id, "conference_deleted", now, most)
        await tx.sessions.delete_all_of(conference.id, now)
        await tx.conferences.delete(conference.id, now)
        await tx.keep(None)


async def go_on_ending(
    uow: "UnitOfWork", conference_id: int, now: datetime, most: int = BITE
) -> None:
    """End the next claims on a conference that is over; done twice, it ends nothing twice."""
    async with uow as tx:
        await tx.seats.lock_conferences([conference_id])
        reason = await tx.conferences.over_because(conference_id)
        if reason is not None:
            await _end_some(tx, conference_id, reason, now, most)


async def _end_some(
    tx: "Transaction", conference_id: int, reason: str, now: datetime, most: int
) -> None:
    """End what one transaction may; where more is left, somebody is to go on."""
    if await end_some_of_conference(
        tx, conference_id=conference_id, reason=reason, now=now, most=most
    ):
        ending = Message(kind=MessageKind.CONFERENCE_ENDING, subject=conference_id)
        # Before every mail that is due: nobody's money waits for letters to others.
        await tx.announce([ending], now, due_at=EARLIEST)


@once
async def delete_session(uow: "UnitOfWork", caller: Caller, session_id: int, now: datetime) -> None:
    """Take a session from sight. Raises NotFound, Forbidden."""
    async with uow as tx:
        conference_id = await conference_of(tx, session_id)
        await lock_managed(tx, caller, conference_id)
        await end_all_of_session(
            tx,
            conference_id=conference_id,
            session_id=session_id,
            reason="session_deleted",
            now=now,
        )
        await tx.sessions.delete(session_id, now)
        await tx.keep(None)
