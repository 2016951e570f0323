"""Everybody who comes is told, once, that it begins soon and what has changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import reminders, revising
from app.domain.access import Role
from app.domain.conferences import ConferenceChanges
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.factories import a_conference, a_registration, a_session, a_user, an_attendee, caller
from tests.worker import rows
from worker.sweeper import Sweeper, reminding, tasks

MakeUow = Callable[[], UnitOfWork]
DAY = timedelta(hours=24)
REMINDED = "SELECT coalesce(array_agg(subject ORDER BY subject), '{}') FROM outbox WHERE kind = "


async def reminded(engine: AsyncEngine) -> object:
    return await rows.ask(engine, f"{REMINDED}'reminder'")


async def concerned(engine: AsyncEngine) -> object:
    return await rows.ask(engine, f"{REMINDED}'concerned_by_change'")


async def test_who_comes_is_reminded_once_and_in_time(engine: AsyncEngine, uow: MakeUow) -> None:
    now = utc_now()
    soon = await a_conference(uow, starts_at=now + timedelta(hours=23))
    late = await a_conference(uow, starts_at=now + timedelta(hours=25))
    begun = await a_conference(uow, starts_at=now - timedelta(hours=1))
    comes = await a_registration(uow, soon)
    in_session = await a_registration(uow, await a_session(uow, soon))
    gone = await a_registration(uow, soon)
    await rows.run(engine, f"UPDATE registrations SET status = 'cancelled' WHERE id = {gone.id}")
    for other in (late, begun):
        await a_registration(uow, other)

    assert await reminders.remind_due(uow(), now, DAY) == 2
    assert await reminders.remind_due(uow(), now, DAY) == 0
    assert await reminded(engine) == [comes.id, in_session.id]

    assert await reminders.remind_due(uow(), now + timedelta(hours=2), DAY) == 1


async def test_the_switch_for_mails_takes_nobody_off_the_list(
    engine: AsyncEngine, uow: MakeUow
) -> None:
    now = utc_now()
    soon = await a_conference(uow, starts_at=now + timedelta(hours=1))
    off, on = await a_user(uow), await a_user(uow)
    made = [
        (await a_registration(uow, soon, await an_attendee(uow, user=user))).id
        for user in (off, on)
    ]
    await rows.run(engine, f"UPDATE users SET notifications_enabled = false WHERE id = {off.id}")
    assert await reminders.remind_due(uow(), now, DAY) == 2
    assert await reminded(engine) == made


async def test_the_sweeper_reminds_in_bites(engine: AsyncEngine, uow: MakeUow) -> None:
    now = utc_now()
    soon = await a_conference(uow, starts_at=now + timedelta(hours=1))
    made = [(await a_registration(uow, soon)).id for _ in range(5)]
    assert [await reminders.remind_due(uow(), now, DAY, most=2) for _ in range(4)] == [2, 2, 1, 0]
    assert await reminded(engine) == made
    await rows.run(engine, "DELETE FROM outbox")
    [task] = reminding(24)
    assert not await Sweeper(uow, ()).sweep(task)
    assert await reminded(engine) == made


def test_with_no_hours_nobody_is_reminded() -> None:
    assert "remind" not in [task.name for task in tasks(30, 0)]
    assert "remind" in [task.name for task in tasks(30, 1)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"location": "Oslo"}, 1), ({"online_url": "https://meet.example/1"}, 1), ({"name": "x"}, 0)],
)
async def test_a_change_of_place_is_announced(
    engine: AsyncEngine, uow: MakeUow, changes: ConferenceChanges, told: int
) -> None:
    conference = await a_conference(uow)
    admin = caller(await a_user(uow, role=Role.ADMIN))
    await revising.update_conference(uow(), admin, conference.id, changes, utc_now())
    announced = "SELECT count(*) FROM outbox WHERE kind = 'conference_changed'"
    assert await rows.ask(engine, announced) == told


async def test_who_comes_is_told_of_a_change_once_however_often_it_is_begun(
    engine: AsyncEngine, uow: MakeUow
) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference)
    person, other = await an_attendee(uow), await an_attendee(uow)
    await a_registration(uow, session, person)
    admission = await a_registration(uow, conference, person)
    also = await a_registration(uow, session, other)
    gone = await a_registration(uow, conference)
    await rows.run(engine, f"UPDATE registrations SET status = 'cancelled' WHERE id = {gone.id}")

    # Killed after the first bite, and begun again.
    told = [
        await reminders.pass_on(uow(), conference.id, "change:1", utc_now(), most=1)
        for _ in range(3)
    ]
    assert told == [1, 1, 0]
    assert await concerned(engine) == sorted([admission.id, also.id])
    assert await reminders.pass_on(uow(), conference.id, "change:2", utc_now()) == 2


async def test_nobody_is_told_of_changes_to_what_was_called_off(
    engine: AsyncEngine, uow: MakeUow
) -> None:
    conference = await a_conference(uow)
    await a_registration(uow, conference)
    await rows.run(engine, "UPDATE conferences SET status = 'cancelled'")
    assert await reminders.pass_on(uow(), conference.id, "change:1", utc_now()) == 0
    assert await reminders.remind_due(uow(), conference.period.start - DAY, DAY) == 0
