"""How much may be sent, and how slowly: the server in front of us bounds neither."""

import asyncio
import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Stands in the state of a request whose body is there as a whole when it is looked at first: most
# come so, and no more is waited for. Only the server in front of us can know.
ARRIVED = "arrived"
# The rest of the body is not waited for.
_CLOSING = {"Connection": "close"}


class BodyLimits:
    """A body is at most so long (413) and arrives within so many seconds (408).

    `larger` are patterns of paths that take more, each with how much it takes at least; those
    of `files` do so for a form alone, which may hold a file. The refusal is raised where the body
    is read, so that it is answered like any other.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        most_bytes: int,
        seconds: float,
        larger: Mapping[re.Pattern[str], int] | None = None,
        files: Mapping[re.Pattern[str], int] | None = None,
    ) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._larger = larger or {}
        self._files = files or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for name, value in scope["headers"]:
                if name not in {b"content-length", b"transfer-encoding"}:
                    continue
                length = int(value) if name == b"content-length" else 0
                if 0 < length <= self._most_bytes and ARRIVED in scope["state"]:
                    # Neither too long nor too late.
                    continue
                most = self._most(scope)
                receive = _refuse if length > most else _Bounded(receive, most, self._seconds)
        await self._app(scope, receive, send)

    def _most(self, scope: Scope) -> int:
        limits = {**self._larger, **self._files} if _is_form(scope) else self._larger
        allowed = [most for pattern, most in limits.items() if pattern.fullmatch(scope["path"])]
        return max([self._most_bytes, *allowed])


def _is_form(scope: Scope) -> bool:
    kind: bytes = dict(scope["headers"]).get(b"content-type", b"")
    return kind.partition(b";")[0].strip().lower() == b"multipart/form-data"


class _Bounded:
    """Receives a body within its limits."""

    def __init__(self, receive: Receive, most_bytes: int, seconds: float) -> None:
        self._receive = receive
        self._left = most_bytes
        self._seconds = seconds
        self._deadline: float | None = None
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:
            # What comes now is the end of the connection, whenever it comes.
            return await self._receive()
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, headers=_CLOSING) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, headers=_CLOSING)
        self._complete = not message.get("more_body", False)
        return message


async def _refuse() -> Message:
    raise HTTPException(413, headers=_CLOSING)
