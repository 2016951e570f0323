"""PostgreSQL is frozen, killed or restarted under a server: it stands, says so, and recovers."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests import processes
from tests.conftest import SECRET
from torture.processes import Postgres

pytestmark = pytest.mark.slow

# How long a statement may take here, so that the tests need not wait for longer.
LONGEST = 1.0
# By then whoever asked has been told, however the database was lost.
TOLD_WITHIN = 12.0
ALIVE_WITHIN = 4.0
BACK_WITHIN = 12.0


@pytest.fixture
async def server(postgres: Postgres, tmp_path: Path) -> AsyncIterator[processes.Server]:
    environment = {
        "PLENARY_DATABASE_URL": postgres.url(),
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_STATEMENT_TIMEOUT_SECONDS": str(LONGEST),
        "PLENARY_CONTRACTS": "mini-event",
        "PLENARY_WRITE_LIMIT": "0",
        "PLENARY_DRAIN_SECONDS": "0",
    }
    running = await processes.serve(environment, tmp_path, "--migrate")
    yield running
    await running.kill()


@pytest.fixture
async def client(server: processes.Server) -> AsyncIterator[httpx.AsyncClient]:
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=30) as client:
        assert (await client.post("/compat/mini-event/api/events/", json=EVENT)).status_code == 201
        yield client


EVENT = {
    "name": "Rush",
    "location": "Here",
    "start_time": "2031-03-01T09:00:00Z",
    "end_time": "2031-03-02T09:00:00Z",
    "max_capacity": 100_000,
}


async def register(client: httpx.AsyncClient, guest: int) -> httpx.Response:
    return await client.post(
        "/compat/mini-event/api/events/1/register/",
        json={"name": f"Guest {guest}", "email": f"guest{guest}@example.com"},
    )


async def ask(client: httpx.AsyncClient, first: int, many: int) -> tuple[list[int], float]:
    """So many register at once; returns what they are answered, and how long the last one waits."""
    began = time.monotonic()
    answers = await asyncio.gather(*(register(client, first + n) for n in range(many)))
    lasted = time.monotonic() - began
    assert all("retry-after" in one.headers for one in answers if one.status_code == 503)
    return [one.status_code for one in answers], lasted


async def works_again(client: httpx.AsyncClient, guest: int) -> float:
    """Wait until somebody can register; returns how long that took. No 5xx but 503 on the way."""
    began = time.monotonic()
    while True:
        answer = await register(client, guest)
        if answer.status_code == 201:
            return time.monotonic() - began
        assert answer.status_code == 503, answer.text
        assert time.monotonic() - began < BACK_WITHIN
        await asyncio.sleep(0.1)


async def test_while_the_database_is_frozen_everybody_is_told_in_time_and_then_served(
    client: httpx.AsyncClient, postgres: Postgres
) -> None:
    statuses, _ = await ask(client, 0, 20)
    assert statuses == [201] * 20
    postgres.freeze()
    asking = asyncio.create_task(ask(client, 100, 60))
    for _ in range(10):
        began = time.monotonic()
        assert (await client.get("/healthz")).status_code == 200
        assert time.monotonic() - began < ALIVE_WITHIN
        await asyncio.sleep(0.1)
    assert (await client.get("/readyz")).status_code == 503
    statuses, lasted = await asking
    assert set(statuses) == {503}
    assert lasted < TOLD_WITHIN
    # Again, now that the connections of before are lost.
    statuses, lasted = await ask(client, 200, 60)
    assert set(statuses) == {503}
    assert lasted < TOLD_WITHIN
    postgres.thaw()
    assert await works_again(client, 300) < BACK_WITHIN
    assert (await client.get("/readyz")).status_code == 200


async def test_a_database_that_is_killed_is_found_again(
    client: httpx.AsyncClient, server: processes.Server, postgres: Postgres
) -> None:
    pid = psutil.Process(server.pid).pid
    os.kill(postgres.pid, signal.SIGKILL)
    statuses, lasted = await ask(client, 0, 40)
    assert set(statuses) <= {201, 503}
    assert lasted < TOLD_WITHIN
    assert (await client.get("/healthz")).status_code == 200
    await postgres.ready()
    assert await works_again(client, 100) < BACK_WITHIN
    assert psutil.Process(server.pid).pid == pid
