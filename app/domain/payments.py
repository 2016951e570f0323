"""Payments: asked for, decided by a gateway that calls back, settled once (seed 000 §5.4)."""

import asyncio
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain import endings, promotion
from app.domain.access import Caller, manages
from app.domain.admission import Held, Place, Wish, admit
from app.domain.conferences import ConferenceStatus
from app.domain.errors import AlreadyPaid, HoldExpired, NotFound, PaymentState
from app.domain.idempotency import once
from app.domain.invoicing import invoice
from app.domain.messages import Message, MessageKind
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.refunds import Refund, ensure_amount, ensure_owner_may
from app.domain.registrations import (
    Registration,
    RegistrationStatus,
    can_see,
    hold_still,
    shifts,
)
from app.domain.supply import Supply, lock_supply, offer_of
from app.domain.trail import Ways

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

# Between two looks at a payment that is under way, in seconds: quick at first, then patient.
_LOOKS = (0.02, 0.03, 0.05, 0.1, 0.15)
_LAST_LOOK = 0.25
_LETTERS = string.ascii_uppercase + string.digits


class PaymentStatus(StrEnum):
    """pending → paid | failed; paid → refunded."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"


WAYS = Ways(
    beginnings=frozenset({PaymentStatus.PENDING}),
    steps=frozenset(
        {
            (PaymentStatus.PENDING, PaymentStatus.PAID),
            (PaymentStatus.PENDING, PaymentStatus.FAILED),
            (PaymentStatus.PAID, PaymentStatus.REFUNDED),
        }
    ),
)


class Method(StrEnum):
    """Who decides a payment: one that says yes most of the time, or one that always does."""

    SIMULATED = "simulated"
    MOCK = "mock"


class Outcome(StrEnum):
    """What the gateway says of a payment."""

    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One attempt to pay for a registration; `organizer_id` and `owner_id` are those of it.

    People quote the `transaction_id`; nobody can guess another's. One of which a part was given
    back stays paid; `refunded_at` is when all of it was. Those of old have no invoice.
    """

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
    method: Method = Method.SIMULATED
    transaction_id: str = ""
    reference_number: str = ""
    refunded_minor: int = 0
    conference_id: int = 0
    conference_name: str = ""
    payer_name: str = ""
    invoice_id: int | None = None

    @property
    def refunded(self) -> Money:
        return replace(self.amount, minor=self.refunded_minor)

    @property
    def rest(self) -> Money:
        """What has not been given back."""
        return replace(self.amount, minor=self.amount.minor - self.refunded_minor)

    @property
    def is_captured(self) -> bool:
        """Whether the money was had, whatever became of it."""
        return self.status in (PaymentStatus.PAID, PaymentStatus.REFUNDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a new payment is made of, beside the registration's price."""

    method: Method
    transaction_id: str
    reference_number: str
    wanted: Outcome | None
    callback_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """None means any."""

    registration_id: int | None = None
    status: PaymentStatus | None = None
    method: Method | None = None


def transaction_id() -> str:
    """EVH- and twelve letters and digits that nobody can guess."""
    return "EVH-" + "".join(secrets.choice(_LETTERS) for _ in range(12))


def ensure_captured(payment: Payment) -> None:
    """Only what was paid can be given back, or has a receipt (`payment_state`)."""
    if payment.status is not PaymentStatus.PAID:
        raise PaymentState(f"The payment is {payment.status.value}.", field="payment_id")


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
    method: Method = Method.SIMULATED,
    reference_number: str = "",
) -> Payment:
    """Ask the gateway for the registration's price; an attempt under way is joined, not doubled.

    The gateway reports to `callback_url`, or to where it reports by itself when that is empty.
    Each attempt has an invoice of its own, made with it.

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
            attempt = Attempt(
                method=method,
                transaction_id=transaction_id(),
                reference_number=reference_number,
                wanted=wanted,
                callback_url=callback_url,
            )
            payment = await tx.payments.add(registration, attempt, now)
            requested = Message(kind=MessageKind.PAYMENT_REQUESTED, subject=payment.id)
            await tx.announce([requested], now)
            await invoice(tx, registration, payment.id, now)
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
            await tx.payments.refund_paid([registration.id], now, reason="too_late")
            told = MessageKind.PAYMENT_REFUNDED
        await tx.announce([Message(kind=told, subject=payment.id)], now)
        return await tx.payments.get(payment_id)


@once
async def refund(
    uow: "UnitOfWork",
    caller: Caller,
    payment_id: int,
    *,
    amount: Money | None,
    reason: str,
    now: datetime,
) -> Refund:
    """Give back a part of a payment, or all that is left, which cancels the registration too.

    All that is left is what is meant where no amount is named.

    Raises NotFound, Forbidden, PaymentState, RefundTooLarge, Invalid.
    """
    async with uow as tx:
        known = await seen(tx, caller, payment_id)
        found = await tx.registrations.find(known.registration_id)
        assert found is not None, "a payment has a registration"
        found = await hold_still(tx, found)
        elsewhere = await tx.waitlist.awaited_by([found.attendee_id])
        await promotion.lock(tx, [found.target, *elsewhere])
        registration = await tx.registrations.lock(found.id)
        payment = await tx.payments.lock(payment_id)
        ensure_captured(payment)
        if amount is not None:
            ensure_amount(amount, payment.rest)
        is_whole = amount is None or amount == payment.rest
        if not manages(caller, payment):
            begins_at = await tx.payments.begins_at(registration.id)
            ensure_owner_may(is_whole=is_whole, begins_at=begins_at, now=now)
        if is_whole:
            money = endings.GivenBack(by=caller.user_id, reason=reason)
            await endings.end_refunded(tx, registration, elsewhere, money, now)
        else:
            await tx.payments.refund_paid(
                [registration.id], now, reason=reason, by=caller.user_id, amount=amount
            )
            refunded = Message(kind=MessageKind.PAYMENT_REFUNDED, subject=payment.id)
            await tx.announce([refunded], now)
        given = (await tx.refunds.of_payment(payment_id))[-1]
        await tx.keep(given)
    return given


async def refunds_of(uow: "UnitOfWork", caller: Caller, payment_id: int) -> Sequence[Refund]:
    """What has been given back of a payment, the first first. Raises NotFound."""
    async with uow.reading() as tx:
        await seen(tx, caller, payment_id)
        return await tx.refunds.of_payment(payment_id)


async def find(uow: "UnitOfWork", caller: Caller, payment_id: int) -> Payment:
    """One payment. Raises NotFound."""
    async with uow.reading() as tx:
        return await seen(tx, caller, payment_id)


async def seen(tx: "Transaction", caller: Caller, payment_id: int) -> Payment:
    """A payment is seen by its owner, the conference's organizer and admins (`not_found`)."""
    payment = await tx.payments.get(payment_id)
    if not (caller.user_id == payment.owner_id or manages(caller, payment)):
        raise NotFound
    return payment


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: PaymentFilter, page: PageRequest
) -> Page[Payment]:
    """The payments the caller may see, newest first unless ordered otherwise."""
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
