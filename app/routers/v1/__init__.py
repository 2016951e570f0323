"""The native API (seed 000, and everything else Plenary can do, in the same style)."""

from app.routers.v1 import (
    attendees,
    categories,
    check_ins,
    conferences,
    cover_images,
    payments,
    registrations,
    reports,
    request_logs,
    search,
    sessions,
    ticket_types,
    tickets,
    tokens,
    users,
    waitlist,
)

# In the order in which the document lists them.
routers = (
    tokens.router,
    users.router,
    categories.router,
    conferences.router,
    cover_images.router,
    ticket_types.router,
    sessions.router,
    attendees.router,
    registrations.router,
    tickets.router,
    waitlist.router,
    check_ins.router,
    payments.router,
    search.router,
    reports.router,
    request_logs.router,
)
