"""Everybody who comes is told, once, that it begins soon."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import reminders
from app.domain.attendees import Attendee
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.factories import a_conference, a_registration, a_session, a_user, an_attendee
from tests.worker import rows
from worker.sweeper import Sweeper, reminding, tasks

MakeUow = Callable[[], UnitOfWork]
DAY = timedelta(hours=24)
REMINDED = "SELECT coalesce(array_agg(subject ORDER BY subject), '{}') FROM outbox WHERE kind = "


async def reminded(engine: AsyncEngine) -> object:
    return await rows.ask(engine, f"{REMINDED}'reminder'")


async def test_who_comes_is_reminded_once_and_in_time(engine: AsyncEngine, uow: MakeUow) -> None:
    now = utc_now()
    soon = await a_conference(uow, starts_at=now + timedelta(hours=23))
    late = await a_conference(uow, starts_at=now + timedelta(hours=25))
    begun = await a_conference(uow, starts_at=now - timedelta(hours=1))
    comes = await a_registration(uow, soon)
    in_session = await a_registration(uow, await a_session(uow, soon))
    for hour in (10, 11):
        await a_registration(uow, await a_session(uow, soon, hour=hour), await of(uow, comes))
    gone = await a_registration(uow, soon)
    await rows.run(engine, f"UPDATE registrations SET status = 'cancelled' WHERE id = {gone.id}")
    for other in (late, begun):
        await a_registration(uow, other)

    assert await reminders.remind_due(uow(), now, DAY) == 2
    assert await reminders.remind_due(uow(), now, DAY) == 0
    assert await reminded(engine) == [comes.id, in_session.id]

    assert await reminders.remind_due(uow(), now + timedelta(hours=2), DAY) == 1


async def of(uow: MakeUow, registration: Registration) -> Attendee:
    async with uow() as tx:
        return await tx.attendees.lock(registration.attendee_id)


async def test_five_sessions_of_a_conference_are_one_reminder(
    engine: AsyncEngine, uow: MakeUow
) -> None:
    now = utc_now()
    soon = await a_conference(uow, starts_at=now + timedelta(hours=3), multi_track=True)
    other = await a_conference(uow, starts_at=now + timedelta(hours=4))
    person = await an_attendee(uow)
    chosen = [
        await a_registration(uow, await a_session(uow, soon, hour=hour), person)
        for hour in range(5)
    ]
    elsewhere = await a_registration(uow, other, person)
    assert [await reminders.remind_due(uow(), now, DAY, most=1) for _ in range(3)] == [1, 1, 0]
    assert await reminded(engine) == [chosen[0].id, elsewhere.id]
    # Whoever is admitted later was reminded already.
    await a_registration(uow, soon, person)
    assert await reminders.remind_due(uow(), now, DAY) == 0


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


async def test_nobody_is_reminded_of_what_was_called_off(engine: AsyncEngine, uow: MakeUow) -> None:
    conference = await a_conference(uow)
    await a_registration(uow, conference)
    await rows.run(engine, "UPDATE conferences SET status = 'cancelled'")
    assert await reminders.remind_due(uow(), conference.period.start - DAY, DAY) == 0
