"""Certificates over HTTP: the steps that several tests take."""

from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.conferences import Conference
from app.domain.registrations import Registration

Headers = dict[str, str]
PATH = "/api/v1/certificates/"


async def run(engine: AsyncEngine, statement: str, **values: object) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement), values)


async def check_in(engine: AsyncEngine, registrations: Sequence[Registration]) -> None:
    """As the door leaves them; the door itself is tested elsewhere."""
    await run(
        engine,
        "UPDATE registrations SET checked_in_at = now() WHERE id = ANY(CAST(:ids AS bigint[]))",
        ids=[registration.id for registration in registrations],
    )


async def issue(
    client: httpx.AsyncClient, who: Headers, conference: Conference, attendee_id: int | None = None
) -> httpx.Response:
    body = {"conference": conference.id}
    if attendee_id is not None:
        body["attendee"] = attendee_id
    return await client.post(PATH, json=body, headers=who)


async def issued(
    client: httpx.AsyncClient, who: Headers, conference: Conference, attendee_id: int
) -> dict[str, Any]:
    answer = await issue(client, who, conference, attendee_id)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def numbers(
    client: httpx.AsyncClient, who: Headers, query: str = ""
) -> list[tuple[int, int]]:
    """Conference and attendee of each, in the order of the list."""
    answer = await client.get(f"{PATH}{query}", headers=who)
    assert answer.status_code == 200, answer.text
    assert answer.json()["meta"]["count"] == len(answer.json()["data"])
    return [(row["conference"], row["attendee"]) for row in answer.json()["data"]]
