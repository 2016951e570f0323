from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import closing, sessions
from app.domain.access import Caller, Role
from app.domain.conferences import Conference, Visibility
from app.domain.errors import (
    DomainError,
    InvalidPeriod,
    RoomOverlap,
    ScheduleConflict,
    SessionFull,
    SessionOverlap,
    SpeakerOverlap,
)
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.sessions import Session, SessionDraft, SessionFilter
from app.domain.times import TimeRange, utc_now
from tests.factories import (
    FIRST_DAY,
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    caller,
)
from tests.repositories.counting import counted

FREE = Money(minor=0, currency="USD")


def draft(
    conference: Conference, start: float = 9, end: float = 10, *, speaker: str = "", room: str = ""
) -> SessionDraft:
    return SessionDraft(
        conference_id=conference.id,
        name="Late comer",
        period=TimeRange(
            start=FIRST_DAY + timedelta(hours=start), end=FIRST_DAY + timedelta(hours=end)
        ),
        speaker=speaker,
        room=room,
    )


async def an_admin(uow: Units) -> Caller:
    return caller(await a_user(uow, role=Role.ADMIN))


async def add(uow: Units, conference: Conference, wanted: SessionDraft) -> Session:
    """Past the rules: only the constraints are asked."""
    async with uow() as tx:
        return await tx.sessions.add(wanted, conference, FREE, utc_now())


async def listed(
    uow: Units, viewer: Caller, filter: SessionFilter | None = None, page: PageRequest | None = None
) -> Page[Session]:
    async with uow().reading() as tx:
        return await tx.sessions.page(viewer, filter or SessionFilter(), page or PageRequest())


async def names(uow: Units, filter: SessionFilter, *ordering: str) -> list[str]:
    page = PageRequest(size=100, ordering=ordering)
    return [found.name for found in (await listed(uow, await an_admin(uow), filter, page)).items]


async def test_what_is_added_is_found_again(uow: Units) -> None:
    conference = await a_conference(uow)
    added = await a_session(
        uow, conference, speaker="Jane Doe", room="Hall A", capacity=5, price=Decimal("1.50")
    )
    async with uow().reading() as tx:
        assert await tx.sessions.find(added.id, await an_admin(uow)) == added
        assert await tx.sessions.find_any(added.id) == added
    assert added.conference_name == conference.name
    assert added.organizer_id == conference.organizer_id
    assert added.price == Money(minor=150, currency="USD")


async def test_what_is_saved_is_found_and_seats_are_left_alone(uow: Units) -> None:
    session = await a_session(uow, room="Hall A")
    await a_registration(uow, session)
    changed = replace(session, name="Other", room="", speaker="Jane", capacity=3, seats_taken=2)
    async with uow() as tx:
        await tx.sessions.save(changed)
    async with uow().reading() as tx:
        assert await tx.sessions.find_any(session.id) == replace(changed, seats_taken=1)


async def test_rooms_and_speakers_are_known_by_their_folded_names(
    uow: Units, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow, multi_track=True)
    await a_session(uow, conference, hour=9, room="Hall A", speaker="Jane Doe")
    again = await a_session(uow, conference, hour=10, room="HALL A ", speaker="jane doe")
    await a_session(uow, conference, hour=11)
    other = await a_conference(uow)
    await a_session(uow, other, room="Hall A")
    async with engine.connect() as connection:
        rooms = await connection.execute(text("SELECT conference_id, name FROM rooms ORDER BY id"))
        assert [tuple(row) for row in rooms] == [(conference.id, "Hall A"), (other.id, "Hall A")]
        speakers = await connection.execute(text("SELECT name FROM speakers"))
        assert speakers.scalars().all() == ["Jane Doe"]
    assert again.speaker == "jane doe"


@pytest.mark.parametrize(
    ("multi_track", "start", "end", "room", "refusal"),
    [
        (False, 9.5, 9.6, "Hall B", SessionOverlap),
        (True, 9.5, 11, "hall a", RoomOverlap),
        (False, 12, 12, "hall a", InvalidPeriod),
        (False, 12, 11, "hall a", InvalidPeriod),
    ],
)
async def test_constraints_bite(
    uow: Units, multi_track: bool, start: float, end: float, room: str, refusal: type[DomainError]
) -> None:
    conference = await a_conference(uow, multi_track=multi_track)
    await a_session(uow, conference, room="Hall A")
    with pytest.raises(refusal):
        await add(uow, conference, draft(conference, start, end, room=room))
    assert await names(uow, SessionFilter(room="hall a")) == [
        (await listed(uow, await an_admin(uow))).items[0].name
    ]


async def test_the_constraint_on_speakers_bites(uow: Units) -> None:
    conference = await a_conference(uow, multi_track=True)
    await a_session(uow, conference, speaker="Jane Doe", room="Hall A")
    with pytest.raises(SpeakerOverlap):
        await add(uow, conference, draft(conference, 9, 10, speaker="JANE DOE", room="Hall B"))
    await add(uow, conference, draft(conference, 9, 10, speaker="John Roe", room="Hall B"))
    await add(uow, conference, draft(conference, 10, 11, speaker="JANE DOE", room="Hall A"))


async def test_the_constraint_on_capacity_bites(uow: Units) -> None:
    session = await a_session(uow, capacity=2)
    await a_registration(uow, session)
    await a_registration(uow, session)
    with pytest.raises(SessionFull):
        async with uow() as tx:
            await tx.sessions.save(replace(session, capacity=1))


async def test_the_constraint_on_schedules_bites_when_a_session_moves(uow: Units) -> None:
    conference = await a_conference(uow, multi_track=True)
    person = await an_attendee(uow)
    moving = await a_session(uow, conference, hour=9)
    other = await a_session(uow, conference, hour=11)
    await a_registration(uow, moving, person)
    await a_registration(uow, other, person)
    with pytest.raises(ScheduleConflict):
        async with uow() as tx:
            await tx.sessions.move_registrations(moving.id, other.period)


async def test_a_deleted_session_leaves_its_slot(uow: Units) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference)
    async with uow() as tx:
        await tx.sessions.delete(session.id, utc_now())
    async with uow() as tx:
        assert await tx.sessions.find_any(session.id) is None
        assert await tx.sessions.programme(conference.id) == []
    await add(uow, conference, draft(conference))


async def test_a_deleted_conference_takes_its_sessions_along(uow: Units) -> None:
    session = await a_session(uow)
    other = await a_session(uow)
    admin = await an_admin(uow)
    await closing.delete_conference(uow(), admin, session.conference_id, utc_now())
    async with uow().reading() as tx:
        assert await tx.sessions.find(session.id, admin) is None
    assert [item.id for item in (await listed(uow, admin)).items] == [other.id]


async def test_slots_in_a_period_are_those_that_overlap_with_it(uow: Units) -> None:
    conference = await a_conference(uow)
    made = [await a_session(uow, conference, hour=hour) for hour in (9, 10, 11)]
    await a_session(uow, hour=10)
    async with uow().reading() as tx:
        touching = await tx.sessions.slots_in(conference.id, made[1].period)
        everything = await tx.sessions.programme(conference.id)
    assert [slot.id for slot in touching] == [made[1].id]
    assert [slot.id for slot in everything] == [session.id for session in made]


async def test_sessions_are_seen_by_those_who_see_the_conference(uow: Units) -> None:
    private = await a_conference(uow, visibility=Visibility.PRIVATE)
    session = await a_session(uow, private)
    guest, stranger = await a_user(uow), await a_user(uow)
    await a_registration(uow, session, await an_attendee(uow, user=guest))
    for user, expected in ((guest, 1), (stranger, 0)):
        assert (await listed(uow, caller(user))).count == expected
        async with uow().reading() as tx:
            assert (await tx.sessions.find(session.id, caller(user)) is not None) is bool(expected)


async def test_filters_and_orders(uow: Units) -> None:
    conference = await a_conference(uow, multi_track=True)
    await a_session(
        uow, conference, name="b", hour=9, speaker="Jane Doe", room="Hall A", price=Decimal(5)
    )
    full = await a_session(uow, conference, name="a", hour=10, capacity=1, price=Decimal(2))
    await a_registration(uow, full)
    await a_session(uow, name="c", hour=11, capacity=1)
    assert await names(uow, SessionFilter()) == ["b", "a", "c"]
    assert await names(uow, SessionFilter(), "-start_time") == ["c", "a", "b"]
    assert await names(uow, SessionFilter(), "session_name") == ["a", "b", "c"]
    assert await names(uow, SessionFilter(), "price", "-session_name") == ["c", "a", "b"]
    assert await names(uow, SessionFilter(), "-created_at") == ["c", "a", "b"]
    assert await names(uow, SessionFilter(conference_id=conference.id)) == ["b", "a"]
    assert await names(uow, SessionFilter(speaker="jane")) == ["b"]
    assert await names(uow, SessionFilter(room="HALL")) == ["b"]
    assert await names(uow, SessionFilter(has_spots=True)) == ["b", "c"]
    assert await names(uow, SessionFilter(has_spots=False)) == ["a"]
    ten = FIRST_DAY + timedelta(hours=10)
    assert await names(uow, SessionFilter(start_after=ten)) == ["a", "c"]
    assert await names(uow, SessionFilter(start_before=ten)) == ["b"]


async def test_pages_and_their_count_past_the_end_too(uow: Units) -> None:
    conference = await a_conference(uow, multi_track=True)
    made = [await a_session(uow, conference) for _ in range(3)]
    admin = await an_admin(uow)
    first = await listed(uow, admin, page=PageRequest(number=1, size=2))
    second = await listed(uow, admin, page=PageRequest(number=2, size=2))
    assert [item.id for item in (*first.items, *second.items)] == [item.id for item in made]
    beyond = await listed(uow, admin, page=PageRequest(number=3, size=2))
    assert (beyond.count, list(beyond.items)) == (3, [])


async def test_lists_and_moves_take_as_many_statements_for_three_as_for_one(
    uow: Units, engine: AsyncEngine
) -> None:
    admin = await an_admin(uow)
    conference = await a_conference(uow, multi_track=True)
    session = await a_session(uow, conference)
    # The first move of several writes down what is to be told of them.
    await _move(uow, admin, session, FIRST_DAY + timedelta(hours=9, minutes=30))
    lists, moves = [], []
    for round in range(3):
        await a_registration(uow, session)
        await a_session(uow, conference, hour=20)
        with counted(engine) as statements:
            await listed(uow, admin)
        lists.append(len(statements))
        start = FIRST_DAY + timedelta(hours=10 + round)
        with counted(engine) as statements:
            await _move(uow, admin, session, start)
        moves.append(len(statements))
    assert lists == [1, 1, 1]
    assert len(set(moves)) == 1


async def test_registrations_follow_a_session_that_moves(uow: Units, engine: AsyncEngine) -> None:
    session = await a_session(uow)
    await a_registration(uow, session)
    start = FIRST_DAY + timedelta(hours=30)
    moved = await _move(uow, await an_admin(uow), session, start)
    async with engine.connect() as connection:
        stored = await connection.execute(text("SELECT starts_at, ends_at FROM registrations"))
        assert tuple(stored.one()) == (moved.period.start, moved.period.end)


async def _move(uow: Units, admin: Caller, session: Session, start: datetime) -> Session:
    end = start + timedelta(hours=1)
    return await sessions.update(uow(), admin, session.id, {"start": start, "end": end}, utc_now())
