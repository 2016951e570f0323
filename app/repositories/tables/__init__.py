"""Every table, as SQLAlchemy Core."""

from app.repositories.tables.accounts import token_families, users
from app.repositories.tables.columns import CLAIMING, JOINING, LIVE, metadata
from app.repositories.tables.conferences import (
    categories,
    conferences,
    rooms,
    sessions,
    speakers,
    ticket_types,
)
from app.repositories.tables.machinery import idempotency_keys, outbox, request_logs
from app.repositories.tables.registrations import (
    attendees,
    check_ins,
    notifications,
    payments,
    registrations,
    waitlist_log,
)

__all__ = [
    "CLAIMING",
    "JOINING",
    "LIVE",
    "attendees",
    "categories",
    "check_ins",
    "conferences",
    "idempotency_keys",
    "metadata",
    "notifications",
    "outbox",
    "payments",
    "registrations",
    "request_logs",
    "rooms",
    "sessions",
    "speakers",
    "ticket_types",
    "token_families",
    "users",
    "waitlist_log",
]
