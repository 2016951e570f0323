"""The database a measurement runs on: made for it, filled by sets, checked, and dropped.

Ids are plain: attendee n belongs to user n, session n opens conference n and session 1,000 + n is
the other one of conference n.
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

# Counts those whom pgbench registers.
RIVALS = "bench_rivals"
PASSWORD = "correct horse battery staple"
ADMIN = 1
READERS = range(2, 1002)
FIRST_REGISTRANT = READERS.stop
CONFERENCES = 1000
SESSIONS = range(1, 2 * CONFERENCES + 1)
HOT_SESSION = 1
# Wanted by everybody of one server process, and of two.
ALONE_SESSION, PAIR_SESSION = 2, 3
SPREAD_SESSIONS = range(CONFERENCES + 1, SESSIONS.stop)
# As many as register have tickets for the last one, and nothing else: the code of the n-th is n.
DOOR = CONFERENCES
# A worker tells those who are registered for these.
TOLD_SESSIONS = range(10, 60)
# So many wait for each of these, one seat of which is taken.
PROMOTED_SESSIONS = range(60, 100)
WAITING = 1_000
# What everybody looks at who registers now and then.
MIXED_SESSION = 4
# Nobody but the readers has been registered for these.
QUIET_SESSIONS = range(102, CONFERENCES + 1)
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
# One a day, and its sessions apart, so that nobody's schedule is ever in the way.
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
    " SELECT nth * :conferences + id, id, multi_track, CASE nth WHEN 0 THEN 'Opening of ' || name"
    " ELSE 'What follows, ' || id END, 'Speaker ' || id % 200,"
    " starts_at + (9 + 2 * nth) * interval '1 hour',"
    " starts_at + (10 + 2 * nth) * interval '1 hour', 1000000, now(), now()"
    " FROM conferences, generate_series(0, 1) AS nth"
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
    f"CREATE SEQUENCE {RIVALS}",
    f"SELECT setval('{RIVALS}', :people)",
)
_IDENTITIES = ("users", "attendees", "conferences", "sessions")
TIDY = ("VACUUM (ANALYZE)", "CHECKPOINT")
# What the in-process worker did not come to: it must not slow down what is measured next.
_DROP_MAILS = text("UPDATE outbox SET state = 'done', done_at = now() WHERE state = 'open'")
_ANNOUNCE = text(
    "WITH told AS (INSERT INTO registrations (conference_id, session_id, attendee_id, owner_id,"
    " status, starts_at, ends_at, created_at, confirmed_at) SELECT s.conference_id, s.id, n, n,"
    " 'confirmed', s.starts_at, s.ends_at, now(), now() FROM sessions AS s,"
    " generate_series(CAST(:first AS bigint), :last) AS n WHERE s.id = :session RETURNING id),"
    " counted AS (UPDATE sessions SET seats_taken = seats_taken + (SELECT count(*) FROM told)"
    " WHERE id = :session) INSERT INTO outbox (kind, subject, due_at, created_at)"
    " SELECT 'registered', id, now(), now() FROM told"
)
_FULL = text(
    "UPDATE sessions SET capacity = 1, seats_taken = 1, waiting = :many WHERE id = :session"
)
_LINE_UP = text(
    "WITH line AS (INSERT INTO registrations (conference_id, session_id, attendee_id, owner_id,"
    " status, starts_at, ends_at, created_at, confirmed_at) SELECT s.conference_id, s.id, n, n,"
    " CASE n WHEN :first THEN 'confirmed' ELSE 'waitlisted' END, s.starts_at, s.ends_at, now(),"
    " CASE n WHEN :first THEN now() END FROM sessions AS s,"
    " generate_series(CAST(:first AS bigint), :first + :many) AS n WHERE s.id = :session"
    " ORDER BY n RETURNING id, conference_id, session_id, status)"
    " INSERT INTO waitlist_log (registration_id, conference_id, session_id, event, at)"
    " SELECT id, conference_id, session_id, 'joined', now() FROM line WHERE status = 'waitlisted'"
)
# A row bears the number of the transaction that has written it.
_PROMOTED = text(
    "SELECT count(*) AS many, count(DISTINCT CAST(r.xmin AS text)) AS transactions"
    " FROM registrations r JOIN waitlist_log l ON l.registration_id = r.id"
    " AND l.event = 'promoted' WHERE r.session_id = :session AND r.status = 'confirmed'"
)
_ALREADY = text("SELECT seats_taken FROM sessions WHERE id = :session")
_OPEN = text("SELECT EXISTS (SELECT FROM outbox WHERE state = 'open')")
_LAST_DONE = text("SELECT extract(epoch FROM max(done_at)) FROM outbox")
_WANT_MAILS = text("UPDATE users SET notifications_enabled = :wanted WHERE id <= :last")
_LOGGED = text(
    "SELECT duration_ms FROM request_logs WHERE timestamp >= to_timestamp(:since)"
    " AND strpos(path, :part) > 0 ORDER BY id"
)
_NOW = text("SELECT extract(epoch FROM clock_timestamp())")
_COUNTS = text(
    "SELECT coalesce(sum(s.seats_taken), 0) AS counted, coalesce(sum(held.n), 0) AS live,"
    " count(*) FILTER (WHERE s.seats_taken <> coalesce(held.n, 0)) AS wrong"
    " FROM sessions AS s LEFT JOIN (SELECT session_id, sum(quantity) AS n FROM registrations"
    " WHERE status IN ('pending', 'confirmed') GROUP BY session_id) AS held"
    " ON held.session_id = s.id WHERE s.id BETWEEN :first AND :last"
)
_PROPERTIES = ("server_version", "fsync", "synchronous_commit", "full_page_writes")


def conference_of(session: int) -> int:
    """Whose session it is."""
    return 1 + (session - 1) % CONFERENCES


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
            for statement in TIDY:
                await connection.execute(text(statement))

    async def drop_mails(self) -> int:
        """Declare every mail written that is not; returns how many."""
        async with self._engine.connect() as connection:
            return (await connection.execute(_DROP_MAILS)).rowcount

    async def announce(self, session: int, many: int) -> float:
        """Register so many more, and tell it; returns when that was committed."""
        first = FIRST_REGISTRANT + (await self._row(_ALREADY, session=session))[0]
        async with self._engine.connect() as connection:
            values = {"session": session, "first": first, "last": first + many - 1}
            await connection.execute(_ANNOUNCE, values)
            return float((await connection.execute(_NOW)).scalar_one())

    async def let_wait(self, session: int, many: int, first: int = FIRST_REGISTRANT) -> None:
        """Fill a session's only seat, and have so many more wait for it, from the first one on."""
        async with self._engine.connect() as connection:
            await connection.execute(_FULL, {"session": session, "many": many})
            values = {"session": session, "first": first, "many": many}
            await connection.execute(_LINE_UP, values)

    async def promoted_in(self, session: int, many: int) -> int:
        """In how many transactions all of them got their seats."""
        row = await self._row(_PROMOTED, session=session)
        if row.many != many:
            raise RuntimeError(f"{row.many} of {many} got a seat")
        return int(row.transactions)

    async def all_done(self) -> float | None:
        """When the last message was done, if none is open any more."""
        if (await self._row(_OPEN))[0]:
            return None
        return float((await self._row(_LAST_DONE))[0])

    async def logged(self, part: str, since: float) -> list[float]:
        """Milliseconds the server took for requests whose path holds this, by its own log."""
        async with self._engine.connect() as connection:
            answer = await connection.execute(_LOGGED, {"part": part, "since": since})
            return list(answer.scalars())

    async def want_mails(self, wanted: bool) -> None:
        """Switch the mails of those who register on or off."""
        async with self._engine.connect() as connection:
            values = {"wanted": wanted, "last": FIRST_REGISTRANT + 20_000}
            await connection.execute(_WANT_MAILS, values)

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
