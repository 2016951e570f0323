"""What a real database refuses, and what is said of it: never that it is a fault of ours."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.domain.errors import Busy, Invalid
from app.repositories.failures import translated


@pytest.fixture
async def narrow(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """A pool of one connection, for which nobody waits long."""
    made = create_async_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.1)
    yield made
    await made.dispose()


async def refused(engine: AsyncEngine, sql: str, **values: Any) -> Exception:
    """What is said of what the database says to this."""
    with pytest.raises(DBAPIError) as error:
        async with engine.begin() as connection:
            await connection.execute(text(sql), values)
    return translated(error.value)


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT CAST(:value AS text)", "a\0b"),
        ("SELECT CAST(:value AS text)", "\ud800"),
        ("SELECT CAST(:value AS integer)", 2**31),
        ("SELECT CAST(:value AS bigint)", 2**63),
        ("SELECT CAST(CAST(:value AS bigint) AS numeric(4, 2))", 1000),
        ("SELECT tstzrange(now(), now() - make_interval(days => :value))", 1),
        ("SELECT CAST(CAST(:value AS text) AS timestamptz)", "infinite"),
        ("SELECT 1 / CAST(:value AS integer)", 0),
    ],
)
async def test_a_value_that_cannot_be_stored_is_malformed(
    engine: AsyncEngine, sql: str, value: Any
) -> None:
    assert isinstance(await refused(engine, sql, value=value), Invalid)


async def test_whatever_takes_too_long_is_to_be_tried_later(engine: AsyncEngine) -> None:
    slow = "SET LOCAL statement_timeout = 20"
    async with engine.begin() as connection:
        await connection.execute(text(slow))
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text("SELECT pg_sleep(10)"))
    assert isinstance(translated(error.value), Busy)


async def test_whoever_waits_too_long_for_a_connection_is_to_come_again(
    narrow: AsyncEngine,
) -> None:
    async with narrow.connect():
        with pytest.raises(PoolTimeout) as error:
            await narrow.connect()
    assert isinstance(translated(error.value), Busy)


async def test_a_statement_that_was_prepared_before_a_migration_is_prepared_anew(
    engine: AsyncEngine, narrow: AsyncEngine
) -> None:
    async def change(sql: str) -> None:
        async with engine.begin() as connection:
            await connection.execute(text(sql))

    async def read() -> Any:
        async with narrow.begin() as connection:
            return (await connection.execute(text("SELECT number FROM migrated"))).scalar_one()

    await change("CREATE TABLE migrated AS SELECT 1 AS number")
    try:
        assert (await read(), await read()) == (1, 1)
        await change("ALTER TABLE migrated ALTER number TYPE text")
        assert isinstance(await refused(narrow, "SELECT number FROM migrated"), Busy)
        assert await read() == "1"
    finally:
        await change("DROP TABLE migrated")
