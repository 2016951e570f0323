"""Refunds over HTTP: what is given back of a payment, in full or in part."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from app.domain import payments
from app.domain.money import Money, exact
from app.domain.refunds import Refund
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import PathId, Price, ShortText
from app.routers.v1.envelope import Envelope, created, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/payments/{{payment_id}}/refunds", tags=["Payments"])


class RefundIn(BaseModel):
    """Without an amount, all that is left is given back."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"amount": "10.00", "reason": "One day was cancelled"}]},
    )

    amount: Price | None = None
    reason: ShortText = ""


class RefundOut(BaseModel):
    """`reason` is what was said, or a code of what happened; nobody refunds what the house does."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 3,
                    "payment": 7,
                    "amount": 10.0,
                    "currency": "USD",
                    "reason": "One day was cancelled",
                    "refunded_by": 2,
                    "created_at": "2026-08-02T10:00:00Z",
                }
            ]
        }
    )

    id: int
    payment: int
    amount: float
    currency: str
    reason: str
    refunded_by: int | None
    created_at: datetime

    @classmethod
    def of(cls, refund: Refund) -> "RefundOut":
        return cls(
            id=refund.id,
            payment=refund.payment_id,
            amount=float(refund.amount.amount),
            currency=refund.amount.currency,
            reason=refund.reason,
            refunded_by=refund.refunded_by,
            created_at=refund.created_at,
        )


@router.post(
    "/",
    summary="Refund a payment",
    operation_id="refundPayment",
    status_code=201,
    response_model=Envelope[RefundOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def refund_payment(
    payment_id: PathId, body: RefundIn, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """All of it, which cancels the registration and frees its seats, or a part, which does not.

    Organizer and admins may at any time; the owner only all of it, and before it begins.
    """
    amount: Money | None = None
    if body.amount is not None:
        known = await payments.find(rt.unit_of_work(), me, payment_id)
        amount = exact(body.amount, known.amount.currency, field="amount")
    refund = await payments.refund(uow, me, payment_id, amount=amount, reason=body.reason, now=now)
    return created(RefundOut.of(refund))


@router.get(
    "/",
    summary="List the refunds of a payment",
    operation_id="listRefunds",
    response_model=Envelope[list[RefundOut]],
    responses=errors(401, 404, 503),
)
async def list_refunds(payment_id: PathId, me: Me, uow: Uow) -> Response:
    """The first first."""
    refunds = await payments.refunds_of(uow, me, payment_id)
    return ok([RefundOut.of(refund) for refund in refunds])
