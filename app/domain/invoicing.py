"""Making invoices: one per payment, numbered without a gap per organizer and year."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from app.domain.money import Money
from app.domain.registrations import Registration

if TYPE_CHECKING:
    from app.repositories.uow import Transaction

# Whose conferences belong to nobody number them together.
NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """Who sells what to whom, in the names they bear when it is sold."""

    seller_name: str
    seller_email: str
    buyer_name: str
    buyer_email: str
    buyer_organization: str
    description: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDraft:
    """An invoice with its number, which nobody else has."""

    payment_id: int
    number: str
    organizer_id: int
    year: int
    sequence: int
    sale: Sale
    amount: Money
    due_on: date
    issued_at: datetime


def number_of(organizer_id: int, year: int, sequence: int) -> str:
    """INV-<organizer>-<year>-<six digits, or more of them>."""
    return f"INV-{organizer_id}-{year}-{sequence:06}"


async def invoice(
    tx: "Transaction", registration: Registration, payment_id: int, now: datetime
) -> None:
    """Make the invoice of a new payment, in the transaction that makes the payment.

    The counter is locked from here until the transaction ends, so this comes last in it: a payment
    that is not made gives its number back.
    """
    sale = await tx.invoices.sale(registration.id)
    organizer_id = registration.organizer_id or NOBODY
    sequence = await tx.invoices.draw(organizer_id, now.year)
    draft = InvoiceDraft(
        payment_id=payment_id,
        number=number_of(organizer_id, now.year, sequence),
        organizer_id=organizer_id,
        year=now.year,
        sequence=sequence,
        sale=sale,
        amount=registration.price,
        due_on=(registration.hold_expires_at or now).date(),
        issued_at=now,
    )
    await tx.invoices.add(draft)
