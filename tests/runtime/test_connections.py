"""What a server makes of connections whose other end is slow, long-winded or of two minds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
import uvicorn
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from app import serving
from app.middleware.bodies import BodyLimits
from app.serving import Protocol

_ASKED = b"GET / HTTP/1.1\r\nHost: here\r\n"
_LONG_HEAD = 64 * 1024
_SERVING = {"runtime": SimpleNamespace(draining=False)}


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers whatever is asked without reading it to its end."""
    await Response(status_code=204)(scope, receive, send)


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads what is sent, says how it answers at once, and the answer later, or not at all."""
    body = (await receive())["body"] if scope["method"] == "POST" else b"nothing"
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["path"] == "/broken":
        return
    await asyncio.sleep(0.1)
    await send({"type": "http.response.body", "body": body[:3], "more_body": True})
    await asyncio.sleep(0.1)
    await send({"type": "http.response.body", "body": body[3:]})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what is sent, read to its end."""
    body = await Request(scope, receive).body()
    await Response(body)(scope, receive, send)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with listening(nothing) as port:
        yield port


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """Where a server listens that speaks as ours does."""
    config = uvicorn.Config(app, http=Protocol, ws="none", lifespan="off", log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Protocol(config=config, server_state=state, app_state=_SERVING), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


async def answered(port: int, sent: bytes) -> bytes:
    """All that comes back until the server ends the connection, or has nothing more to say."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    found = b""
    try:
        writer.write(sent)
        async with asyncio.timeout(0.5):
            while part := await reader.read(65_536):
                found += part
    except (TimeoutError, ConnectionResetError):
        return found
    finally:
        writer.close()
    return found + b"(end)"


async def told(sent: bytes) -> list[bytes]:
    """What comes back of the slow one, piece by piece."""
    pieces = []
    async with listening(slow) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        async with asyncio.timeout(5):
            while piece := await reader.read(65_536):
                pieces.append(piece)
        writer.close()
    return pieces


async def test_the_head_of_an_answer_comes_with_the_beginning_of_its_body() -> None:
    first, second = await told(_ASKED + b"Connection: close\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert (first[-7:], second) == (b"\r\n\r\nnot", b"hing")


async def test_an_answer_that_is_never_given_is_not_begun() -> None:
    assert await told(b"GET /broken HTTP/1.1\r\nHost: here\r\n\r\n") == []


async def test_who_asks_for_a_head_alone_is_sent_it() -> None:
    pieces = await told(b"HEAD / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    assert pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\n"]


async def test_who_asks_whether_to_go_on_is_told_at_once() -> None:
    asked = (
        b"POST / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
        b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\n"
    )
    async with listening(slow) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked)
        async with asyncio.timeout(5):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"please")
            assert (await reader.read()).endswith(b"\r\n\r\nplease")
        writer.close()


@pytest.mark.parametrize(
    ("head", "parts", "status"),
    [
        (b"Content-Length: 6", [b"please"], b"200"),
        (b"Content-Length: 6", [b"ple", b"ase"], b"200"),
        (b"Content-Length: 6", [b"", b"please"], b"200"),
        (b"Content-Length: 6", [b"ple"], b"408"),
        (b"Content-Length: 6", [b""], b"408"),
        (b"Content-Length: 11", [b"0123456789a"], b"413"),
        (b"Content-Length: 11", [b"0123"], b"413"),
        (b"Transfer-Encoding: chunked", [b"6\r\nplease\r\n0\r\n\r\n"], b"200"),
        (b"Transfer-Encoding: chunked", [b"6\r\nplease\r\n", b"0\r\n\r\n"], b"200"),
        (b"Transfer-Encoding: chunked", [b"6\r\nplease\r\n"], b"408"),
        (b"Transfer-Encoding: chunked", [b"b\r\n0123456789a\r\n0\r\n\r\n"], b"413"),
    ],
)
async def test_a_body_is_bounded_whether_it_comes_at_once_or_in_parts(
    head: bytes, parts: list[bytes], status: bytes
) -> None:
    limited = BodyLimits(ExceptionMiddleware(echo), most_bytes=10, seconds=0.3)
    async with listening(limited) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        first = b"POST / HTTP/1.1\r\nHost: here\r\n" + head + b"\r\n\r\n"
        for part in parts:
            writer.write(first + part)
            first = b""
            await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 " + status)
            if status == b"200":
                assert await reader.readexactly(6) == b"please"
        writer.close()


async def test_requests_that_two_would_read_differently(port: int) -> None:
    post = b"POST /api/v1/token/ HTTP/1.1\r\nHost: here\r\n"
    hidden = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
    chunked = post + b"Transfer-Encoding: chunked\r\n"
    doubtful = {
        "two lengths": post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + hidden,
        "a list of lengths": post + b"Content-Length: 5, 5\r\n\r\nhello",
        "a sign": post + b"Content-Length: +5\r\n\r\nhello",
        "below nothing": post + b"Content-Length: -1\r\n\r\n",
        "a length and chunks": chunked + b"Content-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
        "a blank before the colon": post + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "chunks that are not the last": post + b"Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n",
        "another coding": post + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "a chunk of no length": chunked + b"\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "lines that end otherwise": b"GET / HTTP/1.1\nHost: here\n\n",
        "a folded line": _ASKED + b"X: a\r\n b\r\n\r\n",
        "NUL": _ASKED + b"X: a\0b\r\n\r\n",
        "two hosts": _ASKED + b"Host: there\r\n\r\n",
        "no host": b"GET / HTTP/1.1\r\n\r\n",
    }
    for name, sent in doubtful.items():
        answer = await answered(port, sent)
        assert answer.startswith(b"HTTP/1.1 400 "), (name, answer)
        assert answer.count(b"HTTP/1.1") == 1, name
        assert answer.endswith(b"(end)"), name
    assert (await answered(port, _ASKED + b"\r\n")).startswith(b"HTTP/1.1 204 ")
    # Whoever asks by the older version need not name a host.
    assert b" 204 No Content" in await answered(port, b"GET / HTTP/1.0\r\n\r\n")


@pytest.mark.parametrize("line", [b"X: a\r\n", b"X: " + b"a" * 1_000_000])
async def test_a_head_without_end_is_cut_off(port: int, line: bytes) -> None:
    head = _ASKED + line * (20 * _LONG_HEAD // len(line) + 1)
    answer = await answered(port, head)
    assert answer.startswith(b"HTTP/1.1 431 ") or answer == b""
    cookies = _ASKED + b"Cookie: " + b"a" * 32_000 + b"\r\n\r\n"
    assert (await answered(port, cookies)).startswith(b"HTTP/1.1 204 ")


async def test_what_trickles_after_the_answer_is_not_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer needs no body; the connection is closed if the rest does not come in time."""
    assert serving._REST_SECONDS == 20
    monkeypatch.setattr(serving, "_REST_SECONDS", 0.3)
    for head in (b"GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\na", b"GET / HT"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        async with asyncio.timeout(10):
            found = await reader.read(-1)
        assert found.count(b"HTTP/1.1 204") == head.count(b"\r\n\r\n")
        writer.close()
    # Whose body came in time goes on.
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    whole = b"GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\naa"
    for _ in range(2):
        writer.write(whole)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
        await asyncio.sleep(0.5)
    writer.close()
