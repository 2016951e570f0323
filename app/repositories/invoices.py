"""Invoices: numbers drawn under lock, rows that never change but for being sent."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from sqlalchemy import text

from app.domain.invoices import Invoice, InvoiceFilter
from app.domain.invoicing import InvoiceDraft, Sale
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.payments import PaymentStatus
from app.repositories.counting import Listing, ListingRepository, in_order, is_indexed
from app.repositories.driver import Row
from app.repositories.ownership import OWNER_ID, concerning
from app.repositories.questions import parts_of
from app.repositories.tables import INVOICES, PAYMENTS

_PARTIES = ("seller_name", "seller_email", "buyer_name", "buyer_email", "buyer_organization")
_SOLD = (*_PARTIES, "description", "quantity")
# As people are called now, for an invoice that is being made.
_SALE = text(
    "SELECT coalesce(nullif(seller.organization, ''),"
    " nullif(trim(seller.first_name || ' ' || seller.last_name), ''), seller.username, '')"
    " AS seller_name, coalesce(seller.email, '') AS seller_email,"
    " coalesce(nullif(r.guest_name, ''), a.name) AS buyer_name, a.email AS buyer_email,"
    " a.organization AS buyer_organization,"
    " concat_ws(', ', c.name, s.name, t.name) AS description, r.quantity"
    " FROM registrations r JOIN conferences c ON c.id = r.conference_id"
    " JOIN attendees a ON a.id = r.attendee_id LEFT JOIN users seller ON seller.id = c.organizer_id"
    " LEFT JOIN sessions s ON s.id = r.session_id"
    " LEFT JOIN ticket_types t ON t.id = r.ticket_type_id WHERE r.id = :id"
)
# The row stays locked until the transaction ends: numbers are given out one after the other, and
# one that comes to nothing is given out again.
_DRAW = text(
    "INSERT INTO invoice_counters AS counter (organizer_id, year, last) VALUES (:organizer, :year,"
    " 1) ON CONFLICT (organizer_id, year) DO UPDATE SET last = counter.last + 1 RETURNING last"
)
_ADD = text(
    "INSERT INTO invoices (payment_id, number, organizer_id, year, sequence,"
    f" {', '.join(_SOLD)}, amount_minor, currency, due_on, issued_at)"
    " VALUES (:payment_id, :number, :organizer_id, :year, :sequence,"
    f" {', '.join(f':{name}' for name in _SOLD)}, :amount_minor, :currency, :due_on, :issued_at)"
)
_COLUMNS = (
    f"i.id, i.number, i.payment_id, {', '.join(f'i.{name}' for name in _SOLD)}, i.amount_minor,"
    " i.currency, i.due_on, i.issued_at, i.sent_at, p.registration_id, r.conference_id,"
    f" p.transaction_id, p.status, p.refunded_minor, c.organizer_id, {OWNER_ID}"
)
_JOINED = (
    " FROM invoices i JOIN payments p ON p.id = i.payment_id"
    " JOIN registrations r ON r.id = p.registration_id"
    " JOIN conferences c ON c.id = r.conference_id JOIN attendees a ON a.id = r.attendee_id"
)
_FIND = text(f"SELECT {_COLUMNS}{_JOINED} WHERE i.id = :id")
_OF_PAYMENT = text(f"SELECT {_COLUMNS}{_JOINED} WHERE i.payment_id = :id")
_MARK = text(
    "UPDATE invoices SET is_sent = true, sent_at = coalesce(sent_at, :now) WHERE id = :id"
    " RETURNING sent_at"
)
_FILTERS = {
    "payment_id": "i.payment_id = :payment_id",
    "conference_id": (
        "p.registration_id IN (SELECT id FROM registrations WHERE conference_id = :conference_id)"
    ),
    "is_sent": "i.is_sent = :is_sent",
}
_ORDERS = {"issued_at": "i.issued_at", "number": "i.number", "id": "i.id"}
_NEWEST = ("-id",)
_PAID = " JOIN payments p ON p.id = i.payment_id"
_BY_ROW = "(strpos(i.number, :search) > 0 OR strpos(p.transaction_id, :search) > 0)"
_BY_INDEX = (
    "i.id = ANY(ARRAY(SELECT numbered.id FROM invoices numbered"
    f" WHERE grams(numbered.number) @> {parts_of(':search')}"
    " AND strpos(numbered.number, :search) > 0"
    " UNION SELECT billed.id FROM payments paid JOIN invoices billed ON billed.payment_id = paid.id"
    f" WHERE grams(paid.transaction_id) @> {parts_of(':search')}"
    " AND strpos(paid.transaction_id, :search) > 0))"
)


class Invoices(ListingRepository):
    async def sale(self, registration_id: int) -> Sale:
        """Who sells what to whom, as things are now."""
        row = await self._row(_SALE, {"id": registration_id})
        assert row is not None
        return _sale(row)

    async def draw(self, organizer_id: int, year: int) -> int:
        """The next number; nobody else draws one until this transaction ends."""
        values = {"organizer": organizer_id, "year": year}
        return int((await self._do(_DRAW, values)).scalar_one())

    async def add(self, draft: InvoiceDraft) -> None:
        values = asdict(draft.sale) | {
            "payment_id": draft.payment_id,
            "number": draft.number,
            "organizer_id": draft.organizer_id,
            "year": draft.year,
            "sequence": draft.sequence,
            "amount_minor": draft.amount.minor,
            "currency": draft.amount.currency,
            "due_on": draft.due_on,
            "issued_at": draft.issued_at,
        }
        await self._do(_ADD, values)

    async def find(self, id: int) -> Invoice | None:
        row = await self._row(_FIND, {"id": id})
        return None if row is None else _invoice(row)

    async def of_payment(self, payment_id: int) -> Invoice | None:
        row = await self._row(_OF_PAYMENT, {"id": payment_id})
        return None if row is None else _invoice(row)

    async def mark_as_sent(self, id: int, now: datetime) -> datetime:
        """Returns when it was sent, which may be long ago."""
        return cast(datetime, (await self._do(_MARK, {"id": id, "now": now})).scalar_one())

    async def page(
        self, filter: InvoiceFilter, page: PageRequest, viewer_id: int, sees_all: bool
    ) -> Page[Invoice]:
        """What the viewer bought or sold (or all), newest first unless ordered otherwise."""
        where, values = _where(filter, viewer_id, sees_all)
        search = values.get("search")
        is_of_sale = not sees_all or search is not None or filter.conference_id is not None
        by_row = [] if search is None else [_BY_ROW]
        listing = Listing(
            alias="i",
            shown=f"SELECT {_COLUMNS}{_JOINED}",
            asked_of=f"FROM invoices i{_PAID if is_of_sale else ''}",
            looked_up=[
                *where,
                *([_BY_INDEX] if sees_all and search and is_indexed(search) else by_row),
            ],
            compared=[*where, *by_row],
            order=in_order(page.ordering or _NEWEST, _ORDERS, "i.id"),
            counters=[INVOICES, PAYMENTS] if sees_all else [],
            ids_first=True,
        )
        rows, count = await self._page(listing, values, page)
        return Page(items=[_invoice(row) for row in rows], count=count, request=page)


def _where(
    filter: InvoiceFilter, viewer_id: int, sees_all: bool
) -> tuple[list[str], dict[str, Any]]:
    parts, values = list[str](), dict[str, Any]()
    if not sees_all:
        parts.append(f"p.registration_id IN {concerning(':viewer')}")
        values["viewer"] = viewer_id
    for name, condition in _FILTERS.items():
        wanted = getattr(filter, name)
        if wanted is not None:
            parts.append(condition)
            values[name] = wanted
    if filter.search:
        # Numbers are in capitals, whatever somebody types; nothing in them is a wildcard.
        values["search"] = filter.search.upper()
    return parts, values


def _sale(row: Row) -> Sale:
    return Sale(**{name: row[name] for name in _SOLD})


def _invoice(row: Row) -> Invoice:
    return Invoice(
        id=row["id"],
        number=row["number"],
        payment_id=row["payment_id"],
        registration_id=row["registration_id"],
        conference_id=row["conference_id"],
        transaction_id=row["transaction_id"],
        payment_status=PaymentStatus(row["status"]),
        sale=_sale(row),
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        refunded=Money(minor=row["refunded_minor"], currency=row["currency"]),
        due_on=row["due_on"],
        issued_at=row["issued_at"],
        sent_at=row["sent_at"],
        organizer_id=row["organizer_id"],
        owner_id=row["owner_id"],
    )
