"""How registrations end: seats are given back, money too, and people are told; all in one go."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.admission import Target
from app.domain.errors import NotFound
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.registrations import (
    Registration,
    RegistrationStatus,
    can_see,
    ensure_live,
    hold_still,
)

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

_TOLD_AS = {
    RegistrationStatus.CANCELLED: MessageKind.REGISTRATION_CANCELLED,
    RegistrationStatus.EXPIRED: MessageKind.HOLD_EXPIRED,
}


@once
async def cancel(
    uow: "UnitOfWork", caller: Caller, registration_id: int, now: datetime
) -> Registration:
    """Cancel one registration and free its seats. Raises NotFound, RegistrationState."""
    async with uow as tx:
        registration = await tx.registrations.find(registration_id)
        if registration is None or not can_see(caller, registration):
            raise NotFound
        registration = await hold_still(tx, registration)
        await _lock(tx, [registration.target])
        registration = await tx.registrations.lock(registration_id)
        ensure_live(registration)
        reason = "cancelled_by_owner" if registration.owner_id == caller.user_id else "cancelled"
        await _end(tx, [registration], RegistrationStatus.CANCELLED, reason, now)
        registration = replace(
            registration,
            status=RegistrationStatus.CANCELLED,
            ended_at=now,
            end_reason=reason,
            hold_expires_at=None,
        )
        await tx.keep(registration)
    return registration


async def end_all(
    tx: "Transaction",
    *,
    conference_id: int,
    session_id: int | None,
    reason: str,
    now: datetime,
) -> int:
    """Cancel every claim on a conference, or on one session of it; returns how many there were.

    The conference is locked by the caller already.
    """
    if session_id is None:
        await tx.seats.lock_sessions_of(conference_id)
    else:
        await tx.seats.lock_sessions([session_id])
    ended = await tx.registrations.lock_claims(conference_id=conference_id, session_id=session_id)
    await _end(tx, ended, RegistrationStatus.CANCELLED, reason, now)
    return len(ended)


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
    await _end(tx, ended, RegistrationStatus.CANCELLED, reason, now)
    return len(ended)


async def expire_due(uow: "UnitOfWork", now: datetime, most: int = 500) -> int:
    """Expire up to `most` holds that have run out; returns how many (`hold_expired`)."""
    async with uow as tx:
        due = await tx.registrations.due(now, most)
        if not due:
            return 0
        targets = {registration.target for registration in due}
        await _lock(tx, [*targets])
        overdue = await tx.registrations.lock_due([registration.id for registration in due], now)
        # What was moved meanwhile holds seats that are not locked: it is found again.
        expired = [registration for registration in overdue if registration.target in targets]
        await _end(tx, expired, RegistrationStatus.EXPIRED, "hold_expired", now)
    return len(expired)


async def _lock(tx: "Transaction", targets: Sequence[Target]) -> None:
    """Giving seats back takes the target's lock too: the next in line is served with it."""
    await tx.seats.lock_conferences(t.conference_id for t in targets if t.session_id is None)
    await tx.seats.lock_sessions(t.session_id for t in targets if t.session_id is not None)


async def _end(
    tx: "Transaction",
    registrations: Sequence[Registration],
    status: RegistrationStatus,
    reason: str,
    now: datetime,
) -> None:
    if not registrations:
        return
    ids = [registration.id for registration in registrations]
    await tx.registrations.end(ids, status, reason, now)
    seats: dict[Target, int] = {}
    for registration in registrations:
        if registration.is_live:
            seats[registration.target] = seats.get(registration.target, 0) - registration.quantity
    await tx.seats.move(seats)
    refunded = await tx.payments.refund_paid(ids, now)
    await tx.announce(
        [Message(kind=_TOLD_AS[status], subject=id) for id in ids]
        + [Message(kind=MessageKind.PAYMENT_REFUNDED, subject=id) for id in refunded],
        now,
    )
