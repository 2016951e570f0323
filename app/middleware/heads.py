"""HEAD is answered as GET, without the body."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """Whatever has a GET has a HEAD: the same status and headers, the body's length among them.

    The server above goes on knowing it for a HEAD: it is a copy of the scope that says GET.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return self._app(scope, receive, send)
        return self._app({**scope, "method": "GET"}, receive, _Bodiless(send))


class _Bodiless:
    """Sends what it is given, but for the contents of bodies."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)
