"""What every contract is built on: an application of its own, with its routes, errors and pages.

Mounted, it sees the state of the whole application's lifespan; it has none of its own.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Response
from pydantic import BaseModel
from pydantic_core import to_json

from app import __version__
from app.routers import documentation, route_index
from app.routers.compat import drf
from app.routers.compat.drf import Manner
from app.routers.documentation import About
from app.routers.fields import PathId
from app.routers.straight import straighten

# What a path names, as the documents of several contracts call it: `id`, whatever it is of.
ItemId = Annotated[PathId, Path(alias="id")]

# The `openapi_extra` of a route that answers strangers too, and shows more with a token.
OPTIONAL_TOKEN: dict[str, Any] = {"security": [{}, {"bearerAuth": []}]}


def application(
    title: str, about: About, routers: Sequence[APIRouter], manner: Manner | None = None
) -> FastAPI:
    """A contract whose refusals have the form of the Django REST framework."""
    app = FastAPI(
        title=title,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    for router in routers:
        app.router.routes.extend(router.routes)
    straighten(app.router.routes)
    documentation.install(app, about)
    drf.install(app, manner)
    route_index.install(app)
    return app


def bare(data: Any, status: int = 200) -> Response:
    """An object or a list of them, in no envelope; routes' `response_model` only describes it."""
    return Response(_json_of(data), status, media_type="application/json")


def _json_of(data: Any) -> bytes:
    if isinstance(data, BaseModel):
        return data.__pydantic_serializer__.to_json(data)
    if isinstance(data, list | tuple):
        return b"[%b]" % b",".join([_json_of(item) for item in data])
    return to_json(data)
