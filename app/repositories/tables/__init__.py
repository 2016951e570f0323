"""Every table, as SQLAlchemy Core."""

from app.repositories.tables.accounts import (
    calendar_feeds,
    mailed_tokens,
    token_families,
    users,
)
from app.repositories.tables.afterwards import certificates, review_votes, reviews
from app.repositories.tables.changes import (
    ACCOUNTS,
    CERTIFICATES,
    CHECK_INS,
    CLAIMS,
    COUNTERS,
    COUNTS,
    FACTS,
    INVOICES,
    LOGS,
    PAYMENTS,
    PEOPLE,
    PROGRAMMES,
    REVIEWS,
    TRAIL,
)
from app.repositories.tables.columns import CLAIMING, JOINING, LIVE, metadata
from app.repositories.tables.conferences import (
    PUBLIC,
    categories,
    conferences,
    rooms,
    sessions,
    speakers,
    ticket_types,
)
from app.repositories.tables.machinery import idempotency_keys, outbox, request_logs
from app.repositories.tables.money import invoice_counters, invoices, payments, refunds
from app.repositories.tables.news import news
from app.repositories.tables.registrations import (
    attendees,
    check_ins,
    notifications,
    registrations,
    waitlist_log,
)
from app.repositories.tables.tallies import registration_tallies
from app.repositories.tables.trail import trail

__all__ = [
    "ACCOUNTS",
    "CERTIFICATES",
    "CHECK_INS",
    "CLAIMING",
    "CLAIMS",
    "COUNTERS",
    "COUNTS",
    "FACTS",
    "INVOICES",
    "JOINING",
    "LIVE",
    "LOGS",
    "PAYMENTS",
    "PEOPLE",
    "PROGRAMMES",
    "PUBLIC",
    "REVIEWS",
    "TRAIL",
    "attendees",
    "calendar_feeds",
    "categories",
    "certificates",
    "check_ins",
    "conferences",
    "idempotency_keys",
    "invoice_counters",
    "invoices",
    "mailed_tokens",
    "metadata",
    "news",
    "notifications",
    "outbox",
    "payments",
    "refunds",
    "registration_tallies",
    "registrations",
    "request_logs",
    "review_votes",
    "reviews",
    "rooms",
    "sessions",
    "speakers",
    "ticket_types",
    "token_families",
    "trail",
    "users",
    "waitlist_log",
]
