"""Attendees: the people who attend, one per case-folded e-mail (seed 000 §5.3)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain import endings
from app.domain.access import Caller, Role, fold, manages
from app.domain.accounts import User
from app.domain.errors import (
    EmailOfAccount,
    EmailTaken,
    Forbidden,
    NotFound,
    Other,
    UnknownReference,
)
from app.domain.idempotency import once
from app.domain.pages import Page, PageRequest
from app.domain.records import can_see

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """`user_id` is the account the person logs in with, `created_by` the one that entered them.

    Once that account has proven its address, it counts as the one that did.
    """

    id: int
    name: str
    email: str
    phone_number: str
    organization: str
    user_id: int | None
    created_by: int | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeDraft:
    name: str
    email: str
    phone_number: str = ""
    organization: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeChange:
    """What is None stays as it is."""

    name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    organization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeFilter:
    """None means any; the e-mail is compared folded, the texts are looked for anywhere."""

    email: str | None = None
    organization: str | None = None
    search: str | None = None
    conference_id: int | None = None


class Sight(StrEnum):
    """Whom somebody may see: all, those they brought or have as guests, or oneself alone."""

    EVERYBODY = "everybody"
    OWN_PEOPLE = "own_people"
    ONESELF = "oneself"


def sight_of(caller: Caller) -> Sight:
    """How a list of people is looked for; of one person `can_see` decides."""
    if caller.is_admin:
        return Sight.EVERYBODY
    return Sight.OWN_PEOPLE if caller.is_organizer else Sight.ONESELF


def ensure_may_enter(caller: Caller, email: str) -> None:
    """Organizers enter anybody; an attendee itself alone, by its own e-mail (`forbidden`)."""
    if caller.role is Role.ATTENDEE and fold(email) != caller.email_folded:
        raise Forbidden("An attendee account can enter only its own e-mail address.")


def ensure_may_write(caller: Caller, attendee: Attendee) -> None:
    """Oneself, admins, and whoever entered a person that has no account (`forbidden`)."""
    brought = attendee.user_id is None and attendee.created_by == caller.user_id
    if not (caller.is_admin or attendee.user_id == caller.user_id or brought):
        raise Forbidden


def shows_account(caller: Caller, attendee: Attendee) -> bool:
    """Whose an address is, is told to the account itself and to admins."""
    return caller.is_admin or attendee.user_id == caller.user_id


def ensure_all_own(has_others_claims: bool) -> None:
    """An unproven address deletes nothing that was registered for it by others (`forbidden`)."""
    if has_others_claims:
        raise Forbidden("Somebody else registered this person: verify your e-mail address first.")


def ensure_keeps_email(attendee: Attendee, email: str) -> None:
    """Whoever has an account changes the e-mail address there, not here (`email_of_account`)."""
    if attendee.user_id is not None and fold(email) != fold(attendee.email):
        raise EmailOfAccount


@once
async def create(
    uow: "UnitOfWork", caller: Caller, draft: AttendeeDraft, now: datetime
) -> Attendee:
    """Enter a person; an account with that e-mail is linked. Raises Forbidden, EmailTaken."""
    ensure_may_enter(caller, draft.email)
    async with uow as tx:
        await tx.attendees.hold_email(fold(draft.email))
        await _ensure_email_free(tx, caller, draft.email)
        attendee = await tx.attendees.add(draft, caller.user_id, now)
        await tx.keep(attendee)
    return attendee


async def own(uow: "UnitOfWork", caller: Caller, now: datetime) -> Attendee:
    """The caller as an attendee, entered or linked by that if there is none yet."""
    async with uow.reading() as tx:
        known = await tx.attendees.of_user(caller.user_id)
    if known is not None:
        return known
    async with uow as tx:
        await tx.attendees.hold_email(caller.email_folded)
        await tx.attendees.link(caller.email_folded, caller.user_id)
        known = await tx.attendees.of_user(caller.user_id)
        if known is not None:
            return known
        draft = _oneself(await tx.accounts.get(caller.user_id))
        return await tx.attendees.add(draft, caller.user_id, now)


async def guest(uow: "UnitOfWork", name: str, email: str, now: datetime) -> tuple[Attendee, bool]:
    """Whoever comes by this e-mail, without logging in, and whether nobody did before.

    Somebody who is known stays as they are, whatever name is given now.
    """
    async with uow.reading() as tx:
        known = await tx.attendees.of_email(fold(email))
    if known is not None:
        return known, False
    async with uow as tx:
        await tx.attendees.hold_email(fold(email))
        known = await tx.attendees.of_email(fold(email))
        if known is not None:
            return known, False
        return await tx.attendees.add(AttendeeDraft(name=name, email=email), None, now), True


async def take_back(uow: "UnitOfWork", attendee_id: int) -> None:
    """Forget a guest who was entered for something that was then refused, and has nothing else."""
    async with uow as tx:
        await tx.attendees.take_back(attendee_id)


async def find(uow: "UnitOfWork", caller: Caller, attendee_id: int) -> Attendee:
    """One attendee. Raises NotFound, also for whom the caller may not see."""
    async with uow.reading() as tx:
        return await seen(tx, caller, attendee_id)


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: AttendeeFilter, page: PageRequest
) -> Page[Attendee]:
    """Whom the caller may see. Raises Forbidden for the guests of a conference of others."""
    async with uow.reading() as tx:
        if filter.conference_id is not None:
            await _ensure_manages_conference(tx, caller, filter.conference_id)
        return await tx.attendees.page(filter, page, sight_of(caller), caller.user_id)


@once
async def update(
    uow: "UnitOfWork", caller: Caller, attendee_id: int, change: AttendeeChange, now: datetime
) -> Attendee:
    """Change some of a person's fields. Raises NotFound, Forbidden, EmailOfAccount, EmailTaken."""
    async with uow as tx:
        await seen(tx, caller, attendee_id)
        if change.email is not None:
            await tx.attendees.hold_email(fold(change.email))
        attendee = await _locked(tx, caller, attendee_id)
        if change.email is not None:
            ensure_keeps_email(attendee, change.email)
            await _ensure_email_free(tx, caller, change.email, but=attendee.id)
        attendee = await tx.attendees.change(_changed(attendee, change), now)
        await tx.keep(attendee)
    return attendee


@once
async def delete(uow: "UnitOfWork", caller: Caller, attendee_id: int, now: datetime) -> None:
    """Delete a person softly; all their registrations are cancelled and the e-mail is free again.

    Raises NotFound, Forbidden.
    """
    async with uow as tx:
        person = await seen(tx, caller, attendee_id)
        ensure_may_write(caller, person)
        if not caller.is_admin and person.user_id == caller.user_id:
            ensure_all_own(await tx.attendees.has_others_claims(attendee_id, caller.user_id))
        # Locks the person too, in its place among conferences and sessions.
        await endings.end_all_of_attendee(
            tx, attendee_id=attendee_id, reason="attendee_deleted", now=now
        )
        await _locked(tx, caller, attendee_id)
        await tx.attendees.delete(attendee_id, now)
        await tx.keep(None)


async def seen(tx: "Transaction", caller: Caller, attendee_id: int) -> Attendee:
    """One attendee whom the caller may see. Raises NotFound."""
    known = await tx.attendees.known(attendee_id, caller.user_id)
    if known is None or not can_see(caller, known[1]):
        raise NotFound
    return known[0]


async def _locked(tx: "Transaction", caller: Caller, attendee_id: int) -> Attendee:
    attendee = await tx.attendees.lock(attendee_id)
    ensure_may_write(caller, attendee)
    return attendee


async def _ensure_email_free(
    tx: "Transaction", caller: Caller, email: str, but: int | None = None
) -> None:
    """One attendee per case-folded e-mail; named only to those who may see it (`email_taken`)."""
    holder = await tx.attendees.of_email(fold(email))
    if holder is None or holder.id == but:
        return
    known = await tx.attendees.known(holder.id, caller.user_id)
    if known is None or not can_see(caller, known[1]):
        raise EmailTaken
    raise EmailTaken(other=Other(kind="attendee", id=holder.id, name=holder.name))


async def _ensure_manages_conference(tx: "Transaction", caller: Caller, id: int) -> None:
    """Who comes to a conference is shown to those who manage it (`forbidden`)."""
    conference = await tx.conferences.find(id, caller)
    if conference is not None and manages(caller, conference):
        return
    if caller.is_admin:
        raise UnknownReference("There is no such conference.", field="conference")
    raise Forbidden


def _changed(attendee: Attendee, change: AttendeeChange) -> Attendee:
    return replace(
        attendee,
        name=attendee.name if change.name is None else change.name,
        email=attendee.email if change.email is None else change.email,
        phone_number=(
            attendee.phone_number if change.phone_number is None else change.phone_number
        ),
        organization=(
            attendee.organization if change.organization is None else change.organization
        ),
    )


def _oneself(user: User) -> AttendeeDraft:
    name = f"{user.first_name} {user.last_name}".strip() or user.username
    return AttendeeDraft(name=name, email=user.email)
