"""Where the site hangs in the application; it is built when somebody first asks for it.

Its library costs megabytes and a tenth of a second, which a server that nobody administers saves.
"""

import asyncio
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import Settings

ADMIN = "/admin"


class Admin:
    """Stands in for the site until it is built, and hands everything to it from then on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # What a proxy in front says of the address is believed of trusted ones only; what the
        # settings say, always.
        public = urlsplit(settings.public_url or "")
        self._scheme, self._public = public.scheme, public.netloc
        self._site: ASGIApp | None = None
        self._building = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        site = self._site or await self._built()
        # The site is an application of its own, which finds its way from the root.
        inner = {**scope, "root_path": scope.get("app_root_path", ""), "path_params": {}}
        if ("host", self._public) in Headers(scope=scope).items():
            inner["scheme"] = self._scheme
        inner.pop("router", None)
        await site(inner, receive, send)

    async def _built(self) -> ASGIApp:
        async with self._building:
            if self._site is None:
                self._site = await asyncio.to_thread(_build, self._settings)
            return self._site


def install(app: FastAPI, settings: Settings) -> None:
    """Put the site under `/admin`, unless the settings say otherwise."""
    if settings.admin:
        app.add_route(ADMIN, _front, include_in_schema=False)
        app.mount(ADMIN, Admin(settings))


def _build(settings: Settings) -> ASGIApp:
    from app.admin.site import build  # noqa: PLC0415 (this is what is put off)

    return build(settings)


async def _front(request: Request) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}{ADMIN}/")
