"""Rows for the worker's tests, as the use cases would leave them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.messages import Message, MessageKind
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork

_CONFERENCE = text(
    "INSERT INTO conferences (name, location, timezone, starts_at, ends_at, status, created_at,"
    " updated_at) VALUES (:name, 'San Francisco', 'America/Los_Angeles', '2027-09-01 07:00Z',"
    " '2027-09-04 07:00Z', 'published', :now, :now) RETURNING id"
)
_SESSION = text(
    "INSERT INTO sessions (conference_id, multi_track, name, speaker, room, starts_at, ends_at,"
    " created_at, updated_at) VALUES (:conference, false, :name, 'Jane Doe', 'Hall 1',"
    " '2027-09-01 16:00Z', '2027-09-01 17:30Z', :now, :now) RETURNING id"
)
_ATTENDEES = text(
    "INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
    " SELECT 'Attendee ' || n, 'a' || n || '@x.example', 'a' || n || '@x.example', :now, :now"
    " FROM generate_series(1, CAST(:most AS int)) n RETURNING id"
)
_REGISTRATION = text(
    "INSERT INTO registrations (conference_id, session_id, attendee_id, status, price_minor,"
    " starts_at, ends_at, hold_expires_at, created_at)"
    " SELECT conference_id, sessions.id, attendee, :status, :price, starts_at, ends_at,"
    " :held, :now FROM sessions, unnest(CAST(:attendees AS bigint[])) AS attendee"
    " WHERE sessions.id = :session RETURNING id"
)
_PAYMENTS = text(
    "INSERT INTO payments (registration_id, amount_minor, status, wanted_outcome, created_at)"
    " SELECT id, price_minor, 'pending', :wanted, :now FROM registrations"
    " WHERE id = ANY(CAST(:registrations AS bigint[])) RETURNING id"
)


async def session(engine: AsyncEngine, name: str = "Keynote: Future of AI") -> int:
    """A session of a conference of its own."""
    async with engine.begin() as connection:
        now = utc_now()
        made = await connection.execute(_CONFERENCE, {"name": "Tech Summit 2027", "now": now})
        conference = made.scalar_one()
        found = await connection.execute(
            _SESSION, {"conference": conference, "name": name, "now": now}
        )
        return int(found.scalar_one())


async def registrations(
    engine: AsyncEngine,
    most: int = 1,
    *,
    status: str = "confirmed",
    price: int = 0,
    held: datetime | None = None,
) -> Sequence[int]:
    """Registrations of as many new attendees for one new session."""
    place = await session(engine)
    async with engine.begin() as connection:
        now = utc_now()
        attendees = await connection.execute(_ATTENDEES, {"most": most, "now": now})
        made = await connection.execute(
            _REGISTRATION,
            {
                "status": status,
                "price": price,
                "held": held,
                "now": now,
                "attendees": list(attendees.scalars()),
                "session": place,
            },
        )
        return sorted(made.scalars())


async def payments(
    engine: AsyncEngine, most: int = 1, *, wanted: str | None = None
) -> Sequence[int]:
    """Pending payments of as many held registrations."""
    held = utc_now() + timedelta(minutes=30)
    holders = await registrations(engine, most, status="pending", price=4900, held=held)
    async with engine.begin() as connection:
        made = await connection.execute(
            _PAYMENTS, {"registrations": list(holders), "wanted": wanted, "now": utc_now()}
        )
        return sorted(made.scalars())


async def announce(engine: AsyncEngine, kind: MessageKind, subjects: Sequence[int]) -> None:
    async with UnitOfWork(engine) as tx:
        await tx.announce([Message(kind=kind, subject=subject) for subject in subjects], utc_now())


async def states(engine: AsyncEngine) -> dict[str, int]:
    """How many messages are open, done, dead."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT state, count(*) FROM outbox GROUP BY state"))
        return {row[0]: row[1] for row in rows}


async def run(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))


async def ask(engine: AsyncEngine, statement: str) -> object:
    async with engine.connect() as connection:
        return (await connection.execute(text(statement))).scalar_one()
