"""Which contracts there are, and where each of them is mounted.

The application of each is built when somebody first speaks it: most installations are spoken to in
one or two, and each costs megabytes and a tenth of a second.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib import import_module

from fastapi import FastAPI, Request, Response
from starlette.routing import BaseRoute, Mount
from starlette.types import Receive, Scope, Send

from app.domain.errors import DomainError
from app.routers.compat.drf import Manner
from app.routers.compat.event_hub import manner as event_hub
from app.routers.compat.event_management import manner as event_management
from app.routers.compat.jointoit import manner as jointoit
from app.routers.compat.mini_event import manner as mini_event

COMPAT = "/compat"


def _application(package: str, prefix: str) -> FastAPI:
    """The application of a contract, which is to be mounted there."""
    built = import_module(f"app.routers.compat.{package}.app").application(prefix)
    assert isinstance(built, FastAPI)
    return built


APPLICATIONS: Mapping[str, Callable[[str], FastAPI]] = {
    name: partial(_application, name.replace("-", "_"))
    for name in ("event-hub", "event-management", "jointoit", "mini-event")
}
MANNERS: Mapping[str, Manner] = {
    "event-hub": event_hub.MANNER,
    "event-management": event_management.MANNER,
    "jointoit": jointoit.MANNER,
    "mini-event": mini_event.MANNER,
}


class Contract:
    """Stands in for a contract's application until it is built, and hands everything to it then."""

    def __init__(self, name: str, prefix: str) -> None:
        self._build = partial(APPLICATIONS[name], prefix)
        self._application: FastAPI | None = None
        self._building = asyncio.Lock()

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """What it answers; whoever asks waits until it is built."""
        self._application = self._application or self._build()
        return self._application.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        application = self._application or await self._built()
        await application(scope, receive, send)

    async def _built(self) -> FastAPI:
        async with self._building:
            if self._application is None:
                self._application = await asyncio.to_thread(self._build)
            return self._application


def prefixes(names: Iterable[str]) -> Mapping[str, str]:
    """Where each of the named contracts is mounted.

    A name that is known to the settings and not here belongs to a contract yet to be built.
    """
    return {name: f"{COMPAT}/{name}" for name in APPLICATIONS if name in names}


def mount(app: FastAPI, names: Iterable[str]) -> None:
    """Mount the named contracts, each under its name; it sees the state of the whole."""
    for name, prefix in prefixes(names).items():
        app.mount(prefix, Contract(name, prefix), name=name)
        [*_, mounted] = app.router.routes
        assert isinstance(mounted, Mount)
        # A line break in a path is no reason to be answered by somebody else.
        mounted.path_regex = re.compile(mounted.path_regex.pattern, re.DOTALL)


def refusals(names: Iterable[str], request: Request, error: DomainError) -> Mapping[str, Response]:
    """What each of the named contracts answers to this, by its prefix."""
    return {
        prefix: MANNERS[name].answer(request, error) for name, prefix in prefixes(names).items()
    }
