"""The last seats over HTTP: two server processes, 64 connections, one database."""

import asyncio
from collections import Counter
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.factories import PASSWORD
from tests.processes import Server, serve
from tests.races.scene import Scene, broken_promises, live, set_up

CONNECTIONS = 64


async def everybody_at_once(
    server: Server, scene: Scene, asks: list[dict[str, int]]
) -> Counter[str]:
    """Sends all over 64 connections; returns how often each answer came, by its code."""
    limits = httpx.Limits(max_connections=CONNECTIONS)
    base = f"{server.url}/api/v1"
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=30) as client:
        login = {"username": "admin", "password": PASSWORD}
        access = (await client.post("/token/", json=login)).json()["data"]["access"]
        client.headers["Authorization"] = f"Bearer {access}"
        target = {"conference": scene.conference}
        answers = await asyncio.gather(
            *(client.post("/registrations/", json=target | ask) for ask in asks)
        )
    return Counter(
        "registered" if answer.status_code == 201 else answer.json()["code"] for answer in answers
    )


async def test_two_hundred_want_ten_seats_of_two_server_processes(
    shared: AsyncEngine, environment: dict[str, str], tmp_path: Path
) -> None:
    scene = await set_up(shared, attendees=200, capacities=[10])
    [session] = scene.sessions
    server = await serve(environment, tmp_path, "--workers=2")
    try:
        asks = [{"session": session, "attendee": who} for who in scene.attendees]
        answers = await everybody_at_once(server, scene, asks)
    finally:
        await server.stop()
    assert answers == {"registered": 10, "session_full": 190}
    async with shared.connect() as connection:
        assert await live(connection, session) == 10
    assert await broken_promises(shared) == []


async def test_fifty_identical_requests_and_two_overlapping_sessions_at_once(
    shared: AsyncEngine, environment: dict[str, str], tmp_path: Path
) -> None:
    scene = await set_up(shared, attendees=2, capacities=[None, None], overlapping=True)
    one, other = scene.attendees
    first, second = scene.sessions
    server = await serve(environment, tmp_path, "--workers=2")
    try:
        same = await everybody_at_once(server, scene, [{"session": first, "attendee": one}] * 50)
        both = [{"session": place, "attendee": other} for place in (first, second)]
        clash = await everybody_at_once(server, scene, both)
    finally:
        await server.stop()
    assert same == {"registered": 1, "already_registered": 49}
    assert clash == {"registered": 1, "schedule_conflict": 1}
    assert await broken_promises(shared) == []
