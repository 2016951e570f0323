"""The application of this contract: its pages, its routes, its way of saying no."""

from fastapi import FastAPI

from app.routers.compat import frame
from app.routers.compat.mini_event import events
from app.routers.compat.mini_event.manner import MANNER
from app.routers.documentation import About

DESCRIPTION = """\
Events, and registering for them by name and e-mail address. The contract of the mini event
management API, over the same data as the native API: an event is a conference there, and has the
same id.

**Nobody logs in**: everybody may create events and register anybody, so many times a minute.
Fields at fault are named as `{"field": ["…"]}`, everything else is `{"detail": "…", "code": "…"}`;
the code is in the header `X-Error-Code` too. Date-times are RFC 3339 with an offset, and come back
in UTC. Paths work with and without the trailing slash. Unknown fields of a body are ignored.
"""

TAGS = (("Events", "Put one up, find one, register for it, see who comes."),)


def application(prefix: str) -> FastAPI:
    """The contract, as it is mounted under this prefix."""
    about = About(
        summary="Events, and who comes to them",
        description=DESCRIPTION,
        tags=TAGS,
        prefix=prefix,
    )
    return frame.application("Mini event management", about, (events.router,), MANNER)
