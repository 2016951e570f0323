"""A forgotten password: whoever reads the mail of an account's address chooses a new one.

Nobody is told whether an address has an account: the same is done for every address, and what
differs is done by the worker, later.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.access import fold
from app.domain.accounts import Passwords
from app.domain.errors import Invalid
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.passwords import ensure_password, replace_password
from app.domain.verification import Proof, digest

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

GOOD_FOR = timedelta(hours=1)
PURPOSE = "reset_password"
NOT_GOOD = "This link has been used, is out of date, or is incomplete."
_BYTES = 32


@once
async def ask(uow: "UnitOfWork", email: str, now: datetime) -> None:
    """Have a link mailed to the account of an address, if there is one: once a minute at most.

    For an address that nobody has, a message is written all the same, and about nobody.
    """
    folded, minute = fold(email), int(now.timestamp()) // 60
    async with uow as tx:
        user_id = await tx.mailed_tokens.account_of(folded)
        asked = Message(
            kind=MessageKind.PASSWORD_RESET_ASKED,
            subject=user_id,
            dedupe_key=f"reset {digest(folded)} {minute}",
        )
        await tx.announce([asked], now)
        await tx.keep(None)


async def draw(uow: "UnitOfWork", user_id: int, now: datetime) -> Proof | None:
    """Draw a token to be mailed; none for an account that is closed, or is none.

    An address that is not verified is written to as well: it is its reader who is to come in.
    """
    token = secrets.token_urlsafe(_BYTES)
    async with uow as tx:
        user = await tx.mailed_tokens.keep_reset(
            user_id, digest(token), now, expires_at=now + GOOD_FOR
        )
    return None if user is None else Proof(user=user, token=token)


async def is_good(uow: "UnitOfWork", token: str, now: datetime) -> bool:
    """Whether a token would replace a password now; it stays as good as it is."""
    if not token:
        return False
    async with uow.reading() as tx:
        return await tx.mailed_tokens.is_good(PURPOSE, digest(token), now)


@once
async def confirm(
    uow: "UnitOfWork", passwords: Passwords, token: str, password: str, now: datetime
) -> None:
    """Set a new password, which ends every login and proves the address. Raises Invalid.

    A token is good once, for an hour, and while address and password are those it was mailed for.
    """
    known = digest(token)
    async with uow.reading() as tx:
        username = await tx.mailed_tokens.reset_for(known, now)
    if username is None:
        # A repeated request is answered as the first one was, whose token is spent.
        async with uow:
            raise Invalid(NOT_GOOD, field="token")
    ensure_password(password, username=username)
    password_hash = await passwords.hash(password)
    async with uow as tx:
        user_id = await tx.mailed_tokens.use_reset(known, now)
        if user_id is None:
            raise Invalid(NOT_GOOD, field="token")
        await replace_password(tx, user_id, password_hash, now)
        await tx.keep(None)
