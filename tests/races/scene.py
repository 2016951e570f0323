"""Scenes for races, set with few statements: a conference, its sessions, and a crowd."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.auditing import audit
from app.domain.access import Caller, Role
from tests.factories import PASSWORD_HASH

START = datetime(2031, 3, 1, 9, tzinfo=UTC)
ADMIN = Caller(
    user_id=1, username="admin", email_folded="admin@example.com", role=Role.ADMIN, family=""
)

_USER = text(
    "INSERT INTO users (username, username_folded, email, email_folded, password_hash, role,"
    " created_at, updated_at) VALUES ('admin', 'admin', 'admin@example.com', 'admin@example.com',"
    " :hash, 'admin', now(), now()) RETURNING id"
)
_CONFERENCE = text(
    "INSERT INTO conferences (name, starts_at, ends_at, status, multi_track, created_at,"
    " updated_at) VALUES ('Rush', :start, :end, 'published', true, now(), now()) RETURNING id"
)
_SESSION = text(
    "INSERT INTO sessions (conference_id, multi_track, name, starts_at, ends_at, capacity,"
    " price_minor, created_at, updated_at)"
    " VALUES (:conference, true, :name, :start, :end, :capacity, :price, now(), now()) RETURNING id"
)
_ATTENDEES = text(
    "INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
    " SELECT 'Guest ' || n, 'guest' || n || '@example.com', 'guest' || n || '@example.com',"
    " now(), now() FROM generate_series(1, :many) AS n RETURNING id"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    conference: int
    sessions: list[int]
    attendees: list[int]


async def set_up(
    engine: AsyncEngine,
    *,
    attendees: int,
    capacities: list[int | None],
    price_minor: int = 0,
    overlapping: bool = False,
) -> Scene:
    """One multi-track conference; sessions follow one another unless they are to overlap."""
    async with engine.begin() as connection:
        await connection.execute(_USER, {"hash": PASSWORD_HASH})
        values = {"start": START, "end": START + timedelta(days=30)}
        conference = (await connection.execute(_CONFERENCE, values)).scalar_one()
        sessions = []
        for number, capacity in enumerate(capacities):
            start = START + timedelta(minutes=0 if overlapping else 60 * number)
            session = {
                "conference": conference,
                "name": f"Session {number + 1}",
                "start": start,
                "end": start + timedelta(minutes=60),
                "capacity": capacity,
                "price": price_minor,
            }
            sessions.append((await connection.execute(_SESSION, session)).scalar_one())
        people = (await connection.execute(_ATTENDEES, {"many": attendees})).scalars().all()
    return Scene(conference=conference, sessions=sessions, attendees=sorted(people))


async def live(connection: AsyncConnection, session: int) -> int:
    """How many live registrations a session really has."""
    counted = text(
        "SELECT count(*) FROM registrations WHERE session_id = :id"
        " AND status IN ('pending', 'confirmed')"
    )
    return int((await connection.execute(counted, {"id": session})).scalar_one())


async def broken_promises(engine: AsyncEngine) -> list[str]:
    """What the auditor finds broken in this database, at one look: nothing is mended any more."""
    return [
        f"{finding.promise.name}: {one.said}"
        for finding in await audit(engine, looks=1)
        for one in finding.broken
    ]
