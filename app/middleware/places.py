"""How many requests are worked upon at once: who is one too many is told so, at once."""

import asyncio
import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.middleware.bodies import ARRIVED

logger = logging.getLogger(__name__)

# Stands where the id of a request belongs, in the body of a refusal.
REQUEST_ID = "{request-id}"
# Who watches this process is answered in any case.
_WATCHERS = frozenset({"/healthz", "/readyz"})
# Others wait for what is reported there: some are let in beyond the last place.
_BEYOND = 64
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
# Refusing so many a second costs little; when there are more, they are told to stay away longer.
_EASY = 500
_LONGEST_AWAY = 10
# Who asks again at once is not heard before: so many refusals a second at most, on connections
# that are kept.
_HEARD_AGAIN = 1000
_LONGEST_UNHEARD = 1.0
_COMPLAIN_EVERY = 10.0


class Places:
    """The places of one process, each taken while a request is worked upon."""

    __slots__ = ("_limit", "is_open", "most", "taken")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.most = limit
        self.taken = 0
        self.is_open = True

    def close(self) -> None:
        """Let nobody in any more, but for those without whom the others do not get out."""
        self.most = 0
        self.is_open = False

    def has_room_beyond(self) -> bool:
        """Whether one more may come in whom others wait for."""
        return self.taken < self._limit + _BEYOND


class Limited:
    """Answers 503 with `Retry-After` when every place is taken, before anything else is done.

    `answers` are the refusals by the prefix of their contract, the native one under "". A request
    whose body is still arriving takes no place: whoever sends slowly keeps nobody out. `awaited`
    are the paths of those who come in beyond the last place.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        places: Places,
        answers: Mapping[str, Response],
        awaited: frozenset[str],
    ) -> None:
        self._app = app
        self._places = places
        self._refusals = {prefix: _Refusal(answer) for prefix, answer in answers.items()}
        self._awaited = awaited
        self._crowd = _Crowd()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        places = self._places
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if places.taken >= places.most:
            if not self._may_pass(scope["path"]):
                await self._refuse(scope, send)
                return
        elif scope["method"] not in _BODILESS and ARRIVED not in scope["state"]:
            receive = _Arriving(receive, places)
        places.taken += 1
        try:
            await self._app(scope, receive, send)
        finally:
            places.taken -= 1

    def _may_pass(self, path: str) -> bool:
        if path in _WATCHERS:
            return True
        return path.rstrip("/") in self._awaited and self._places.has_room_beyond()

    async def _refuse(self, scope: Scope, send: Send) -> None:
        """The whole answer goes out at once; the request ends, for the server, a moment later.

        Until then it reads nothing more from this connection, so that a client which does not wait
        takes nothing from those who are served.
        """
        state = scope["state"]
        state["unlogged"] = True
        refusal = self._refusals.get(_prefix(scope["path"])) or self._refusals[""]
        wait = self._crowd.one_more(asyncio.get_running_loop().time())
        start, body = refusal.messages(state.get("request_id", ""), wait)
        await send(start)
        await send(body)
        if self._places.is_open:
            await self._crowd.stay()
        await send({"type": "http.response.body", "body": b""})


class _Arriving:
    """Gives the place back while more of the body is waited for.

    Who then finds none is refused where the body is read.
    """

    def __init__(self, receive: Receive, places: Places) -> None:
        self._receive = receive
        self._places = places

    async def __call__(self) -> Message:
        places = self._places
        places.taken -= 1
        try:
            message = await self._receive()
            if places.taken >= places.most and places.is_open:
                raise HTTPException(503)
        finally:
            places.taken += 1
        return message


class _Refusal:
    """What a contract answers; only the id and the seconds differ from one to the next."""

    def __init__(self, answer: Response) -> None:
        before, _, after = bytes(answer.body).partition(REQUEST_ID.encode())
        self._before, self._after = before, after
        self._names_request = REQUEST_ID.encode() in bytes(answer.body)
        self._headers = [
            (name, value)
            for name, value in answer.raw_headers
            if name not in {b"content-length", b"retry-after"}
        ]

    def messages(self, request_id: str, seconds: int) -> tuple[Message, Message]:
        body = self._before
        if self._names_request:
            body += request_id.encode() + self._after
        headers = [
            *self._headers,
            (b"content-length", b"%d" % len(body)),
            (b"retry-after", b"%d" % seconds),
        ]
        start = {"type": "http.response.start", "status": 503, "headers": headers}
        return start, {"type": "http.response.body", "body": body, "more_body": True}


class _Crowd:
    """Those before the door: how long they are told to stay away, and how soon they are heard."""

    def __init__(self) -> None:
        self._since = 0.0
        self._now = self._before = 0
        self._unheard = 0
        self._said_at = float("-inf")
        self._unsaid = 0

    def one_more(self, now: float) -> int:
        """Count somebody who is refused; returns after how many seconds to come back."""
        if now - self._since >= 1.0:
            self._since, self._before, self._now = now, self._now, 0
        self._now += 1
        self._unsaid += 1
        if now - self._said_at >= _COMPLAIN_EVERY:
            logger.warning("Every place is taken: %d requests were refused", self._unsaid)
            self._said_at, self._unsaid = now, 0
        return min(_LONGEST_AWAY, 1 + max(self._now, self._before) // _EASY)

    async def stay(self) -> None:
        """Wait until this one may be heard again."""
        self._unheard += 1
        try:
            await asyncio.sleep(min(_LONGEST_UNHEARD, self._unheard / _HEARD_AGAIN))
        finally:
            self._unheard -= 1


def _prefix(path: str) -> str:
    """Of `/compat/name/anything` the first two parts."""
    if not path.startswith("/compat/"):
        return ""
    return "/".join(path.split("/", 3)[:3])
