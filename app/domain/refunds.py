"""Refunds: what is given back of a captured payment, each a row of its own (`payment_state`)."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import Forbidden, Invalid, PaymentState, RefundTooLarge
from app.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """`reason` is what somebody said, or the code of what happened.

    `refunded_by` is the user who gave it back; None where the house did so by itself.
    """

    id: int
    payment_id: int
    amount: Money
    reason: str
    refunded_by: int | None
    created_at: datetime


def ensure_amount(amount: Money, rest: Money) -> None:
    """A part is more than nothing, and never more than is left (`refund_too_large`)."""
    if amount.currency != rest.currency:
        raise Invalid(f"It was paid in {rest.currency}.", field="amount")
    if amount.minor <= 0:
        raise Invalid("Give back more than nothing.", field="amount")
    if amount.minor > rest.minor:
        raise RefundTooLarge


def ensure_owner_may(*, is_whole: bool, begins_at: datetime, now: datetime) -> None:
    """Owners take back all they paid, while it has not begun (`forbidden`, `payment_state`)."""
    if not is_whole:
        raise Forbidden("A part is given back by the organizer.")
    if begins_at <= now:
        raise PaymentState("It has begun; ask the organizer for the money.")
