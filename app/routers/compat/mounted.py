"""Which contracts there are, and where each of them is mounted."""

from collections.abc import Callable, Iterable, Mapping

from fastapi import FastAPI

from app.routers.compat.event_management import app as event_management
from app.routers.compat.mini_event import app as mini_event

COMPAT = "/compat"

APPLICATIONS: Mapping[str, Callable[[str], FastAPI]] = {
    "event-management": event_management.application,
    "mini-event": mini_event.application,
}


def mount(app: FastAPI, names: Iterable[str]) -> None:
    """Mount the named contracts, each under its name; it sees the state of the whole.

    A name that is known to the settings and not here belongs to a contract yet to be built.
    """
    for name, application in APPLICATIONS.items():
        if name in names:
            prefix = f"{COMPAT}/{name}"
            app.mount(prefix, application(prefix), name=name)
