"""The server is killed in the middle of a rush; what it acknowledged is there afterwards, once."""

import asyncio
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.factories import PASSWORD
from tests.processes import free_port, run, serve
from tests.races.scene import Scene, broken_promises, set_up
from tests.worker.redis_server import RedisServer

SETTLED_WITHIN = 60.0


class Driver:
    """Registers everybody and pays for it, and notes only what was acknowledged."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.registered: dict[int, int] = {}

    async def drive(self, url: str, clients: int = 16) -> None:
        """Until everybody is through, or the server is gone."""
        waiting = [who for who in self._scene.attendees if who not in self.registered]
        async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=10) as client:
            answer = await client.post("/token/", json={"username": "admin", "password": PASSWORD})
            token = answer.json()["data"]["access"]
            client.headers["Authorization"] = f"Bearer {token}"
            await asyncio.gather(*(self._work(client, waiting) for _ in range(clients)))

    async def _work(self, client: httpx.AsyncClient, waiting: list[int]) -> None:
        while waiting:
            attendee = waiting.pop()
            try:
                await self._one(client, attendee)
            except httpx.TransportError:
                return

    async def _one(self, client: httpx.AsyncClient, attendee: int) -> None:
        session = self._scene.sessions[attendee % len(self._scene.sessions)]
        body = {"conference": self._scene.conference, "session": session, "attendee": attendee}
        answer = await client.post("/registrations/", json=body)
        if answer.status_code == 409 and answer.json()["code"] == "already_registered":
            # Committed by the server that was killed before it could say so.
            self.registered[attendee] = answer.json()["conflicts_with"]["id"]
        elif answer.status_code == 201:
            self.registered[attendee] = answer.json()["data"]["id"]
        else:
            raise AssertionError(answer.text)
        paid = {"registration_id": self.registered[attendee]}
        answer = await client.post("/payments/process/", json=paid)
        assert answer.status_code in {200, 202, 409}, answer.text


async def _nothing_open(engine: AsyncEngine) -> None:
    """Wait until every message is handled and every payment settled."""
    question = text(
        "SELECT (SELECT count(*) FROM outbox WHERE state <> 'done')"
        " + (SELECT count(*) FROM payments WHERE status = 'pending')"
    )
    async with asyncio.timeout(SETTLED_WITHIN):
        while True:
            async with engine.connect() as connection:
                if (await connection.execute(question)).scalar_one() == 0:
                    return
            await asyncio.sleep(0.2)


def _mails(directory: Path) -> Counter[str]:
    """How often each Message-ID lies in the mail directory."""
    return Counter(
        str(message_from_bytes(path.read_bytes(), policy=policy.default)["Message-ID"])
        for path in (directory / "mail").glob("*.eml")
    )


async def test_a_killed_server_loses_nothing_and_doubles_nothing(
    shared: AsyncEngine, environment: dict[str, str], tmp_path: Path
) -> None:
    scene = await set_up(
        shared,
        attendees=500,
        capacities=[None, None, None],
        price_minor=2500,
    )
    driver = Driver(scene)
    for seconds in (1.0, 1.5):
        server = await serve(environment, tmp_path)
        rush = asyncio.create_task(driver.drive(server.url))
        await asyncio.sleep(seconds)
        await server.kill()
        await rush
    killed_at = len(driver.registered)
    assert 0 < killed_at < 500
    server = await serve(environment, tmp_path)
    try:
        acknowledged = set(driver.registered.values())
        await driver.drive(server.url)
        await _nothing_open(shared)
    finally:
        await server.stop()
    await _nothing_lost_nothing_doubled(shared, driver, acknowledged, tmp_path)


async def test_a_killed_worker_and_an_emptied_redis_lose_nothing_and_double_nothing(
    shared: AsyncEngine, environment: dict[str, str], tmp_path: Path
) -> None:
    scene = await set_up(shared, attendees=500, capacities=[None], price_minor=2500)
    driver = Driver(scene)
    redis = RedisServer(free_port())
    await redis.start()
    apart = environment | {"PLENARY_REDIS_URL": redis.url, "PLENARY_DATA_DIR": str(tmp_path)}
    server = await serve(apart, tmp_path)
    worker = await run("worker", environment=apart, directory=tmp_path)
    try:
        rush = asyncio.create_task(driver.drive(server.url, clients=64))
        await asyncio.sleep(2)
        await worker.kill()
        await redis.flush()
        worker = await run("worker", environment=apart, directory=tmp_path)
        await asyncio.sleep(1)
        await redis.kill()
        await asyncio.sleep(0.5)
        await redis.start()
        await rush
        await _nothing_open(shared)
    finally:
        await worker.kill()
        await server.stop()
        await redis.kill()
    acknowledged = set(driver.registered.values())
    await _nothing_lost_nothing_doubled(shared, driver, acknowledged, tmp_path)


async def _nothing_lost_nothing_doubled(
    shared: AsyncEngine, driver: Driver, acknowledged: set[int], directory: Path
) -> None:
    assert len(driver.registered) == 500
    async with shared.connect() as connection:
        found = set((await connection.execute(text("SELECT id FROM registrations"))).scalars())
        told = (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
        asked = (
            await connection.execute(
                text("SELECT count(*) FROM outbox WHERE kind = 'payment_requested'")
            )
        ).scalar_one()
    assert acknowledged <= found
    assert len(found) == 500
    assert await broken_promises(shared) == []
    mails = _mails(directory)
    assert set(mails.values()) == {1}
    # Every message but the requests to the gateway is a mail.
    assert len(mails) == told - asked
