"""The bell over a real Redis: heard when it is there, missed by nobody when it is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.processes import free_port
from tests.worker.conftest import Eventually
from tests.worker.redis_server import RedisServer
from worker import settings
from worker.bell import Bell
from worker.settings import QUEUE, listen


class Ear:
    """Counts how often it is woken."""

    def __init__(self) -> None:
        self.heard = 0

    def wake(self) -> None:
        self.heard += 1


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Ear]:
    ear = Ear()
    task = asyncio.create_task(listen(url, ear.wake))
    try:
        yield ear
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def ringing(url: str) -> AsyncIterator[Bell]:
    bell = Bell(url)
    await bell.start()
    try:
        yield bell
    finally:
        await bell.stop()


async def rings_until_heard(bell: Bell, ear: Ear, eventually: Eventually) -> None:
    before = ear.heard

    async def heard() -> bool:
        bell.ring()
        return ear.heard > before

    await eventually(heard)


async def is_connected(ear: Ear, eventually: Eventually) -> None:
    """Listening begins with a wake of its own."""

    async def heard() -> bool:
        return ear.heard > 0

    await eventually(heard)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.bell._RETRY_AFTER", 0.05)
    monkeypatch.setattr("worker.bell._PATIENCE", 0.5)
    monkeypatch.setattr(settings, "_LONGEST_BACKOFF", 0.1)


async def test_a_ring_is_heard_soon(redis: RedisServer, eventually: Eventually) -> None:
    async with listening(redis.url) as ear, ringing(redis.url) as bell:
        await is_connected(ear, eventually)
        bell.ring()
        async with asyncio.timeout(1):
            while ear.heard < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_many_rings_become_few(redis: RedisServer) -> None:
    async with ringing(redis.url) as bell:
        for _ in range(200):
            bell.ring()
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.1)
        async with redis.client() as client:
            assert 1 <= await client.zcard(QUEUE) <= 20


async def test_rings_of_before_are_heard_and_leave_nothing(
    redis: RedisServer, eventually: Eventually
) -> None:
    async with ringing(redis.url) as bell:
        bell.ring()
        await asyncio.sleep(0.2)
    async with redis.client() as client:
        assert await client.zcard(QUEUE) == 1

        async def nothing_is_left() -> bool:
            keys = await client.keys("*")
            return all(b"health" in key for key in keys)

        async with listening(redis.url) as ear:
            await eventually(nothing_is_left)
        assert ear.heard >= 1


async def test_a_ring_that_has_expired_is_let_go_of_without_a_failure(
    redis: RedisServer, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    async with redis.client() as client:
        # Its place in the queue outlives the job itself.
        await client.zadd(QUEUE, {"expired": 1})

        async def is_let_go_of() -> bool:
            left: int = await client.zcard(QUEUE)
            return left == 0

        async with listening(redis.url):
            await eventually(is_let_go_of)
    assert [record.getMessage() for record in caplog.records] == ["job expired expired"]


async def test_a_redis_that_forgot_everything_rings_on(
    redis: RedisServer, eventually: Eventually
) -> None:
    async with listening(redis.url) as ear, ringing(redis.url) as bell:
        await rings_until_heard(bell, ear, eventually)
        await redis.flush()
        await rings_until_heard(bell, ear, eventually)


async def test_a_redis_that_was_killed_is_found_again(
    redis: RedisServer, eventually: Eventually
) -> None:
    async with listening(redis.url) as ear, ringing(redis.url) as bell:
        await rings_until_heard(bell, ear, eventually)
        await redis.kill()
        for _ in range(10):
            bell.ring()
            await asyncio.sleep(0.02)
        await redis.start()
        await rings_until_heard(bell, ear, eventually)


async def test_a_frozen_redis_holds_nobody_up(redis: RedisServer, eventually: Eventually) -> None:
    async with listening(redis.url) as ear, ringing(redis.url) as bell:
        await rings_until_heard(bell, ear, eventually)
        redis.freeze()
        bell.ring()
        await asyncio.sleep(1.0)
        redis.thaw()
        await rings_until_heard(bell, ear, eventually)


async def test_without_redis_ringing_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    async with ringing(f"redis://:s3cret@127.0.0.1:{free_port()}/0") as bell:
        for _ in range(20):
            bell.ring()
            await asyncio.sleep(0.02)

    complaints = [record.getMessage() for record in caplog.records]
    assert len(complaints) == 1
    assert "s3cret" not in complaints[0]


async def test_a_bell_that_was_never_started_can_be_rung_and_stopped() -> None:
    bell = Bell("redis://127.0.0.1:1/0")
    bell.ring()
    await bell.stop()
