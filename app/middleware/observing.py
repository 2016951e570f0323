"""The outermost layer: names each request, times it, and leaves it in the request log."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from os import urandom
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.request_logs import Entry, masked, masked_path, storable
from app.domain.trail import ACTOR, Actor, ActorKind
from app.telemetry import REQUEST_ID

# As proxies note it; it is sent to nobody.
GONE = 499
_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# Asked every few seconds by machines.
_UNLOGGED = frozenset({"/healthz", "/readyz"})
_NOSNIFF = (b"x-content-type-options", b"nosniff")
_NO_STORE = (b"cache-control", b"no-store")
# Whoever came once by TLS comes back by nothing else, for a year.
_ENCRYPTED = (b"strict-transport-security", b"max-age=31536000")
# What is no page loads nothing and is framed by nobody; pages say themselves what they need.
_UNLESS_SAID = (
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


class Observing:
    """Keeps no error back, and costs no request anything it waits for.

    Whoever hangs up before an answer has begun is noted as gone (499): that is nobody's fault. What
    is answered to somebody who logged in is not for caches, unless the answer says so.
    """

    def __init__(self, app: ASGIApp, *, secure: bool = False) -> None:
        self._app = app
        self._unless_said = (*_UNLESS_SAID, _ENCRYPTED) if secure else _UNLESS_SAID

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, path, status = perf_counter(), scope["path"], 0
        request_id, private = _read(scope["headers"])
        state = scope.setdefault("state", {})
        state["request_id"] = request_id.decode()
        REQUEST_ID.set(state["request_id"])
        before = ACTOR.set(Actor(kind=ActorKind.GUEST, request_id=state["request_id"]))

        async def answering(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(message["headers"], self._unless_said, request_id, private)
            await send(message)

        try:
            await self._app(scope, receive, answering)
            status = status or GONE
        except BaseException:
            status = status or 500
            raise
        finally:
            # Whoever calls the application within a context of its own goes on as itself.
            ACTOR.reset(before)
            if path not in _UNLOGGED and "runtime" in state and "unlogged" not in state:
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


def _complete(
    headers: list[tuple[bytes, bytes]],
    unless_said: Iterable[tuple[bytes, bytes]],
    request_id: bytes,
    private: bool,
) -> None:
    said = {name for name, _ in headers}
    headers += ((b"x-request-id", request_id), _NOSNIFF)
    headers += [one for one in unless_said if one[0] not in said]
    if private and b"cache-control" not in said:
        headers.append(_NO_STORE)


def _entry(scope: Scope, path: str, status: int, duration_ms: float) -> Entry:
    state, client = scope["state"], scope.get("client")
    login = state.get("login")
    caller = state.get("caller") or (login and login.caller)
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
