"""Refunds: read here; written where payments are given back."""

from collections.abc import Sequence

from sqlalchemy import text

from app.domain.money import Money
from app.domain.refunds import Refund
from app.repositories.base import Repository
from app.repositories.driver import Row

_COLUMNS = "f.id, f.payment_id, f.amount_minor, f.currency, f.reason, f.refunded_by, f.created_at"
_OF_PAYMENT = text(f"SELECT {_COLUMNS} FROM refunds f WHERE f.payment_id = :id ORDER BY f.id")
_OF_REGISTRATION = text(
    f"SELECT {_COLUMNS} FROM refunds f JOIN payments p ON p.id = f.payment_id"
    " WHERE p.registration_id = :id ORDER BY f.id"
)


class Refunds(Repository):
    async def of_payment(self, payment_id: int) -> Sequence[Refund]:
        """The first first."""
        return [_refund(row) for row in await self._rows(_OF_PAYMENT, {"id": payment_id})]

    async def of_registration(self, registration_id: int) -> Sequence[Refund]:
        """Of all that was paid for it, the first first."""
        return [_refund(row) for row in await self._rows(_OF_REGISTRATION, {"id": registration_id})]


def _refund(row: Row) -> Refund:
    return Refund(
        id=row["id"],
        payment_id=row["payment_id"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        reason=row["reason"],
        refunded_by=row["refunded_by"],
        created_at=row["created_at"],
    )
