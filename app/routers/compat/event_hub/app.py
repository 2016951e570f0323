"""The application of this contract: its pages, its routes, its way of saying no."""

from fastapi import FastAPI

from app.routers.compat import frame
from app.routers.compat.event_hub import (
    bookings,
    certificates,
    events,
    invoices,
    notifications,
    payments,
    receipts,
    reviews,
    sessions,
    tokens,
    users,
    waitlist,
)
from app.routers.compat.event_hub.manner import MANNER
from app.routers.documentation import About

DESCRIPTION = """\
Events and those who come: bookings, waitlists, payments, reviews, certificates.
The contract of the Event Hub, over the same data as the native API: an event is a conference
there, and a booking a registration; each has the same id.

**Log in** with `POST /api/auth/token/` and send the access token as `Authorization: Bearer …`.
Answers come without an envelope, lists as arrays. Every refusal has a `detail` and an `error`;
fields at fault stand beside them, each with a list of what is wrong. The code is in the header
`X-Error-Code`. Paths work with and without the trailing slash. Unknown fields of a body are
ignored.
"""

TAGS = (
    ("Authentication", "Log in, and get new access tokens."),
    ("Users", "Sign up, one's own account, and what others organize and write."),
    ("Events", "What one can come to, from the draft to the end."),
    ("Sessions", "The programme of events."),
    ("Bookings", "One's own seats."),
    ("Waitlist", "One's places in line where an event is full."),
    ("Payments", "What is paid for bookings, and given back."),
    ("Invoices", "One for each payment."),
    ("Notifications", "What one is told."),
    ("Reviews", "What those who were there say of an event."),
    ("Certificates", "What one has in hand of an event."),
)

ROUTERS = (
    tokens.router,
    users.router,
    events.router,
    sessions.router,
    bookings.router,
    waitlist.router,
    payments.router,
    receipts.router,
    invoices.router,
    notifications.router,
    reviews.router,
    certificates.router,
)


def application(prefix: str) -> FastAPI:
    """The contract, as it is mounted under this prefix."""
    about = About(
        summary="Events, bookings, payments, reviews, certificates",
        description=DESCRIPTION,
        tags=TAGS,
        prefix=prefix,
    )
    return frame.application("Event Hub", about, ROUTERS, MANNER)
