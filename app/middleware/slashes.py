"""Native paths end with a slash and work without it: no redirect, for those drop bodies."""

from starlette.types import ASGIApp, Receive, Scope, Send


class TrailingSlashes:
    """Adds the missing slash under one prefix, except after names such as `ticket.pdf`."""

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            bare = path[-1:] != "/" and path.startswith(self._prefix)
            if bare and "." not in path[path.rindex("/") :]:
                scope["path"] = path + "/"
                scope["raw_path"] = scope.get("raw_path", path.encode()) + b"/"
        await self._app(scope, receive, send)
