"""Tables change while people come and go."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import ExceptionContext, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

import migrations
from app import schema
from app.main import create_app
from app.runtime import create_engine
from tests.conftest import settings_for
from tests.factories import PASSWORD
from tests.races.scene import Scene, broken_promises, set_up
from tests.serving import Served, served

CREATED_AT = "ALTER COLUMN created_at TYPE timestamptz"
# What a later release might bring: a column, an index, and columns of other types.
CHANGES = (
    "ALTER TABLE registrations ADD COLUMN remark text NOT NULL DEFAULT ''",
    "CREATE INDEX CONCURRENTLY ix_registrations_remark ON registrations (remark)",
    f"ALTER TABLE conferences {CREATED_AT}(3)",
    f"ALTER TABLE registrations {CREATED_AT}(3)",
)


@pytest.fixture
def url(fresh_database: str) -> str:
    return f"postgresql+asyncpg://{fresh_database.partition('://')[2]}"


@pytest.fixture
async def administering(url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url, poolclass=NullPool)
    yield engine
    await engine.dispose()


@pytest.fixture
async def shared(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(settings_for(fresh_database), name="observer")
    yield engine
    await engine.dispose()


@pytest.fixture
async def rushed(fresh_database: str) -> AsyncIterator[Served]:
    async with served(create_app(settings_for(fresh_database))) as app:
        yield app


async def change(engine: AsyncEngine, statement: str) -> None:
    """As a migration does: it gives way, and tries again."""
    for _ in range(20):
        try:
            async with engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text("SET lock_timeout = '500ms'"))
                await connection.execute(text(statement))
        except Exception as error:
            if "lock timeout" not in str(error):
                raise
            await asyncio.sleep(0.1)
        else:
            return
    raise AssertionError(f"never done: {statement}")


async def test_a_migration_that_meets_a_lock_gives_way_and_tries_again(
    url: str, administering: AsyncEngine
) -> None:
    async with administering.begin() as connection:
        await connection.run_sync(lambda sync: migrations.downgrade(sync, "-1"))
    async with administering.connect() as reader:
        # Somebody keeps what every migration writes to for longer than one waits.
        await reader.execute(text("LOCK TABLE alembic_version IN SHARE MODE"))
        migrating = asyncio.create_task(schema.migrate(url))
        await asyncio.sleep(4)
        assert not migrating.done()
        await reader.rollback()
    before, after = await asyncio.wait_for(migrating, 60)
    assert before != after
    assert after == schema.head()


async def test_tables_change_under_a_rush_and_nobody_meets_an_error(
    rushed: Served, shared: AsyncEngine, administering: AsyncEngine
) -> None:
    scene = await set_up(shared, attendees=400, capacities=[None])
    async with rushed.client() as client:
        await log_in(client)
        rush = asyncio.create_task(everybody(client, scene))
        try:
            for statement in CHANGES:
                await asyncio.sleep(0.1)
                await change(administering, statement)
        finally:
            answers = await rush
        last = await client.get("/api/v1/registrations/")
    assert set(answers) <= {200, 201, 503}
    assert answers[201] > 300
    assert last.status_code == 200
    assert await broken_promises(shared) == []


async def test_whoever_meets_a_changed_table_is_served_at_the_second_attempt(
    rushed: Served, shared: AsyncEngine, administering: AsyncEngine
) -> None:
    scene = await set_up(shared, attendees=20, capacities=[None])
    paths = ("/api/v1/conferences/", f"/api/v1/conferences/{scene.conference}/")
    overtaken: list[str] = []
    for engine in (rushed.runtime.engine, rushed.runtime.readers):
        event.listen(engine.sync_engine, "handle_error", lambda at: overtaken.append(_name(at)))
    async with rushed.client() as client:
        await log_in(client)
        for number, who in enumerate(scene.attendees):
            # What is asked and written here is prepared from now on, on some connection.
            looked = [await client.get(path) for path in paths]
            made = await register(client, scene, who)
            moved = await client.patch(paths[1], json={"location": f"Hall {who}"})
            assert [one.status_code for one in looked] == [200, 200]
            assert (made.status_code, moved.status_code) == (201, 200)
            if overtaken:
                break
            for table in ("conferences", "registrations"):
                digits = 3 + number % 2
                await change(administering, f"ALTER TABLE {table} {CREATED_AT}({digits})")
    assert set(overtaken) == {"InvalidCachedStatementError"}
    assert await broken_promises(shared) == []


def _name(at: ExceptionContext) -> str:
    return type(at.original_exception).__name__


async def log_in(client: httpx.AsyncClient) -> None:
    login = {"username": "admin", "password": PASSWORD}
    access = (await client.post("/api/v1/token/", json=login)).json()["data"]["access"]
    client.headers["Authorization"] = f"Bearer {access}"


async def register(client: httpx.AsyncClient, scene: Scene, attendee: int) -> httpx.Response:
    body = {"conference": scene.conference, "session": scene.sessions[0], "attendee": attendee}
    return await client.post("/api/v1/registrations/", json=body)


async def everybody(client: httpx.AsyncClient, scene: Scene) -> Counter[int]:
    """All register, eight at a time, and look around in between."""
    waiting, answers = list(scene.attendees), Counter[int]()

    async def one() -> None:
        while waiting:
            answers[(await register(client, scene, waiting.pop())).status_code] += 1
            answers[(await client.get("/api/v1/conferences/")).status_code] += 1

    await asyncio.gather(*(one() for _ in range(8)))
    return answers
