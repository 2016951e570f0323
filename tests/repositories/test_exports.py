from collections.abc import AsyncIterator
from typing import cast

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import exports
from app.domain.access import Role
from app.domain.conferences import Conference
from app.domain.exports import CHUNK, COLUMNS, Export, Row, Subject
from tests.factories import Units, a_conference, a_user, caller
from tests.races.scene import ADMIN
from tests.repositories.counting import counted

_PEOPLE = text(
    "INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
    " SELECT 'Person ' || n, n || '@many.example', n || '@many.example', now(), now()"
    " FROM generate_series(1, :many) AS n"
)
_ADMISSIONS = text(
    "INSERT INTO registrations (conference_id, attendee_id, status, price_minor, created_at)"
    " SELECT :conference, id, 'confirmed', 100, now() FROM attendees ORDER BY id LIMIT :many"
)
# The second half had failed before.
_PAYMENTS = text(
    "INSERT INTO payments (registration_id, amount_minor, status, created_at)"
    " SELECT r.id, 100, attempt, now() FROM registrations r, unnest(ARRAY['failed', 'paid'])"
    " AS attempt WHERE attempt = 'paid' OR r.id % 2 = 0 ORDER BY r.id, attempt"
)


async def fill(engine: AsyncEngine, many: int, *conferences: Conference) -> None:
    """The same people in each conference, each of them paid for."""
    async with engine.begin() as connection:
        await connection.execute(_PEOPLE, {"many": many})
        for one in conferences:
            await connection.execute(_ADMISSIONS, {"conference": one.id, "many": many})
        await connection.execute(_PAYMENTS)


async def all_of(export: Export) -> list[Row]:
    return [row async for chunk in export.chunks for row in chunk]


def column(rows: list[Row], subject: Subject, name: str) -> list[int]:
    place = [column.name for column in COLUMNS[subject]].index(name)
    return [cast(int, row[place]) for row in rows]


@pytest.mark.parametrize("subject", Subject)
@pytest.mark.parametrize("many", [3, 3_000])
async def test_a_chunk_takes_one_statement_however_many_there_are(
    uow: Units, engine: AsyncEngine, subject: Subject, many: int
) -> None:
    conference = await a_conference(uow)
    await fill(engine, many, conference)
    export = await exports.of_conference(uow(), ADMIN, conference.id, subject)
    with counted(engine) as statements:
        rows = await all_of(export)
    assert len(rows) == (many * 3 // 2 if subject is Subject.PAYMENTS else many)
    assert len(statements) == len(rows) // CHUNK + 1


@pytest.mark.parametrize("subject", Subject)
async def test_chunks_join_without_a_seam(
    uow: Units, engine: AsyncEngine, subject: Subject
) -> None:
    """Over several conferences, in the order of their ids and of the registrations' in each."""
    several = [await a_conference(uow) for _ in range(3)]
    await fill(engine, CHUNK - 100, *several)
    rows = await all_of(await exports.of_all(uow(), ADMIN, subject))
    keys = [column(rows, subject, name) for name in ("conference_id", "registration_id")]
    if subject is Subject.PAYMENTS:
        keys.append(column(rows, subject, "payment_id"))
    places = list(zip(*keys, strict=True))
    assert places == sorted(set(places))
    per_person = 2 if subject is Subject.PAYMENTS else 1
    assert len({place[:2] for place in places}) == 3 * (CHUNK - 100)
    assert len(places) == 3 * (CHUNK - 100) * (per_person + 1) // 2


async def test_an_organizer_gets_whole_conferences_and_no_others(
    uow: Units, engine: AsyncEngine
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    own = [await a_conference(uow, organizer=organizer) for _ in range(2)]
    await fill(engine, CHUNK, own[0], await a_conference(uow), own[1])
    subject = Subject.REGISTRATIONS
    rows = await all_of(await exports.of_all(uow(), caller(organizer), subject))
    assert column(rows, subject, "conference_id") == [own[0].id] * CHUNK + [own[1].id] * CHUNK


async def test_nobody_comes_twice_whatever_changes_meanwhile(
    uow: Units, engine: AsyncEngine
) -> None:
    """Who cancelled after being read, and registered again, is not read again."""
    conference = await a_conference(uow)
    await fill(engine, CHUNK + 10, conference)
    export = await exports.of_conference(uow(), ADMIN, conference.id, Subject.ATTENDEES)
    rows = list(await anext(cast(AsyncIterator[list[Row]], export.chunks)))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE registrations SET status = 'cancelled'"))
        await connection.execute(_ADMISSIONS, {"conference": conference.id, "many": CHUNK + 10})
    rows += await all_of(export)
    people = column(rows, Subject.ATTENDEES, "attendee_id")
    assert len(people) == len(set(people)) == CHUNK + 10


async def test_between_chunks_no_connection_is_held(uow: Units, engine: AsyncEngine) -> None:
    conference = await a_conference(uow)
    await fill(engine, CHUNK + 1, conference)
    export = await exports.of_conference(uow(), ADMIN, conference.id, Subject.PAYMENTS)
    await anext(cast(AsyncIterator[list[Row]], export.chunks))
    assert engine.sync_engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert await all_of(export)
