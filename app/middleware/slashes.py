"""Paths end with a slash and work without it: no redirect, for those drop bodies."""

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send


class TrailingSlashes:
    """Adds the missing slash under some prefixes, except after names such as `ticket.pdf`."""

    def __init__(self, app: ASGIApp, *, prefixes: Sequence[str]) -> None:
        self._app = app
        self._prefixes = tuple(prefixes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            bare = path[-1:] != "/" and path.startswith(self._prefixes)
            if bare and "." not in path[path.rindex("/") :]:
                scope["path"] = path + "/"
                scope["raw_path"] = scope.get("raw_path", path.encode()) + b"/"
        await self._app(scope, receive, send)
