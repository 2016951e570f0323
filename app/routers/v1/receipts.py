"""Receipts over HTTP: JSON, or a PDF for whoever asks for one."""

from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import invoices
from app.domain.invoices import Receipt
from app.domain.payments import Method
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import PathId
from app.routers.negotiation import prefers_pdf
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors
from app.routers.v1.files import PDF_CONTENT, pdf
from app.routers.v1.invoices import BuyerOut, SellerOut
from app.routers.v1.paths import V1
from app.routers.v1.refunds import RefundOut

router = APIRouter(prefix=f"{V1}/payments", tags=["Payments"])


class ReceiptOut(BaseModel):
    """That a payment was had; `net_amount` is what has not been given back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "payment": 7,
                    "registration": 15,
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "transaction_id": "EVH-7Q2MZ0K4XW9B",
                    "reference_number": "",
                    "method": "simulated",
                    "invoice_number": "INV-2-2026-000004",
                    "seller": {"name": "Tech Events Ltd", "email": "events@example.com"},
                    "buyer": {
                        "name": "Jane Doe",
                        "email": "jane@example.com",
                        "organization": "Innovate Corp",
                    },
                    "description": "Tech Summit 2026, Early bird",
                    "quantity": 1,
                    "amount": 49.0,
                    "refunded_amount": 0.0,
                    "net_amount": 49.0,
                    "currency": "USD",
                    "paid_at": "2026-08-01T10:00:01Z",
                    "refunds": [],
                }
            ]
        }
    )

    payment: int
    registration: int
    conference: int
    conference_name: str
    transaction_id: str
    reference_number: str
    method: Method
    invoice_number: str
    seller: SellerOut
    buyer: BuyerOut
    description: str
    quantity: int
    amount: float
    refunded_amount: float
    net_amount: float
    currency: str
    paid_at: datetime | None
    refunds: list[RefundOut]

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptOut":
        payment, sale = receipt.payment, receipt.sale
        return cls(
            payment=payment.id,
            registration=payment.registration_id,
            conference=payment.conference_id,
            conference_name=payment.conference_name,
            transaction_id=payment.transaction_id,
            reference_number=payment.reference_number,
            method=payment.method,
            invoice_number=receipt.invoice_number,
            seller=SellerOut.of(sale),
            buyer=BuyerOut.of(sale),
            description=sale.description,
            quantity=sale.quantity,
            amount=float(payment.amount.amount),
            refunded_amount=float(payment.refunded.amount),
            net_amount=float(payment.rest.amount),
            currency=payment.amount.currency,
            paid_at=payment.settled_at,
            refunds=[RefundOut.of(refund) for refund in receipt.refunds],
        )


@router.get(
    "/{payment_id}/receipt/",
    summary="Get the receipt of a payment",
    operation_id="getReceipt",
    response_model=Envelope[ReceiptOut],
    responses={
        200: {
            "description": "The receipt; a PDF where `Accept` asks for one",
            "content": PDF_CONTENT,
        },
        **errors(401, 404, 409, 503),
    },
)
async def get_receipt(
    payment_id: PathId, request: Request, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """Of what was paid, given back or not; a 409 for anything else."""
    receipt = await invoices.receipt(uow, me, payment_id)
    if prefers_pdf(request.headers.get("accept")):
        name = f"receipt-{receipt.payment.transaction_id}.pdf"
        answer = pdf(await rt.press.receipt_pdf(receipt, now), name)
    else:
        answer = ok(ReceiptOut.of(receipt))
        answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Vary"] = "Accept"
    return answer
