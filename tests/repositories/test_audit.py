import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app import auditing
from app.auditing import GRACE, audit, snapshot
from app.domain import endings
from app.domain.admission import Target, Wish
from app.domain.promotion import serve_due
from app.domain.registering import Ask, register_batch
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories.audit import PROMISES, Auditor
from app.repositories.uow import UnitOfWork
from tests.races.scene import ADMIN, Scene, set_up
from tests.repositories.auditing import BREACHES, HARMLESS, a_world, logged
from tests.repositories.noting import WAITS, older_than_the_trail

Units = Callable[[], UnitOfWork]


@pytest.fixture
async def world(engine: AsyncEngine, uow: Units) -> AsyncIterator[AsyncConnection]:
    """In a transaction that is given up: it may take out what guards the promises."""
    await a_world(uow)
    async with engine.connect() as connection:
        yield connection
        await connection.rollback()


async def broken(
    connection: AsyncConnection, statements: Sequence[str], grace: timedelta = GRACE
) -> dict[str, list[str]]:
    """By the name of the promise, what breaks it after these statements."""
    for statement in statements:
        await connection.exec_driver_sql(statement)
    auditor = Auditor(connection)
    found = {}
    for promise in PROMISES:
        count, rows = await auditor.look(promise.checks, grace)
        assert count == len(rows)
        if rows:
            found[promise.name] = [row.said for row in rows]
    return found


def test_every_promise_is_looked_at() -> None:
    assert [promise.name for promise in PROMISES] == [f"V{number}" for number in range(1, 13)]


async def test_where_nothing_is_wrong_nothing_is_found(world: AsyncConnection) -> None:
    assert await broken(world, []) == {}
    assert await broken(world, [logged(*line) for line in HARMLESS]) == {}


@pytest.mark.parametrize("promise", sorted({name for name, _ in BREACHES}))
async def test_each_breach_breaks_its_promise_and_no_other(
    world: AsyncConnection, promise: str
) -> None:
    for breach in [breach for name, breach in BREACHES if name == promise]:
        async with world.begin_nested() as attempt:
            found = await broken(world, breach)
            assert list(found) == [promise], (breach, found)
            await attempt.rollback()


def test_every_promise_is_broken_by_something() -> None:
    assert {name for name, _ in BREACHES} == {promise.name for promise in PROMISES}


async def test_what_is_found_is_said_in_words_and_without_secrets(world: AsyncConnection) -> None:
    breaches = ["UPDATE sessions SET waiting = 5 WHERE id = 1", logged("/", "q=ada@example.com")]
    assert await broken(world, breaches) == {
        "V4": ["session 1: seats taken and waiting are 2 and 5, should be 2 and 1"],
        "V12": ["request log 1: path or query holds a full e-mail address"],
    }


async def test_what_is_due_has_a_grace_unless_all_has_settled(world: AsyncConnection) -> None:
    run_out = (
        "UPDATE registrations SET status = 'pending', confirmed_at = NULL,"
        " hold_expires_at = now() - interval '1 second' WHERE id = 1"
    )
    assert await broken(world, [run_out, *older_than_the_trail("registration")]) == {}
    assert list(await broken(world, [], timedelta(0))) == ["V6", "V8"]


async def test_what_the_sweeper_mends_is_broken_only_if_it_lasts(
    engine: AsyncEngine, uow: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_world(uow)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE sessions SET capacity = 3 WHERE id = 1"))
        await connection.execute(text("UPDATE outbox SET state = 'done', done_at = now()"))
    monkeypatch.setattr(auditing, "PAUSE", 0.1)
    lasting = await audit(engine)
    [finding] = [finding for finding in lasting if not finding.kept]
    assert [one.id for one in finding.broken] == [WAITS]
    assert finding.count == 1

    async def sweep() -> None:
        await asyncio.sleep(0.2)
        await serve_due(uow(), utc_now())

    mended, _ = await asyncio.gather(audit(engine), sweep())
    assert [finding.promise.name for finding in mended if not finding.kept] == []


async def test_a_system_at_work_raises_no_alarm(
    engine: AsyncEngine, uow: Units, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = await set_up(engine, attendees=120, capacities=[15])
    monkeypatch.setattr(auditing, "PAUSE", 0.05)
    at_work = asyncio.Event()
    at_work.set()

    async def come_and_go(who: Sequence[int]) -> None:
        for one in who:
            registration = await _register(uow, scene, one)
            if one % 2:
                await endings.cancel(uow(), ADMIN, registration.id, utc_now())

    async def looks() -> list[str]:
        findings = [finding for _ in range(6) for finding in await audit(engine)]
        at_work.clear()
        return [one.said for finding in findings for one in finding.broken]

    async def sweep() -> None:
        """A seat kept for somebody who gives up just then stays free until it comes by."""
        while at_work.is_set():
            await serve_due(uow(), utc_now())

    found, *_ = await asyncio.gather(
        looks(), sweep(), *(come_and_go(scene.attendees[n::4]) for n in range(4))
    )
    assert found == []


async def _register(uow: Units, scene: Scene, attendee: int) -> Registration:
    target = Target(conference_id=scene.conference, session_id=scene.sessions[0])
    wish = Wish(attendee_id=attendee, target=target, may_wait=True)
    [made] = await register_batch(uow(), [Ask(caller=ADMIN, wish=wish)], utc_now())
    assert isinstance(made, Registration)
    return made


async def test_an_audit_writes_nothing(engine: AsyncEngine) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"):
        async with snapshot(engine) as auditor:
            await auditor._connection.execute(text("UPDATE sessions SET waiting = 0"))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE sessions SET waiting = 0"))
        shown = await connection.execute(text("SELECT current_setting('statement_timeout')"))
        assert shown.scalar_one() == "15s"
