"""When every place is taken: refused at once, in each contract's own words."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from app.config import Settings
from app.domain.errors import Busy
from app.main import create_app
from app.middleware.places import Limited, Places
from tests.serving import Served, served

Ask = Callable[..., Awaitable[None]]
CALLBACK = "/api/v1/payments/callback"


@pytest.fixture
async def small(settings: Settings) -> AsyncIterator[Served]:
    """A server with two places, both of them taken."""
    async with served(create_app(settings.model_copy(update={"max_in_flight": 2}))) as app:
        app.app.state.places.taken = 2
        yield app


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/api/v1/conferences/", {"status", "message", "code", "errors", "request_id"}),
        ("/no/such/path", {"status", "message", "code", "errors", "request_id"}),
        ("/compat/event-hub/api/events/", {"detail", "error"}),
        ("/compat/event-management/events/", {"detail", "code"}),
        ("/compat/mini-event/events", {"detail", "code"}),
        ("/compat/jointoit/events/", {"detail"}),
    ],
)
async def test_who_is_one_too_many_is_refused_in_the_contracts_own_shape(
    small: Served, path: str, keys: set[str]
) -> None:
    async with small.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 503
    assert set(answer.json()) == keys
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers.get("x-error-code", "busy") == "busy"
    assert len(answer.headers["x-request-id"]) == 32
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_refusal_says_what_any_busy_answer_says_and_names_its_request(
    small: Served,
) -> None:
    async with small.client() as client:
        answer = await client.post("/api/v1/token/", headers={"X-Request-Id": "mine"})
    assert answer.json() == {
        "status": "error",
        "message": Busy.message,
        "code": "busy",
        "errors": {"detail": [Busy.message]},
        "request_id": "mine",
    }


async def test_who_watches_and_who_is_awaited_come_in_all_the_same(small: Served) -> None:
    async with small.client() as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
        reports = [await client.post(path, json={}) for path in (CALLBACK, f"{CALLBACK}/")]
    assert (alive.status_code, ready.status_code) == (200, 200)
    assert [report.status_code for report in reports] == [401, 401]


async def test_who_is_awaited_does_not_come_in_without_end(small: Served) -> None:
    small.app.state.places.taken = 2 + 64
    async with small.client() as client:
        assert (await client.post(CALLBACK, json={})).status_code == 503


async def test_a_place_is_free_again_when_its_request_is_answered(small: Served) -> None:
    small.app.state.places.taken = 1
    async with small.client() as client:
        for _ in range(3):
            assert (await client.get("/api/v1/nothing/")).status_code == 404
    assert small.app.state.places.taken == 1


async def test_refusals_are_in_no_table(small: Served) -> None:
    async with small.client() as client:
        await client.get("/api/v1/conferences/")
    assert len(small.runtime.logs) == 0


class Room:
    """An application whose requests stay until they are told to go."""

    def __init__(self, places: int) -> None:
        self.leave = asyncio.Event()
        self.inside = 0
        self.places = Places(places)
        answer = JSONResponse({"id": "{request-id}"}, 503)
        self.limited = Limited(self, places=self.places, answers={"": answer}, awaited=frozenset())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "POST":
            await receive()
        self.inside += 1
        await self.leave.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def ask(
        self, method: str = "GET", receive: Receive | None = None
    ) -> list[Mapping[str, Any]]:
        sent: list[Mapping[str, Any]] = []

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": "/", "state": {"request_id": "x"}}
        await self.limited(scope, receive or _nothing_comes, send)
        return sent


async def test_a_body_that_is_still_arriving_takes_no_place() -> None:
    room, arrived = Room(1), asyncio.Event()

    async def slowly() -> dict[str, Any]:
        await arrived.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    slow = [asyncio.create_task(room.ask("POST", slowly)) for _ in range(20)]
    await asyncio.sleep(0)
    assert room.places.taken == 0
    quick = asyncio.create_task(room.ask())
    await asyncio.sleep(0)
    assert (room.inside, room.places.taken) == (1, 1)
    arrived.set()
    refused = await asyncio.gather(*slow, return_exceptions=True)
    assert {getattr(one, "status_code", None) for one in refused} == {503}
    room.leave.set()
    await quick
    assert room.places.taken == 0


async def test_an_answer_goes_out_at_once_and_its_connection_is_heard_again_later() -> None:
    room = Room(1)
    room.places.taken = 1
    loop = asyncio.get_running_loop()
    began = loop.time()
    answers = await asyncio.gather(*(room.ask() for _ in range(100)))
    heard_again = loop.time() - began
    start, body, end = answers[0]
    assert start["status"] == 503
    assert (body["body"], body["more_body"]) == (b'{"id":"x"}', True)
    assert end == {"type": "http.response.body", "body": b""}
    # A hundred at once: the last of them are heard again after a tenth of a second.
    assert heard_again >= 0.09


async def test_the_more_are_refused_the_longer_they_are_told_to_stay_away() -> None:
    room = Room(1)
    room.places.taken = 1
    answers = await asyncio.gather(*(room.ask() for _ in range(1_200)))
    told = [int(dict(answer[0]["headers"])[b"retry-after"]) for answer in answers]
    assert (told[0], told[-1]) == (1, 3)


async def test_a_house_that_closes_lets_nobody_in_and_everybody_out() -> None:
    room = Room(8)
    inside = [asyncio.create_task(room.ask()) for _ in range(3)]
    await asyncio.sleep(0)
    room.places.close()
    [start, *_] = await room.ask()
    assert start["status"] == 503
    room.leave.set()
    assert [answer[0]["status"] for answer in await asyncio.gather(*inside)] == [204] * 3
    assert room.places.taken == 0


async def _nothing_comes() -> dict[str, Any]:
    raise AssertionError("nobody reads here")
