"""The logins of an account that are open: seen and ended by their owner, ended by admins."""

from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_admin
from app.domain.errors import NotFound
from app.domain.idempotency import once
from app.domain.logins import OpenLogin
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


async def listed(
    uow: "UnitOfWork", caller: Caller, page: PageRequest, now: datetime
) -> Page[OpenLogin]:
    """The caller's own, the latest used first."""
    async with uow.reading() as tx:
        return await tx.accounts.open_logins(caller.user_id, page, now)


@once
async def end_one(uow: "UnitOfWork", caller: Caller, id: str, now: datetime) -> None:
    """End one of the caller's logins, at once. Raises NotFound for one that is not open."""
    async with uow as tx:
        if not await tx.accounts.revoke_one(caller.user_id, id, now):
            raise NotFound
        await tx.keep(None)


@once
async def end_others(uow: "UnitOfWork", caller: Caller, now: datetime) -> None:
    """End all of the caller's logins but the one by which they ask."""
    async with uow as tx:
        await tx.accounts.revoke_others(caller.user_id, caller.family, now)
        await tx.keep(None)


@once
async def end_all_of(uow: "UnitOfWork", caller: Caller, user_id: int, now: datetime) -> None:
    """End every login of somebody; admins alone may. Raises Forbidden, NotFound."""
    ensure_admin(caller)
    async with uow as tx:
        if not await tx.accounts.is_there(user_id):
            raise NotFound
        await tx.accounts.revoke_families_of(user_id, now)
        await tx.keep(None)
