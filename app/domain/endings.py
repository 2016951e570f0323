"""How registrations end: seats are given back, money too, and people are told; all in one go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain import promotion
from app.domain.access import Caller, manages
from app.domain.admission import Target
from app.domain.errors import NotFound, NotRegistered, RegistrationState
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.refunds import ensure_owner_may
from app.domain.registrations import (
    Registration,
    RegistrationStatus,
    can_see,
    ensure_live,
    hold_still,
    shifts,
)
from app.domain.waitlist import Cause, WaitlistEvent, entry

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

_TOLD_AS = {
    RegistrationStatus.CANCELLED: MessageKind.REGISTRATION_CANCELLED,
    RegistrationStatus.EXPIRED: MessageKind.HOLD_EXPIRED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """Who gave money back, and what they said; nobody and nothing where the house did so."""

    by: int | None = None
    reason: str = ""


@once
async def cancel(
    uow: "UnitOfWork", caller: Caller, registration_id: int, now: datetime
) -> Registration:
    """Cancel one registration; its seats go to the next in line.

    Raises NotFound, RegistrationState; PaymentState for an owner who paid, once it has begun.
    """
    async with uow as tx:
        registration = await _cancelled(tx, caller, registration_id, now, waits=False)
        await tx.keep(registration)
    return registration


@once
async def withdraw(
    uow: "UnitOfWork", caller: Caller, conference_id: int, now: datetime
) -> Registration:
    """Come to a conference no more, whatever the registration's id is: seated or waiting.

    Raises NotFound, NotRegistered and what `cancel` does.
    """
    async with uow as tx:
        if await tx.conferences.find(conference_id, caller) is None:
            raise NotFound
        own = await tx.registrations.admission_of(caller.user_id, conference_id)
        if own is None:
            raise NotRegistered
        registration = await _cancelled(tx, caller, own.id, now, waits=False)
        await tx.keep(registration)
    return registration


@once
async def leave(
    uow: "UnitOfWork", caller: Caller, registration_id: int, now: datetime
) -> Registration:
    """Leave a waitlist; the others move up. Raises NotFound, RegistrationState."""
    async with uow as tx:
        registration = await _cancelled(tx, caller, registration_id, now, waits=True)
        await tx.keep(registration)
    return registration


def ensure_waiting(registration: Registration) -> None:
    """Only whoever waits can leave a waitlist."""
    if not registration.is_waiting:
        status = registration.status.value
        raise RegistrationState(f"This is no place in line any more: it is {status}.")


async def end_all_of_session(
    tx: "Transaction", *, conference_id: int, session_id: int, reason: str, now: datetime
) -> int:
    """Cancel every claim on a session; returns how many there were.

    The conference is locked by the caller already.
    """
    elsewhere = await tx.waitlist.awaited_because_of(session_id)
    await tx.seats.lock_sessions([session_id, *sessions_of(elsewhere)])
    ended = await tx.registrations.lock_claims(conference_id=conference_id, session_id=session_id)
    await _end(tx, ended, RegistrationStatus.CANCELLED, reason, now)
    await promotion.serve(tx, elsewhere, Cause.SESSION_DELETED, now)
    return len(ended)


async def end_some_of_conference(
    tx: "Transaction", *, conference_id: int, reason: str, now: datetime, most: int
) -> bool:
    """Cancel up to `most` claims on a conference and its sessions; tells whether any are left.

    The conference is locked by the caller already, and takes nobody any more.
    """
    claims = await tx.registrations.claims_on(conference_id, most)
    # A schedule that becomes free may be what a seat elsewhere waits for.
    awaited = await tx.waitlist.awaited_by([claim.attendee_id for claim in claims])
    elsewhere = [target for target in awaited if target.conference_id != conference_id]
    # All sessions: whoever is about to take a seat in one has it before this, or finds it is over.
    sessions = {*await tx.sessions.ids_of(conference_id), *sessions_of(c.target for c in claims)}
    await tx.seats.lock_sessions([*sessions, *sessions_of(elsewhere)])
    locked = await tx.registrations.lock_claims(conference_id=conference_id, most=most)
    # What holds seats that are not locked is found again.
    ended = [c for c in locked if c.session_id is None or c.session_id in sessions]
    await _end(tx, ended, RegistrationStatus.CANCELLED, reason, now)
    await promotion.serve(tx, elsewhere, Cause.SESSION_DELETED, now)
    return bool(await tx.registrations.claims_on(conference_id, 1))


async def end_all_of_attendee(
    tx: "Transaction", *, attendee_id: int, reason: str, now: datetime
) -> int:
    """Cancel every claim of an attendee, who is locked here, in the order of the house."""
    targets = [claim.target for claim in await tx.seats.held([attendee_id])]
    await tx.seats.lock_conferences(t.conference_id for t in targets if t.session_id is None)
    await tx.seats.lock_attendees([attendee_id])
    # Read again: meanwhile the person may have been registered, or moved.
    targets = [claim.target for claim in await tx.seats.held([attendee_id])]
    await tx.seats.lock_sessions(t.session_id for t in targets if t.session_id is not None)
    ended = await tx.registrations.lock_claims(attendee_id=attendee_id)
    freed = await _end(tx, ended, RegistrationStatus.CANCELLED, reason, now)
    await promotion.serve(tx, freed, Cause.ATTENDEE_DELETED, now)
    return len(ended)


async def expire_due(uow: "UnitOfWork", now: datetime, most: int = 500) -> int:
    """Expire up to `most` holds that have run out; returns how many (`hold_expired`)."""
    async with uow as tx:
        due = await tx.registrations.due(now, most)
        if not due:
            return 0
        targets = {registration.target for registration in due}
        elsewhere = await tx.waitlist.awaited_by([r.attendee_id for r in due])
        await promotion.lock(tx, [*targets, *elsewhere])
        overdue = await tx.registrations.lock_due([registration.id for registration in due], now)
        # What was moved meanwhile holds seats that are not locked: it is found again.
        expired = [registration for registration in overdue if registration.target in targets]
        freed = await _end(tx, expired, RegistrationStatus.EXPIRED, "hold_expired", now)
        await promotion.serve(tx, [*freed, *elsewhere], Cause.HOLD_EXPIRED, now)
    return len(expired)


async def _cancelled(
    tx: "Transaction", caller: Caller, registration_id: int, now: datetime, *, waits: bool
) -> Registration:
    found = await tx.registrations.find(registration_id)
    if found is None or not can_see(caller, found):
        raise NotFound
    found = await hold_still(tx, found)
    # A schedule that becomes free may be what a seat elsewhere waits for.
    elsewhere = await tx.waitlist.awaited_by([found.attendee_id])
    await promotion.lock(tx, [found.target, *elsewhere])
    found = await tx.registrations.lock(registration_id)
    if waits:
        ensure_waiting(found)
    ensure_live(found)
    if is_paid(found) and not manages(caller, found):
        begins_at = await tx.payments.begins_at(found.id)
        ensure_owner_may(is_whole=True, begins_at=begins_at, now=now)
    money = GivenBack(by=caller.user_id)
    reason = reason_of(money, found)
    freed = await _end(tx, [found], RegistrationStatus.CANCELLED, reason, now, money=money)
    await promotion.serve(tx, [*freed, *elsewhere], Cause.CANCELLED, now)
    return replace(
        found,
        status=RegistrationStatus.CANCELLED,
        ended_at=now,
        end_reason=reason,
        hold_expires_at=None,
    )


def is_paid(registration: Registration) -> bool:
    """To cancel it is to take the money back."""
    confirmed = registration.status is RegistrationStatus.CONFIRMED
    return confirmed and not registration.price.is_free


async def end_refunded(
    tx: "Transaction",
    registration: Registration,
    elsewhere: Iterable[Target],
    money: GivenBack,
    now: datetime,
) -> None:
    """Cancel what is paid back in full; its seats go to the next in line.

    It is locked already, with its target and the queues `elsewhere` that its attendee holds up.
    """
    reason = reason_of(money, registration)
    freed = await _end(tx, [registration], RegistrationStatus.CANCELLED, reason, now, money=money)
    await promotion.serve(tx, [*freed, *elsewhere], Cause.CANCELLED, now)


def reason_of(money: GivenBack, registration: Registration) -> str:
    """Whether the owner ended it, or somebody else."""
    return "cancelled_by_owner" if registration.owner_id == money.by else "cancelled"


def sessions_of(targets: Iterable[Target]) -> Sequence[int]:
    """The ids of the sessions among the targets."""
    return [target.session_id for target in targets if target.session_id is not None]


async def _end(
    tx: "Transaction",
    registrations: Sequence[Registration],
    status: RegistrationStatus,
    reason: str,
    now: datetime,
    *,
    money: GivenBack | None = None,
) -> Sequence[Target]:
    """Returns the queues in which somebody waits for what became free."""
    if not registrations:
        return []
    ids = [registration.id for registration in registrations]
    await tx.registrations.end(ids, status, reason, now)
    calling = await tx.seats.move(shifts(registrations, []))
    left = [entry(r, WaitlistEvent.LEFT, reason, now) for r in registrations if r.is_waiting]
    await tx.waitlist.note(left)
    money = money or GivenBack()
    refunded = await tx.payments.refund_paid(ids, now, reason=money.reason or reason, by=money.by)
    await tx.announce(
        [Message(kind=_TOLD_AS[status], subject=id) for id in ids]
        + [Message(kind=MessageKind.PAYMENT_REFUNDED, subject=id) for id in refunded],
        now,
    )
    return calling
