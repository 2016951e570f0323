"""Cover images: which file a conference shows. The files themselves are none of its business."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_manages
from app.domain.conferences import Conference, lock_managed
from app.domain.errors import NotFound
from app.domain.idempotency import once

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A conference with its new cover; `replaced` is the file it no longer shows, or none."""

    conference: Conference
    replaced: str


async def managed(uow: "UnitOfWork", caller: Caller, conference_id: int) -> Conference:
    """A conference the caller may write to; asked before a picture is looked at.

    Raises NotFound, Forbidden.
    """
    async with uow.reading() as tx:
        conference = await tx.conferences.find(conference_id, caller)
    if conference is None:
        raise NotFound
    ensure_manages(caller, conference)
    return conference


async def shown(uow: "UnitOfWork", conference_id: int) -> str:
    """The name of the file that a conference shows at this moment; empty for none."""
    async with uow.reading() as tx:
        return await tx.conferences.cover_of(conference_id)


@once
async def set_cover(
    uow: "UnitOfWork", caller: Caller, conference_id: int, name: str, now: datetime
) -> Cover:
    """Show the file of this name, or none where it is empty. Raises NotFound, Forbidden."""
    async with uow as tx:
        old = await lock_managed(tx, caller, conference_id)
        new = replace(old, cover_image=name, updated_at=now)
        await tx.conferences.save(new)
        cover = Cover(conference=new, replaced=old.cover_image)
        await tx.keep(cover)
    return cover
