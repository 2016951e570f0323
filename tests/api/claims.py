"""People who register over HTTP, or wait, and what becomes of them."""

from collections.abc import Callable
from typing import Any

import httpx

from app.domain.conferences import Conference
from app.domain.sessions import Session
from app.repositories.uow import UnitOfWork
from tests.factories import a_user, login

Uow = Callable[[], UnitOfWork]
Headers = dict[str, str]


async def people(client: httpx.AsyncClient, uow: Uow, many: int) -> list[Headers]:
    return [await login(client, await a_user(uow)) for _ in range(many)]


async def join(
    client: httpx.AsyncClient, who: Headers, target: Session | Conference, **more: object
) -> dict[str, Any]:
    """Register, or wait; the registration."""
    if isinstance(target, Session):
        body: dict[str, object] = {"conference": target.conference_id, "session": target.id}
    else:
        body = {"conference": target.id}
    body |= {"waitlist": True, **more}
    answer = await client.post("/api/v1/registrations/", json=body, headers=who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["data"]
    return found


async def get(client: httpx.AsyncClient, who: Headers, path: str) -> Any:
    answer = await client.get(f"/api/v1/{path}", headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def status(client: httpx.AsyncClient, who: Headers, registration: dict[str, Any]) -> str:
    return str((await get(client, who, f"registrations/{registration['id']}/"))["status"])


async def cancel(client: httpx.AsyncClient, who: Headers, registration: dict[str, Any]) -> None:
    answer = await client.delete(f"/api/v1/registrations/{registration['id']}/", headers=who)
    assert answer.status_code == 200, answer.text
