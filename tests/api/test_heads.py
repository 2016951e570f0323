"""HEAD tells of everything that GET shows, and shows nothing of it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import CONTRACTS, Settings
from app.middleware.heads import Heads
from tests.factories import Units, a_conference
from tests.serving import Served

# Of each answer its own: when it was given, and to which request.
_OWN = {"date", "x-request-id"}


def told(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in _OWN}


async def alike(client: httpx.AsyncClient, path: str, **how: Any) -> httpx.Response:
    """The answer to a GET; that to a HEAD is the same without its body."""
    got, head = await client.get(path, **how), await client.head(path, **how)
    assert (head.status_code, head.content) == (got.status_code, b"")
    lengths = [answer.headers.get("content-length") for answer in (got, head)]
    if "request_id" not in got.text:
        assert told(head) == told(got)
        assert lengths == [str(len(got.content))] * 2 or not got.content
    return got


@pytest.fixture
def picture(settings: Settings) -> Iterator[str]:
    folder = settings.cover_dir
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{'a' * 32}.png"
    file: Path = folder / name
    file.write_bytes(b"\x89PNG\r\n" + bytes(5000))
    yield name
    file.unlink()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/docs", "/redoc", "/openapi.json"])
async def test_what_anybody_may_ask_for(client: httpx.AsyncClient, path: str) -> None:
    assert (await alike(client, path)).status_code in (200, 307)


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("page", ["docs", "redoc", "openapi.json"])
async def test_the_documents_of_each_contract(
    client: httpx.AsyncClient, contract: str, page: str
) -> None:
    assert (await alike(client, f"/compat/{contract}/{page}")).status_code == 200


@pytest.mark.parametrize("slash", ["/", ""])
async def test_lists_and_single_things_natively_and_by_a_contract(
    admin_client: httpx.AsyncClient, uow: Units, slash: str
) -> None:
    conference = await a_conference(uow)
    for path in (
        "/api/v1/conferences",
        f"/api/v1/conferences/{conference.id}",
        "/compat/event-hub/api/events",
        f"/compat/event-hub/api/events/{conference.id}",
    ):
        assert (await alike(admin_client, f"{path}{slash}")).status_code == 200


async def test_pictures_and_what_pages_load(client: httpx.AsyncClient, picture: str) -> None:
    got = await alike(client, f"/media/covers/{picture}")
    assert (got.status_code, len(got.content)) == (200, 5006)
    [asset] = [
        part.partition('"')[0]
        for part in (await client.get("/docs")).text.split('src="')
        if part.startswith("/static/") and "bundle" in part
    ][:1]
    assert (await alike(client, asset)).status_code == 200


async def test_refusals_are_those_of_get(
    client: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    for path in ("/api/v1/users/me/", "/api/v1/conferences/999999/", "/api/v1/nothing/"):
        assert (await alike(client, path)).status_code in (401, 404)
    assert (await alike(client, "/api/v1/users/me/", headers=as_admin)).status_code == 200
    assert (await alike(client, "/api/v1/conferences/?page=x", headers=as_admin)).status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/token/", "/compat/event-hub/api/auth/token/"])
async def test_where_there_is_no_get_there_is_no_head(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.head(path)
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "POST", b"")


async def test_a_refused_method_learns_of_head(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/api/v1/conferences/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


async def test_it_is_logged_as_what_it_was(
    client: httpx.AsyncClient, engine: AsyncEngine, app: Served
) -> None:
    await client.head("/api/v1/categories/")
    asked = text("SELECT method FROM request_logs WHERE path = '/api/v1/categories/'")
    async with asyncio.timeout(10):
        while True:
            async with engine.connect() as connection:
                found = list((await connection.execute(asked)).scalars())
            if found:
                break
            await asyncio.sleep(0.05)
    assert found == ["HEAD"]
    assert app.runtime is not None


async def test_the_server_goes_on_knowing_it_for_a_head() -> None:
    """It counts what is sent of a body, and closes the connection where that is too little."""
    seen: list[Any] = []

    async def inner(scope: Any, _receive: Any, send: Any) -> None:
        seen.append(scope["method"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 10, "more_body": True})
        await send({"type": "http.response.body", "body": b"y"})

    async def send(message: Any) -> None:
        seen.append(message)

    async def receive() -> Any:
        raise AssertionError

    scope: dict[str, Any] = {"type": "http", "method": "HEAD"}
    await Heads(inner)(scope, receive, send)
    assert scope["method"] == "HEAD"
    assert seen == [
        "GET",
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"", "more_body": True},
        {"type": "http.response.body", "body": b""},
    ]


async def test_whatever_is_no_head_passes_untouched() -> None:
    passed: list[Any] = []

    async def inner(*given: Any) -> None:
        passed.append(given)

    for scope in ({"type": "http", "method": "GET"}, {"type": "lifespan"}):
        given: Any = (scope, object(), object())
        await Heads(inner)(*given)
        assert passed.pop() == given
