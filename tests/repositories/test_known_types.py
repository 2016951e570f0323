"""A new connection asks for what nobody can know, and for nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.repositories.known_types import KnowingConnection

Connect = Callable[[], Awaitable[Any]]


@pytest.fixture
async def connect(engine: AsyncEngine) -> AsyncIterator[Connect]:
    dsn = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    made = []

    async def connect() -> Any:
        made.append(await asyncpg.connect(dsn, connection_class=KnowingConnection))
        return made[-1]

    yield connect
    for connection in made:
        await connection.close()


@asynccontextmanager
async def overheard(connection: Any) -> AsyncIterator[list[str]]:
    said: list[str] = []

    def note(record: Any) -> None:
        said.append(record.query)

    with connection.query_logger(note):
        yield said
        # The last one is noted with the next step of the loop.
        await asyncio.sleep(0)


async def test_what_an_array_of_numbers_is_is_asked_once(connect: Connect) -> None:
    await (await connect()).fetchval("SELECT $1::int8[]", [1])
    later = await connect()
    async with overheard(later) as said:
        assert await later.fetchval("SELECT $1::int8[]", [1, 2]) == [1, 2]
        assert await later.fetchval("SELECT $1::int8[] || 3", [1, 2]) == [1, 2, 3]
    assert said == ["SELECT $1::int8[]", "SELECT $1::int8[] || 3"]


async def test_what_a_database_has_made_itself_is_asked_by_each(connect: Connect) -> None:
    """Another one may have another thing under the same number."""
    first = await connect()
    await first.execute("CREATE TYPE pair AS (one int, other text)")
    try:
        for connection in (first, await connect()):
            async with overheard(connection) as said:
                assert await connection.fetchval("SELECT ROW(1, 'x')::pair") == (1, "x")
            assert len(said) > 1
    finally:
        await first.execute("DROP TYPE pair")


async def test_a_connection_without_a_cache_of_statements_is_told_the_same(
    engine: AsyncEngine, connect: Connect
) -> None:
    await (await connect()).fetchval("SELECT $1::int8[]", [1])
    dsn = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    plain = await asyncpg.connect(dsn, connection_class=KnowingConnection, statement_cache_size=0)
    try:
        for _ in range(2):
            assert await plain.fetchval("SELECT $1::int8[]", [1, 2]) == [1, 2]
    finally:
        await plain.close()
