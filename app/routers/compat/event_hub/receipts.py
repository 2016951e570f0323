"""Receipts of payments, as JSON or as a PDF (seed 003, Payments)."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict

from app.domain import invoices
from app.domain.invoices import Receipt
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.event_hub.payments import PAYMENT, PaymentOut
from app.routers.compat.frame import ItemId, bare
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.negotiation import PDF, prefers_pdf

router = APIRouter(prefix="/api/payments", tags=["Payments"])

_OUT: dict[str, Any] = PAYMENT | {
    "invoice_number": "INV-1-2025-000001",
    "description": "Test Workshop",
    "number_of_tickets": 1,
    "seller_name": "Admin User",
    "seller_email": "admin@example.com",
    "buyer_name": "John Doe",
    "buyer_email": "newuser@example.com",
    "refunded_amount": "0.00",
    "net_amount": "29.99",
    "paid_at": "2025-12-20T12:00:01Z",
}


class ReceiptOut(PaymentOut):
    """The payment, who had it of whom, and what has not been given back: `net_amount`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    invoice_number: str
    description: str
    number_of_tickets: int
    seller_name: str
    seller_email: str
    buyer_name: str
    buyer_email: str
    refunded_amount: str
    net_amount: str
    paid_at: datetime | None

    @classmethod
    def had(cls, receipt: Receipt) -> "ReceiptOut":
        payment, sale = receipt.payment, receipt.sale
        return cls.model_construct(
            **PaymentOut.of(payment).model_dump(),
            invoice_number=receipt.invoice_number,
            description=sale.description,
            number_of_tickets=sale.quantity,
            seller_name=sale.seller_name,
            seller_email=sale.seller_email,
            buyer_name=sale.buyer_name,
            buyer_email=sale.buyer_email,
            refunded_amount=f"{payment.refunded.amount:f}",
            net_amount=f"{payment.rest.amount:f}",
            paid_at=payment.settled_at,
        )


@router.get(
    "/{id:int}/receipt/",
    operation_id="getPaymentReceipt",
    summary="Get payment receipt",
    response_model=ReceiptOut,
    responses={
        200: {
            "description": "The receipt; a PDF where `Accept` asks for one",
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        },
        **errors(401, 404, 409, 503),
    },
)
async def get_payment_receipt(
    payment_id: ItemId, request: Request, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """Of what was paid, given back or not; a 409 for anything else."""
    receipt = await invoices.receipt(uow, me, payment_id)
    if prefers_pdf(request.headers.get("accept")):
        answer = Response(await rt.press.receipt_pdf(receipt, now), media_type=PDF)
        name = f"receipt-{receipt.payment.transaction_id}.pdf"
        answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    else:
        answer = bare(ReceiptOut.had(receipt))
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Vary"] = "Accept"
    return answer
