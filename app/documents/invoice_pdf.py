"""The invoice on paper: a sheet of A4."""

from datetime import datetime

from app.documents.bill import NET, Bill
from app.documents.wording import day, price
from app.domain.invoices import Invoice
from app.domain.money import Money
from app.domain.payments import PaymentStatus

_STANDS = {
    PaymentStatus.PENDING: "Not paid yet",
    PaymentStatus.PAID: "Paid",
    PaymentStatus.FAILED: "The payment failed",
    PaymentStatus.REFUNDED: "Paid and refunded",
}
_SAID = (
    "Issued by Plenary for the organizer, and valid without a signature. Dates are those in UTC."
)


def draw(invoice: Invoice, drawn_at: datetime) -> bytes:
    """The PDF, of one page."""
    bill = Bill("Invoice", invoice.number, invoice.sale.seller_name, drawn_at)
    bill.parties(invoice.sale)
    bill.facts(
        [
            ("Issued", day(invoice.issued_at.date())),
            ("Due", day(invoice.due_on) if invoice.due_on else "At once"),
            ("Transaction", invoice.transaction_id),
            ("Payment", _stands(invoice)),
        ]
    )
    bill.line(invoice.sale, price(invoice.amount))
    sums = [("Total", price(invoice.amount))]
    if invoice.refunded.minor:
        sums += [("Refunded", f"−{price(invoice.refunded)}"), (NET, price(_rest(invoice)))]
    bill.sums(sums)
    return bill.finished(_SAID)


def _stands(invoice: Invoice) -> str:
    if invoice.payment_status is PaymentStatus.PAID and invoice.refunded.minor:
        return "Paid, and refunded in part"
    return _STANDS[invoice.payment_status]


def _rest(invoice: Invoice) -> Money:
    minor = invoice.amount.minor - invoice.refunded.minor
    return Money(minor=minor, currency=invoice.amount.currency)
