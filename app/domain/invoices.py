"""Invoices: one per payment, made with it; and the receipt of what was paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.domain import payments
from app.domain.access import Caller, ensure_known, ensure_manages, manages
from app.domain.errors import NotFound, PaymentState
from app.domain.idempotency import once
from app.domain.invoicing import Sale
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.payments import Payment, PaymentStatus
from app.domain.refunds import Refund

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What was sold, and how its payment stands by now.

    `organizer_id` and `owner_id` are those of the registration; the number tells whose it is.
    """

    id: int
    number: str
    payment_id: int
    registration_id: int
    conference_id: int
    transaction_id: str
    payment_status: PaymentStatus
    sale: Sale
    amount: Money
    refunded: Money
    due_on: date | None
    issued_at: datetime
    sent_at: datetime | None
    organizer_id: int | None
    owner_id: int | None

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFilter:
    """None means any; `search` looks into the numbers of invoice and transaction."""

    payment_id: int | None = None
    conference_id: int | None = None
    is_sent: bool | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a payment was had: of whom, for what, how much, and what was given back of it."""

    payment: Payment
    sale: Sale
    invoice_number: str
    refunds: Sequence[Refund]


def ensure_received(payment: Payment) -> None:
    """Only what was captured has a receipt, given back or not (`payment_state`)."""
    if not payment.is_captured:
        raise PaymentState(
            f"The payment is {payment.status.value}; there is no receipt.", field="payment_id"
        )


async def find(uow: "UnitOfWork", caller: Caller, invoice_id: int) -> Invoice:
    """One invoice: its buyer's, the organizer's, an admin's. Raises NotFound."""
    async with uow.reading() as tx:
        invoice = await tx.invoices.find(invoice_id)
    return _known(caller, invoice)


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: InvoiceFilter, page: PageRequest
) -> Page[Invoice]:
    """The invoices the caller may see, newest first unless ordered otherwise."""
    async with uow.reading() as tx:
        return await tx.invoices.page(filter, page, caller.user_id, caller.is_admin)


@once
async def mark_as_sent(
    uow: "UnitOfWork", caller: Caller, invoice_id: int, now: datetime
) -> Invoice:
    """Note that an invoice went out; the first time counts. Raises NotFound, Forbidden."""
    async with uow as tx:
        invoice = _known(caller, await tx.invoices.find(invoice_id))
        ensure_manages(caller, invoice)
        sent_at = await tx.invoices.mark_as_sent(invoice_id, now)
        invoice = replace(invoice, sent_at=sent_at)
        await tx.keep(invoice)
    return invoice


async def receipt(uow: "UnitOfWork", caller: Caller, payment_id: int) -> Receipt:
    """The receipt of a captured payment. Raises NotFound, PaymentState."""
    async with uow.reading() as tx:
        payment = await payments.seen(tx, caller, payment_id)
        ensure_received(payment)
        invoice = await tx.invoices.of_payment(payment_id)
        return Receipt(
            payment=payment,
            # Payments of old have no invoice: those are named as they are now.
            sale=invoice.sale if invoice else await tx.invoices.sale(payment.registration_id),
            invoice_number=invoice.number if invoice else "",
            refunds=await tx.refunds.of_payment(payment_id),
        )


def _known(caller: Caller, invoice: Invoice | None) -> Invoice:
    if invoice is None:
        raise NotFound
    ensure_known(invoice.owner_id == caller.user_id or manages(caller, invoice))
    return invoice
