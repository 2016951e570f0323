"""What the worker's tests share: a real Redis, and patience."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest

from tests.processes import free_port
from tests.worker.redis_server import RedisServer


class Runs(Protocol):
    """Whatever works until it is stopped."""

    async def run(self) -> None: ...


Running = Callable[[Runs, Callable[[], object]], AbstractAsyncContextManager[None]]
Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    server = RedisServer(free_port())
    await server.start()
    yield server
    await server.kill()


@asynccontextmanager
async def _running(worker: Runs, stop: Callable[[], object]) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        stop()
        async with asyncio.timeout(30):
            await task


async def _eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)


@pytest.fixture
def running() -> Running:
    """Runs something while a block lasts."""
    return _running


@pytest.fixture
def eventually() -> Eventually:
    """Waits until something holds."""
    return _eventually
