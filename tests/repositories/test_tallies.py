"""How many registrations there are is told without looking at them, and is never wrong."""

import asyncio
import random

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.domain import endings, registrations
from app.domain.access import Caller, Role
from app.domain.pages import PageRequest
from app.domain.registrations import RegistrationFilter, RegistrationStatus
from app.domain.times import utc_now
from app.repositories.audit import PROMISES
from tests.factories import Units, a_conference, a_registration, a_session, a_user, caller
from tests.repositories.counting import counted
from tests.worker.rows import run
from worker.sweeper import Sweeper, tasks

_ADD = text(
    "INSERT INTO registrations (conference_id, attendee_id, status, created_at)"
    " SELECT 1, id, CAST(:status AS text), now() FROM attendees"
    " ORDER BY id LIMIT :many OFFSET :from"
)
_PEOPLE = (
    "INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
    " SELECT n, n || '@x.example', n || '@x.example', now(), now()"
    " FROM generate_series(1, 400) AS n"
)
_TOLD = text("SELECT coalesce(sum(n), 0) FROM registration_tallies WHERE status = :status")
_MISTOLD = next(
    check.query
    for promise in PROMISES
    if promise.name == "V4"
    for check in promise.checks
    if "registration_tallies" in check.query
)


async def mistold(connection: AsyncConnection) -> list[str]:
    """What the auditor says of tallies that are not what they should be."""
    return [row.said for row in (await connection.execute(text(_MISTOLD))).all()]


async def told(connection: AsyncConnection, status: str) -> int:
    return int((await connection.execute(_TOLD, {"status": status})).scalar_one())


async def an_admin(uow: Units) -> Caller:
    return caller(await a_user(uow, role=Role.ADMIN))


async def a_crowd(uow: Units, engine: AsyncEngine, many: int = 10) -> None:
    """A conference, and so many who are admitted to it."""
    await a_conference(uow)
    await run(engine, _PEOPLE)
    async with engine.begin() as connection:
        await connection.execute(_ADD, {"status": "confirmed", "many": many, "from": 0})


async def listed(uow: Units, viewer: Caller, filter: RegistrationFilter) -> int:
    page = PageRequest(size=1)
    return (await registrations.listed(uow(), viewer, filter, page)).count


async def test_an_admin_is_told_how_many_without_a_look_at_them(
    uow: Units, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference)
    admitted = await a_registration(uow, conference)
    await a_registration(uow, session)
    await a_registration(uow, session)
    admin = await an_admin(uow)
    with counted(engine) as sent:
        assert await listed(uow, admin, RegistrationFilter()) == 3
    assert not any("count(*)" in statement for statement in sent)
    assert await listed(uow, admin, RegistrationFilter(admissions=True)) == 1
    await endings.cancel(uow(), admin, admitted.id, utc_now())
    assert await listed(uow, admin, RegistrationFilter()) == 2
    cancelled = RegistrationFilter(status=RegistrationStatus.CANCELLED)
    assert await listed(uow, admin, cancelled) == 1


async def test_what_is_narrowed_down_is_counted(uow: Units) -> None:
    conference, other = await a_conference(uow), await a_conference(uow)
    await a_registration(uow, conference)
    await a_registration(uow, other)
    admin = await an_admin(uow)
    assert await listed(uow, admin, RegistrationFilter(conference_id=conference.id)) == 1


@pytest.mark.parametrize(
    ("statement", "confirmed", "cancelled"),
    [
        ("UPDATE registrations SET status = 'cancelled', ended_at = now() WHERE id <= 3", 7, 3),
        ("UPDATE registrations SET checked_in_at = now()", 10, 0),
        ("DELETE FROM registrations WHERE id > 4", 4, 0),
        ("UPDATE registrations SET status = 'cancelled' WHERE id < 0", 10, 0),
        ("TRUNCATE registrations CASCADE", 0, 0),
    ],
)
async def test_whoever_writes_tells(
    uow: Units, engine: AsyncEngine, statement: str, confirmed: int, cancelled: int
) -> None:
    await a_crowd(uow, engine)
    await run(engine, statement)
    async with engine.connect() as connection:
        assert await mistold(connection) == []
        assert await told(connection, "confirmed") == confirmed
        assert await told(connection, "cancelled") == cancelled


async def test_what_is_given_up_is_not_told(uow: Units, engine: AsyncEngine) -> None:
    await a_crowd(uow, engine)
    async with engine.connect() as writing, engine.connect() as reading:
        await writing.execute(text("DELETE FROM registrations WHERE id > 4"))
        assert await told(writing, "confirmed") == 4
        assert await told(reading, "confirmed") == 10
        await writing.rollback()
        assert await told(reading, "confirmed") == 10


async def test_writers_wait_for_nobody(uow: Units, engine: AsyncEngine) -> None:
    await a_crowd(uow, engine)
    async with engine.connect() as one, engine.connect() as another, asyncio.timeout(5):
        for connection, start in ((one, 10), (another, 20)):
            await connection.execute(_ADD, {"status": "confirmed", "many": 5, "from": start})
        await another.execute(text("UPDATE registrations SET status = 'expired' WHERE id = 1"))
        await another.commit()
        await one.commit()
        assert await mistold(one) == []


async def test_many_at_once_while_they_are_summed_up_are_told_exactly(
    uow: Units, engine: AsyncEngine
) -> None:
    await a_crowd(uow, engine, many=40)
    running = True

    async def write(nth: int) -> None:
        drawn = random.Random(nth)
        for turn in range(8):
            async with engine.connect() as connection:
                values = {"status": "cancelled", "many": 1 + turn, "from": 50 * nth}
                await connection.execute(_ADD, values)
                await connection.execute(
                    text("UPDATE registrations SET status = 'expired' WHERE id = :id"),
                    {"id": 1 + 10 * nth + turn % 10},
                )
                if drawn.random() < 0.3:
                    await connection.rollback()
                else:
                    await connection.commit()

    async def fold() -> None:
        while running:
            async with uow() as tx:
                await tx.upkeep.fold_tallies(0)
            await asyncio.sleep(0.005)

    async def watch() -> None:
        """Whoever looks at one moment sees both alike."""
        while running:
            async with engine.connect() as connection:
                assert await mistold(connection) == []
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as group:
        beside = [group.create_task(one()) for one in (fold, fold, watch)]
        await asyncio.gather(*(write(nth) for nth in range(4)))
        running = False
        await asyncio.gather(*beside)
    async with engine.connect() as connection:
        assert await mistold(connection) == []


async def test_the_sweeper_sums_up_many_and_lets_few_be(uow: Units, engine: AsyncEngine) -> None:
    await a_crowd(uow, engine)
    [task] = [task for task in tasks(log_days=30) if task.name == "fold tallies"]
    rows = text("SELECT count(*) FROM registration_tallies")
    for many, most in ((3, 13), (60, 2)):
        for _ in range(many):
            await run(engine, "UPDATE registrations SET status = 'expired' WHERE id = 1")
            await run(engine, "UPDATE registrations SET status = 'confirmed' WHERE id = 1")
        await Sweeper(uow, ()).sweep(task)
        async with engine.connect() as connection:
            assert (await connection.execute(rows)).scalar_one() <= most
            assert await told(connection, "confirmed") == 10
            assert await mistold(connection) == []


async def test_a_tally_that_is_wrong_is_told(uow: Units, engine: AsyncEngine) -> None:
    await a_crowd(uow, engine)
    await run(engine, "UPDATE registration_tallies SET n = n + 1")
    async with engine.connect() as connection:
        assert await mistold(connection) == [
            "registrations that are confirmed, of conferences: the tally is 11, should be 10"
        ]
