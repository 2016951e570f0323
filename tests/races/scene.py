"""Scenes for races, set with few statements: a conference, its sessions, and a crowd."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

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


# What must hold whatever happened: each row returned is a broken promise.
PROMISES = {
    "a counter differs from its recount": (
        "SELECT s.id FROM sessions s LEFT JOIN registrations r ON r.session_id = s.id"
        " AND r.status IN ('pending', 'confirmed') GROUP BY s.id"
        " HAVING s.seats_taken <> coalesce(sum(r.quantity), 0)"
    ),
    "a conference's counter differs from its recount": (
        "SELECT c.id FROM conferences c LEFT JOIN registrations r ON r.conference_id = c.id"
        " AND r.session_id IS NULL AND r.status IN ('pending', 'confirmed') GROUP BY c.id"
        " HAVING c.seats_taken <> coalesce(sum(r.quantity), 0)"
    ),
    "a ticket type's counter differs from its recount": (
        "SELECT t.id FROM ticket_types t LEFT JOIN registrations r ON r.ticket_type_id = t.id"
        " AND r.status IN ('pending', 'confirmed') GROUP BY t.id"
        " HAVING t.seats_taken <> coalesce(sum(r.quantity), 0)"
    ),
    "more seats than the capacity": "SELECT id FROM sessions WHERE seats_taken > capacity",
    "more seats than the conference has": (
        "SELECT id FROM conferences WHERE seats_taken > capacity"
    ),
    "more seats than there are of a ticket type": (
        "SELECT id FROM ticket_types WHERE seats_taken > capacity"
    ),
    "a queue's counter differs from its recount": (
        "SELECT s.id FROM sessions s WHERE s.waiting <> (SELECT count(*) FROM registrations r"
        " WHERE r.session_id = s.id AND r.status = 'waitlisted')"
        " UNION ALL SELECT c.id FROM conferences c WHERE c.waiting <> (SELECT count(*)"
        " FROM registrations r WHERE r.conference_id = c.id AND r.session_id IS NULL"
        " AND r.status = 'waitlisted')"
        " UNION ALL SELECT t.id FROM ticket_types t WHERE t.waiting <> (SELECT count(*)"
        " FROM registrations r WHERE r.ticket_type_id = t.id AND r.status = 'waitlisted')"
    ),
    "somebody waits for a session although they would fit": (
        "SELECT r.id FROM registrations r JOIN sessions s ON s.id = r.session_id"
        " JOIN conferences c ON c.id = r.conference_id"
        " WHERE r.status = 'waitlisted' AND c.status = 'published' AND s.ends_at > now()"
        " AND (s.capacity IS NULL OR s.seats_taken + r.quantity <= s.capacity)"
        " AND NOT EXISTS (SELECT FROM registrations o WHERE o.attendee_id = r.attendee_id"
        " AND o.session_id IS NOT NULL AND o.status IN ('pending', 'confirmed')"
        " AND tstzrange(o.starts_at, o.ends_at) && tstzrange(r.starts_at, r.ends_at))"
    ),
    "somebody waits for an admission although they would fit": (
        "SELECT r.id FROM registrations r JOIN conferences c ON c.id = r.conference_id"
        " LEFT JOIN ticket_types t ON t.id = r.ticket_type_id"
        " WHERE r.status = 'waitlisted' AND r.session_id IS NULL"
        " AND c.status = 'published' AND c.ends_at > now()"
        " AND (c.capacity IS NULL OR c.seats_taken + r.quantity <= c.capacity)"
        " AND (t.capacity IS NULL OR t.seats_taken + r.quantity <= t.capacity)"
    ),
    "a promotion that was not told, or told twice": (
        "SELECT l.registration_id FROM waitlist_log l WHERE l.event = 'promoted'"
        " AND 1 <> (SELECT count(*) FROM outbox o WHERE o.kind = 'promoted'"
        " AND o.subject = l.registration_id)"
    ),
    "two live registrations of one attendee for one session": (
        "SELECT min(id) FROM registrations WHERE status IN ('pending', 'confirmed')"
        " AND session_id IS NOT NULL GROUP BY session_id, attendee_id HAVING count(*) > 1"
    ),
    "an attendee in two places at once": (
        "SELECT a.id FROM registrations a JOIN registrations b ON a.attendee_id = b.attendee_id"
        " AND a.id < b.id AND a.session_id IS NOT NULL AND b.session_id IS NOT NULL"
        " AND a.status IN ('pending', 'confirmed')"
        " AND b.status IN ('pending', 'confirmed')"
        " AND tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)"
    ),
    "paid more than once": (
        "SELECT registration_id FROM payments WHERE status = 'paid'"
        " GROUP BY registration_id HAVING count(*) > 1"
    ),
    "paid for what is not confirmed": (
        "SELECT p.id FROM payments p JOIN registrations r ON r.id = p.registration_id"
        " WHERE p.status = 'paid' AND r.status <> 'confirmed'"
    ),
    "a payment's refunds differ from what it says": (
        "SELECT p.id FROM payments p LEFT JOIN refunds f ON f.payment_id = p.id GROUP BY p.id"
        " HAVING p.refunded_minor <> coalesce(sum(f.amount_minor), 0)"
        " OR (p.status = 'refunded') <> (count(f.id) > 0 AND p.refunded_minor = p.amount_minor)"
    ),
    "invoice numbers with a gap": (
        "SELECT min(i.id) FROM invoices i JOIN invoice_counters c"
        " ON (c.organizer_id, c.year) = (i.organizer_id, i.year)"
        " GROUP BY i.organizer_id, i.year, c.last"
        " HAVING count(*) <> c.last OR max(i.sequence) <> c.last"
    ),
    "confirmed, priced and not paid": (
        "SELECT r.id FROM registrations r WHERE r.status = 'confirmed' AND r.price_minor > 0"
        " AND NOT EXISTS (SELECT FROM payments p WHERE p.registration_id = r.id"
        " AND p.status = 'paid')"
    ),
}


async def broken_promises(engine: AsyncEngine) -> list[str]:
    """The promises that do not hold in this database."""
    async with engine.connect() as connection:
        return [
            promise
            for promise, query in PROMISES.items()
            if (await connection.execute(text(query))).first() is not None
        ]
