"""The short way through a route answers what the framework's own way would."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Body, Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from app.routers.straight import loads, straighten


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    session: int
    seats: int = 1


async def counter(request: Request) -> int:
    request.state.calls = getattr(request.state, "calls", 0) + 1
    return int(request.state.calls)


async def user(request: Request, _: Annotated[int, Depends(counter)]) -> str:
    named = request.headers.get("authorization")
    if named is None:
        raise HTTPException(401, "who are you?")
    return named


Calls = Annotated[int, Depends(counter)]
User = Annotated[str, Depends(user)]


def application(*, straight: bool) -> FastAPI:
    app = FastAPI()

    @app.post("/wishes/{number}/")
    async def wish(number: Annotated[int, Path(ge=1)], body: Wish, me: User, n: Calls) -> Response:
        return JSONResponse([number, body.model_dump(), me, n], 201)

    @app.put("/wishes/")
    async def change(me: User, body: Wish | None = None) -> Response:
        return JSONResponse([me, body and body.model_dump()])

    @app.get("/calls/{name}/", dependencies=[Depends(counter), Depends(counter)])
    async def calls(name: str, n: Calls, request: Request) -> Response:
        return JSONResponse([name, n, request.url.path])

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        faults = [{key: str(value) for key, value in one.items()} for one in error.errors()]
        return JSONResponse(faults, 422)

    if straight:
        straighten(app.router.routes)
        assert all(is_straight(route) for route in app.routes if isinstance(route, APIRoute))
    return app


def is_straight(route: APIRoute) -> bool:
    return type(route.app).__module__ == straighten.__module__


ME = {"authorization": "me"}
JSON = {"content-type": "application/json"}
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/wishes/1/", {"json": {"session": 2}, "headers": ME}),
    ("POST", "/wishes/1/", {"json": {"session": 2}}),
    ("POST", "/wishes/0/", {"json": {"session": "x", "other": 1}, "headers": ME}),
    ("POST", "/wishes/0/", {"json": {"session": "x"}}),
    ("POST", "/wishes/x/", {"json": {"session": 2}, "headers": ME}),
    ("POST", "/wishes/1/", {"headers": ME}),
    ("POST", "/wishes/1/", {"content": b"", "headers": ME | JSON}),
    ("POST", "/wishes/1/", {"content": b"{", "headers": JSON}),
    ("POST", "/wishes/1/", {"content": b'{"session": 1,}', "headers": ME | JSON}),
    ("POST", "/wishes/1/", {"content": b"\xff\xfe", "headers": ME | JSON}),
    ("POST", "/wishes/1/", {"content": b"null", "headers": ME | JSON}),
    ("POST", "/wishes/1/", {"content": b"[1]", "headers": ME | JSON}),
    ("POST", "/wishes/1/", {"content": b'{"session": 2}', "headers": ME}),
    ("POST", "/wishes/1/", {"content": b'{"session": NaN}', "headers": ME | JSON}),
    (
        "POST",
        "/wishes/1/",
        {"content": b'{"session": 2}', "headers": ME | {"content-type": "text/plain"}},
    ),
    (
        "POST",
        "/wishes/1/",
        {
            "content": b'{"session": 2}',
            "headers": ME | {"content-type": "application/merge-patch+json; charset=x"},
        },
    ),
    ("PUT", "/wishes/", {"headers": ME}),
    ("PUT", "/wishes/", {"headers": ME, "json": None}),
    ("PUT", "/wishes/", {"headers": ME, "json": {"session": 1, "seats": 2}}),
    ("PUT", "/wishes/", {}),
    ("GET", "/calls/Ada%20L/", {}),
    ("PATCH", "/calls/Ada/", {}),
]


@pytest.mark.parametrize(("method", "path", "sent"), REQUESTS)
async def test_a_request_is_answered_as_the_framework_answers_it(
    method: str, path: str, sent: dict[str, Any]
) -> None:
    answers = []
    for straight in (False, True):
        transport = httpx.ASGITransport(application(straight=straight))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.request(method, path, **sent)
        answers.append((answer.status_code, dict(answer.headers), answer.content))
    assert answers[0] == answers[1]


async def test_who_hangs_up_midway_is_told_nothing_and_nothing_is_done() -> None:
    """Reading a body that never comes to its end fails as the framework fails."""
    statuses = []
    for straight in (False, True):
        messages = iter(
            [
                {"type": "http.request", "body": b'{"sess', "more_body": True},
                {"type": "http.disconnect"},
            ]
        )
        sent: list[Any] = []

        async def receive(messages: Any = messages) -> Any:
            await asyncio.sleep(0)
            return next(messages)

        async def send(message: Any, sent: list[Any] = sent) -> None:
            await asyncio.sleep(0)
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/wishes/1/",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")],
        }
        await application(straight=straight)(scope, receive, send)
        statuses.append([message.get("status") for message in sent])
    assert statuses[0] == statuses[1]


def read(reader: Callable[[bytes], Any], body: bytes) -> tuple[type, str]:
    """What a reader makes of a body: NaN is no equal of itself, but is written as itself."""
    try:
        made = reader(body)
    except (ValueError, RecursionError) as error:
        return type(error), str(error)
    return type(made), repr(made)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(ANY_JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=3), st.data())
def test_a_body_is_read_as_the_standard_library_reads_it(
    written: bytes, noise: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(written)))
    for body in (written, written[:at], written[:at] + noise + written[at:]):
        assert read(loads, body) == read(json.loads, body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'"\\ud800"',
        b"1" * 5000,
        b'{"a": 1, "a": 2}',
        b"\xef\xbb\xbf1",
        "1".encode("utf-16"),
        b"[-0, -0.0, 1e999, -Infinity, NaN, 12345678901234567890123]",
        b'"\t"',
        b"\x0c1",
        b"01",
        b"1.",
    ],
)
def test_what_readers_may_differ_in_they_do_not_differ_in(body: bytes) -> None:
    assert read(loads, body) == read(json.loads, body)


async def lent() -> AsyncIterator[int]:
    yield 1


def by_thread() -> int:
    return 1


async def paged(page: int = 1) -> int:
    return page


async def asks_by_query(page: Annotated[int, Query()]) -> Response:
    return JSONResponse(page)


async def uses_what_is_lent(one: Annotated[int, Depends(lent)]) -> Response:
    return JSONResponse(one)


async def waits_for_a_thread(one: Annotated[int, Depends(by_thread)]) -> Response:
    return JSONResponse(one)


async def depends_on_a_query(one: Annotated[int, Depends(paged)]) -> Response:
    return JSONResponse(one)


async def answers_with_a_model() -> Wish:
    return Wish(session=1)


async def takes_two_bodies(a: Annotated[int, Body()], b: Annotated[int, Body()]) -> Response:
    return JSONResponse([a, b])


def runs_in_a_thread() -> Response:
    return JSONResponse(1)


@pytest.mark.parametrize(
    "endpoint",
    [
        asks_by_query,
        uses_what_is_lent,
        waits_for_a_thread,
        depends_on_a_query,
        answers_with_a_model,
        takes_two_bodies,
        runs_in_a_thread,
    ],
)
def test_what_asks_for_more_keeps_the_framework_s_way(endpoint: Any) -> None:
    app = FastAPI()
    app.post("/")(endpoint)
    straighten(app.router.routes)
    assert not any(is_straight(route) for route in app.routes if isinstance(route, APIRoute))


def test_every_native_route_goes_straight(built: FastAPI) -> None:
    routes = [route for route in built.routes if isinstance(route, APIRoute)]
    assert len(routes) > 100
    assert all(is_straight(route) for route in routes)
