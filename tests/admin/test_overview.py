import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.admin import dashboard
from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus
from app.domain.times import utc_now
from tests.admin.scene import a_scene
from tests.admin.site import Visitor
from tests.factories import Units, a_conference, a_registration, an_attendee


async def test_the_overview_takes_one_statement(
    admin: Visitor, at_home: Visitor, statements: list[str]
) -> None:
    for visitor in (admin, at_home):
        statements.clear()
        await visitor.get("/")
        # Who asks, and the numbers.
        assert len(statements) == 2


async def test_the_overview_tells_what_there_is(
    at_home: Visitor,
    admin: Visitor,
    rival: Visitor,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
) -> None:
    await a_scene(uow, engine, organizer)
    await a_conference(uow, status=ConferenceStatus.DRAFT)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO outbox (kind, subject, state, due_at, created_at)"
                " VALUES ('registered', 1, 'dead', now(), now())"
            )
        )
    titles = ("Conferences to come", "Drafts", "Registrations today", "Waiting", "Dead messages")
    for visitor, numbers in (
        (at_home, (1, 0, 3, 1)),
        (rival, (0, 0, 0, 0)),
        (admin, (1, 1, 3, 1, 1)),
    ):
        page = (await visitor.get("/")).text
        for title, number in zip(titles, numbers, strict=False):
            card = page.partition(f"{title}</div>")[2].partition("</a>")[0]
            assert f">{number}</div>" in card, title
        assert ("Dead messages" in page) == (visitor is admin)


async def test_the_overview_counts_ones_own_of_today_however_many_others_have(
    at_home: Visitor,
    admin: Visitor,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dashboard, "STEP", 3)
    monkeypatch.setattr(dashboard, "MOST_COUNTED", 2)
    mine = await a_conference(uow, organizer=organizer)
    for conference in (mine, mine, mine, *[await a_conference(uow)] * 10):
        await a_registration(uow, conference, await an_attendee(uow))
    await _expect_today(at_home, 3)
    await _expect_today(admin, "2+")
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE registrations SET created_at = date_trunc('day', now(), 'UTC')"
                " - interval '1 second' WHERE id < (SELECT min(id) + 2 FROM registrations)"
            )
        )
    await _expect_today(at_home, 1)
    monkeypatch.setattr(dashboard, "MOST_COUNTED", 12)
    await _expect_today(admin, 11)


async def test_the_cards_of_the_overview_lead_to_what_they_count(
    at_home: Visitor, uow: Units, organizer: User, conference: Conference
) -> None:
    await a_conference(uow, organizer=organizer, starts_at=utc_now() - timedelta(days=9))
    registered = await a_registration(uow, conference, await an_attendee(uow))
    page = (await at_home.get("/")).text
    links = [unescape(link) for link in re.findall(r'href="([^"]+[?]filter=[^"]+)"', page)]
    to_come, _, today, _ = [(await at_home.client.get(link)).text for link in links]
    assert re.findall(r'<tr data-sa-pk="(\d+)"', to_come) == [str(conference.id)]
    assert re.findall(r'<tr data-sa-pk="(\d+)"', today) == [str(registered.id)]


async def _expect_today(visitor: Visitor, number: int | str) -> None:
    card = (await visitor.get("/")).text.partition("Registrations today</div>")[2]
    assert f">{number}</div>" in card.partition("</a>")[0]
