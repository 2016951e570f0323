"""The database a measurement runs on: made for it, filled by sets, checked, and dropped.

Ids are plain: attendee n belongs to user n, session n is the only one of conference n.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from app import schema

PASSWORD = "correct horse battery staple"
ADMIN = 1
READERS = range(2, 1002)
FIRST_REGISTRANT = READERS.stop
CONFERENCES = 1000
HOT_SESSION = 1
SPREAD_SESSIONS = range(2, 102)
# As many as register have tickets for the last one, and nothing else: the code of the n-th is n.
DOOR = CONFERENCES
QUIET_SESSIONS = range(SPREAD_SESSIONS.stop, CONFERENCES + 1)
REGISTRATIONS_PER_READER = 20

# fmt: off
TOPICS = (
    "Cloud", "Security", "Data", "Robotics", "Quantum",
    "Energy", "Health", "Finance", "Design", "Gaming",
    "Mobile", "Privacy", "Compilers", "Databases", "Networks",
    "Testing", "Graphics", "Climate", "Language", "Vision",
)
# fmt: on
FORMS = ("Summit", "Forum", "Days", "Congress", "Meetup", "Symposium", "Workshop", "Camp")

_USERS = (
    "INSERT INTO users (id, username, username_folded, email, email_folded, password_hash, role,"
    " created_at, updated_at) SELECT n, 'user' || n, 'user' || n, 'user' || n || '@bench.example',"
    " 'user' || n || '@bench.example', :hash, CASE n WHEN 1 THEN 'admin' ELSE 'attendee' END,"
    " now(), now() FROM generate_series(1, :people) AS n"
)
_LOGINS = (
    "INSERT INTO token_families (id, user_id, current_jti, rotated_at, created_at, expires_at)"
    " SELECT CAST(lpad(to_hex(n), 32, '0') AS uuid), n, 'bench', now(), now(),"
    " now() + interval '7 days' FROM generate_series(1, :people) AS n"
)
_ATTENDEES = (
    "INSERT INTO attendees (id, name, email, email_folded, user_id, created_by, created_at,"
    " updated_at) SELECT n, 'Attendee ' || n, email, email_folded, n, n, now(), now()"
    " FROM users AS u(n, username, username_folded, email, email_folded)"
)
# One a day, so that nobody's schedule is ever in the way.
_CONFERENCES = (
    "INSERT INTO conferences (id, name, description, location, starts_at, ends_at, status,"
    " organizer_id, created_at, updated_at)"
    " SELECT n, topics[1 + n % cardinality(topics)] || ' ' || forms[1 + n % cardinality(forms)]"
    " || ' ' || n, 'All that is new in ' || topics[1 + (n * 7) % cardinality(topics)]"
    " || ', told by those who made it, in talks, workshops and at dinner.',"
    " 'City ' || n % 50, day, day + interval '1 day', 'published', 1, now(), now()"
    " FROM generate_series(1, :conferences) AS n,"
    " LATERAL (SELECT date_trunc('day', now(), 'UTC') + n * interval '1 day' + interval '30 days')"
    " AS calendar(day),"
    " (SELECT CAST(:topics AS text[]), CAST(:forms AS text[])) AS words(topics, forms)"
)
_SESSIONS = (
    "INSERT INTO sessions (id, conference_id, multi_track, name, speaker, starts_at, ends_at,"
    " capacity, created_at, updated_at)"
    " SELECT id, id, multi_track, 'Opening of ' || name, 'Speaker ' || id % 200,"
    " starts_at + interval '9 hours', starts_at + interval '10 hours', 1000000, now(), now()"
    " FROM conferences"
)
_REGISTRATIONS = (
    "INSERT INTO registrations (conference_id, session_id, attendee_id, status, starts_at, ends_at,"
    " created_at, confirmed_at) SELECT s.conference_id, s.id, reader, 'confirmed', s.starts_at,"
    " s.ends_at, now(), now() FROM generate_series(CAST(:reader AS int), :last_reader) AS reader,"
    " generate_series(0, :each - 1) AS nth JOIN sessions AS s ON true"
    " WHERE s.id = :quiet + (reader + nth * (:quiet_sessions / :each)) % :quiet_sessions"
)
_HOLDERS = (
    "INSERT INTO attendees (id, name, email, email_folded, created_at, updated_at)"
    " SELECT :people + n, 'Holder ' || n, 'holder' || n || '@bench.example',"
    " 'holder' || n || '@bench.example', now(), now() FROM generate_series(1, :people) AS n"
)
_TICKETS = (
    "INSERT INTO registrations (conference_id, attendee_id, status, ticket_code, created_at,"
    " confirmed_at) SELECT :door, :people + n, 'confirmed',"
    " CAST(lpad(to_hex(n), 32, '0') AS uuid), now(), now() FROM generate_series(1, :people) AS n"
)
_ADMITTED = "UPDATE conferences SET seats_taken = :people WHERE id = :door"
_SEATS = (
    "UPDATE sessions SET seats_taken = held.n FROM (SELECT session_id, count(*) AS n"
    " FROM registrations GROUP BY session_id) AS held WHERE sessions.id = held.session_id"
)
_FILL = (
    _USERS,
    _LOGINS,
    _ATTENDEES,
    _CONFERENCES,
    _SESSIONS,
    _REGISTRATIONS,
    _SEATS,
    _HOLDERS,
    _TICKETS,
    _ADMITTED,
)
_IDENTITIES = ("users", "attendees", "conferences", "sessions")
_TIDY = ("VACUUM (ANALYZE)", "CHECKPOINT")
# What the in-process worker did not come to: it must not slow down what is measured next.
_DROP_MAILS = text("UPDATE outbox SET state = 'done', done_at = now() WHERE state = 'open'")
_COUNTS = text(
    "SELECT coalesce(sum(s.seats_taken), 0) AS counted, coalesce(sum(held.n), 0) AS live,"
    " count(*) FILTER (WHERE s.seats_taken <> coalesce(held.n, 0)) AS wrong"
    " FROM sessions AS s LEFT JOIN (SELECT session_id, sum(quantity) AS n FROM registrations"
    " WHERE status IN ('pending', 'confirmed') GROUP BY session_id) AS held"
    " ON held.session_id = s.id WHERE s.id BETWEEN :first AND :last"
)
_PROPERTIES = ("server_version", "fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Whether a workload's sessions hold what was answered."""

    workload: str
    acknowledged: int
    live: int
    counted: int
    wrong_sessions: int

    @property
    def holds(self) -> bool:
        return self.acknowledged == self.live == self.counted and self.wrong_sessions == 0


@asynccontextmanager
async def scratch_database(url: str) -> AsyncIterator[str]:
    """The URL of a migrated, empty database on that server; dropped at the end."""
    name = f"plenary_bench_{uuid4().hex[:12]}"
    server = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with server.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        scratch = make_url(url).set(database=name).render_as_string(hide_password=False)
        await schema.migrate(scratch)
        yield scratch
    finally:
        async with server.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


class Bench:
    """What is done to the database around a measurement."""

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )

    async def fill(self, *, people: int, password_hash: str) -> None:
        """So many accounts with attendees; a thousand conferences, a session each; a past."""
        values = {
            "people": people,
            "hash": password_hash,
            "conferences": CONFERENCES,
            "topics": list(TOPICS),
            "forms": list(FORMS),
            "reader": READERS.start,
            "last_reader": READERS.stop - 1,
            "each": REGISTRATIONS_PER_READER,
            "door": DOOR,
            "quiet": QUIET_SESSIONS.start,
            "quiet_sessions": len(QUIET_SESSIONS),
        }
        async with self._engine.connect() as connection:
            for statement in _FILL:
                named = {name: value for name, value in values.items() if f":{name}" in statement}
                await connection.execute(text(statement), named)
            for table in _IDENTITIES:
                await connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id))"
                        f" FROM {table}"
                    )
                )
            for statement in _TIDY:
                await connection.execute(text(statement))

    async def drop_mails(self) -> int:
        """Declare every mail written that is not; returns how many."""
        async with self._engine.connect() as connection:
            return (await connection.execute(_DROP_MAILS)).rowcount

    async def check(self, workload: str, sessions: range, acknowledged: int) -> Check:
        """Recount a workload's sessions."""
        row = await self._row(_COUNTS, first=sessions.start, last=sessions.stop - 1)
        return Check(
            workload=workload,
            acknowledged=acknowledged,
            live=int(row.live),
            counted=int(row.counted),
            wrong_sessions=row.wrong,
        )

    async def properties(self) -> dict[str, str]:
        """What of the server's configuration decides over its speed."""
        return {name: (await self._row(text(f"SHOW {name}")))[0] for name in _PROPERTIES}

    async def _row(self, statement: Any, **values: Any) -> Row[Any]:
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, values)).one()
