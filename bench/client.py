"""A load client that stays out of the way: raw HTTP/1.1 over connections that are kept.

It speaks to 127.0.0.1 only and reads no more of an answer than its status and its length.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

HOST = "127.0.0.1"
# What may still be under way when the time is up gets this long to finish.
GRACE_SECONDS = 20.0
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length:"
_NOT_MODIFIED = b"304"
_SAMPLE = 400


class BadAnswer(Exception):
    """The server did not speak the HTTP that is expected here."""


@dataclass(slots=True, kw_only=True)
class Round:
    """What became of one volley of requests."""

    expected: int
    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    sample: str = ""

    @property
    def answered(self) -> int:
        return len(self.milliseconds)

    @property
    def errors(self) -> int:
        """Connections lost, and answers of another status than expected."""
        return self.lost + self.answered - self.statuses[self.expected]

    @property
    def rate(self) -> float:
        return self.answered / self.seconds if self.seconds else 0.0


def encode(
    method: str,
    path: str,
    *,
    token: str | None = None,
    body: bytes | None = None,
    known: str | None = None,
) -> bytes:
    """The bytes of one request; `known` is the entity tag of what the client has already."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {HOST}"]
    if token is not None:
        lines.append(f"authorization: Bearer {token}")
    if known is not None:
        lines.append(f"if-none-match: {known}")
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


async def volley(
    port: int, requests: Iterator[bytes], *, clients: int, seconds: float, expected: int = 200
) -> Round:
    """Send requests over as many connections as there are clients, each its next after its last.

    Ends when the time is up or the requests are used up, whichever comes first.
    """
    outcome = Round(expected=expected)
    loop = asyncio.get_running_loop()
    connections: list[Connection] = []
    for _ in range(clients):
        _, connection = await loop.create_connection(
            lambda: Connection(requests, outcome, seconds), HOST, port
        )
        connections.append(connection)
    started = time.perf_counter()
    for connection in connections:
        connection.start(until=started + seconds)
    done = [connection.done for connection in connections]
    _, unanswered = await asyncio.wait(done, timeout=seconds + GRACE_SECONDS)
    outcome.seconds = time.perf_counter() - started
    outcome.lost += len(unanswered)
    for connection in connections:
        connection.close()
    return outcome


class Connection(asyncio.Protocol):
    """One client: sends, waits for the whole answer, sends again."""

    def __init__(self, requests: Iterator[bytes], outcome: Round, seconds: float) -> None:
        self._requests = requests
        self._outcome = outcome
        self._until = seconds
        self._sent = 0.0
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def start(self, *, until: float) -> None:
        self._until = until
        self._next(time.perf_counter())

    def data_received(self, data: bytes) -> None:
        received = self._received + data if self._received else data
        head = received.find(_HEAD_END)
        if head < 0 or len(received) < head + 4 + _body_length(received, head):
            self._received = received
            return
        self._received = b""
        now = time.perf_counter()
        self._count(received, now)
        self._next(now)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._outcome.lost += 1
            self._outcome.sample = self._outcome.sample or f"connection lost: {exc}"
            self.done.set_result(None)

    def close(self) -> None:
        if not self.done.done():
            self.done.cancel()
        if self._transport is not None:
            self._transport.abort()

    def _next(self, now: float) -> None:
        request = next(self._requests, None) if now < self._until else None
        if request is None:
            self.done.set_result(None)
            return
        self._sent = now
        assert self._transport is not None
        self._transport.write(request)

    def _count(self, answer: bytes, now: float) -> None:
        outcome = self._outcome
        status = int(answer[9:12])
        outcome.statuses[status] += 1
        outcome.milliseconds.append((now - self._sent) * 1000)
        if status != outcome.expected and not outcome.sample:
            outcome.sample = answer[-_SAMPLE:].decode(errors="replace")


def _body_length(answer: bytes, head: int) -> int:
    """What the head of an answer says of its body; chunked answers are not expected here."""
    if answer[9:12] == _NOT_MODIFIED:
        return 0
    at = answer.find(_LENGTH, 0, head)
    if at < 0:
        at = answer[:head].lower().find(_LENGTH)
    if at < 0:
        raise BadAnswer(answer[:head].decode(errors="replace"))
    end = answer.find(b"\r\n", at, head + 2)
    return int(answer[at + len(_LENGTH) : end])
