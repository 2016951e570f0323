"""Payments: one row per attempt."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import text

from app.domain.errors import NotFound
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.payments import (
    Attempt,
    Method,
    Outcome,
    Payment,
    PaymentFilter,
    PaymentStatus,
)
from app.domain.registrations import Registration
from app.repositories.counting import Listing, ListingRepository, in_order
from app.repositories.driver import Row
from app.repositories.ownership import OWNER_ID, concerning
from app.repositories.tables import PAYMENTS

_COLUMNS = (
    "p.id, p.registration_id, p.amount_minor, p.currency, p.status, p.wanted_outcome,"
    " p.failure_reason, p.created_at, p.settled_at, p.refunded_at,"
    " p.method, p.transaction_id, p.reference_number, p.refunded_minor, r.conference_id,"
    " c.name AS conference_name, coalesce(nullif(r.guest_name, ''), a.name) AS payer_name,"
    f" c.organizer_id, {OWNER_ID},"
    # Asked for on the rows of a page alone, in the same statement.
    " (SELECT i.id FROM invoices i WHERE i.payment_id = p.id) AS invoice_id"
)
_JOINED = (
    " FROM payments p JOIN registrations r ON r.id = p.registration_id"
    " JOIN conferences c ON c.id = r.conference_id JOIN attendees a ON a.id = r.attendee_id"
)
_GET = text(f"SELECT {_COLUMNS}{_JOINED} WHERE p.id = :id")
_LOCK = text(f"SELECT {_COLUMNS}{_JOINED} WHERE p.id = :id FOR NO KEY UPDATE OF p")
# A paid one is what counts, then one under way, then the newest.
_LATEST = text(
    f"SELECT {_COLUMNS}{_JOINED} WHERE p.registration_id = :id"
    " ORDER BY p.status = 'paid' DESC, p.status = 'pending' DESC, p.id DESC LIMIT 1"
)
_OPEN_OR_PAID = text(
    "SELECT EXISTS (SELECT FROM payments WHERE registration_id = :id"
    " AND status IN ('pending', 'paid')) AS found"
)
_ADD = text(
    "INSERT INTO payments (registration_id, amount_minor, currency, status, method,"
    " transaction_id, reference_number, wanted_outcome, callback_url, created_at)"
    " VALUES (:registration_id, :amount_minor, :currency, 'pending', :method, :transaction_id,"
    " :reference_number, :wanted, :callback_url, :now) RETURNING id"
)
_SETTLE = text(
    "UPDATE payments SET status = :status, failure_reason = :reason, settled_by = :settled_by,"
    " settled_at = :now WHERE id = :id AND status = 'pending'"
)
# The one place that gives money back: whoever asks has locked the registrations, so that what is
# paid for them stands still. Without an amount, all that is left.
_REFUND = text(
    "WITH due AS (SELECT id, currency,"
    " coalesce(CAST(:amount AS bigint), amount_minor - refunded_minor) AS amount FROM payments"
    " WHERE registration_id = ANY(CAST(:ids AS bigint[])) AND status = 'paid'),"
    " given AS (INSERT INTO refunds"
    " (payment_id, amount_minor, currency, reason, refunded_by, created_at)"
    " SELECT id, amount, currency, :reason, CAST(:by AS bigint), :now FROM due ORDER BY id)"
    " UPDATE payments p SET refunded_minor = p.refunded_minor + due.amount,"
    " status = CASE WHEN p.refunded_minor + due.amount = p.amount_minor"
    " THEN 'refunded' ELSE p.status END,"
    " refunded_at = CASE WHEN p.refunded_minor + due.amount = p.amount_minor"
    " THEN CAST(:now AS timestamptz) END"
    " FROM due WHERE p.id = due.id RETURNING p.id"
)
_BEGINS = text(
    "SELECT coalesce(s.starts_at, c.starts_at) FROM registrations r"
    " JOIN conferences c ON c.id = r.conference_id LEFT JOIN sessions s ON s.id = r.session_id"
    " WHERE r.id = :id"
)
_OF_REGISTRATION = text(f"SELECT {_COLUMNS}{_JOINED} WHERE p.registration_id = :id ORDER BY p.id")
_ORDERS = {"created_at": "p.created_at", "id": "p.id", "amount": "p.amount_minor"}
_NEWEST = ("-id",)


class Payments(ListingRepository):
    async def get(self, id: int) -> Payment:
        """Raises NotFound."""
        return self._found(await self._row(_GET, {"id": id}))

    async def lock(self, id: int) -> Payment:
        """Lock one and read it as it is now. Raises NotFound."""
        return self._found(await self._row(_LOCK, {"id": id}))

    async def latest_of(self, registration_id: int) -> Payment | None:
        """The payment that tells how the registration stands, if there is any."""
        row = await self._row(_LATEST, {"id": registration_id})
        return None if row is None else _payment(row)

    async def any_open_or_paid(self, registration_id: int) -> bool:
        row = await self._row(_OPEN_OR_PAID, {"id": registration_id})
        assert row is not None
        return bool(row["found"])

    async def of_registration(self, registration_id: int) -> Sequence[Payment]:
        """Every attempt to pay for it, the first first."""
        return [
            _payment(row) for row in await self._rows(_OF_REGISTRATION, {"id": registration_id})
        ]

    async def begins_at(self, registration_id: int) -> datetime:
        """When what is paid for begins: the session, or the conference."""
        return cast(datetime, (await self._do(_BEGINS, {"id": registration_id})).scalar_one())

    async def add(self, registration: Registration, attempt: Attempt, now: datetime) -> Payment:
        """A pending payment of the registration's price."""
        values = {
            "registration_id": registration.id,
            "amount_minor": registration.price.minor,
            "currency": registration.price.currency,
            "method": attempt.method.value,
            "transaction_id": attempt.transaction_id,
            "reference_number": attempt.reference_number,
            "wanted": attempt.wanted,
            "callback_url": attempt.callback_url,
            "now": now,
        }
        return await self.get((await self._do(_ADD, values)).scalar_one())

    async def settle(
        self, id: int, outcome: Outcome, reason: str, settled_by: str, now: datetime
    ) -> None:
        values = {"status": outcome.value, "reason": reason, "settled_by": settled_by, "now": now}
        await self._do(_SETTLE, values | {"id": id})

    async def refund_paid(
        self,
        registration_ids: Sequence[int],
        now: datetime,
        *,
        reason: str = "",
        by: int | None = None,
        amount: Money | None = None,
    ) -> Sequence[int]:
        """Give back what is paid for these registrations, or an amount of it.

        Each time a row of its own says so. Returns the payments' ids.
        """
        values = {
            "ids": list(registration_ids),
            "amount": amount.minor if amount else None,
            "reason": reason,
            "by": by,
            "now": now,
        }
        return sorted(row["id"] for row in await self._rows(_REFUND, values))

    async def page(
        self, filter: PaymentFilter, page: PageRequest, viewer_id: int, sees_all: bool
    ) -> Page[Payment]:
        """What the viewer owns or organizes (or all), newest first unless ordered otherwise."""
        where = [] if sees_all else [f"p.registration_id IN {concerning(':viewer')}"]
        values: dict[str, Any] = {} if sees_all else {"viewer": viewer_id}
        for name in ("registration_id", "status", "method"):
            wanted = getattr(filter, name)
            if wanted is not None:
                where.append(f"p.{name} = :{name}")
                values[name] = wanted
        listing = Listing(
            alias="p",
            shown=f"SELECT {_COLUMNS}{_JOINED}",
            asked_of="FROM payments p",
            looked_up=where,
            compared=where,
            order=in_order(page.ordering or _NEWEST, _ORDERS, "p.id"),
            counters=[PAYMENTS] if sees_all else [],
            ids_first=True,
        )
        rows, count = await self._page(listing, values, page)
        return Page(items=[_payment(row) for row in rows], count=count, request=page)

    def _found(self, row: Row | None) -> Payment:
        if row is None:
            raise NotFound
        return _payment(row)


def _payment(row: Row) -> Payment:
    return Payment(
        id=row["id"],
        registration_id=row["registration_id"],
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        status=PaymentStatus(row["status"]),
        wanted_outcome=row["wanted_outcome"],
        failure_reason=row["failure_reason"],
        created_at=row["created_at"],
        settled_at=row["settled_at"],
        refunded_at=row["refunded_at"],
        organizer_id=row["organizer_id"],
        owner_id=row["owner_id"],
        method=Method(row["method"]),
        transaction_id=row["transaction_id"],
        reference_number=row["reference_number"],
        refunded_minor=row["refunded_minor"],
        conference_id=row["conference_id"],
        conference_name=row["conference_name"],
        payer_name=row["payer_name"],
        invoice_id=row["invoice_id"],
    )
