"""The worker as a process of its own, killed and deprived of what it runs on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.messages import MessageKind
from app.runtime import create_engine
from tests import processes
from tests.conftest import SECRET, settings_for
from tests.processes import Server
from tests.worker import rows
from tests.worker.conftest import Eventually
from tests.worker.redis_server import RedisServer
from worker.bell import Bell

pytestmark = pytest.mark.slow

MAILS = 300
Start = Callable[[], Awaitable[Server]]


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    """A database of its own, as the workers of this test see it."""
    engine = create_engine(settings_for(fresh_database), name="the test")
    yield engine
    await engine.dispose()


@pytest.fixture
def environment(fresh_database: str, redis: RedisServer, tmp_path: Path) -> Mapping[str, str]:
    return {
        "PLENARY_DATABASE_URL": fresh_database,
        "PLENARY_REDIS_URL": redis.url,
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_DATA_DIR": str(tmp_path),
    }


@pytest.fixture
async def start(environment: Mapping[str, str], tmp_path: Path) -> AsyncIterator[Start]:
    """Starts workers, and ends whichever are left."""
    started: list[Server] = []

    async def begin() -> Server:
        started.append(await processes.run("worker", environment=environment, directory=tmp_path))
        return started[-1]

    yield begin
    for worker in started:
        await worker.kill()


@asynccontextmanager
async def ringing(redis: RedisServer) -> AsyncIterator[Bell]:
    bell = Bell(redis.url)
    await bell.start()
    yield bell
    await bell.stop()


def mails(folder: Path) -> list[Path]:
    return sorted((folder / "mail").glob("*.eml"))


def has_mails(folder: Path, least: int) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return len(mails(folder)) >= least

    return look


def all_done(engine: AsyncEngine, most: int = MAILS) -> Callable[[], Awaitable[bool]]:
    async def look() -> bool:
        return await rows.states(engine) == {"done": most}

    return look


async def announce(engine: AsyncEngine) -> None:
    registrations = await rows.registrations(engine, MAILS)
    await rows.announce(engine, MessageKind.REGISTERED, registrations)


def ensure_each_mail_once(folder: Path) -> None:
    found = [message_from_bytes(path.read_bytes()) for path in mails(folder)]
    assert len({mail["Message-ID"] for mail in found}) == len(found) == MAILS
    assert {mail["To"] for mail in found} == {
        f"Attendee {n} <a{n}@x.example>" for n in range(1, MAILS + 1)
    }


async def test_a_worker_killed_midway_loses_and_doubles_nothing(
    database: AsyncEngine, start: Start, tmp_path: Path, eventually: Eventually
) -> None:
    await announce(database)
    worker = await start()
    await eventually(has_mails(tmp_path, 20))
    await worker.kill()
    assert (await rows.states(database))["open"] > 0

    # The time passes for which the killed one's claims hold.
    await rows.run(database, "UPDATE outbox SET leased_until = now() WHERE lease IS NOT NULL")
    await start()
    await eventually(all_done(database))

    ensure_each_mail_once(tmp_path)


async def test_two_workers_handle_each_message_once(
    database: AsyncEngine, start: Start, tmp_path: Path, eventually: Eventually
) -> None:
    await asyncio.gather(start(), start())
    await announce(database)
    await eventually(all_done(database))

    ensure_each_mail_once(tmp_path)
    assert await rows.ask(database, "SELECT max(attempts) FROM outbox") == 1


async def test_redis_emptied_and_killed_midway_loses_nothing(
    database: AsyncEngine,
    start: Start,
    redis: RedisServer,
    tmp_path: Path,
    eventually: Eventually,
) -> None:
    worker = await start()
    async with ringing(redis) as bell:
        registrations = await rows.registrations(database, MAILS)
        for portion, trouble in enumerate((redis.flush, redis.kill, redis.start)):
            some = registrations[portion * 100 : (portion + 1) * 100]
            await rows.announce(database, MessageKind.REGISTERED, some)
            bell.ring()
            await trouble()
            await eventually(all_done(database, (portion + 1) * 100))

    ensure_each_mail_once(tmp_path)
    await worker.stop()


async def test_a_ring_is_worked_off_before_the_worker_would_look_by_itself(
    database: AsyncEngine,
    start: Start,
    redis: RedisServer,
    tmp_path: Path,
    eventually: Eventually,
) -> None:
    await start()
    waits: list[float] = []
    async with ringing(redis) as bell:
        for number in await rows.registrations(database, 7):
            await rows.announce(database, MessageKind.REGISTERED, [number])
            bell.ring()
            begun = asyncio.get_running_loop().time()
            await eventually(has_mails(tmp_path, number))
            waits.append(asyncio.get_running_loop().time() - begun)

    assert sorted(waits[1:])[3] < 0.3


async def test_lost_connections_to_the_database_are_made_anew(
    database: AsyncEngine, start: Start, tmp_path: Path, eventually: Eventually
) -> None:
    await announce(database)
    await start()
    await eventually(has_mails(tmp_path, 20))
    await rows.ask(
        database,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND application_name <> 'the test'",
    )
    await eventually(all_done(database))

    ensure_each_mail_once(tmp_path)


async def test_a_worker_that_is_told_to_stop_finishes_first(
    database: AsyncEngine, start: Start, tmp_path: Path, eventually: Eventually
) -> None:
    await announce(database)
    worker = await start()
    await eventually(has_mails(tmp_path, 20))
    await worker.stop()

    assert await rows.ask(database, "SELECT count(*) FROM outbox WHERE lease IS NOT NULL") == 0
    done = await rows.ask(database, "SELECT count(*) FROM outbox WHERE state = 'done'")
    assert done == len(mails(tmp_path))
    assert "Traceback" not in worker.log.read_text()
