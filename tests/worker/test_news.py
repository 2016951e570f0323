"""Another date or place is told, when it has settled."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.conferences import Conference, ConferenceStatus
from app.repositories.outbox import Lane
from tests.factories import FIRST_DAY, a_conference, a_registration, a_session, a_user, an_attendee
from tests.worker import rows
from tests.worker.changing import (
    CHANGED,
    CONCERNED,
    Editor,
    Kept,
    MakeUow,
    admin,
    conference,
    context,
    count,
    edit,
    handled,
    mailbox,
    worked_off,
)
from worker.handlers import Context

HOUR = timedelta(hours=1)
__all__ = ["admin", "conference", "context", "edit", "mailbox"]


async def test_a_change_is_told_when_it_has_settled_with_what_was_before(
    engine: AsyncEngine,
    uow: MakeUow,
    context: Context,
    mailbox: Kept,
    edit: Editor,
    conference: Conference,
) -> None:
    user = await a_user(uow)
    await a_registration(uow, conference, await an_attendee(uow, user=user))
    await edit.conference(
        conference, location="Oslo", start=FIRST_DAY + timedelta(days=7), timezone="UTC"
    )
    assert await worked_off(context, edit.at(4.9)) == []
    assert await worked_off(context, edit.at(5)) == [CHANGED, CONCERNED]
    [letter] = mailbox.letters
    assert letter["Subject"] == "Please note what has changed: Tech Summit"
    for body in ("plain", "html"):
        said = letter.get_body((body,)).get_content()
        for part in ("Oslo", "San Francisco", "8 March 2031", "1 March 2031", "3 March 2031"):
            assert part in said
    message = await rows.ask(engine, "SELECT message FROM notifications")
    assert "where: Oslo (before: San Francisco)" in str(message)
    assert await worked_off(context, edit.at(60)) == []


async def test_what_is_taken_back_in_time_is_told_to_nobody(
    engine: AsyncEngine, context: Context, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    session = await a_session(uow, conference, room="Hall 1")
    await a_registration(uow, session)
    await edit.conference(conference, 0, location="Oslo")
    await edit.session(session, 1, room="Hall 2")
    await edit.session(session, 2, room="Hall 1")
    await edit.conference(conference, 3, location="San Francisco")
    assert await worked_off(context, edit.at(5)) == [CHANGED]
    assert await count(engine, "news") == 0


async def test_what_is_changed_after_it_was_told_is_told_again(
    context: Context, mailbox: Kept, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    await a_registration(uow, conference)
    await edit.conference(conference, 0, location="Oslo")
    assert await worked_off(context, edit.at(5)) == [CHANGED, CONCERNED]
    await edit.conference(conference, 6, location="San Francisco")
    assert await worked_off(context, edit.at(10.9)) == []
    assert await worked_off(context, edit.at(11)) == [CHANGED, CONCERNED]
    assert "Where:        San Francisco\n  before:     Oslo" in mailbox.texts[1]


async def test_a_mail_that_is_late_tells_what_it_was_to_tell(
    uow: MakeUow, context: Context, mailbox: Kept, edit: Editor, conference: Conference
) -> None:
    """Although it has changed again, which has a mail of its own."""
    await a_registration(uow, conference)
    await edit.conference(conference, 0, location="Oslo")
    async with uow() as tx:
        [message] = await tx.outbox.claim(
            Lane.MAILS, "00000000-0000-0000-0000-000000000001", edit.at(9), edit.at(5), 9
        )
    await handled(context, message, edit.at(5))
    await edit.conference(conference, 5.5, location="Bergen")
    await worked_off(context, edit.at(6))
    assert "Where:        Oslo\n  before:     San Francisco" in mailbox.texts[0]


@pytest.mark.parametrize(
    "changes",
    [{"name": "Other"}, {"description": "x"}, {"capacity": 500}, {"location": "San Francisco"}],
)
async def test_other_changes_are_no_news(
    engine: AsyncEngine,
    uow: MakeUow,
    edit: Editor,
    conference: Conference,
    changes: dict[str, Any],
) -> None:
    session = await a_session(uow, conference, room="Hall 1")
    await edit.conference(conference, **changes)
    await edit.session(session, name="Other", speaker="Jo", room="Hall 1")
    assert await count(engine, "news") == await count(engine, "outbox") == 0


async def test_a_draft_has_nobody_to_tell(engine: AsyncEngine, uow: MakeUow, edit: Editor) -> None:
    draft = await a_conference(uow, status=ConferenceStatus.DRAFT)
    await edit.conference(draft, location="Oslo")
    assert await count(engine, "news") == 0


@pytest.mark.parametrize(
    "end",
    ["UPDATE conferences SET status = 'cancelled'", "UPDATE conferences SET deleted_at = now()"],
)
async def test_what_was_called_off_meanwhile_has_no_other_place(
    engine: AsyncEngine,
    context: Context,
    uow: MakeUow,
    edit: Editor,
    conference: Conference,
    end: str,
) -> None:
    await a_registration(uow, conference)
    await edit.conference(conference, location="Oslo")
    await rows.run(engine, end)
    assert await worked_off(context, edit.at(5)) == [CHANGED]
    assert await count(engine, "news") == 0


async def test_a_session_that_is_gone_is_not_told_of(
    engine: AsyncEngine, context: Context, uow: MakeUow, edit: Editor, conference: Conference
) -> None:
    session = await a_session(uow, conference, room="Hall 1")
    await a_registration(uow, conference)
    await edit.session(session, room="Hall 2")
    await rows.run(engine, "UPDATE sessions SET deleted_at = now()")
    assert await worked_off(context, edit.at(5)) == [CHANGED]
    assert await count(engine, "news") == 0
