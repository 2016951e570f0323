"""The native API (seed 000, and everything else Plenary can do, in the same style)."""

from app.routers.v1 import (
    attendees,
    conferences,
    payments,
    registrations,
    reports,
    request_logs,
    search,
    sessions,
    tokens,
    users,
)

# In the order in which the document lists them.
routers = (
    tokens.router,
    users.router,
    conferences.router,
    sessions.router,
    attendees.router,
    registrations.router,
    payments.router,
    search.router,
    reports.router,
    request_logs.router,
)
