"""Everybody whom a change concerns is told of it, once, however many they are."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.domain import news, revising
from app.domain.access import Role
from app.domain.conferences import Conference
from app.domain.times import utc_now
from app.repositories.uow import QUIET, UnitOfWork
from tests.factories import a_conference, a_registration, a_session, a_user, an_attendee, caller
from tests.repositories.counting import counted
from tests.worker import rows
from tests.worker.changing import (
    CHANGED,
    CONCERNED,
    Editor,
    Kept,
    MakeUow,
    admin,
    claimed,
    conference,
    context,
    count,
    edit,
    handled,
    mailbox,
    worked_off,
)
from tests.worker.conftest import Eventually, Running
from tests.worker.test_smtp import Postbox, controller, postbox, server
from worker.assembly import build
from worker.handlers import Context
from worker.smtp import SmtpServer

__all__ = ["admin", "conference", "context", "controller", "edit", "mailbox", "postbox", "server"]
_CROWD = text(
    "WITH people AS (INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
    " SELECT 'P', 'p' || n || '@x.example', 'p' || n || '@x.example', now(), now()"
    " FROM generate_series(1, CAST(:many AS int)) n RETURNING id)"
    " INSERT INTO registrations (conference_id, attendee_id, status, created_at)"
    " SELECT :conference, id, 'confirmed', now() FROM people"
)


async def test_quick_changes_are_told_in_one(
    context: Context, mailbox: Kept, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    """Of the conference and of its sessions, to each what is theirs."""
    session = await a_session(uow, conference, name="Keynote", room="Hall 1")
    other = await a_session(uow, conference, name="Workshop", room="Attic", hour=12)
    person = await an_attendee(uow)
    for target in (conference, session):
        await a_registration(uow, target, person)
    await a_registration(uow, other)
    await edit.conference(conference, 0, location="Bergen")
    await edit.session(session, 1, room="Hall 2")
    await edit.session(session, 2, room="Hall 3", start=session.period.start - timedelta(hours=1))
    await edit.conference(conference, 4, location="Oslo")
    done = await worked_off(context, edit.at(5))
    assert done == [CHANGED, CONCERNED, CONCERNED]
    mine, others = mailbox.texts
    assert "Tech Summit\nWhere:        Oslo\n  before:     San Francisco\n" in mine
    assert "Keynote\nWhen:" in mine
    assert "Where:        Hall 3\n  before:     Hall 1\n" in mine
    assert "Workshop" not in mine
    assert "Oslo" in others
    assert "Keynote" not in others
    for passing in ("Bergen", "Hall 2"):
        assert passing not in mine + others


async def test_who_comes_no_more_is_not_told(
    engine: AsyncEngine, context: Context, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    for status in ("cancelled", "expired", "waitlisted"):
        made = await a_registration(uow, conference)
        await rows.run(engine, f"UPDATE registrations SET status = '{status}' WHERE id = {made.id}")
    await edit.conference(conference, location="Oslo")
    assert await worked_off(context, edit.at(5)) == [CHANGED]


async def test_who_has_given_a_place_up_meanwhile_is_told_of_what_is_left(
    engine: AsyncEngine,
    uow: MakeUow,
    context: Context,
    mailbox: Kept,
    edit: Editor,
    conference: Conference,
) -> None:
    session = await a_session(uow, conference, name="Keynote", room="Hall 1")
    person, other = await an_attendee(uow), await an_attendee(uow)
    gone = await a_registration(uow, session, person)
    await a_registration(uow, conference, person)
    left = await a_registration(uow, session, other)
    await edit.conference(conference, location="Oslo")
    await edit.session(session, room="Hall 2")
    # Announced, and not told yet.
    [message] = await claimed(uow, edit.at(5))
    await handled(context, message, edit.at(5))
    for one in (gone, left):
        await rows.run(engine, f"UPDATE registrations SET status = 'cancelled' WHERE id = {one.id}")
    await worked_off(context, edit.at(5))
    [said] = mailbox.texts
    assert "Oslo" in said
    assert "Keynote" not in said


async def test_the_switch_for_mails_leaves_the_notification(
    engine: AsyncEngine,
    uow: MakeUow,
    context: Context,
    mailbox: Kept,
    edit: Editor,
    conference: Conference,
) -> None:
    user = await a_user(uow)
    await a_registration(uow, conference, await an_attendee(uow, user=user))
    await rows.run(engine, f"UPDATE users SET notifications_enabled = false WHERE id = {user.id}")
    await edit.conference(conference, location="Oslo")
    await worked_off(context, edit.at(5))
    assert mailbox.letters == []
    assert await count(engine, "notifications WHERE kind = 'event_update'") == 1


async def test_whoever_is_killed_goes_on_with_those_who_were_not_told(
    engine: AsyncEngine, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    made = [await a_registration(uow, conference) for _ in range(5)]
    await edit.conference(conference, 0, location="Oslo")
    [message] = await claimed(uow, edit.at(5))
    now = edit.at(5)
    await news.settle(uow(), conference.id, message.id, now)
    assert await news.pass_on(uow(), message.id, now, most=2) == made[1].attendee_id
    # Another change begins, and the message is tried again when that is due: it is not its own.
    await edit.conference(conference, 5, location="Bergen")
    await news.settle(uow(), conference.id, message.id, edit.at(11))
    assert await count(engine, "news WHERE told_as IS NULL") == 1
    told = [await news.pass_on(uow(), message.id, now, most=2) for _ in range(3)]
    assert told == [made[3].attendee_id, made[4].attendee_id, None]
    assert await count(engine, "outbox WHERE kind = 'concerned_by_change'") == 5


async def test_news_whose_message_was_lost_is_sent_after(
    engine: AsyncEngine, context: Context, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    await a_registration(uow, conference)
    await edit.conference(conference, 0, location="Oslo")
    await rows.run(engine, "UPDATE outbox SET state = 'dead'")
    await edit.conference(conference, 30, location="Bergen")
    assert await worked_off(context, edit.at(35)) == [CHANGED, CONCERNED]


async def test_a_crowd_is_told_by_as_many_statements_as_there_are_bites(
    engine: AsyncEngine, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    async with engine.begin() as connection:
        await connection.execute(_CROWD, {"many": 2500, "conference": conference.id})
    await edit.conference(conference, location="Oslo")
    [message] = await claimed(uow, edit.at(5))
    await news.settle(uow(), conference.id, message.id, edit.at(5))
    with counted(engine) as sent:
        last: int | None = 0
        while last is not None:
            last = await news.pass_on(uow(), message.id, edit.at(5), last)
    assert await count(engine, "outbox WHERE kind = 'concerned_by_change'") == 2500
    # Three bites of two statements each, and one that finds nobody.
    assert len([one for one in sent if "outbox" in one]) == 7


async def test_what_was_told_long_ago_is_forgotten(
    context: Context, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    await a_registration(uow, conference)
    await edit.conference(conference, location="Oslo")
    await worked_off(context, edit.at(5))
    later = edit.at(5) + timedelta(seconds=1)
    async with uow() as tx:
        assert await tx.upkeep.forget_news(edit.at(5), 10) == 0
        assert await tx.upkeep.forget_messages(later, 10) == 2
        assert await tx.upkeep.forget_news(later, 10) == 1


@pytest.fixture
def quick(engine: AsyncEngine) -> MakeUow:
    """Nothing waits to be told."""
    return lambda: UnitOfWork(engine, quiet=timedelta(0))


async def test_changes_go_out_by_smtp_once_each(
    engine: AsyncEngine,
    quick: MakeUow,
    settings: Settings,
    postbox: Postbox,
    server: SmtpServer,
    running: Running,
    eventually: Eventually,
) -> None:
    """From the organizer's change to the letters, by the worker as it runs."""
    conference = await a_conference(quick, name="Tech Summit")
    for _ in range(5):
        await a_registration(quick, conference)
    await rows.run(engine, "DELETE FROM outbox")
    admin = caller(await a_user(quick, role=Role.ADMIN))
    await revising.update_conference(quick(), admin, conference.id, {"location": "Oslo"}, utc_now())
    changed = {"smtp_host": server.host, "smtp_port": server.port, "smtp_starttls": False}
    workers = build(settings.model_copy(update=changed), quick)

    async def done() -> bool:
        return await rows.states(engine) == {"done": 6}

    async with running(workers, lambda: None):
        await eventually(done)
        await workers.stop()
    assert len(postbox.taken) == 5
    assert all(b"before:     San Francisco" in mail for mail in postbox.taken)


def test_the_time_to_put_right_is_a_setting(settings: Settings) -> None:
    assert timedelta(seconds=settings.change_quiet_seconds) == QUIET
