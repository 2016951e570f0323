"""SQL of categories."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.domain.access import fold
from app.domain.categories import Category
from app.domain.pages import Page, PageRequest
from app.repositories.base import Repository
from app.repositories.conferences import ordered
from app.repositories.driver import Row

_COLUMNS = "c.id, c.name, c.slug"
_FIND = text(f"SELECT {_COLUMNS} FROM categories c WHERE id = :id")
# Whoever names a category in a conference waits until it is clear whether there will be one.
_LOCK = text(f"SELECT {_COLUMNS} FROM categories c WHERE id = :id FOR UPDATE")
_EVERY = text(f"SELECT {_COLUMNS} FROM categories c ORDER BY id")
_ADD = text(
    "INSERT INTO categories (name, name_folded, slug, created_at)"
    " VALUES (:name, :name_folded, :slug, :now) RETURNING id"
)
_SAVE = text(
    "UPDATE categories SET name = :name, name_folded = :name_folded, slug = :slug WHERE id = :id"
)
_COUNT_CONFERENCES = text(
    "SELECT count(*) FROM conferences WHERE category_id = :id AND deleted_at IS NULL"
)
_FORGET = text(
    "UPDATE conferences SET category_id = NULL WHERE category_id = :id AND deleted_at IS NOT NULL"
)
_DELETE = text("DELETE FROM categories WHERE id = :id")
_ORDERS = {"id": "id", "name": "name_folded", "slug": "slug"}


class Categories(Repository):
    async def find(self, id: int) -> Category | None:
        row = await self._row(_FIND, {"id": id})
        return _category(row) if row else None

    async def lock(self, id: int) -> Category | None:
        """Lock one against everybody who would name it."""
        row = await self._row(_LOCK, {"id": id})
        return _category(row) if row else None

    async def every(self) -> Sequence[Category]:
        """All of them, for there are few."""
        return [_category(row) for row in await self._rows(_EVERY)]

    async def page(self, page: PageRequest) -> Page[Category]:
        values = {"most": page.size, "offset": page.offset}
        rows = await self._rows(_page_statement(page.ordering or ("id",)), values)
        # A page past the end is one row with the count and no category.
        items = [_category(row) for row in rows if row["id"] is not None]
        return Page(items=items, count=rows[0]["total"], request=page)

    async def add(self, category: Category, now: datetime) -> Category:
        id = (await self._do(_ADD, _values(category) | {"now": now})).scalar_one()
        return Category(id=id, name=category.name, slug=category.slug)

    async def save(self, category: Category) -> None:
        await self._do(_SAVE, _values(category) | {"id": category.id})

    async def count_conferences(self, id: int) -> int:
        """How many conferences name it that are not deleted."""
        return int((await self._do(_COUNT_CONFERENCES, {"id": id})).scalar_one())

    async def delete(self, id: int) -> None:
        """Take it away for good; what is deleted itself no longer names it."""
        await self._do(_FORGET, {"id": id})
        await self._do(_DELETE, {"id": id})


def _category(row: Row) -> Category:
    return Category(id=row["id"], name=row["name"], slug=row["slug"])


def _values(category: Category) -> dict[str, Any]:
    return {"name": category.name, "name_folded": fold(category.name), "slug": category.slug}


@lru_cache(maxsize=16)
def _page_statement(ordering: Sequence[str]) -> TextClause:
    return text(
        "SELECT page.id, page.name, page.slug, whole.total"
        " FROM (SELECT count(*) AS total FROM categories) AS whole"
        f" LEFT JOIN (SELECT {_COLUMNS}, c.name_folded FROM categories c"
        f" ORDER BY {ordered(ordering, _ORDERS, 'c')} LIMIT :most OFFSET :offset) AS page ON true"
        f" ORDER BY {ordered(ordering, _ORDERS, 'page')}"
    )
