"""Tickets for the door, sold by the thousand in one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.auditing import GRACE, snapshot
from app.domain.conferences import Conference
from app.domain.sessions import Session
from app.domain.ticket_types import TicketType
from app.repositories.audit.states import AT_THE_DOOR

CHECK_INS = "/api/v1/check-ins/"

_SELL = text(
    "WITH guests AS (INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
    " SELECT 'Guest ' || n, mail, mail, now(), now() FROM generate_series(1, :many) AS n,"
    " LATERAL (SELECT 'guest' || n || '@' || CAST(gen_random_uuid() AS text)) AS own(mail)"
    " RETURNING id)"
    " INSERT INTO registrations (conference_id, session_id, attendee_id, ticket_type_id, status,"
    " quantity, guest_name, starts_at, ends_at, created_at)"
    " SELECT :conference, s.id, guests.id, :ticket_type, :status, :quantity, :guest_name,"
    " s.starts_at, s.ends_at, now() FROM guests"
    " LEFT JOIN sessions s ON s.id = CAST(:session AS bigint)"
    " RETURNING id, CAST(ticket_code AS text) AS code"
)
_nonces = count(1)


class Sold(NamedTuple):
    registration: int
    code: str


async def sell(
    engine: AsyncEngine,
    target: Conference | Session,
    many: int = 1,
    *,
    ticket_type: TicketType | None = None,
    status: str = "confirmed",
    quantity: int = 1,
    guest_name: str = "",
) -> list[Sold]:
    """Tickets for a conference or a session, each to a person of its own."""
    values = {
        "many": many,
        "conference": target.conference_id if isinstance(target, Session) else target.id,
        "session": target.id if isinstance(target, Session) else None,
        "ticket_type": ticket_type.id if ticket_type else None,
        "status": status,
        "quantity": quantity,
        "guest_name": guest_name,
    }
    async with engine.begin() as connection:
        rows = (await connection.execute(_SELL, values)).all()
    return sorted(Sold(row.id, row.code) for row in rows)


def scan(
    code: str, nonce: str | None = None, at: datetime | str | None = None, **others: object
) -> dict[str, Any]:
    """The body of a scan, with a nonce of its own unless one is given."""
    body: dict[str, Any] = {"code": code, "nonce": nonce or f"scan-{next(_nonces)}", **others}
    if at is not None:
        body["scanned_at"] = at if isinstance(at, str) else at.isoformat()
    return body


def scans(sold: Iterable[Sold], at: datetime | None = None) -> list[dict[str, Any]]:
    return [scan(one.code, at=at) for one in sold]


async def standing(engine: AsyncEngine) -> Sequence[int]:
    """The registrations that are checked in, one for each check-in that stands."""
    asked = "SELECT registration_id FROM check_ins WHERE undone_at IS NULL ORDER BY 1"
    async with engine.connect() as connection:
        return (await connection.execute(text(asked))).scalars().all()


async def broken_promises(engine: AsyncEngine) -> list[str]:
    """What the auditor finds broken of check-ins; what was sold here was counted nowhere."""
    async with snapshot(engine) as auditor:
        _, broken = await auditor.look(AT_THE_DOOR, GRACE)
    return [one.said for one in broken]
