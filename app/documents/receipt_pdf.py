"""The receipt on paper: a sheet of A4."""

from datetime import datetime

from app.documents.bill import NET, Bill
from app.documents.wording import day, moment, price
from app.domain.invoices import Receipt
from app.domain.payments import Method

_MOST_REFUNDS = 8
_BY = {
    Method.SIMULATED: "Test payment (simulated)",
    Method.MOCK: "Test payment (mock)",
}
_SAID = "This confirms that the amount was received. Times are in UTC."


def draw(receipt: Receipt, drawn_at: datetime) -> bytes:
    """The PDF, of one page."""
    payment, sale = receipt.payment, receipt.sale
    bill = Bill("Receipt", payment.transaction_id, sale.seller_name, drawn_at)
    bill.parties(sale)
    facts = [
        ("Received", moment(payment.settled_at or payment.created_at, "UTC")),
        ("Paid by", _BY[payment.method]),
        ("Invoice", receipt.invoice_number),
        ("Reference", payment.reference_number),
    ]
    bill.facts([(label, value) for label, value in facts if value])
    bill.line(sale, price(payment.amount))
    sums = [("Received", price(payment.amount))]
    if payment.refunded_minor:
        sums += [("Refunded", f"−{price(payment.refunded)}"), (NET, price(payment.rest))]
    bill.sums(sums)
    refunds = [(_dated(one.created_at), f"−{price(one.amount)}") for one in receipt.refunds]
    bill.table("Refunds", refunds, _MOST_REFUNDS)
    return bill.finished(_SAID)


def _dated(at: datetime) -> str:
    return day(at.date())
