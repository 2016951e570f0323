"""How tests ask for registrations."""

from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.attendees import Attendee
from app.domain.conferences import Conference
from app.domain.sessions import Session

REGISTRATIONS = "/api/v1/registrations/"
Headers = dict[str, str]


def wish(target: Session | Conference, attendee: Attendee | None = None) -> dict[str, Any]:
    if isinstance(target, Session):
        body: dict[str, Any] = {"conference": target.conference_id, "session": target.id}
    else:
        body = {"conference": target.id, "session": None}
    return body if attendee is None else body | {"attendee": attendee.id}


async def refused(
    client: httpx.AsyncClient, body: dict[str, Any], headers: Headers, status: int, code: str
) -> dict[str, Any]:
    answer = await client.post(REGISTRATIONS, json=body, headers=headers)
    assert answer.status_code == status, answer.text
    refusal: dict[str, Any] = answer.json()
    assert refusal["status"] == "error"
    assert refusal["code"] == code
    return refusal


async def count(engine: AsyncEngine, table: str) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())
