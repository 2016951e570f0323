"""Payments of bookings (seed 003, Payments)."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from app.domain import payments, registrations
from app.domain.access import Caller
from app.domain.errors import AmountMismatch, NotFound
from app.domain.pages import PageRequest
from app.domain.payments import Method, Payment, PaymentFilter, PaymentStatus
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.frame import ItemId, bare
from app.routers.compat.numbers import AsNumber
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import Id, Price
from app.runtime import Runtime

router = APIRouter(prefix="/api/payments", tags=["Payments"])

Word = Literal["pending", "completed", "failed", "refunded"]
_STATUSES: dict[Word, PaymentStatus] = {
    "pending": PaymentStatus.PENDING,
    "completed": PaymentStatus.PAID,
    "failed": PaymentStatus.FAILED,
    "refunded": PaymentStatus.REFUNDED,
}
_WORDS = {status: word for word, status in _STATUSES.items()}

_IN: dict[str, Any] = {"booking": 1, "amount": "29.99", "method": "mock"}
PAYMENT: dict[str, Any] = {
    "id": 1,
    "booking": 1,
    "booking_event": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "amount": "29.99",
    "currency": "USD",
    "status": "completed",
    "method": "mock",
    "transaction_id": "EVH-ABCD1234EFGH",
    "reference_number": "",
    "created_at": "2025-12-20T12:00:00Z",
    "processed_at": "2025-12-20T12:00:01Z",
    "refunded_at": None,
}


class PaymentIn(BaseModel):
    """`amount` is what the client takes the price to be; nobody pays anything else."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    booking: Annotated[Id, AsNumber]
    amount: Price
    method: Method = Method.MOCK


class PaymentOut(BaseModel):
    """`mock` always succeeds, `simulated` mostly; `pending` until it is decided."""

    model_config = ConfigDict(json_schema_extra={"examples": [PAYMENT]})

    id: int
    booking: int
    booking_event: str
    user: int | None
    user_name: str
    amount: str
    currency: str
    status: Word
    method: Method
    transaction_id: str
    reference_number: str
    created_at: datetime
    processed_at: datetime | None
    refunded_at: datetime | None

    @classmethod
    def of(cls, payment: Payment) -> "PaymentOut":
        return cls.model_construct(
            id=payment.id,
            booking=payment.registration_id,
            booking_event=payment.conference_name,
            user=payment.owner_id,
            user_name=payment.payer_name,
            amount=f"{payment.amount.amount:f}",
            currency=payment.amount.currency,
            status=_WORDS[payment.status],
            method=payment.method,
            transaction_id=payment.transaction_id,
            reference_number=payment.reference_number,
            created_at=payment.created_at,
            processed_at=payment.settled_at,
            refunded_at=payment.refunded_at,
        )


class PaymentsQuery(ListQuery):
    """The newest first."""

    status: Word | None = None
    method: Method | None = None
    ordering: Literal["created_at", "-created_at"] = "-created_at"

    def filter(self) -> PaymentFilter:
        return PaymentFilter(
            status=None if self.status is None else _STATUSES[self.status], method=self.method
        )

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering)


@router.get(
    "/",
    operation_id="listPayments",
    summary="List user's payments",
    response_model=list[PaymentOut],
    responses=errors(400, 401, 503, fault="status", wrong="Must be one of those that are named."),
)
async def list_payments(me: Me, query: Annotated[PaymentsQuery, Query()], uow: Uow) -> Response:
    """One's own, those of one's own events, and all for admins: whoever may refund finds them."""
    page = await payments.listed(uow, me, query.filter(), query.page_request())
    return bare([PaymentOut.of(payment) for payment in page.items])


@router.post(
    "/",
    operation_id="createPayment",
    summary="Create payment",
    status_code=201,
    response_model=PaymentOut,
    responses=errors(400, 401, 404, 409, 422, 429, 503, fault="amount"),
)
async def create_payment(body: PaymentIn, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Pays for a booking, and waits a moment for the word on it; an invoice is made with it."""
    await _ensure_price(rt, me, body.booking, body.amount)
    started = await payments.start(
        uow,
        me,
        body.booking,
        None,
        now,
        callback_url=rt.settings.callback_url,
        method=body.method,
    )
    patience = rt.settings.payment_wait_seconds
    payment = await payments.outcome(rt.unit_of_work(), started.id, patience)
    return bare(PaymentOut.of(payment), 201)


@router.get(
    "/{id:int}/",
    operation_id="getPayment",
    summary="Get payment details",
    response_model=PaymentOut,
    responses=errors(401, 404, 503),
)
async def get_payment(payment_id: ItemId, me: Me, uow: Uow) -> Response:
    """For who paid, the event's organizer and admins; `pending` ones are asked for again here."""
    return bare(PaymentOut.of(await payments.find(uow, me, payment_id)))


@router.post(
    "/{id:int}/refund/",
    operation_id="refundPayment",
    summary="Refund payment",
    response_model=PaymentOut,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def refund_payment(payment_id: ItemId, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Gives back all that is left, and cancels the booking.

    By who paid while the event has not begun, by its organizer and admins always.
    """
    await payments.refund(uow, me, payment_id, amount=None, reason="", now=now)
    return bare(PaymentOut.of(await payments.find(rt.unit_of_work(), me, payment_id)))


async def _ensure_price(rt: Runtime, me: Caller, booking_id: int, amount: Decimal) -> None:
    """Who pays knows what for (`amount_mismatch`); a price never changes once it is asked."""
    booking = await registrations.find(rt.unit_of_work(), me, booking_id)
    if booking.is_waiting:
        raise NotFound
    if booking.price.amount != amount:
        raise AmountMismatch(f"The price is {booking.price.amount:f}.")
