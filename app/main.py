"""The application: `create_app(settings)`. Nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import APIRouter, FastAPI

from app import __version__
from app.config import Settings
from app.middleware.bodies import BodyLimits
from app.middleware.observing import Observing
from app.middleware.slashes import TrailingSlashes
from app.routers import documentation, health
from app.routers.v1 import errors, routers
from app.runtime import Runtime

V1 = "/api/v1"


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
    )
    v1 = APIRouter(prefix=V1)
    for router in routers:
        v1.include_router(router)
    app.include_router(v1)
    app.include_router(health.router)
    documentation.install(app)
    errors.install(app)
    # Each wraps those above it.
    app.add_middleware(TrailingSlashes, prefix=f"{V1}/")
    app.add_middleware(
        BodyLimits, most_bytes=settings.max_body_bytes, seconds=settings.body_seconds
    )
    app.add_middleware(Observing)
    return app
