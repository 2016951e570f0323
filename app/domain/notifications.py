"""Notifications: what a user is told beside the mails, to be read when they log in.

How many are unread is a counter in the account, moved with the rows under the account's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.errors import NotFound
from app.domain.idempotency import once
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


class NotificationKind(StrEnum):
    """The occasions; `payment` is told whether it succeeded or failed."""

    BOOKING_CONFIRMATION = "booking_confirmation"
    CANCELLATION = "cancellation"
    WAITLIST_PROMOTION = "waitlist_promotion"
    PAYMENT = "payment"
    REFUND = "refund"
    EVENT_UPDATE = "event_update"
    EVENT_CANCELLED = "event_cancelled"
    CERTIFICATE = "certificate"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """For a user, or for the account of an attendee; whoever has none gets the mail alone.

    A `dedupe_key` is good for one notification, for ever.
    """

    kind: NotificationKind
    title: str
    message: str
    attendee_id: int | None = None
    user_id: int | None = None
    conference_id: int | None = None
    registration_id: int | None = None
    dedupe_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notification as it is read; `conference_name` is empty where it is about none."""

    id: int
    user_id: int
    user_name: str
    kind: NotificationKind
    conference_id: int | None
    conference_name: str
    registration_id: int | None
    title: str
    message: str
    created_at: datetime
    read_at: datetime | None

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationFilter:
    """None means any."""

    kind: NotificationKind | None = None
    is_read: bool | None = None
    conference_id: int | None = None


async def tell(tx: "Transaction", notifications: Sequence[Notification], now: datetime) -> int:
    """Write notifications and count them as unread; returns how many were new.

    Accounts are locked in order of id, last of all that a transaction locks.
    """
    if not notifications:
        return 0
    accounts = await tx.notifications.lock_accounts(
        [n.attendee_id for n in notifications if n.attendee_id is not None],
        [n.user_id for n in notifications if n.user_id is not None],
    )
    addressed = [
        (user_id, n)
        for n in notifications
        if (user_id := n.user_id or accounts.get(n.attendee_id or 0)) is not None
    ]
    return await tx.notifications.add(addressed, now)


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: NotificationFilter, page: PageRequest
) -> Page[Notice]:
    """The caller's own notifications."""
    async with uow.reading() as tx:
        return await tx.notifications.page(caller.user_id, filter, page)


async def unread(uow: "UnitOfWork", caller: Caller) -> int:
    """How many of the caller's notifications are unread."""
    async with uow.reading() as tx:
        return await tx.notifications.unread(caller.user_id)


@once
async def read(uow: "UnitOfWork", caller: Caller, notification_id: int, now: datetime) -> Notice:
    """Mark one of one's own as read; the first time counts. Raises NotFound."""
    async with uow as tx:
        await tx.notifications.lock_accounts([], [caller.user_id])
        await tx.notifications.mark_read(caller.user_id, notification_id, now)
        notice = await tx.notifications.find(caller.user_id, notification_id)
        if notice is None:
            raise NotFound
        await tx.keep(notice)
    return notice


@once
async def read_all(uow: "UnitOfWork", caller: Caller, now: datetime) -> int:
    """Mark all of one's own as read; returns how many were not."""
    async with uow as tx:
        await tx.notifications.lock_accounts([], [caller.user_id])
        marked = await tx.notifications.mark_read(caller.user_id, None, now)
        await tx.keep(marked)
    return marked
