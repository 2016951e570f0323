"""Accounts: the users who log in; sign-up, and what closes them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from app.domain import verification
from app.domain.access import Caller, Role, fold
from app.domain.errors import DomainError, EmailTaken, Invalid, NotFound, UsernameTaken
from app.domain.idempotency import once
from app.domain.passwords import ensure_password

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

LONGEST_USERNAME = 150
_USERNAME = re.compile(r"[\w.@+-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account; its password hash never leaves the repository with it."""

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    role: Role
    is_active: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    access: str
    refresh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """What somebody says of themselves when they open an account."""

    username: str
    email: str
    password: str
    first_name: str = ""
    last_name: str = ""
    role: Role = Role.ATTENDEE


class Passwords(Protocol):
    """Hashes passwords and compares them; a missing hash is never right, and as slow as any."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, kept: str | None) -> bool: ...

    def is_outdated(self, kept: str) -> bool: ...


def ensure_username(username: str) -> None:
    """A username has 1 to 150 letters, digits and the signs . @ + - _ (`invalid`)."""
    if not _USERNAME.fullmatch(username) or len(username) > LONGEST_USERNAME:
        allowed = f"1 to {LONGEST_USERNAME} letters, digits and the signs . @ + - _ are allowed."
        raise Invalid(allowed, field="username")


def ensure_open_role(role: Role) -> None:
    """Sign-up may ask for role attendee or organizer, nothing else."""
    if role not in (Role.ATTENDEE, Role.ORGANIZER):
        raise Invalid("Only attendee and organizer may be asked for.", field="role")


async def recognise(uow: "UnitOfWork", families: Sequence[str]) -> Sequence[Caller | None]:
    """The caller behind each login; none where it was revoked, has expired, or may not come in."""
    async with uow.reading() as tx:
        known = await tx.accounts.callers(families)
    return [known.get(family) for family in families]


@once
async def sign_up(uow: "UnitOfWork", passwords: Passwords, draft: SignUp, now: datetime) -> User:
    """Open an account, and link the attendee known under its e-mail, which is to be proven."""
    ensure_open_role(draft.role)
    ensure_username(draft.username)
    ensure_password(draft.password, username=draft.username)
    password_hash = await passwords.hash(draft.password)
    try:
        async with uow as tx:
            user = await _open(tx, draft, password_hash, now)
            await verification.ask(tx, user, now)
            await tx.keep(user)
    except (UsernameTaken, EmailTaken) as refusal:
        raise await _all_taken(uow, draft) or refusal from None
    return user


async def taken(uow: "UnitOfWork", username: str, email: str) -> Sequence[DomainError]:
    """What signing up by this name and this address would be refused for: all of it at once."""
    async with uow.reading() as tx:
        found = await tx.accounts.taken(username, email)
    refusals = {"username": UsernameTaken(), "email": EmailTaken()}
    return [refusal for field, refusal in refusals.items() if found[field]]


async def create_admin(
    uow: "UnitOfWork", passwords: Passwords, draft: SignUp, now: datetime
) -> User:
    """Open an account of any role, at the command line: past the password policy.

    Whoever may do that is believed that the address is theirs.
    """
    ensure_username(draft.username)
    password_hash = await passwords.hash(draft.password)
    async with uow as tx:
        return await _open(tx, draft, password_hash, now, verified_at=now)


async def profile(uow: "UnitOfWork", caller: Caller) -> User:
    """The caller's own account."""
    async with uow.reading() as tx:
        return await tx.accounts.get(caller.user_id)


async def deactivate(uow: "UnitOfWork", username: str, now: datetime) -> User:
    """Close an account to its owner: at once, for every login that is open."""
    async with uow as tx:
        found = await tx.accounts.credentials(fold(username), lock=True)
        if found is None:
            raise NotFound
        await tx.accounts.revoke_families_of(found.user.id, now)
        await tx.mailed_tokens.void_resets(found.user.id)
        return await tx.accounts.deactivate(found.user.id, now)


async def _all_taken(uow: "UnitOfWork", draft: SignUp) -> DomainError | None:
    """The database names one at a time; whoever signs up is told of both."""
    refusals = await taken(uow, draft.username, draft.email)
    if not refusals:
        return None
    first, *others = refusals
    first.beside = others
    return first


async def _open(
    tx: "Transaction",
    draft: SignUp,
    password_hash: str,
    now: datetime,
    *,
    verified_at: datetime | None = None,
) -> User:
    # Before the account: whoever holds an address may be about to take it for their own.
    await tx.attendees.hold_email(fold(draft.email))
    user = await tx.accounts.add(draft, password_hash, now, verified_at=verified_at)
    await tx.attendees.link(fold(user.email), user.id)
    return user
