"""The application: `create_app(settings)`. Nothing else."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI, Request
from starlette.responses import Response

from app import __version__
from app.admin import mounting as admin
from app.config import Settings
from app.domain.errors import Busy
from app.middleware.bodies import BodyLimits
from app.middleware.heads import Heads
from app.middleware.observing import Observing
from app.middleware.places import REQUEST_ID, Limited, Places
from app.middleware.slashes import TrailingSlashes
from app.routers import (
    documentation,
    health,
    media,
    resetting,
    route_index,
    straight,
    uploads,
    verifying,
)
from app.routers.compat import mounted
from app.routers.v1 import errors, routers
from app.routers.v1.paths import V1
from app.runtime import Runtime

# What a scanner gathers in a day without a network is one upload.
_LARGER_BODIES = {re.compile(rf"{V1}/check-ins/bulk/?"): 4 * 1_048_576}
# Whoever pays waits for what the gateway reports.
_AWAITED = frozenset({f"{V1}/payments/callback"})


class State(TypedDict):
    """What the lifespan gives to every request."""

    runtime: Runtime


def create_app(settings: Settings) -> FastAPI:
    """The server's application; its resources live as long as its lifespan."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with Runtime(settings) as runtime:
            yield {"runtime": runtime}

    app = FastAPI(
        title="Plenary",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        # Looks at the environment on every request to find that nobody listens.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    # Laid out flat: an included router is searched anew for each request, level by level.
    for router in (*routers, media.router, verifying.router, resetting.router, health.router):
        app.router.routes.extend(router.routes)
    straight.straighten(app.router.routes)
    documentation.install(app, documentation.beside(mounted.prefixes(settings.contracts)))
    documentation.serve_assets(app)
    mounted.mount(app, settings.contracts)
    admin.install(app, settings)
    errors.install(app)
    route_index.install(app)
    # Each wraps those above it.
    app.add_middleware(TrailingSlashes, prefixes=(f"{V1}/", f"{mounted.COMPAT}/"))
    app.add_middleware(
        BodyLimits,
        most_bytes=settings.max_body_bytes,
        seconds=settings.body_seconds,
        larger=_LARGER_BODIES,
        files=uploads.limits(settings),
    )
    app.add_middleware(Heads)
    app.state.places = places = Places(settings.max_in_flight)
    app.add_middleware(
        Limited, places=places, answers=_when_full(settings.contracts), awaited=_AWAITED
    )
    app.add_middleware(Observing, secure=settings.base_url.startswith("https://"))
    return app


def _when_full(contracts: tuple[str, ...]) -> Mapping[str, Response]:
    """What each contract answers when every place is taken."""
    somebody = Request({"type": "http", "state": {"request_id": REQUEST_ID}})
    native = errors.refused(somebody, Busy())
    return {"": native, **mounted.refusals(contracts, somebody, Busy())}
