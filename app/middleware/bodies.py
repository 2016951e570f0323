"""How much may be sent, and how slowly: the server in front of us bounds neither."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The rest of the body is not waited for.
_CLOSING = {"Connection": "close"}


class BodyLimits:
    """A body is at most so long (413) and arrives within so many seconds (408).

    The refusal is raised where the body is read, so that it is answered like any other.
    """

    def __init__(self, app: ASGIApp, *, most_bytes: int, seconds: float) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for name, value in scope["headers"]:
                if name == b"content-length" and int(value) > self._most_bytes:
                    receive = _refuse
                elif name in {b"content-length", b"transfer-encoding"}:
                    receive = _Bounded(receive, self._most_bytes, self._seconds)
        await self._app(scope, receive, send)


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
