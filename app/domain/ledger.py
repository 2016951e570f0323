"""The ledger of a registration: what was charged, paid, given back and waived; it balances."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.money import Money
from app.domain.payments import Payment
from app.domain.refunds import Refund
from app.domain.registrations import Registration, seen

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


class EntryKind(StrEnum):
    """Charges and refunds are owed; captures and credits make up for them."""

    CHARGE = "charge"
    CAPTURE = "capture"
    REFUND = "refund"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`amount` is positive where it is owed to the organizer, negative where it makes up for it."""

    kind: EntryKind
    amount: Money
    at: datetime
    payment_id: int | None = None
    refund_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """In order of time; the balance is what is still to be paid."""

    registration: Registration
    entries: Sequence[Entry]

    @property
    def balance(self) -> Money:
        return self._sum(*EntryKind)

    @property
    def charged(self) -> Money:
        return self._sum(EntryKind.CHARGE)

    @property
    def captured(self) -> Money:
        return _negative(self._sum(EntryKind.CAPTURE))

    @property
    def refunded(self) -> Money:
        return self._sum(EntryKind.REFUND)

    @property
    def credited(self) -> Money:
        return _negative(self._sum(EntryKind.CREDIT))

    def _sum(self, *kinds: EntryKind) -> Money:
        total = sum(entry.amount.minor for entry in self.entries if entry.kind in kinds)
        return replace(self.registration.price, minor=total)


def ledger(
    registration: Registration, payments: Sequence[Payment], refunds: Sequence[Refund]
) -> Ledger:
    """Write up what happened to a registration.

    A seat is charged for; whoever waits owes nothing yet. What is given back while the seat is
    kept is waived, and when the seat is given up so is all the rest: nobody owes for an empty one.
    """
    if registration.is_waiting:
        return Ledger(registration=registration, entries=[])
    price = registration.price
    entries = [Entry(kind=EntryKind.CHARGE, amount=price, at=registration.created_at)]
    entries += [_capture(one) for one in payments if one.is_captured]
    entries += [_refund(one) for one in refunds]
    owed = sum(entry.amount.minor for entry in entries)
    if registration.is_live:
        # Given back of what it still stands for.
        owed = sum(one.amount.minor for one in refunds if one.payment_id in _standing(payments))
    if owed:
        last = max(entry.at for entry in entries)
        waived = Entry(
            kind=EntryKind.CREDIT,
            amount=replace(price, minor=-owed),
            at=last if registration.ended_at is None else max(last, registration.ended_at),
        )
        entries.append(waived)
    order = {kind: place for place, kind in enumerate(EntryKind)}
    entries.sort(key=lambda entry: (entry.at, order[entry.kind]))
    return Ledger(registration=registration, entries=entries)


async def find(uow: "UnitOfWork", caller: Caller, registration_id: int) -> Ledger:
    """The ledger of a registration: its owner's, the organizer's, an admin's. Raises NotFound."""
    async with uow.reading() as tx:
        registration = await seen(tx, caller, registration_id)
        payments = await tx.payments.of_registration(registration_id)
        refunds = await tx.refunds.of_registration(registration_id)
    return ledger(registration, payments, refunds)


def _capture(payment: Payment) -> Entry:
    return Entry(
        kind=EntryKind.CAPTURE,
        amount=_negative(payment.amount),
        at=payment.settled_at or payment.created_at,
        payment_id=payment.id,
    )


def _refund(refund: Refund) -> Entry:
    return Entry(
        kind=EntryKind.REFUND,
        amount=refund.amount,
        at=refund.created_at,
        payment_id=refund.payment_id,
        refund_id=refund.id,
    )


def _standing(payments: Sequence[Payment]) -> frozenset[int]:
    """Those that hold a seat: paid, and not given back in full."""
    return frozenset(one.id for one in payments if one.is_captured and one.rest.minor)


def _negative(money: Money) -> Money:
    return replace(money, minor=-money.minor)
