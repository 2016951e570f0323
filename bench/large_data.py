"""What is registered for and checked in at two databases that are alike but for their size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from bench.data import TIDY
from bench.growth_data import Size, facts

# Many enough for every request that registers somebody or checks somebody in.
NEWCOMERS = 3_000
_TARGETS = 1_000
_PEOPLE = 400
# What many are called by, beside what few are.
_COMMON = ("summit", "clou", "explained")

_ARRIVE = (
    "INSERT INTO attendees (id, name, email, email_folded, created_at, updated_at)"
    " SELECT n, 'Newcomer ' || n, 'newcomer' || n || '@bench.example',"
    " 'newcomer' || n || '@bench.example', now(), now()"
    " FROM generate_series(CAST(:first AS bigint), :last) AS n"
)
# Free of charge, for everybody, and ahead, so that nothing but their number is in the way. The
# places are even over time, so that nobody who goes to one is at another.
_OPEN = (
    "SELECT s.id AS session, s.conference_id AS conference FROM sessions s"
    " JOIN conferences c ON c.id = s.conference_id"
    " WHERE c.status = 'published' AND c.visibility = 'public' AND c.deleted_at IS NULL"
    " AND NOT c.multi_track AND c.registration_deadline IS NULL AND s.price_minor = 0"
    " AND s.waiting = 0 AND c.waiting = 0 AND c.starts_at > now() + interval '10 days'"
    " ORDER BY s.starts_at, s.id LIMIT :targets"
)
_WIDEN = "UPDATE sessions SET capacity = NULL WHERE id = ANY(CAST(:sessions AS bigint[]))"
# A conference whose tickets nobody has yet.
_DOOR = (
    "INSERT INTO conferences (name, location, starts_at, ends_at, status, organizer_id,"
    " seats_taken, created_at, updated_at) VALUES ('The door', 'Here', now() + interval '4 years',"
    " now() + interval '4 years 1 day', 'published', 1, :many, now(), now()) RETURNING id"
)
_QUEUES = (
    "INSERT INTO sessions (conference_id, multi_track, name, starts_at, ends_at, created_at,"
    " updated_at) SELECT id, multi_track, 'Queue ' || nth, starts_at + nth * interval '1 hour',"
    " starts_at + (nth + 1) * interval '1 hour', now(), now() FROM conferences,"
    " generate_series(1, 5) AS nth WHERE id = :door RETURNING id"
)
_TICKETS = (
    "INSERT INTO registrations (conference_id, attendee_id, status, ticket_code, created_at,"
    " confirmed_at) SELECT :door, n, 'confirmed', CAST(lpad(to_hex(n), 32, '0') AS uuid), now(),"
    " now() FROM generate_series(CAST(:first AS bigint), :last) AS n"
)
_IDENTITY = "SELECT setval(pg_get_serial_sequence('attendees', 'id'), :last)"
_WORDS = "SELECT DISTINCT split_part(name, ' ', 1) FROM conferences WHERE organizer_id = 3 LIMIT 20"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Targets are pairs of conference and session."""

    newcomers: range
    people: Sequence[int]
    hot: tuple[int, int]
    spread: Sequence[tuple[int, int]]
    words: Sequence[str]
    door: int
    # Sessions that nobody has registered for.
    queues: Sequence[int]


async def prepare(url: str, size: Size) -> Ground:
    """Open sessions, bring newcomers, and hand them tickets for a door."""
    first = size.registrations // 5 + 1
    newcomers = range(first, first + NEWCOMERS)
    values: dict[str, Any] = {
        "first": newcomers.start,
        "last": newcomers.stop - 1,
        "many": NEWCOMERS,
        "targets": _TARGETS + 1,
    }
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await _do(connection, _ARRIVE, values)
        await _do(connection, _IDENTITY, values)
        rows = (await _do(connection, _OPEN, values)).all()
        await _do(connection, _WIDEN, {"sessions": [row.session for row in rows]})
        door = (await _do(connection, _DOOR, values)).scalar_one()
        await _do(connection, _TICKETS, values | {"door": door})
        queues = (await _do(connection, _QUEUES, {"door": door})).scalars().all()
        words = (await _do(connection, _WORDS, values)).scalars().all()
        for statement in TIDY:
            await connection.execute(text(statement))
    known = await facts(url)
    targets = [(row.conference, row.session) for row in rows]
    return Ground(
        newcomers=newcomers,
        people=list(range(4, 4 + _PEOPLE)),
        hot=targets[0],
        spread=targets[1:],
        words=[*words, known["word"], *_COMMON],
        door=door,
        queues=queues,
    )


async def _do(connection: AsyncConnection, statement: str, values: dict[str, Any]) -> Any:
    named = {name: value for name, value in values.items() if f":{name}" in statement}
    return await connection.execute(text(statement), named)
