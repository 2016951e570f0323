"""Verification: whoever reads the mail of an address proves that it is theirs, by a link in it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from app.domain.access import Caller, fold
from app.domain.errors import Invalid
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind

if TYPE_CHECKING:
    from app.domain.accounts import User
    from app.domain.profiles import Profile
    from app.repositories.uow import Transaction, UnitOfWork

PURPOSE = "verify_email"
GOOD_FOR = timedelta(days=3)
_BYTES = 32
NOT_GOOD = "This link has been used, is out of date, or is incomplete."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A token that proves an address, once; nobody keeps it but the reader of the mail."""

    user: "User"
    token: str


def digest(token: str) -> str:
    """What is kept of a token: enough to know it again, and of no use to whoever reads it."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


async def ask(tx: "Transaction", user: "User", now: datetime) -> None:
    """Announce that an address is to be proven: once a minute at most, for one address."""
    minute = int(now.timestamp()) // 60
    key = f"verification {user.id} {digest(fold(user.email))} {minute}"
    asked = Message(kind=MessageKind.VERIFICATION_ASKED, subject=user.id, dedupe_key=key)
    await tx.announce([asked], now)


@once
async def ask_again(uow: "UnitOfWork", caller: Caller, now: datetime) -> "Profile":
    """Have another link mailed; nothing is sent for an address that is proven already."""
    async with uow as tx:
        profile = await tx.profiles.get(caller.user_id)
        if not profile.is_verified:
            await ask(tx, profile.user, now)
        await tx.keep(profile)
    return profile


async def draw(uow: "UnitOfWork", user_id: int, now: datetime) -> Proof | None:
    """Draw a token to be mailed; none for a closed account, or one that is verified.

    Earlier ones stay good until they expire: their mails may be read later than this one.
    """
    token = secrets.token_urlsafe(_BYTES)
    async with uow as tx:
        user = await tx.profiles.keep_token(
            user_id, PURPOSE, digest(token), now, expires_at=now + GOOD_FOR
        )
    return None if user is None else Proof(user=user, token=token)


async def is_good(uow: "UnitOfWork", token: str, now: datetime) -> bool:
    """Whether a token would prove an address now; it stays as good as it is."""
    if not token:
        return False
    async with uow.reading() as tx:
        return await tx.mailed_tokens.is_good(PURPOSE, digest(token), now)


@once
async def verify(uow: "UnitOfWork", token: str, now: datetime) -> "Profile":
    """The address a token was mailed to is its account's. Raises Invalid.

    A token is good once, for three days, and for the address it was mailed to alone.
    """
    async with uow as tx:
        profile = await tx.profiles.verify(PURPOSE, digest(token), now)
        if profile is None:
            raise Invalid(NOT_GOOD, field="token")
        await tx.keep(profile)
    return profile
