"""The ledger of a registration over HTTP."""

from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from app.domain import ledger
from app.domain.ledger import Entry, EntryKind, Ledger
from app.routers.deps import Me, Uow
from app.routers.fields import PathId
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/registrations", tags=["Payments"])


class EntryOut(BaseModel):
    """`amount` is positive where it is owed, negative where it makes up for that."""

    kind: EntryKind
    amount: float
    at: datetime
    payment: int | None
    refund: int | None

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        return cls(
            kind=entry.kind,
            amount=float(entry.amount.amount),
            at=entry.at,
            payment=entry.payment_id,
            refund=entry.refund_id,
        )


class LedgerOut(BaseModel):
    """`balance` is charged - captured + refunded - credited: what is still to be paid."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "registration": 15,
                    "currency": "USD",
                    "charged": 49.0,
                    "captured": 49.0,
                    "refunded": 0.0,
                    "credited": 0.0,
                    "balance": 0.0,
                    "entries": [
                        {
                            "kind": "charge",
                            "amount": 49.0,
                            "at": "2026-08-01T10:00:00Z",
                            "payment": None,
                            "refund": None,
                        },
                        {
                            "kind": "capture",
                            "amount": -49.0,
                            "at": "2026-08-01T10:00:01Z",
                            "payment": 7,
                            "refund": None,
                        },
                    ],
                }
            ]
        }
    )

    registration: int
    currency: str
    charged: float
    captured: float
    refunded: float
    credited: float
    balance: float
    entries: list[EntryOut]

    @classmethod
    def of(cls, ledger: Ledger) -> "LedgerOut":
        return cls(
            registration=ledger.registration.id,
            currency=ledger.registration.price.currency,
            charged=float(ledger.charged.amount),
            captured=float(ledger.captured.amount),
            refunded=float(ledger.refunded.amount),
            credited=float(ledger.credited.amount),
            balance=float(ledger.balance.amount),
            entries=[EntryOut.of(entry) for entry in ledger.entries],
        )


@router.get(
    "/{registration_id}/ledger/",
    summary="Get the ledger of a registration",
    operation_id="getLedger",
    response_model=Envelope[LedgerOut],
    responses=errors(401, 404, 503),
)
async def get_ledger(registration_id: PathId, me: Me, uow: Uow) -> Response:
    """What was charged, paid, given back and waived, in order of time.

    The balance is the price while a seat is held for payment, and nothing otherwise.
    """
    return ok(LedgerOut.of(await ledger.find(uow, me, registration_id)))
