"""How many conferences there are is counted anew only when it may differ, and is never wrong."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import conferences, opening
from app.domain.access import Caller, Role
from app.domain.conferences import ConferenceDraft, ConferenceFilter, ConferenceStatus, Visibility
from app.domain.pages import PageRequest
from app.domain.times import TimeRange, utc_now
from app.repositories.known_counts import Count, KnownCounts, Question, known_counts
from app.repositories.tables import FACTS
from tests.factories import Units, a_conference, a_user, caller

EVERYTHING = ConferenceFilter()


async def counted(
    uow: Units, filter: ConferenceFilter = EVERYTHING, viewer: Caller | None = None
) -> int:
    page = PageRequest(size=1)
    return (await conferences.listed(uow(), viewer, filter, page, utc_now())).count


async def settled(uow: Units, expected: int, filter: ConferenceFilter = EVERYTHING) -> None:
    """Ask as often as it takes for a count to be remembered."""
    for _ in range(3):
        assert await counted(uow, filter) == expected


async def test_a_count_is_remembered_once_nobody_is_writing(
    uow: Units, engine: AsyncEngine
) -> None:
    await a_conference(uow)
    counts = known_counts(engine.sync_engine)
    async with asyncio.timeout(30):
        # Other tests write to other databases of the same server.
        while not any(count.is_whole for _, count in counts._counts.values()):
            assert await counted(uow) == 1
    assert await counted(uow) == 1


async def test_whatever_changes_shows_in_the_next_answer(uow: Units) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    await settled(uow, 0)
    made = await a_conference(uow, organizer=organizer)
    await settled(uow, 1)
    await a_conference(uow, organizer=organizer)
    await settled(uow, 2)
    async with uow() as tx:
        await tx.conferences.delete(made.id, utc_now())
    await settled(uow, 1)


async def test_a_change_by_another_hand_shows_too(uow: Units, engine: AsyncEngine) -> None:
    await a_conference(uow)
    await settled(uow, 1)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE conferences SET visibility = 'private'"))
    assert await counted(uow) == 0


async def test_what_is_committed_after_it_was_counted_is_not_missed(
    uow: Units, engine: AsyncEngine
) -> None:
    """The counter is raised before the commit: counts in between are of a version to come."""
    await a_conference(uow)
    async with engine.connect() as writing:
        await writing.execute(text("UPDATE conferences SET visibility = 'private'"))
        for _ in range(5):
            assert await counted(uow) == 1
        await writing.commit()
    for _ in range(5):
        assert await counted(uow) == 0


async def test_what_is_given_up_changes_nothing(uow: Units, engine: AsyncEngine) -> None:
    await a_conference(uow)
    async with engine.connect() as writing:
        await writing.execute(text("UPDATE conferences SET visibility = 'private'"))
        await settled(uow, 1)
        await writing.rollback()
    await settled(uow, 1)


async def test_what_is_hidden_is_counted_for_those_who_see_it(uow: Units) -> None:
    owner = await a_user(uow, role=Role.ORGANIZER)
    rival = caller(await a_user(uow, role=Role.ORGANIZER))
    admin = caller(await a_user(uow, role=Role.ADMIN))
    await a_conference(uow, organizer=owner)
    await a_conference(uow, organizer=owner, visibility=Visibility.PRIVATE)
    await a_conference(uow, organizer=owner, status=ConferenceStatus.DRAFT)
    for _ in range(4):
        assert await counted(uow) == 1
        assert await counted(uow, viewer=rival) == 1
        assert await counted(uow, viewer=caller(owner)) == 3
        assert await counted(uow, viewer=admin) == 3


async def test_a_seat_more_or_less_tells_who_has_spots(uow: Units, engine: AsyncEngine) -> None:
    await a_conference(uow, capacity=2)
    free = ConferenceFilter(has_spots=True)
    await settled(uow, 1, free)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE conferences SET seats_taken = 2"))
    await settled(uow, 0, free)
    await settled(uow, 1, ConferenceFilter(has_spots=False))


@pytest.mark.parametrize(
    "filter",
    [
        ConferenceFilter(is_past=False),
        ConferenceFilter(is_active=True),
        ConferenceFilter(upcoming=True),
        ConferenceFilter(phase=conferences.Phase.PUBLISHED),
    ],
    ids=["to come", "active", "upcoming", "published"],
)
async def test_the_clock_alone_changes_a_count(uow: Units, filter: ConferenceFilter) -> None:
    now = utc_now()
    owner = caller(await a_user(uow, role=Role.ORGANIZER))
    period = TimeRange(start=now + timedelta(hours=1), end=now + timedelta(hours=2))
    await opening.create(uow(), owner, ConferenceDraft(name="Soon", period=period), now)

    async def counted_at(later: timedelta) -> int:
        page = await conferences.listed(uow(), None, filter, PageRequest(size=1), now + later)
        return page.count

    assert [await counted_at(timedelta()) for _ in range(4)] == [1, 1, 1, 1]
    assert await counted_at(timedelta(days=3)) == 0


async def test_each_value_has_a_count_of_its_own(uow: Units) -> None:
    await a_conference(uow, price=Decimal(10))
    for _ in range(3):
        assert await counted(uow, ConferenceFilter(max_price=Decimal(10))) == 1
        assert await counted(uow, ConferenceFilter(max_price=Decimal(9))) == 0
        assert await counted(uow, ConferenceFilter(min_price=Decimal(10))) == 1


def test_no_more_than_a_thousand_counts_are_remembered() -> None:
    counts = KnownCounts()
    questions = [
        Question(source="FROM conferences c", counters=(FACTS,), values={"key": key})
        for key in range(2500)
    ]
    for question in questions:
        counts.keep(question, Count(total=7, version=1, at=1.0, is_whole=True))
    assert counts.get(questions[-1]) is not None
    assert counts.get(questions[10]) is None
    assert len(counts._counts) <= 1000


def test_an_answer_that_comes_late_does_not_replace_a_later_one() -> None:
    counts = KnownCounts()
    question = Question(source="FROM conferences c", counters=(FACTS,), values={})
    for total, at in ((8, 2.0), (7, 1.0)):
        counts.keep(question, Count(total=total, version=1, at=at, is_whole=True))
    known = counts.get(question)
    assert known is not None
    assert known.total == 8
