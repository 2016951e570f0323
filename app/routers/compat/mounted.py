"""Which contracts there are, and where each of them is mounted."""

import re
from collections.abc import Callable, Iterable, Mapping

from fastapi import FastAPI, Request, Response
from starlette.routing import Mount

from app.domain.errors import DomainError
from app.routers.compat.drf import Manner
from app.routers.compat.event_hub import app as event_hub
from app.routers.compat.event_hub import manner as event_hub_manner
from app.routers.compat.event_management import app as event_management
from app.routers.compat.jointoit import app as jointoit
from app.routers.compat.jointoit import manner as jointoit_manner
from app.routers.compat.mini_event import app as mini_event

COMPAT = "/compat"

APPLICATIONS: Mapping[str, Callable[[str], FastAPI]] = {
    "event-hub": event_hub.application,
    "event-management": event_management.application,
    "jointoit": jointoit.application,
    "mini-event": mini_event.application,
}
MANNERS: Mapping[str, Manner] = {
    "event-hub": event_hub_manner.MANNER,
    "event-management": event_management.MANNER,
    "jointoit": jointoit_manner.MANNER,
    "mini-event": mini_event.MANNER,
}


def prefixes(names: Iterable[str]) -> Mapping[str, str]:
    """Where each of the named contracts is mounted.

    A name that is known to the settings and not here belongs to a contract yet to be built.
    """
    return {name: f"{COMPAT}/{name}" for name in APPLICATIONS if name in names}


def mount(app: FastAPI, names: Iterable[str]) -> None:
    """Mount the named contracts, each under its name; it sees the state of the whole."""
    for name, prefix in prefixes(names).items():
        app.mount(prefix, APPLICATIONS[name](prefix), name=name)
        [*_, mounted] = app.router.routes
        assert isinstance(mounted, Mount)
        # A line break in a path is no reason to be answered by somebody else.
        mounted.path_regex = re.compile(mounted.path_regex.pattern, re.DOTALL)


def refusals(names: Iterable[str], request: Request, error: DomainError) -> Mapping[str, Response]:
    """What each of the named contracts answers to this, by its prefix."""
    return {
        prefix: MANNERS[name].answer(request, error) for name, prefix in prefixes(names).items()
    }
