"""Messages that were given up are sent again, when an admin says so."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_admin

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


async def redrive(
    uow: "UnitOfWork", caller: Caller, ids: Sequence[int] | None, now: datetime
) -> int:
    """Open dead messages again, all of them when `ids` is None; returns how many."""
    ensure_admin(caller)
    async with uow as tx:
        return await tx.outbox.redrive(ids, now)
