"""Calendar feeds: one's own registrations at a secret address, for programs that cannot log in.

The address is made of a random nonce, which is kept, and its signature by a key that is not: what
is kept opens nothing, and the address can be shown again.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from app.domain.access import Caller
from app.domain.calendars import REFRESH, Calendar, Entry, entry_of
from app.domain.errors import NotFound
from app.domain.idempotency import once
from app.domain.tickets import Ticket
from app.domain.times import TimeRange

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

# How long a calendar says of something that it is cancelled, before it says nothing of it.
TOLD_FOR = timedelta(days=30)
# Those that take place last: nobody has more to look forward to.
MOST_ENTRIES = 1_000
NAME = "My registrations"
_MOMENT = timedelta(minutes=1)
_PURPOSE = b"calendar feed\0"
_BYTES = 16
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFeed:
    """An account's feed: at most one, under another nonce each time it is made anew."""

    user_id: int
    nonce: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A registration for a feed; `left_at` is since when one sees no longer what it was for."""

    ticket: Ticket
    left_at: datetime | None


def secret_of(nonce: str, key: bytes) -> str:
    """What stands in the address of a feed."""
    drawn = UUID(nonce).bytes
    signature = hmac.digest(key, _PURPOSE + drawn, "sha256")[:_BYTES]
    return urlsafe_b64encode(drawn + signature).rstrip(b"=").decode()


def nonce_in(secret: str, key: bytes) -> str | None:
    """The nonce in a secret of ours; none in what anybody else made up."""
    if not _SECRET.fullmatch(secret):
        return None
    nonce = str(UUID(bytes=urlsafe_b64decode(f"{secret}=")[:_BYTES]))
    return nonce if hmac.compare_digest(secret_of(nonce, key), secret) else None


def calendar_of(listed: Sequence[Listed]) -> Calendar:
    """The entries of a feed."""
    entries = [
        _unnamed(one.ticket, one.left_at) if one.left_at else entry_of(one.ticket) for one in listed
    ]
    return Calendar(name=NAME, entries=entries, refresh=REFRESH)


def _unnamed(ticket: Ticket, left_at: datetime) -> Entry:
    """That it is over, and nothing of what may have changed since."""
    return replace(
        entry_of(replace(ticket, revised_at=left_at)),
        name="Cancelled registration",
        period=TimeRange(start=left_at, end=left_at + _MOMENT),
        timezone="UTC",
        place="",
        notes="",
        online_url="",
    )


async def own(uow: "UnitOfWork", caller: Caller) -> CalendarFeed | None:
    """The caller's feed; none before one was made, and after it was revoked."""
    async with uow.reading() as tx:
        return await tx.calendar_feeds.find(caller.user_id)


@once
async def renew(uow: "UnitOfWork", caller: Caller, now: datetime) -> CalendarFeed:
    """Make the caller's feed, or another in its place: the old address is good no longer."""
    feed = CalendarFeed(user_id=caller.user_id, nonce=str(uuid4()), created_at=now)
    async with uow as tx:
        await tx.calendar_feeds.put(feed)
        await tx.keep(feed)
    return feed


@once
async def revoke(uow: "UnitOfWork", caller: Caller) -> None:
    """The address of the caller's feed, if there is one, is good no longer."""
    async with uow as tx:
        await tx.calendar_feeds.remove(caller.user_id)
        await tx.keep(None)


async def read(uow: "UnitOfWork", secret: str, key: bytes, now: datetime) -> Calendar:
    """What the account behind a secret is registered for. Raises NotFound.

    What is live, and what was cancelled lately; of what others entered, that alone which the
    account owns for certain.
    """
    nonce = nonce_in(secret, key)
    if nonce is None:
        raise NotFound
    async with uow.reading() as tx:
        user_id = await tx.calendar_feeds.user_of(nonce)
        if user_id is None:
            raise NotFound
        listed = await tx.calendar_feeds.registrations(user_id, now - TOLD_FOR, MOST_ENTRIES)
    return calendar_of(listed)
