"""What every request passes: ids, limits, slashes, headers."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from app.config import Settings
from app.main import create_app
from tests.serving import served

LOGIN = {"username": "nobody", "password": "no password"}


async def test_every_answer_names_its_request(client: httpx.AsyncClient) -> None:
    first, second = await client.get("/healthz"), await client.get("/api/v1/nothing/")
    assert len(first.headers["x-request-id"]) == 32
    assert second.json()["request_id"] == second.headers["x-request-id"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize("given", ["a b", "x" * 65, "<script>"])
async def test_an_id_that_is_not_sane_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/healthz", headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"] != given


async def test_answers_to_the_logged_in_are_not_for_caches(
    client: httpx.AsyncClient, as_admin: dict[str, str]
) -> None:
    answer = await client.get("/api/v1/users/me/", headers=as_admin)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_paths_work_without_their_slash(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/token", json=LOGIN)
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_credentials"


async def test_a_body_too_long_is_refused_unread(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    answer = await client.post("/api/v1/token/", content=b" " * (settings.max_body_bytes + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert answer.headers["connection"] == "close"


async def test_a_body_too_long_in_pieces_is_refused(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(settings.max_body_bytes // 65_536 + 1):
            yield b" " * 65_536

    answer = await client.post("/api/v1/token/", content=pieces())
    assert answer.status_code == 413


async def test_a_body_that_does_not_come_is_not_waited_for(settings: Settings) -> None:
    hurried = settings.model_copy(update={"body_seconds": 0.05})
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        await asyncio.sleep(10)
        raise AssertionError

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        sent.append(message)

    async with served(create_app(hurried)) as app:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/api/v1/token/",
            "raw_path": b"/api/v1/token/",
            "query_string": b"",
            "headers": [(b"content-length", b"9"), (b"content-type", b"application/json")],
        }
        await app(scope, receive, send)
    assert sent[0]["status"] == 408


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/conferences", "GET, HEAD, POST"),
        ("/api/v1/conferences/1/", "DELETE, GET, HEAD, PATCH, PUT"),
        # Words that stand where ids do have methods of their own, and no others.
        ("/api/v1/conferences/mine/", "GET, HEAD"),
        ("/api/v1/conferences/upcoming/", "GET, HEAD"),
        ("/api/v1/registrations/mine/", "GET, HEAD"),
        ("/api/v1/payments/process/", "POST"),
        ("/api/v1/payments/callback/", "POST"),
        ("/api/v1/users/verify/", "POST"),
        ("/api/v1/users/password-reset/", "POST"),
        ("/healthz", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
    ],
)
async def test_a_wrong_method_is_told_which_ones_are_right(
    client: httpx.AsyncClient, path: str, allowed: str
) -> None:
    answer = await client.options(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["conferences", "sessions", "attendees", "payments", "core/logs"])
async def test_who_asks_is_found_out_before_what_is_asked_for(
    client: httpx.AsyncClient, as_admin: dict[str, str], path: str
) -> None:
    malformed = f"/api/v1/{path}/?nonsense=1"
    assert (await client.get(malformed)).status_code == 401
    assert (await client.get(malformed, headers=as_admin)).status_code == 400
    long = f"/api/v1/{path}/?{'page=1&' * 200}page=2"
    assert (await client.get(long, headers=as_admin)).json()["meta"]["page"] == 2
