"""What one server process is told shows in another: two real ones over one database."""

import asyncio
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.factories import PASSWORD
from tests.processes import serve
from tests.races.scene import set_up

LIST = "/api/v1/public/conferences/?page_size=100"
# The promise is a second; a machine under test may have much else to do.
PATIENCE = 10.0


async def shows(client: httpx.AsyncClient, tag: str, name: str) -> tuple[str, int]:
    """Ask until the page is another one and has that name: its tag, and its count."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await client.get(LIST, headers={"If-None-Match": tag})
            if answer.status_code == 200 and name in answer.text:
                return answer.headers["etag"], answer.json()["meta"]["count"]
            await asyncio.sleep(0.02)


async def test_what_one_process_is_told_another_shows_under_a_new_tag(
    shared: AsyncEngine, environment: dict[str, str], tmp_path: Path
) -> None:
    await set_up(shared, attendees=0, capacities=[])
    servers = []
    try:
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            servers.append(await serve(environment, tmp_path / name))
        one, other = (httpx.AsyncClient(base_url=server.url, timeout=30) for server in servers)
        async with one, other:
            login = {"username": "admin", "password": PASSWORD}
            access = (await one.post("/api/v1/token/", json=login)).json()["data"]["access"]
            one.headers["Authorization"] = f"Bearer {access}"
            first = await other.get(LIST)
            tag, count = first.headers["etag"], first.json()["meta"]["count"]
            for number in range(3):
                kept = await other.get(LIST, headers={"If-None-Match": tag})
                assert (kept.status_code, kept.content) == (304, b"")
                made = await one.post(
                    "/api/v1/conferences/",
                    json={
                        "conference_name": f"Told to one {number}",
                        "start_date": "2031-03-01",
                        "end_date": "2031-03-02",
                        "status": "published",
                    },
                )
                assert made.status_code == 201, made.text
                before = tag
                tag, counted = await shows(other, tag, f"Told to one {number}")
                count += 1
                assert (counted, tag != before) == (count, True)
    finally:
        for server in servers:
            await server.stop()
