"""Processes are renewed, and stopped, without anybody noticing who is being served."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.runtime import create_engine
from tests import processes
from tests.conftest import SECRET, settings_for
from tests.factories import PASSWORD
from tests.races.scene import Scene, broken_promises, set_up

pytestmark = pytest.mark.slow

CLIENTS = 8
RENEWED_WITHIN = 400.0


@pytest.fixture
def environment(fresh_database: str) -> Mapping[str, str]:
    return {
        "PLENARY_DATABASE_URL": fresh_database,
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_WRITE_LIMIT": "0",
        "PLENARY_DRAIN_SECONDS": "1",
    }


@pytest.fixture
async def shared(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(settings_for(fresh_database), name="observer")
    yield engine
    await engine.dispose()


class Load:
    """Clients who keep their connections, look around and register; notes every answer."""

    def __init__(self, url: str, scene: Scene) -> None:
        self._url = f"{url}/api/v1"
        self._scene = scene
        self._waiting = list(scene.attendees)
        self._over = asyncio.Event()
        self.answers: Counter[str] = Counter()

    async def run(self) -> None:
        async with httpx.AsyncClient(base_url=self._url, timeout=30) as client:
            login = {"username": "admin", "password": PASSWORD}
            access = (await client.post("/token/", json=login)).json()["data"]["access"]
        headers = {"Authorization": f"Bearer {access}"}
        await asyncio.gather(*(self._client(headers) for _ in range(CLIENTS)))

    def stop(self) -> None:
        self._over.set()

    async def _client(self, headers: dict[str, str]) -> None:
        async with httpx.AsyncClient(base_url=self._url, headers=headers, timeout=30) as client:
            while not self._over.is_set():
                await self._note(client.get("/conferences/"))
                if self._waiting:
                    body = {
                        "conference": self._scene.conference,
                        "session": self._scene.sessions[0],
                        "attendee": self._waiting.pop(),
                    }
                    await self._note(client.post("/registrations/", json=body))
                await asyncio.sleep(0.02)

    async def _note(self, asking: Awaitable[httpx.Response]) -> None:
        try:
            answer = await asking
            self.answers[str(answer.status_code)] += 1
        except httpx.TransportError as error:
            self.answers[repr(error)] += 1


async def test_two_processes_are_renewed_under_load_and_no_request_fails(
    environment: Mapping[str, str], tmp_path: Path, shared: AsyncEngine
) -> None:
    scene = await set_up(shared, attendees=5_000, capacities=[None])
    server = await processes.serve(environment, tmp_path, "--workers=2")
    old = _children(server.pid)
    load = Load(server.url, scene)
    running = asyncio.create_task(load.run())
    try:
        await asyncio.sleep(1)
        os.kill(server.pid, signal.SIGHUP)
        async with asyncio.timeout(RENEWED_WITHIN):
            while _children(server.pid) & old or len(_children(server.pid)) < 2:  # noqa: ASYNC110 (other processes)
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)
    finally:
        load.stop()
        await running
        await server.stop()
    assert set(load.answers) == {"200", "201"}
    assert load.answers["201"] > 50
    assert await broken_promises(shared) == []


async def test_who_pays_while_the_server_is_told_to_stop_learns_what_became_of_it(
    environment: Mapping[str, str], tmp_path: Path, shared: AsyncEngine
) -> None:
    scene = await set_up(shared, attendees=30, capacities=[None], price_minor=2500)
    server = await processes.serve({**environment, "PLENARY_DRAIN_SECONDS": "0"}, tmp_path)
    async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", timeout=30) as client:
        login = {"username": "admin", "password": PASSWORD}
        access = (await client.post("/token/", json=login)).json()["data"]["access"]
        client.headers["Authorization"] = f"Bearer {access}"
        target = {"conference": scene.conference, "session": scene.sessions[0]}
        made = [
            await client.post("/registrations/", json={**target, "attendee": who})
            for who in scene.attendees
        ]
        paying = [
            asyncio.create_task(
                client.post(
                    "/payments/process/",
                    json={"registration_id": one.json()["data"]["id"], "method": "mock"},
                )
            )
            for one in made
        ]
        await _some_wait(shared)
        os.kill(server.pid, signal.SIGTERM)
        answers = await asyncio.gather(*paying)
    await server.stop()
    # Who had not come in yet may be refused; of those who had, everybody learns it.
    assert {answer.status_code for answer in answers} <= {200, 503}
    paid = [answer for answer in answers if answer.status_code == 200]
    assert len(paid) >= 1
    assert {answer.json()["data"]["status"] for answer in paid} == {"Paid"}
    assert await broken_promises(shared) == []


async def test_a_connection_ends_with_the_next_answer_that_says_so(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    server = await processes.serve({**environment, "PLENARY_DRAIN_SECONDS": "2"}, tmp_path)
    async with httpx.AsyncClient(base_url=server.url) as client:
        before = await client.get("/healthz")
        os.kill(server.pid, signal.SIGTERM)
        async with asyncio.timeout(2):
            while (  # noqa: ASYNC110 (another process)
                during := await client.get("/healthz")
            ).headers.get("connection") != "close":
                await asyncio.sleep(0.02)
        ready = await client.get("/readyz")
    await server.stop()
    assert "connection" not in before.headers
    assert during.status_code == 200
    assert (ready.status_code, ready.json()["reason"]) == (503, "The server is stopping.")


async def _some_wait(engine: AsyncEngine) -> None:
    """Until some payments are asked for."""
    async with asyncio.timeout(20):
        while True:
            async with engine.connect() as connection:
                if (await connection.execute(text("SELECT count(*) FROM payments"))).scalar_one():
                    return


def _children(parent: int) -> set[int]:
    return {
        child.pid
        for child in psutil.Process(parent).children()
        if child.status() != psutil.STATUS_ZOMBIE
    }
