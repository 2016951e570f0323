"""Payments: one row per attempt."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text

from app.domain.errors import NotFound
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.payments import Outcome, Payment, PaymentFilter, PaymentStatus
from app.domain.registrations import Registration
from app.repositories.base import Repository

_COLUMNS = (
    "p.id, p.registration_id, p.amount_minor, p.currency, p.status, p.wanted_outcome,"
    " p.failure_reason, p.created_at, p.settled_at, p.refunded_at,"
    " c.organizer_id, a.user_id AS owner_id"
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
    "INSERT INTO payments (registration_id, amount_minor, currency, status, wanted_outcome,"
    " callback_url, created_at) VALUES (:registration_id, :amount_minor, :currency, 'pending',"
    " :wanted, :callback_url, :now) RETURNING id"
)
_SETTLE = text(
    "UPDATE payments SET status = :status, failure_reason = :reason, settled_by = :settled_by,"
    " settled_at = :now WHERE id = :id AND status = 'pending'"
)
_REFUND = text(
    "UPDATE payments SET status = 'refunded', refunded_at = :now"
    " WHERE registration_id = ANY(CAST(:ids AS bigint[])) AND status = 'paid' RETURNING id"
)


class Payments(Repository):
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

    async def add(
        self, registration: Registration, wanted: Outcome | None, callback_url: str, now: datetime
    ) -> Payment:
        """A pending payment of the registration's price."""
        row = await self._row(
            _ADD,
            {
                "registration_id": registration.id,
                "amount_minor": registration.price.minor,
                "currency": registration.price.currency,
                "wanted": wanted,
                "callback_url": callback_url,
                "now": now,
            },
        )
        assert row is not None
        return await self.get(row["id"])

    async def settle(
        self, id: int, outcome: Outcome, reason: str, settled_by: str, now: datetime
    ) -> None:
        values = {"status": outcome.value, "reason": reason, "settled_by": settled_by, "now": now}
        await self._do(_SETTLE, values | {"id": id})

    async def refund_paid(self, registration_ids: Sequence[int], now: datetime) -> Sequence[int]:
        """Refund whatever is paid for these registrations; returns the payments' ids."""
        rows = await self._rows(_REFUND, {"ids": list(registration_ids), "now": now})
        return sorted(row["id"] for row in rows)

    async def page(
        self, filter: PaymentFilter, page: PageRequest, viewer_id: int, sees_all: bool
    ) -> Page[Payment]:
        """What the viewer owns or organizes (or all), newest first."""
        where = "TRUE" if sees_all else "(a.user_id = :viewer OR c.organizer_id = :viewer)"
        values: dict[str, Any] = {} if sees_all else {"viewer": viewer_id}
        for name in ("registration_id", "status"):
            wanted = getattr(filter, name)
            if wanted is not None:
                where += f" AND p.{name} = :{name}"
                values[name] = wanted
        rows = await self._rows(
            text(
                f"SELECT {_COLUMNS}{_JOINED} WHERE {where}"
                " ORDER BY p.id DESC LIMIT :most OFFSET :offset"
            ),
            values | {"most": page.size, "offset": page.offset},
        )
        count = await self._row(text(f"SELECT count(*) AS n{_JOINED} WHERE {where}"), values)
        assert count is not None
        return Page(items=[_payment(row) for row in rows], count=count["n"], request=page)

    def _found(self, row: RowMapping | None) -> Payment:
        if row is None:
            raise NotFound
        return _payment(row)


def _payment(row: RowMapping) -> Payment:
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
    )
