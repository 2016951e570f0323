"""Payments: asked for, decided by a gateway that calls back, settled once (seed 000 §5.4)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.admission import Held, Place, Wish, admit
from app.domain.conferences import ConferenceStatus
from app.domain.errors import AlreadyPaid, HoldExpired, NotFound, PaymentState
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.registrations import (
    Registration,
    RegistrationStatus,
    can_see,
    shifts,
)
from app.domain.supply import Supply, lock_supply, offer_of

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

# Between two looks at a payment that is under way, in seconds: quick at first, then patient.
_LOOKS = (0.02, 0.03, 0.05, 0.1, 0.15)
_LAST_LOOK = 0.25


class PaymentStatus(StrEnum):
    """pending → paid | failed; paid → refunded."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


class Outcome(StrEnum):
    """What the gateway says of a payment."""

    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One attempt to pay for a registration; `organizer_id` and `owner_id` are those of it."""

    id: int
    registration_id: int
    amount: Money
    status: PaymentStatus
    wanted_outcome: str | None
    failure_reason: str
    created_at: datetime
    settled_at: datetime | None
    refunded_at: datetime | None
    organizer_id: int | None
    owner_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """None means any."""

    registration_id: int | None = None
    status: PaymentStatus | None = None


def ensure_payable(registration: Registration, now: datetime) -> None:
    """Paid for is what holds its seats; a hold that has run out is not (`hold_expired`)."""
    held_until = registration.hold_expires_at
    if registration.status is RegistrationStatus.EXPIRED:
        raise HoldExpired
    if registration.status is RegistrationStatus.PENDING and held_until and held_until <= now:
        raise HoldExpired
    if not registration.is_live:
        raise PaymentState(f"The registration is {registration.status.value}.")


def ensure_unpaid(paid: bool) -> None:
    """At most one capture per registration (`already_paid`)."""
    if paid:
        raise AlreadyPaid


def needs_seat_again(registration: Registration) -> bool:
    """Whether a payment comes too late: its hold has expired, so the seat must be re-taken."""
    return registration.status is RegistrationStatus.EXPIRED


def can_seat_again(registration: Registration, supply: Supply, holding: Sequence[Held]) -> bool:
    """Whether the seat of an expired hold is still to be had, by the rules of admission."""
    found = offer_of(registration.target, registration.ticket_type_id, supply)
    if found is None or found[0].status is not ConferenceStatus.PUBLISHED:
        return False
    wish = Wish(
        attendee_id=registration.attendee_id,
        target=registration.target,
        quantity=registration.quantity,
    )
    [decision] = admit([wish], [[found[1]]], holding)
    return isinstance(decision, Place)


@once
async def start(
    uow: "UnitOfWork",
    caller: Caller,
    registration_id: int,
    wanted: Outcome | None,
    now: datetime,
    *,
    callback_url: str = "",
) -> Payment:
    """Ask the gateway for the registration's price; an attempt under way is joined, not doubled.

    The gateway reports to `callback_url`, or to where it reports by itself when that is empty.

    Raises NotFound, AlreadyPaid, HoldExpired, PaymentState.
    """
    async with uow as tx:
        found = await tx.registrations.find(registration_id)
        if found is None or not can_see(caller, found):
            raise NotFound("There is no such registration.", field="registration_id")
        registration = await tx.registrations.lock(registration_id)
        latest = await tx.payments.latest_of(registration_id)
        ensure_unpaid(latest is not None and latest.status is PaymentStatus.PAID)
        ensure_payable(registration, now)
        if latest is not None and latest.status is PaymentStatus.PENDING:
            payment = latest
        else:
            payment = await tx.payments.add(registration, wanted, callback_url, now)
            requested = Message(kind=MessageKind.PAYMENT_REQUESTED, subject=payment.id)
            await tx.announce([requested], now)
        await tx.keep(payment)
    return payment


async def outcome(uow: "UnitOfWork", payment_id: int, patience: float) -> Payment:
    """The payment as it is once settled, or still pending after `patience` seconds."""
    looks = iter(_LOOKS)
    waited = 0.0
    while True:
        async with uow.reading() as tx:
            payment = await tx.payments.get(payment_id)
        if payment.status is not PaymentStatus.PENDING or waited >= patience:
            return payment
        pause = next(looks, _LAST_LOOK)
        await asyncio.sleep(pause)
        waited += pause


async def settle(
    uow: "UnitOfWork",
    payment_id: int,
    *,
    outcome: Outcome,
    reason: str,
    settled_by: str,
    now: datetime,
) -> Payment:
    """Settle a payment by what the gateway says; the first word counts, repeats change nothing.

    A success after the hold expired re-takes the seat under lock or is refunded (`payment_state`).
    Raises NotFound.
    """
    async with uow as tx:
        payment = await tx.payments.get(payment_id)
        registration = await tx.registrations.find(payment.registration_id)
        assert registration is not None, "a payment has a registration"
        supply, _ = await lock_supply(tx, [registration.target], [registration.attendee_id])
        registration = await tx.registrations.lock(registration.id)
        payment = await tx.payments.lock(payment_id)
        if payment.status is not PaymentStatus.PENDING:
            return payment
        await tx.payments.settle(payment.id, outcome, reason, settled_by, now)
        if outcome is Outcome.FAILED:
            told = MessageKind.PAYMENT_FAILED
        elif await _seat(tx, registration, supply, now):
            told = MessageKind.PAYMENT_PAID
        else:
            await tx.payments.refund_paid([registration.id], now)
            told = MessageKind.PAYMENT_REFUNDED
        await tx.announce([Message(kind=told, subject=payment.id)], now)
        return await tx.payments.get(payment_id)


async def find(uow: "UnitOfWork", caller: Caller, payment_id: int) -> Payment:
    """One payment. Raises NotFound."""
    async with uow.reading() as tx:
        payment = await tx.payments.get(payment_id)
    if not (caller.is_admin or caller.user_id in (payment.organizer_id, payment.owner_id)):
        raise NotFound
    return payment


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: PaymentFilter, page: PageRequest
) -> Page[Payment]:
    """The payments the caller may see, newest first."""
    async with uow.reading() as tx:
        return await tx.payments.page(filter, page, caller.user_id, caller.is_admin)


async def _seat(
    tx: "Transaction",
    registration: Registration,
    supply: Supply,
    now: datetime,
) -> bool:
    """Confirm what has been paid for; False when there is no seat for it any more."""
    if registration.status is RegistrationStatus.CONFIRMED:
        return True
    if needs_seat_again(registration):
        holding = await tx.seats.held([registration.attendee_id])
        if not can_seat_again(registration, supply, holding):
            return False
        seated = replace(registration, status=RegistrationStatus.CONFIRMED)
        await tx.seats.move(shifts([registration], [seated]))
    elif registration.status is not RegistrationStatus.PENDING:
        return False
    await tx.registrations.confirm(registration.id, now)
    return True
