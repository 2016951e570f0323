"""Written SQL goes to the driver by a way of its own, and everything is as by SQLAlchemy's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.repositories import driver
from app.repositories.failures import is_overtaken, translated

ONE = text("SELECT 1 AS one")


@pytest.fixture
async def narrow(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """A pool of two connections."""
    made = create_async_engine(engine.url, pool_size=2, max_overflow=0, pool_timeout=0.5)
    yield made
    await made.dispose()


async def asked(engine: AsyncEngine, sql: str, values: dict[str, Any] | None = None) -> Any:
    async with engine.connect() as connection:
        return (await driver.ask(connection, text(sql), values)).all()


async def test_names_become_numbers_however_often_they_stand_there(engine: AsyncEngine) -> None:
    sql = "SELECT CAST(:b AS int) AS x, CAST(:a AS text) AS y, CAST(:b AS int) + 1 AS z"
    (row,) = await asked(engine, sql, {"a": "A", "b": 2, "of no use": 3})
    assert tuple(row) == (2, "A", 3)
    assert dict(row) == {"x": 2, "y": "A", "z": 3}


async def test_a_colon_that_names_nothing_stays_a_colon(engine: AsyncEngine) -> None:
    sql = r"SELECT '12\:30'::text || ' 100%' AS shown, '{\"a\"\:1}'::jsonb AS kept".replace(
        '\\"', '"'
    )
    (row,) = await asked(engine, sql)
    assert dict(row) == {"shown": "12:30 100%", "kept": {"a": 1}}


async def test_an_answer_says_what_is_asked_of_it(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        many = await driver.ask(connection, text("SELECT generate_series(1, 3)"), None)
        none = await driver.ask(connection, text("SELECT 1 WHERE false"), None)
        one = await driver.ask(connection, ONE, None)
    assert list(many.scalars()) == [1, 2, 3]
    assert (none.one_or_none(), none.scalar_one_or_none()) == (None, None)
    assert (one.one()["one"], one.scalar_one()) == (1, 1)
    for answer in (many, none):
        with pytest.raises(ValueError, match="values to unpack"):
            answer.one()


async def test_it_is_told_how_many_rows_were_changed(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TEMPORARY TABLE seat (id int) ON COMMIT DROP"))
        added = text("INSERT INTO seat SELECT generate_series(1, :many)")
        assert await driver.change(connection, added, {"many": 7}) == 7
        taken = text("DELETE FROM seat WHERE id > :least")
        assert await driver.change(connection, taken, {"least": 4}) == 3
        assert await driver.change(connection, taken, {"least": 4}) == 0


async def test_it_happens_in_the_transaction_of_its_connection(engine: AsyncEngine) -> None:
    current = text("SELECT pg_current_xact_id()::text")
    async with engine.connect() as connection:
        first = (await driver.ask(connection, current, None)).scalar_one()
        assert (await connection.execute(current)).scalar_one() == first
        assert connection.in_transaction()
        await connection.rollback()
        assert (await driver.ask(connection, current, None)).scalar_one() != first
        await connection.commit()
        assert not connection.in_transaction()
    async with engine.connect() as reading:
        await reading.execution_options(isolation_level="AUTOCOMMIT")
        seen = {(await driver.ask(reading, current, None)).scalar_one() for _ in range(2)}
        assert len(seen) == 2


async def test_whoever_listens_to_statements_hears_of_it(engine: AsyncEngine) -> None:
    heard = []

    def listen(*said: Any) -> None:
        heard.append(said[2])

    event.listen(engine.sync_engine, "before_cursor_execute", listen)
    try:
        await asked(engine, "SELECT :a", {"a": "A"})
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", listen)
    assert heard == ["SELECT $1"]


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT CAST(:value AS text)", "a\0b"),
        ("SELECT CAST(:value AS text)", "\ud800"),
        ("SELECT CAST(:value AS integer)", 2**31),
        ("SELECT CAST(:value AS integer)", "one"),
        ("SELECT CAST(CAST(:value AS bigint) AS numeric(4, 2))", 1000),
        ("SELECT 1 / CAST(:value AS integer)", 0),
        ("INSERT INTO categories (id, name, slug) VALUES (:value, '', '')", 1),
        ("SELECT nothing FROM nowhere WHERE id = :value", 1),
    ],
)
async def test_an_error_means_the_same_either_way(
    engine: AsyncEngine, sql: str, value: Any
) -> None:
    with pytest.raises(DBAPIError) as usual:
        async with engine.begin() as connection:
            await connection.execute(text(sql), {"value": value})
    with pytest.raises(DBAPIError) as ours:
        async with engine.begin() as connection:
            await driver.ask(connection, text(sql), {"value": value})
    assert type(ours.value) is type(usual.value)
    assert ours.value.connection_invalidated == usual.value.connection_invalidated
    meant, means = translated(usual.value), translated(ours.value)
    assert type(means) is type(meant)
    assert is_overtaken(ours.value) == is_overtaken(usual.value)


async def test_a_connection_that_is_lost_takes_along_those_of_its_pool(narrow: AsyncEngine) -> None:
    end = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'lost' AND pid <> pg_backend_pid()"
    )
    async with narrow.connect() as one, narrow.connect() as other:
        for connection in (one, other):
            await driver.ask(connection, text("SET application_name = 'lost'"), None)
            await connection.commit()
        assert (await driver.ask(other, end, None)).scalar_one() == 1
        with pytest.raises(DBAPIError) as error:
            await driver.ask(one, ONE, None)
        assert error.value.connection_invalidated
    for _ in range(2):
        assert await asked(narrow, "SELECT 1 WHERE current_setting('application_name') <> 'lost'")


async def test_a_connection_whose_question_was_given_up_is_for_nobody_else(
    narrow: AsyncEngine,
) -> None:
    async with narrow.connect() as connection:
        pid = (await driver.ask(connection, text("SELECT pg_backend_pid()"), None)).scalar_one()
        waiting = asyncio.create_task(_wait(connection))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert connection.invalidated
    assert (await asked(narrow, "SELECT pg_backend_pid()"))[0][0] != pid


async def _wait(connection: AsyncConnection) -> None:
    await driver.ask(connection, text("SELECT pg_sleep(10)"), None)
