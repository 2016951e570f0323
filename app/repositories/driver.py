"""The short way from written SQL to the driver, and back.

SQLAlchemy lends the connection, begins its transaction and says what errors mean. What it does
besides for every statement (types, cursors, a description of each result) is for statements that
it has composed; ours are written, and that work took more time than all the rest of a request.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

from sqlalchemy import Connection, Dialect, TextClause, text
from sqlalchemy.dialects.postgresql import asyncpg

from app.alchemy import AsyncConnection

_DIALECT: Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
# More than are written down, with what pages and filters make of them.
_KNOWN = 4096

Row = Mapping[str, Any]
Values = Mapping[str, Any]


class Answer:
    """The rows of a statement; each is a tuple, and known by the names of its columns."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def all(self) -> Sequence[Any]:
        return self._rows

    def one(self) -> Any:
        (row,) = self._rows
        return row

    def one_or_none(self) -> Any | None:
        return self.one() if self._rows else None

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any | None:
        return self.scalar_one() if self._rows else None

    def scalars(self) -> Sequence[Any]:
        return [row[0] for row in self._rows]


async def ask(connection: AsyncConnection, statement: TextClause, values: Values | None) -> Answer:
    """What comes of a statement. Raises SQLAlchemy's errors, as its own way does."""
    return Answer(await _send(connection, "fetch", statement, values))


async def change(connection: AsyncConnection, statement: TextClause, values: Values | None) -> int:
    """How many rows a statement has changed. Raises SQLAlchemy's errors."""
    status: str = await _send(connection, "execute", statement, values)
    return int(status.rpartition(" ")[2])


async def _send(
    connection: AsyncConnection, how: str, statement: TextClause, values: Values | None
) -> Any:
    query, names = _numbered(statement.text)
    bound = [values[name] for name in names] if values else ()
    try:
        driver = await _begun(connection, query, bound)
        return await getattr(driver, how)(query, *bound)
    except BaseException as error:
        await connection.run_sync(_explain, error, query)
        raise


@lru_cache(maxsize=_KNOWN)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """The statement with numbers for names, and the names by number."""
    compiled = text(sql).compile(dialect=_DIALECT)
    return compiled.string, tuple(compiled.positiontup or ())


async def _begun(connection: AsyncConnection, query: str, bound: Sequence[Any]) -> Any:
    """The driver's connection, in the transaction that SQLAlchemy would have begun by now."""
    known = connection.sync_connection
    assert known is not None
    if not known.in_transaction():
        # Says nothing to the database; to commit it and to roll it back are SQLAlchemy's.
        known.begin()
    if known._has_events or known.engine._has_events:
        # Whoever listens to statements hears these, too.
        for listener in known.dispatch.before_cursor_execute:
            listener(known, None, query, bound, None, False)
    adapted: Any = known.connection.dbapi_connection
    if adapted._transaction is None:
        await adapted._start_transaction()
    return adapted.driver_connection


def _explain(connection: Connection, error: BaseException, query: str) -> NoReturn:
    """Let SQLAlchemy say what an error means, and throw away connections that are broken by it."""
    adapted: Any = connection.connection.dbapi_connection
    try:
        # Says it in the terms of database drivers, if it is one of theirs.
        if isinstance(error, Exception):
            adapted._handle_exception(error)
        raise error
    except BaseException as named:
        connection._handle_dbapi_exception(named, query, None, None, None)
