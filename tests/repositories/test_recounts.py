"""Where very many follow the page, its count may be a moment old, and no more than that."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.domain import conferences
from app.domain.conferences import Conference, ConferenceFilter
from app.domain.pages import Page, PageRequest
from app.domain.times import utc_now
from app.recounting import Recounting
from app.repositories import known_counts
from app.repositories.uow import UnitOfWork
from tests.repositories.counting import counted

MANY = 1500
_FILL = text(
    "INSERT INTO conferences (name, starts_at, ends_at, status, created_at, updated_at)"
    " SELECT 'Conference ' || n, now() + n * interval '1 hour', now() + n * interval '2 hours',"
    " 'published', now(), now() FROM generate_series(1, :many) AS n"
)
LONG, NONE = 3600.0, 0.0


class Server:
    """Connections of its own, and what it remembers of them, as each process has."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.readers = create_async_engine(engine.url, isolation_level="AUTOCOMMIT")
        self._engine = engine
        self.recounting = Recounting(self.readers)

    def uow(self) -> UnitOfWork:
        return UnitOfWork(self._engine, readers=self.readers)

    async def told(self, number: int = 1, size: int = 20) -> int:
        return (await self.page(number, size)).count

    async def page(self, number: int, size: int) -> Page[Conference]:
        page = PageRequest(number=number, size=size)
        return await conferences.listed(self.uow(), None, ConferenceFilter(), page, utc_now())


@pytest.fixture
async def server(engine: AsyncEngine) -> AsyncIterator[Server]:
    server = Server(engine)
    yield server
    await server.readers.dispose()


another = server


async def add(engine: AsyncEngine, many: int = 1) -> None:
    async with engine.begin() as connection:
        await connection.execute(_FILL, {"many": many})


async def remove(engine: AsyncEngine, many: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE conferences SET deleted_at = now() WHERE id IN"
                " (SELECT id FROM conferences WHERE deleted_at IS NULL LIMIT :many)"
            ),
            {"many": many},
        )


def moment(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(known_counts, "MOMENT", seconds)


async def test_a_long_list_tells_what_was_right_a_moment_ago(
    server: Server, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment(monkeypatch, LONG)
    await add(engine, MANY)
    assert await server.told() == MANY
    await add(engine)
    assert await server.told() == MANY
    await server.recounting.once()
    assert await server.told() == MANY + 1


async def test_when_nobody_looks_after_it_the_request_counts(
    server: Server, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment(monkeypatch, NONE)
    await add(engine, MANY)
    for more in range(3):
        assert await server.told() == MANY + more
        await add(engine)


async def test_where_few_follow_the_page_its_count_is_exact_at_once(
    server: Server, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment(monkeypatch, LONG)
    await add(engine, MANY)
    assert await server.told() == MANY
    await add(engine)
    assert await server.told(number=26) == MANY + 1
    await add(engine)
    assert await server.told(size=600) == MANY + 2


async def test_a_page_that_is_gone_is_not_told_to_exist(
    server: Server, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment(monkeypatch, LONG)
    await add(engine, MANY)
    assert await server.told() == MANY
    await remove(engine, 20)
    page = await server.page(number=75, size=20)
    assert (page.count, len(page.items), page.has_next) == (MANY - 20, 0, False)


async def test_a_list_that_has_become_short_is_exact_again(
    server: Server, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment(monkeypatch, LONG)
    await add(engine, MANY)
    assert await server.told() == MANY
    await remove(engine, MANY - 3)
    await server.recounting.once()
    assert await server.told() == 3
    await add(engine)
    assert await server.told() == 4


async def test_a_change_shows_within_a_second_in_every_server(
    server: Server, another: Server, engine: AsyncEngine
) -> None:
    await add(engine, MANY)
    running = [asyncio.create_task(one.recounting.run()) for one in (server, another)]
    for many in range(MANY, MANY + 4):
        assert await server.told() in (many, many - 1)
        assert await another.told() in (many, many - 1)
        await add(engine)
        changed = asked = time.monotonic()
        while [await server.told(), await another.told()] != [many + 1] * 2:
            assert asked < changed + 1
            await asyncio.sleep(0.02)
            asked = time.monotonic()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


async def test_what_did_not_change_is_not_counted(server: Server, engine: AsyncEngine) -> None:
    await add(engine, MANY)
    assert await server.told() == MANY
    async with asyncio.timeout(30):
        while True:
            with counted(server.readers) as sent:
                await server.recounting.once()
            # Whoever raised the counter must have ended, and others use the same server.
            if not any("count(*)" in statement for statement in sent):
                break
    assert len(sent) == 1


async def test_what_nobody_asks_for_any_more_is_let_be(
    server: Server, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(engine, MANY)
    assert await server.told() == MANY
    monkeypatch.setattr(known_counts, "_ASKED_FOR", NONE)
    with counted(server.readers) as sent:
        await server.recounting.once()
    assert sent == []


async def test_short_lists_are_not_looked_after(server: Server, engine: AsyncEngine) -> None:
    await add(engine, 3)
    assert await server.told() == 3
    with counted(server.readers) as sent:
        await server.recounting.once()
    assert sent == []
