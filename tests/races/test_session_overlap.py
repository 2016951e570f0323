"""Sessions that do not go together are scheduled at once: one stands, in every arrangement."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Constraint, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import AddConstraint, DropConstraint

from app.domain import closing, opening, registrations, revising, sessions
from app.domain.admission import Target, Wish
from app.domain.conferences import Conference, ConferenceDraft
from app.domain.errors import (
    ConflictingWrite,
    DomainError,
    InvalidPeriod,
    RoomOverlap,
    ScheduleConflict,
    SessionOverlap,
    SpeakerOverlap,
)
from app.domain.registering import Ask, register_batch
from app.domain.registrations import RegistrationStatus
from app.domain.sessions import Session, SessionDraft, Slot
from app.domain.times import TimeRange, days, utc_now
from app.repositories import conferences as repository
from app.repositories import tables
from app.repositories.sessions import Sessions
from app.repositories.uow import UnitOfWork
from tests.races.scene import ADMIN, START, Scene, broken_promises, set_up

Uow = Callable[[], UnitOfWork]
NINE = datetime(2031, 5, 1, 9, tzinfo=UTC)
MANY = 12


async def a_conference(engine: AsyncEngine, uow: Uow, *, multi_track: bool = False) -> Conference:
    await set_up(engine, attendees=0, capacities=[])
    draft = ConferenceDraft(
        name="Rush",
        period=days(date(2031, 5, 1), date(2031, 5, 3), "UTC"),
        multi_track=multi_track,
    )
    return await opening.create(uow(), ADMIN, draft, utc_now())


def drafts(conference: Conference, *, room: str = "", speaker: str = "") -> list[SessionDraft]:
    """Sessions of an hour each, every one a little later than the one before."""
    return [
        SessionDraft(
            conference_id=conference.id,
            name=f"Session {number}",
            period=TimeRange(
                start=NINE + timedelta(minutes=number),
                end=NINE + timedelta(minutes=number + 60),
            ),
            room=room,
            speaker=speaker,
        )
        for number in range(MANY)
    ]


async def schedule(uow: Uow, wanted: Sequence[SessionDraft]) -> list[object]:
    """All at once, each through a connection of its own."""
    return await asyncio.gather(
        *(sessions.create(uow(), ADMIN, draft, utc_now()) for draft in wanted),
        return_exceptions=True,
    )


def tally(answers: Sequence[object], kind: type) -> int:
    return sum(isinstance(answer, kind) for answer in answers)


@asynccontextmanager
async def without(engine: AsyncEngine, name: str) -> AsyncIterator[None]:
    """The sessions' table without that constraint; it is emptied before the constraint is back."""
    [guard] = [found for found in tables.sessions.constraints if found.name == name]
    assert isinstance(guard, Constraint)
    async with engine.begin() as connection:
        await connection.execute(DropConstraint(guard))
    try:
        yield
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("TRUNCATE sessions CASCADE"))
            await connection.execute(AddConstraint(guard))


def unlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody look at the programme at the same time."""
    unlocked = text(str(repository._LOCK).replace("FOR NO KEY UPDATE", ""))
    monkeypatch.setattr(repository, "_LOCK", unlocked)
    look = Sessions.slots_in

    async def slowly(self: Sessions, conference_id: int, period: TimeRange) -> Sequence[Slot]:
        found = await look(self, conference_id, period)
        await asyncio.sleep(0.2)
        return found

    monkeypatch.setattr(Sessions, "slots_in", slowly)


@pytest.mark.parametrize(
    ("multi_track", "room", "speaker", "refusal"),
    [
        (False, "", "", SessionOverlap),
        (True, "Hall A", "", RoomOverlap),
        (True, "", "Jane Doe", SpeakerOverlap),
    ],
    ids=["one track", "one room", "one speaker"],
)
async def test_one_of_many_overlapping_sessions_stands(
    engine: AsyncEngine,
    uow: Uow,
    multi_track: bool,
    room: str,
    speaker: str,
    refusal: type[DomainError],
) -> None:
    conference = await a_conference(engine, uow, multi_track=multi_track)
    answers = await schedule(uow, drafts(conference, room=room, speaker=speaker))
    assert tally(answers, Session) == 1
    assert tally(answers, refusal) == MANY - 1
    [winner] = [answer for answer in answers if isinstance(answer, Session)]
    for answer in answers:
        if isinstance(answer, DomainError):
            assert answer.other is not None
            assert answer.other.id == winner.id


async def test_the_lock_alone_suffices(engine: AsyncEngine, uow: Uow) -> None:
    conference = await a_conference(engine, uow)
    async with without(engine, "ex_sessions_single_track"):
        answers = await schedule(uow, drafts(conference))
    assert tally(answers, Session) == 1
    assert tally(answers, SessionOverlap) == MANY - 1


async def test_the_constraint_alone_lets_one_stand_too(
    engine: AsyncEngine, uow: Uow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a net, not as a lock: some of the others may meet in a deadlock."""
    conference = await a_conference(engine, uow)
    unlock(monkeypatch)
    answers = await schedule(uow, drafts(conference)[:6])
    assert tally(answers, Session) == 1
    assert tally(answers, SessionOverlap) + tally(answers, ConflictingWrite) == 5


async def test_without_the_lock_and_the_constraint_several_stand(
    engine: AsyncEngine, uow: Uow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power of the tests above: take both guards out, and they fail."""
    conference = await a_conference(engine, uow)
    unlock(monkeypatch)
    async with without(engine, "ex_sessions_single_track"):
        answers = await schedule(uow, drafts(conference)[:6])
    assert tally(answers, Session) > 1


async def together(*doing: Awaitable[object]) -> list[object]:
    return await asyncio.gather(*doing, return_exceptions=True)


async def register(uow: Uow, scene: Scene, session: int) -> object:
    target = Target(conference_id=scene.conference, session_id=session)
    wish = Wish(attendee_id=scene.attendees[0], target=target)
    [answer] = await register_batch(uow(), [Ask(caller=ADMIN, wish=wish)], utc_now())
    return answer


async def test_a_session_moves_while_its_attendee_registers_for_another(
    engine: AsyncEngine, uow: Uow
) -> None:
    """Whichever comes first, the attendee is never in two places."""
    scene = await set_up(engine, attendees=1, capacities=[None, None])
    moving, other = scene.sessions
    assert isinstance(await register(uow, scene, moving), registrations.Registration)
    hour = timedelta(hours=1)
    answers = await together(
        sessions.update(
            uow(), ADMIN, moving, {"start": START + hour, "end": START + 2 * hour}, utc_now()
        ),
        register(uow, scene, other),
    )
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(refused) == 1
    assert isinstance(refused[0], ScheduleConflict | ConflictingWrite)
    assert await broken_promises(engine) == []


async def test_days_are_cut_while_a_session_is_put_on_the_last_one(
    engine: AsyncEngine, uow: Uow
) -> None:
    conference = await a_conference(engine, uow)
    late = SessionDraft(
        conference_id=conference.id,
        name="Late",
        period=TimeRange(start=NINE + timedelta(days=2), end=NINE + timedelta(days=2, hours=1)),
    )
    answers = await together(
        revising.update_conference(
            uow(), ADMIN, conference.id, {"last_day": date(2031, 5, 1)}, utc_now()
        ),
        sessions.create(uow(), ADMIN, late, utc_now()),
    )
    assert tally(answers, InvalidPeriod) == 1


async def test_a_conference_is_deleted_while_people_register(engine: AsyncEngine, uow: Uow) -> None:
    scene = await set_up(engine, attendees=1, capacities=[None] * 6)
    await together(
        *(register(uow, scene, session) for session in scene.sessions[:3]),
        closing.delete_conference(uow(), ADMIN, scene.conference, utc_now()),
        *(register(uow, scene, session) for session in scene.sessions[3:]),
    )
    async with engine.connect() as connection:
        counted = text("SELECT count(*) FROM registrations WHERE status <> :ended")
        left = await connection.execute(counted, {"ended": RegistrationStatus.CANCELLED.value})
        assert left.scalar_one() == 0
    assert await broken_promises(engine) == []
