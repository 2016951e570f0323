"""What every repository shares: a connection, and the way from rows to values."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, RowMapping
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.pages import PageRequest
from app.repositories.failures import is_overtaken

# Pages up to here have statements of their own; whoever leafs on shares one.
_FIRST_PAGES = 50


def limited(page: PageRequest) -> str:
    """The end of a statement that asks for a page; it binds no `offset` but a large one.

    Numbers are written out: what plans a query takes what is bound for a tenth of everything.
    """
    if page.number > _FIRST_PAGES:
        return f"LIMIT {page.size} OFFSET :offset"
    return f"LIMIT {page.size} OFFSET {page.offset}"


def offset_of(page: PageRequest) -> dict[str, int]:
    """What the end of that statement binds."""
    return {"offset": page.offset} if page.number > _FIRST_PAGES else {}


class Repository:
    """SQL for one noun, within the transaction it was made for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[RowMapping]:
        result = await self._do(statement, values)
        return result.mappings().all()

    async def _row(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> RowMapping | None:
        result = await self._do(statement, values)
        return result.mappings().one_or_none()

    async def _do(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        try:
            return await self._connection.execute(statement, values)
        except DBAPIError as error:
            if not is_overtaken(error) or await self._in_transaction():
                raise
        # A question that stands alone is asked again, and planned anew.
        return await self._connection.execute(statement, values)

    async def _in_transaction(self) -> bool:
        raw = await self._connection.get_raw_connection()
        assert raw.driver_connection is not None
        return bool(raw.driver_connection.is_in_transaction())
