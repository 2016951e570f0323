"""The application of this contract: its pages, its routes, its way of saying no."""

from fastapi import FastAPI

from app.routers.compat import frame
from app.routers.compat.event_management import accounts, events, registrations
from app.routers.compat.event_management.manner import MANNER
from app.routers.documentation import About

DESCRIPTION = """\
Events with categories and ticket types, and the registrations and tickets of those who come.
The contract of the event management API, over the same data as the native API: an event is a
conference there, and has the same id.

**Log in** with `POST /auth/token/` and send the access token as `Authorization: Bearer …`.
Answers come without an envelope. Fields at fault are named as `{"field": ["…"]}`, everything else
is `{"detail": "…", "code": "…"}`; the code is in the header `X-Error-Code` too.
Paths work with and without the trailing slash. Unknown fields of a body are ignored.
"""

TAGS = (
    ("Users", "Sign up, log in, and one's own account."),
    ("Events", "What one can come to, and what kinds of it there are."),
    ("Registrations", "One's own claims on events, and the tickets that prove them."),
)

ROUTERS = (accounts.router, events.router, registrations.router)


def application(prefix: str) -> FastAPI:
    """The contract, as it is mounted under this prefix."""
    about = About(
        summary="Events, ticket types, registrations",
        description=DESCRIPTION,
        tags=TAGS,
        prefix=prefix,
    )
    return frame.application("Event management", about, ROUTERS, MANNER)
