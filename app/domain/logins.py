"""Logins: each opens a family of tokens, and ends with it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from app.domain.access import Caller, fold
from app.domain.accounts import Passwords, TokenPair, User
from app.domain.errors import BadCredentials, ConflictingWrite, InvalidToken, WrongPassword
from app.domain.passwords import ensure_password, replace_password

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

GRACE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An account with its password hash, for comparison only."""

    user: User
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All tokens that come of one login; `is_open` unless revoked, expired or the user closed."""

    id: str
    user_id: int
    current_jti: str
    previous_jti: str | None
    created_at: datetime
    rotated_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLogin:
    """A login as its owner sees it: when it began, was last prolonged, and ends unless it is."""

    id: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who has come in, and by which tokens they go on."""

    user: User
    tokens: TokenPair


class Refresh(Protocol):
    """What a good refresh token says."""

    @property
    def user_id(self) -> int: ...
    @property
    def family(self) -> str: ...
    @property
    def jti(self) -> str: ...


class Tokens(Protocol):
    """Issues and reads tokens."""

    @property
    def refresh_for(self) -> timedelta: ...

    @property
    def login_for(self) -> timedelta: ...

    def pair(self, user_id: int, family: str, jti: str, now: datetime) -> TokenPair: ...

    def access(self, user_id: int, family: str, now: datetime) -> str: ...

    def read_refresh(self, token: str, now: datetime | None = None) -> Refresh: ...


class Turn(Enum):
    """What the showing of a refresh token means."""

    NEXT = auto()
    DOUBLED = auto()
    REUSED = auto()
    CLOSED = auto()


def turn(family: Family | None, shown: Refresh, now: datetime) -> Turn:
    """A refresh token is good once, and a moment longer for the doubled request."""
    if family is None or not family.is_open or family.user_id != shown.user_id:
        return Turn.CLOSED
    if shown.jti == family.current_jti:
        return Turn.NEXT
    if shown.jti == family.previous_jti and now - family.rotated_at <= GRACE:
        return Turn.DOUBLED
    return Turn.REUSED


def ensure_login(found: Credentials | None, is_right: bool) -> Credentials:
    """Unknown, wrong and closed are told apart by nobody (`bad_credentials`)."""
    if found is None or not is_right or not found.user.is_active:
        raise BadCredentials
    return found


def ensure_unchanged(found: Credentials | None, password_hash: str) -> None:
    """The password that was compared is still the one kept (`conflicting_write`)."""
    if found is None or not found.user.is_active or found.password_hash != password_hash:
        raise ConflictingWrite


async def log_in(
    uow: "UnitOfWork",
    passwords: Passwords,
    tokens: Tokens,
    *,
    username: str,
    password: str,
    now: datetime,
) -> Login:
    """Who it is, and the tokens of a new family, for a name and its password."""
    async with uow.reading() as tx:
        found = await tx.accounts.credentials(fold(username))
    is_right = await passwords.verify(password, found.password_hash if found else None)
    known = ensure_login(found, is_right)
    renewed = None
    if passwords.is_outdated(known.password_hash):
        renewed = await passwords.hash(password)
    async with uow as tx:
        # Nobody comes in by a password that was changed while it was compared.
        present = await tx.accounts.credentials_of(known.user.id, lock=True)
        ensure_unchanged(present, known.password_hash)
        if renewed is not None:
            await tx.accounts.set_password(known.user.id, renewed, now)
        pair = await _open_family(tx, tokens, known.user.id, now)
    return Login(user=known.user, tokens=pair)


async def refresh(uow: "UnitOfWork", tokens: Tokens, token: str, now: datetime) -> TokenPair:
    """The next pair of a family; a spent token shown again ends the family."""
    shown = tokens.read_refresh(token, now)
    async with uow as tx:
        family = await tx.accounts.lock_family(shown.family, now)
        means = turn(family, shown, now)
        if family is not None and means is Turn.NEXT:
            jti = new_jti()
            await tx.accounts.rotate(family.id, jti, now, ends_at(tokens, family.created_at, now))
            return tokens.pair(family.user_id, family.id, jti, now)
        if family is not None and means is Turn.DOUBLED:
            return tokens.pair(family.user_id, family.id, family.current_jti, now)
        if means is Turn.REUSED:
            await tx.accounts.revoke_family(shown.family, now)
    raise InvalidToken


async def refresh_only(uow: "UnitOfWork", tokens: Tokens, token: str, now: datetime) -> str:
    """A new access token; the refresh token stays good until it expires or its login ends.

    One that was exchanged for the next pair before is spent all the same, and ends the family.
    """
    shown = tokens.read_refresh(token, now)
    async with uow as tx:
        family = await tx.accounts.lock_family(shown.family, now)
        means = turn(family, shown, now)
        if family is not None and means in (Turn.NEXT, Turn.DOUBLED):
            return tokens.access(family.user_id, family.id, now)
        if means is Turn.REUSED:
            await tx.accounts.revoke_family(shown.family, now)
    raise InvalidToken


async def log_out(uow: "UnitOfWork", tokens: Tokens, token: str, now: datetime) -> None:
    """End the family of a refresh token, whichever of its tokens this is."""
    shown = tokens.read_refresh(token, now)
    async with uow as tx:
        await tx.accounts.revoke_family(shown.family, now)


async def end(uow: "UnitOfWork", caller: Caller, now: datetime) -> None:
    """End the login by which the caller came."""
    async with uow as tx:
        await tx.accounts.revoke_family(caller.family, now)


async def change_password(
    uow: "UnitOfWork",
    passwords: Passwords,
    tokens: Tokens,
    caller: Caller,
    *,
    old: str,
    new: str,
    now: datetime,
) -> TokenPair:
    """Change the caller's password, which ends every login; the pair answered is a new one."""
    async with uow.reading() as tx:
        known = await tx.accounts.credentials_of(caller.user_id)
    if known is None or not await passwords.verify(old, known.password_hash):
        raise WrongPassword
    ensure_password(new, username=caller.username, field="new_password")
    password_hash = await passwords.hash(new)
    async with uow as tx:
        present = await tx.accounts.credentials_of(caller.user_id, lock=True)
        ensure_unchanged(present, known.password_hash)
        await replace_password(tx, caller.user_id, password_hash, now)
        return await _open_family(tx, tokens, caller.user_id, now)


async def _open_family(tx: "Transaction", tokens: Tokens, user_id: int, now: datetime) -> TokenPair:
    family, jti = str(uuid4()), new_jti()
    await tx.accounts.open_family(family, user_id, jti, now, ends_at(tokens, now, now))
    return tokens.pair(user_id, family, jti, now)


def ends_at(tokens: Tokens, began: datetime, now: datetime) -> datetime:
    """When a login that was used just now is over, unless it is used before: it has a last day."""
    return min(now + tokens.refresh_for, began + tokens.login_for)


def new_jti() -> str:
    """The name of a token, which nobody guesses."""
    return secrets.token_hex(16)
