"""SQL of ticket types. Whoever writes them has locked their conference."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.domain.access import Caller, fold
from app.domain.conferences import Conference
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.ticket_types import TicketType, TicketTypeDraft
from app.repositories.base import Repository
from app.repositories.conferences import ordered
from app.repositories.visibility import VISIBLE
from app.repositories.visibility import viewer as values_of

COLUMNS = (
    "t.id, t.conference_id, c.organizer_id, t.name, t.description, t.capacity, t.seats_taken,"
    " t.waiting, t.price_minor, t.currency, t.sales_start, t.sales_end, t.created_at, t.updated_at"
)
FROM = " FROM ticket_types t JOIN conferences c ON c.id = t.conference_id"

_FIND = text(
    f"SELECT {COLUMNS}{FROM} WHERE t.id = :id AND c.id = :conference_id"
    f" AND t.deleted_at IS NULL AND {VISIBLE}"
)
_OF_CONFERENCES = text(
    f"SELECT {COLUMNS}{FROM} WHERE t.conference_id = ANY(CAST(:ids AS bigint[]))"
    " AND t.deleted_at IS NULL ORDER BY t.id"
)
_ADD = text(
    "INSERT INTO ticket_types (conference_id, name, name_folded, description, capacity,"
    " price_minor, currency, sales_start, sales_end, created_at, updated_at)"
    " VALUES (:conference_id, :name, :name_folded, :description, :capacity, :price_minor,"
    " :currency, :sales_start, :sales_end, :now, :now) RETURNING id"
)
_SAVE = text(
    "UPDATE ticket_types SET name = :name, name_folded = :name_folded,"
    " description = :description, capacity = :capacity, price_minor = :price_minor,"
    " currency = :currency, sales_start = :sales_start, sales_end = :sales_end,"
    " updated_at = :now WHERE id = :id"
)
_DELETE = text("UPDATE ticket_types SET deleted_at = :now, updated_at = :now WHERE id = :id")
_ORDERS = {
    "created_at": "created_at",
    "name": "name",
    "price": "price_minor",
    "sales_start": "sales_start",
}


class TicketTypes(Repository):
    async def find(self, conference_id: int, id: int, viewer: Caller | None) -> TicketType | None:
        """One of a conference that the viewer may see."""
        values = {"conference_id": conference_id, "id": id, **values_of(viewer)}
        rows = (await self._do(_FIND, values)).all()
        return ticket_type_of(rows[0]) if rows else None

    async def of_conference(self, conference_id: int) -> Sequence[TicketType]:
        """All of one conference, as they were added."""
        return (await self.of_conferences([conference_id]))[conference_id]

    async def of_conferences(self, ids: Sequence[int]) -> Mapping[int, Sequence[TicketType]]:
        """All of each conference, as they were added, in one statement for any number."""
        found: dict[int, list[TicketType]] = {id: [] for id in ids}
        if ids:
            rows: Sequence[Any] = (await self._do(_OF_CONFERENCES, {"ids": ids})).all()
            for row in rows:
                found[row[1]].append(ticket_type_of(row))
        return found

    async def page(self, conference_id: int, page: PageRequest) -> Page[TicketType]:
        """A page of a conference's, and the count of the whole, in one statement."""
        values = {"conference_id": conference_id, "most": page.size, "offset": page.offset}
        statement = _page_statement(page.ordering or ("created_at",))
        rows = (await self._do(statement, values)).all()
        # A page past the end is one row with the count and no ticket type.
        items = [ticket_type_of(row) for row in rows if row["id"] is not None]
        return Page(items=items, count=rows[0]["total"], request=page)

    async def add(
        self, draft: TicketTypeDraft, conference: Conference, price: Money, now: datetime
    ) -> TicketType:
        """Insert one for a conference, which is locked."""
        values = _values(draft, price) | {"conference_id": conference.id, "now": now}
        id = (await self._do(_ADD, values)).scalar_one()
        return TicketType(
            id=id,
            conference_id=conference.id,
            organizer_id=conference.organizer_id,
            name=draft.name,
            description=draft.description,
            capacity=draft.capacity,
            seats_taken=0,
            waiting=0,
            price=price,
            sales_start=draft.sales_start,
            sales_end=draft.sales_end,
            created_at=now,
            updated_at=now,
        )

    async def save(self, ticket_type: TicketType) -> None:
        """Store what can be changed; seats and the queue are counted elsewhere."""
        values = _values(ticket_type, ticket_type.price)
        await self._do(_SAVE, values | {"id": ticket_type.id, "now": ticket_type.updated_at})

    async def delete(self, id: int, now: datetime) -> None:
        """Take it from sight; its name is free again."""
        await self._do(_DELETE, {"id": id, "now": now})


@lru_cache(maxsize=64)
def _page_statement(ordering: Sequence[str]) -> TextClause:
    where = "t.conference_id = :conference_id AND t.deleted_at IS NULL"
    return text(
        "SELECT page.*, whole.total"
        f" FROM (SELECT count(*) AS total FROM ticket_types t WHERE {where}) AS whole"
        f" LEFT JOIN (SELECT {COLUMNS}{FROM} WHERE {where}"
        f" ORDER BY {ordered(ordering, _ORDERS, 't')} LIMIT :most OFFSET :offset) AS page ON true"
        f" ORDER BY {ordered(ordering, _ORDERS, 'page')}"
    )


def _values(source: TicketType | TicketTypeDraft, price: Money) -> dict[str, Any]:
    return {
        "name": source.name,
        "name_folded": fold(source.name),
        "description": source.description,
        "capacity": source.capacity,
        "price_minor": price.minor,
        "currency": price.currency,
        "sales_start": source.sales_start,
        "sales_end": source.sales_end,
    }


def ticket_type_of(row: Sequence[Any]) -> TicketType:
    """From a row that begins with `COLUMNS`; by place, as for conferences."""
    return TicketType(
        id=row[0],
        conference_id=row[1],
        organizer_id=row[2],
        name=row[3],
        description=row[4],
        capacity=row[5],
        seats_taken=row[6],
        waiting=row[7],
        price=Money(minor=row[8], currency=row[9]),
        sales_start=row[10],
        sales_end=row[11],
        created_at=row[12],
        updated_at=row[13],
    )
