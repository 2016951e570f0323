"""How conferences begin: somebody puts one up, and publishes what was a draft."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_organizer
from app.domain.conferences import (
    Conference,
    ConferenceDraft,
    ConferenceStatus,
    Visibility,
    ensure_category,
    ensure_forward,
    ensure_in_time,
    lock_managed,
)
from app.domain.errors import ConferenceState, StartsInPast
from app.domain.idempotency import once
from app.domain.money import exact
from app.domain.profiles import ensure_link
from app.domain.times import TimeRange

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


def ensure_to_come(period: TimeRange, now: datetime) -> None:
    """Who puts up a conference without an account announces one to come (`starts_in_past`)."""
    if period.start <= now:
        raise StartsInPast


def ensure_draft(conference: Conference) -> None:
    """Only a draft can be published."""
    if conference.status is not ConferenceStatus.DRAFT:
        raise ConferenceState(f"The conference is {conference.status.value} already.")


@once
async def create(
    uow: "UnitOfWork", caller: Caller, draft: ConferenceDraft, now: datetime
) -> Conference:
    """Put up a conference of one's own. Raises Forbidden, InvalidPeriod, UnknownReference."""
    ensure_organizer(caller)
    return await _put_up(uow, draft, caller.user_id, now)


@once
async def put_up(
    uow: "UnitOfWork", caller: Caller, draft: ConferenceDraft, now: datetime
) -> Conference:
    """As `create`, and for everybody who logs in: one becomes an organizer by that."""
    return await _put_up(uow, draft, caller.user_id, now, appoints=not caller.is_organizer)


@once
async def create_open(uow: "UnitOfWork", draft: ConferenceDraft, now: datetime) -> Conference:
    """Put up a conference without a login: everybody sees it, and admins alone manage it.

    Raises InvalidPeriod, StartsInPast, UnknownReference.
    """
    ensure_to_come(draft.period, now)
    seen = replace(draft, status=ConferenceStatus.PUBLISHED, visibility=Visibility.PUBLIC)
    return await _put_up(uow, seen, None, now)


async def _put_up(
    uow: "UnitOfWork",
    draft: ConferenceDraft,
    organizer_id: int | None,
    now: datetime,
    *,
    appoints: bool = False,
) -> Conference:
    ensure_forward(draft.period, field="end_date")
    ensure_in_time(draft.period, field="end_date")
    ensure_link(draft.online_url, "online_url")
    price = exact(draft.price, draft.currency)
    async with uow as tx:
        await ensure_category(tx, draft.category_id)
        if appoints and organizer_id is not None:
            await tx.accounts.appoint(organizer_id, now)
        conference = await tx.conferences.add(draft, price, organizer_id, now)
        await tx.keep(conference)
    return conference


@once
async def publish(
    uow: "UnitOfWork", caller: Caller, conference_id: int, now: datetime
) -> Conference:
    """Let everybody see a draft. Raises NotFound, Forbidden, ConferenceState."""
    async with uow as tx:
        draft = await lock_managed(tx, caller, conference_id)
        ensure_draft(draft)
        published = replace(draft, status=ConferenceStatus.PUBLISHED, updated_at=now)
        await tx.conferences.save(published)
        await tx.keep(published)
    return published
