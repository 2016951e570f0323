"""The application of this contract: its pages, its routes, its way of saying no."""

from fastapi import FastAPI

from app.routers.compat import frame
from app.routers.compat.jointoit import accounts, events, registrations
from app.routers.compat.jointoit.manner import MANNER
from app.routers.documentation import About

DESCRIPTION = """\
The contract of the Join-to-it event management API, over the same data as the native API: an event
is a conference there, and has the same id.

**Log in** with `POST /api/auth/login/` and send the access token as `Authorization: Bearer …`.
Lists come page by page as `{count, next, previous, results}`. Fields at fault are named as
`{"field": ["…"]}`, everything else is `{"detail": "…"}`; the code is in the header `X-Error-Code`.
Paths work with and without the trailing slash. Unknown fields of a body and unknown parameters are
ignored.
"""

TAGS = (
    ("Authentication", "Sign up, log in, and one's own account."),
    ("Events", "Find one, put one up, look after one's own."),
    ("Registrations", "Join an event, leave it, and see who comes."),
)

ROUTERS = (accounts.router, events.router, registrations.router)


def application(prefix: str) -> FastAPI:
    """The contract, as it is mounted under this prefix."""
    about = About(
        summary="Events to find and to join",
        description=DESCRIPTION,
        tags=TAGS,
        prefix=prefix,
        # Where the document says that its pages are.
        also="/api",
        empty_is_left_out=True,
    )
    return frame.application("Join-to-it", about, ROUTERS, MANNER)
