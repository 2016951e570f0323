"""Every operation that an application answers, however deep it is mounted."""

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.admin import site
from app.admin.mounting import Admin
from app.config import Settings
from app.routers.route_index import RouteIndex
from tests.access.rows import READING, unnamed

# Answered beside GET, and alike.
_ASIDE = READING - {"GET"}


def operations(routes: Sequence[Any], settings: Settings, prefix: str = "") -> Iterator[str]:
    """`METHOD /path/{}/` of each, without the names of parameters."""
    for route in routes:
        if isinstance(route, Mount):
            yield from _mounted(route, settings, prefix)
        elif isinstance(route, RouteIndex):
            # Leads to the others, and answers nothing.
            continue
        elif isinstance(route, Route) or hasattr(route, "methods"):
            for method in set(route.methods) - _ASIDE:
                yield f"{method} {unnamed(prefix + route.path)}"
        else:
            # Whatever else it is: it answers something, and wants a row.
            yield f"ANY {prefix}{getattr(route, 'path', route)}"


def _mounted(mount: Mount, settings: Settings, prefix: str) -> Iterator[str]:
    path = f"{prefix}{mount.path}"
    if isinstance(mount.app, StaticFiles):
        yield f"GET {path}/{{}}"
    elif isinstance(mount.app, Admin):
        # It stands in for a site that is built when it is asked for, and knows its whole path.
        yield from operations(site.build(settings).routes, settings)  # type: ignore[attr-defined]
    else:
        yield from operations(mount.routes, settings, path)
