"""The outermost layer: names each request, times it, and leaves it in the request log."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from os import urandom
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.request_logs import Entry, masked, masked_path, storable
from app.telemetry import REQUEST_ID

_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# Asked every few seconds by machines.
_UNLOGGED = frozenset({"/healthz", "/readyz"})
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_NO_STORE = (b"cache-control", b"no-store")


class Observing:
    """Catches nothing, and costs no request anything it waits for.

    What is answered to somebody who logged in is not for caches, unless the answer says so.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, path, status = perf_counter(), scope["path"], 500
        request_id, private = _read(scope["headers"])
        state = scope.setdefault("state", {})
        state["request_id"] = request_id.decode()
        REQUEST_ID.set(state["request_id"])

        async def answering(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(message["headers"], request_id, private)
            await send(message)

        try:
            await self._app(scope, receive, answering)
        finally:
            if path not in _UNLOGGED and "runtime" in state:
                entry = _entry(scope, path, status, (perf_counter() - started) * 1000)
                state["runtime"].logs.add(entry)


def _read(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bool]:
    """The request's id, its own if that is a sane one, and whether somebody logged in sends it."""
    request_id, private = b"", False
    for name, value in headers:
        if name == b"x-request-id" and _SANE_ID.fullmatch(value):
            request_id = value
        elif name == b"authorization":
            private = True
    return request_id or urandom(16).hex().encode(), private


def _complete(headers: list[tuple[bytes, bytes]], request_id: bytes, private: bool) -> None:
    headers += ((b"x-request-id", request_id), _NOSNIFF)
    if private and all(name != b"cache-control" for name, _ in headers):
        headers.append(_NO_STORE)


def _entry(scope: Scope, path: str, status: int, duration_ms: float) -> Entry:
    state, client = scope["state"], scope.get("client")
    caller = state.get("caller")
    return Entry(
        timestamp=datetime.now(UTC),
        method=scope["method"],
        path=masked_path(storable(path)),
        query=masked(storable(scope["query_string"].decode("latin-1"))),
        status=status,
        user_id=caller.user_id if caller else None,
        username=caller.username if caller else None,
        duration_ms=duration_ms,
        ip=client[0] if client else "",
        request_id=state["request_id"],
    )
