"""Profiles: what an account tells of itself, to others and to its owner alone."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.domain import verification
from app.domain.access import Caller, Role, fold
from app.domain.accounts import User, ensure_username
from app.domain.errors import Invalid, NotFound
from app.domain.idempotency import once
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

LINKS = ("website", "twitter", "linkedin", "github", "facebook")
_INTERNATIONAL = re.compile(r"(\+|00)[\d\s().\-/]+", re.ASCII)
_SHORTEST_NUMBER, _LONGEST_NUMBER = 8, 15
_UNSAFE_IN_LINKS = re.compile(r"[\s\x00-\x1f\x7f\"'<>\\^`{|}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """An account with all that it tells; `avatar` is the name of a file, or empty."""

    user: User
    bio: str
    phone: str
    website: str
    organization: str
    avatar: str
    twitter: str
    linkedin: str
    github: str
    facebook: str
    newsletter_subscribed: bool
    notifications_enabled: bool
    verified_at: datetime | None

    @property
    def full_name(self) -> str:
        """First and last name; the username of whoever gives neither."""
        return f"{self.user.first_name} {self.user.last_name}".strip() or self.user.username

    @property
    def is_organizer(self) -> bool:
        return self.user.role in (Role.ORGANIZER, Role.ADMIN)

    @property
    def is_verified(self) -> bool:
        """Whether the present e-mail address was proven to be theirs."""
        return self.verified_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """What of a profile its owner changes; None leaves a thing as it is."""

    username: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    bio: str | None = None
    phone: str | None = None
    website: str | None = None
    organization: str | None = None
    twitter: str | None = None
    linkedin: str | None = None
    github: str | None = None
    facebook: str | None = None
    newsletter_subscribed: bool | None = None
    notifications_enabled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFilter:
    """None means any; names and addresses are compared folded, `search` looks into names."""

    username: str | None = None
    email: str | None = None
    role: Role | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """A profile with its new avatar; `replaced` is the file it no longer shows, or none."""

    profile: Profile
    replaced: str


def normalised_phone(phone: str) -> str:
    """`+` and digits where it clearly is an international number, as it was written otherwise."""
    written = phone.strip().replace("(0)", "")
    if not _INTERNATIONAL.fullmatch(written):
        return phone.strip()
    digits = re.sub(r"\D", "", written.removeprefix("00"))
    if not _SHORTEST_NUMBER <= len(digits) <= _LONGEST_NUMBER or digits.startswith("0"):
        return phone.strip()
    return f"+{digits}"


def ensure_link(url: str, field: str) -> None:
    """A link is empty or an http or https URL with a host and no password (`invalid`)."""
    if url and not _is_link(url):
        raise Invalid("Must be empty, or a URL that starts with http:// or https://.", field=field)


def sees_private(caller: Caller, profile: Profile) -> bool:
    """E-mail, phone and settings are shown to the account itself and to admins."""
    return caller.is_admin or caller.user_id == profile.user.id


def can_see(caller: Caller, profile: Profile) -> bool:
    """Accounts that were closed are there for admins alone (`not_found`)."""
    return profile.user.is_active or caller.is_admin


async def own(uow: "UnitOfWork", caller: Caller) -> Profile:
    """The caller's own profile."""
    async with uow.reading() as tx:
        return await tx.profiles.get(caller.user_id)


async def of(uow: "UnitOfWork", caller: Caller, user_id: int) -> Profile:
    """Somebody's profile. Raises NotFound, also for an account that was closed."""
    async with uow.reading() as tx:
        profile = await tx.profiles.find(user_id)
    if profile is None or not can_see(caller, profile):
        raise NotFound
    return profile


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: ProfileFilter, page: PageRequest
) -> Page[Profile]:
    """The accounts; the filter by e-mail finds nobody else's for whoever is no admin."""
    async with uow.reading() as tx:
        return await tx.profiles.page(filter, page, caller)


@once
async def change(
    uow: "UnitOfWork", caller: Caller, change: ProfileChange, now: datetime
) -> Profile:
    """Change the caller's own account; the attendee linked to it keeps the same e-mail.

    A new e-mail address is unproven, and a link is mailed to it. Raises Invalid, UsernameTaken,
    EmailTaken.
    """
    change = _checked(change)
    async with uow as tx:
        profile = await _change(tx, caller, change, now)
        await tx.keep(profile)
    return profile


@once
async def change_with_avatar(
    uow: "UnitOfWork", caller: Caller, change: ProfileChange, name: str, now: datetime
) -> Portrait:
    """Change the caller's own account and its picture together, or neither.

    Raises what `change` does.
    """
    change = _checked(change)
    async with uow as tx:
        await _change(tx, caller, change, now)
        portrait = await _portray(tx, caller, name, now)
        await tx.keep(portrait)
    return portrait


async def avatar_of(uow: "UnitOfWork", user_id: int) -> str:
    """The name of the file that an account shows at this moment; empty for none."""
    async with uow.reading() as tx:
        return (await tx.profiles.get(user_id)).avatar


@once
async def set_avatar(uow: "UnitOfWork", caller: Caller, name: str, now: datetime) -> Portrait:
    """Show the file of this name as the caller's picture, or none where it is empty."""
    async with uow as tx:
        portrait = await _portray(tx, caller, name, now)
        await tx.keep(portrait)
    return portrait


async def _change(
    tx: "Transaction", caller: Caller, change: ProfileChange, now: datetime
) -> Profile:
    """Addresses, attendees and the account are locked in this order, as everywhere."""
    if change.email is not None:
        addresses = [caller.email_folded, fold(change.email)]
        await tx.attendees.hold_emails(addresses)
        await tx.attendees.lock_known(caller.user_id, addresses)
    keys = change.email is not None or change.username is not None
    before = await tx.profiles.lock(caller.user_id, keys=keys)
    is_new = change.email is not None and fold(change.email) != fold(before.user.email)
    if is_new:
        await tx.profiles.settle_registrations(caller.user_id)
        await tx.mailed_tokens.void_resets(caller.user_id)
    profile = await tx.profiles.change(caller.user_id, change, now)
    if change.email is not None:
        await tx.attendees.link(fold(profile.user.email), profile.user.id)
    if is_new:
        await verification.ask(tx, profile.user, now)
    return profile


async def _portray(tx: "Transaction", caller: Caller, name: str, now: datetime) -> Portrait:
    before = await tx.profiles.lock(caller.user_id)
    profile = await tx.profiles.set_avatar(caller.user_id, name, now)
    return Portrait(profile=profile, replaced=before.avatar)


def _checked(change: ProfileChange) -> ProfileChange:
    if change.username is not None:
        ensure_username(change.username)
    for field in LINKS:
        ensure_link(getattr(change, field) or "", field)
    if change.phone is None:
        return change
    return replace(change, phone=normalised_phone(change.phone))


def _is_link(url: str) -> bool:
    if _UNSAFE_IN_LINKS.search(url):
        return False
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and has_host and "@" not in parts.netloc
