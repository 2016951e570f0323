"""How conferences and sessions end: their live registrations end with them, in one transaction."""

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
from app.domain.endings import end_all
from app.domain.idempotency import once
from app.domain.sessions import conference_of

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@once
async def cancel_conference(
    uow: "UnitOfWork", caller: Caller, conference_id: int, now: datetime
) -> Conference:
    """Call a conference off; it stays to be seen. Raises NotFound, Forbidden, ConferenceState."""
    async with uow as tx:
        conference = await lock_managed(tx, caller, conference_id)
        ensure_not_cancelled(conference)
        await end_all(
            tx, conference_id=conference.id, session_id=None, reason="conference_cancelled", now=now
        )
        cancelled = replace(
            conference,
            status=ConferenceStatus.CANCELLED,
            seats_taken=0,
            waiting=0,
            updated_at=now,
        )
        await tx.conferences.save(cancelled)
        await tx.keep(cancelled)
    return cancelled


@once
async def delete_conference(
    uow: "UnitOfWork", caller: Caller, conference_id: int, now: datetime
) -> None:
    """Take a conference and its sessions from sight. Raises NotFound, Forbidden."""
    async with uow as tx:
        conference = await lock_managed(tx, caller, conference_id)
        await end_all(
            tx, conference_id=conference.id, session_id=None, reason="conference_deleted", now=now
        )
        await tx.sessions.delete_all_of(conference.id, now)
        await tx.conferences.delete(conference.id, now)
        await tx.keep(None)


@once
async def delete_session(uow: "UnitOfWork", caller: Caller, session_id: int, now: datetime) -> None:
    """Take a session from sight. Raises NotFound, Forbidden."""
    async with uow as tx:
        conference_id = await conference_of(tx, session_id)
        await lock_managed(tx, caller, conference_id)
        await end_all(
            tx,
            conference_id=conference_id,
            session_id=session_id,
            reason="session_deleted",
            now=now,
        )
        await tx.sessions.delete(session_id, now)
        await tx.keep(None)
