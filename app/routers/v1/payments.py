"""Payments over HTTP (seed 000 §5.4), and the gateway's callback."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain import payments
from app.domain.errors import Invalid
from app.domain.payments import Method, Outcome, Payment, PaymentFilter, PaymentStatus
from app.domain.trail import ActorKind, act_for
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import Id, PathId, QueryId, ShortText
from app.routers.v1.envelope import Envelope, ListEnvelope, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1
from app.signing import verify

router = APIRouter(prefix=f"{V1}/payments", tags=["Payments"])

# The seed's words, beginning with a capital.
Shown = Literal["Pending", "Paid", "Failed", "Refunded"]
_SHOWN: dict[PaymentStatus, Shown] = {
    PaymentStatus.PENDING: "Pending",
    PaymentStatus.PAID: "Paid",
    PaymentStatus.FAILED: "Failed",
    PaymentStatus.REFUNDED: "Refunded",
}


class PaymentIn(BaseModel):
    """`method` says who decides: `simulated` says yes to four of five, `mock` to all.

    `outcome` asks the simulated gateway for an outcome; only a server in test mode takes it.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"registration_id": 15}]}
    )

    registration_id: Id
    method: Method = Method.SIMULATED
    reference_number: ShortText = ""
    outcome: Outcome | None = None


class PaymentOut(BaseModel):
    """One attempt to pay; `reason` says why there was no success.

    `refunded_amount` is what has been given back of it; in full, it is `Refunded`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 7,
                    "registration_id": 15,
                    "invoice": 4,
                    "status": "Paid",
                    "amount": 49.0,
                    "currency": "USD",
                    "refunded_amount": 0.0,
                    "method": "simulated",
                    "transaction_id": "EVH-7Q2MZ0K4XW9B",
                    "reference_number": "",
                    "reason": "",
                    "created_at": "2026-08-01T10:00:00Z",
                    "settled_at": "2026-08-01T10:00:01Z",
                    "processed_at": "2026-08-01T10:00:01Z",
                    "refunded_at": None,
                }
            ]
        }
    )

    id: int
    registration_id: int
    invoice: int | None
    status: Shown
    amount: float
    currency: str
    refunded_amount: float
    method: Method
    transaction_id: str
    reference_number: str
    reason: str
    created_at: datetime
    settled_at: datetime | None
    processed_at: datetime | None
    refunded_at: datetime | None

    @classmethod
    def of(cls, payment: Payment) -> "PaymentOut":
        return cls.model_construct(
            id=payment.id,
            registration_id=payment.registration_id,
            invoice=payment.invoice_id,
            status=_SHOWN[payment.status],
            amount=float(payment.amount.amount),
            currency=payment.amount.currency,
            refunded_amount=float(payment.refunded.amount),
            method=payment.method,
            transaction_id=payment.transaction_id,
            reference_number=payment.reference_number,
            reason=payment.failure_reason,
            created_at=payment.created_at,
            settled_at=payment.settled_at,
            processed_at=payment.settled_at,
            refunded_at=payment.refunded_at,
        )


class Settled(BaseModel):
    """What the gateway decided about one payment."""

    payment_id: Id
    outcome: Outcome
    reason: ShortText = ""


class CallbackIn(BaseModel):
    """An event as Standard Webhooks shape it; events of other types are taken and left alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "payment.settled",
                    "timestamp": "2026-08-01T10:00:01Z",
                    "data": {"payment_id": 7, "outcome": "paid"},
                }
            ]
        }
    )

    type: Literal["payment.settled"]
    timestamp: Annotated[ShortText, Field(max_length=64)]
    data: Settled


# Read from the raw body, whose signature is checked first: FastAPI does not see it.
_CALLBACK = CallbackIn.model_json_schema(ref_template="#/components/schemas/{model}")


class PaymentsQuery(ListQuery):
    """Newest first unless asked otherwise."""

    ordering: Annotated[str, orderable("created_at", "amount", "id")] = "-created_at"
    registration: QueryId | None = None
    status: PaymentStatus | None = None
    method: Method | None = None

    def filter(self) -> PaymentFilter:
        return PaymentFilter(
            registration_id=self.registration, status=self.status, method=self.method
        )


@router.post(
    "/process/",
    summary="Pay for a registration",
    operation_id="processPayment",
    response_model=Envelope[PaymentOut],
    responses={
        202: {
            "model": Envelope[PaymentOut],
            "description": "The gateway has not decided yet; ask for the payment again later",
        },
        **errors(400, 401, 404, 409, 422, 429, 503),
    },
)
async def process_payment(body: PaymentIn, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Asks the gateway and waits for its word; of simulated attempts 80 % succeed."""
    if body.outcome is not None and not rt.settings.payment_test_mode:
        raise Invalid("This server does not take wishes.", field="outcome")
    payment = await payments.start(
        uow,
        me,
        body.registration_id,
        body.outcome,
        now,
        callback_url=rt.settings.callback_url,
        method=body.method,
        reference_number=body.reference_number,
    )
    patience = rt.settings.payment_wait_seconds
    payment = await payments.outcome(rt.unit_of_work(), payment.id, patience)
    pending = payment.status is PaymentStatus.PENDING
    shown = PaymentOut.of(payment)
    if payment.status is PaymentStatus.REFUNDED:
        # Cancelled while it was paid for: to whoever asked to pay, that is no success.
        shown = shown.model_copy(update={"status": "Failed"})
    return ok(shown, status=202 if pending else 200)


@router.post(
    "/callback/",
    summary="Take the gateway's word on a payment",
    operation_id="settlePayment",
    response_model=Envelope[PaymentOut],
    responses=errors(400, 401, 404, 503),
    openapi_extra={
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _CALLBACK}},
        },
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
        ],
    },
)
async def settle_payment(request: Request, rt: Rt, now: Now) -> Response:
    """Needs a signature as Standard Webhooks define it, not a token. Repeats change nothing."""
    raw = await request.body()
    event_id = verify(rt.settings.webhook_keys, request.headers, raw, now)
    event = _event(raw)
    act_for(ActorKind.GATEWAY)
    payment = await payments.settle(
        rt.unit_of_work(),
        event.data.payment_id,
        outcome=event.data.outcome,
        reason=event.data.reason,
        settled_by=event_id,
        now=now,
    )
    return ok(PaymentOut.of(payment))


def _event(raw: bytes) -> CallbackIn:
    try:
        return CallbackIn.model_validate_json(raw)
    except ValidationError as error:
        faults = [fault | {"loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error


@router.get(
    "/",
    summary="List payments",
    operation_id="listPayments",
    response_model=ListEnvelope[PaymentOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(PaymentsQuery),
)
async def list_payments(
    request: Request, me: Me, query: Annotated[PaymentsQuery, asked(PaymentsQuery)], uow: Uow
) -> Response:
    """One's own; an organizer's conferences'; all for admins."""
    page = await payments.listed(uow, me, query.filter(), query.page_request())
    return listed([PaymentOut.of(item) for item in page.items], page, request)


@router.get(
    "/{payment_id:int}/",
    summary="Get a payment",
    operation_id="getPayment",
    response_model=Envelope[PaymentOut],
    responses=errors(401, 404, 503),
)
async def get_payment(payment_id: PathId, me: Me, uow: Uow) -> Response:
    """What became of an attempt to pay."""
    return ok(PaymentOut.of(await payments.find(uow, me, payment_id)))
