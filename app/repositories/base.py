"""What every repository shares: a connection, and the way from rows to values."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection


class Repository:
    """SQL for one noun, within the transaction it was made for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _rows(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> Sequence[RowMapping]:
        result = await self._connection.execute(statement, values)
        return result.mappings().all()

    async def _row(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> RowMapping | None:
        result = await self._connection.execute(statement, values)
        return result.mappings().one_or_none()

    async def _do(
        self, statement: Executable, values: Mapping[str, Any] | None = None
    ) -> CursorResult[Any]:
        return await self._connection.execute(statement, values)
