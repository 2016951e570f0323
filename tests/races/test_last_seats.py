"""Many want the last seats at once: exactly as many get one as there are, in every arrangement."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.admission import Target, Wish
from app.domain.desk import Desk
from app.domain.errors import AlreadyRegistered, ScheduleConflict, SessionFull
from app.domain.registering import Ask, register, register_batch
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories.seats import Seats
from app.repositories.uow import UnitOfWork
from tests.races.scene import ADMIN, Scene, broken_promises, live, set_up


def a_desk(uow: Callable[[], UnitOfWork], most: int = 256) -> Desk[Ask, Registration]:
    async def serve(asks: Sequence[Ask]) -> Sequence[Registration | Exception]:
        return await register_batch(uow(), asks, utc_now())

    return Desk(serve, most=most)


def ask(scene: Scene, attendee: int, session: int) -> Ask:
    target = Target(conference_id=scene.conference, session_id=session)
    return Ask(caller=ADMIN, wish=Wish(attendee_id=attendee, target=target))


async def rush(desks: Sequence[Desk[Ask, Registration]], asks: Sequence[Ask]) -> list[object]:
    """All at once, dealt out to the desks in turn."""
    return await asyncio.gather(
        *(register(desks[place % len(desks)], asked) for place, asked in enumerate(asks)),
        return_exceptions=True,
    )


@pytest.mark.parametrize(
    ("desks", "most"), [(1, 256), (2, 256), (8, 1)], ids=["one desk", "two desks", "no batching"]
)
async def test_two_hundred_want_ten_seats(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork], desks: int, most: int
) -> None:
    scene = await set_up(engine, attendees=200, capacities=[10])
    asks = [ask(scene, attendee, scene.sessions[0]) for attendee in scene.attendees]
    answers = await rush([a_desk(uow, most) for _ in range(desks)], asks)
    assert sum(isinstance(answer, Registration) for answer in answers) == 10
    assert sum(isinstance(answer, SessionFull) for answer in answers) == 190
    async with engine.connect() as connection:
        assert await live(connection, scene.sessions[0]) == 10
    assert await broken_promises(engine) == []


async def test_without_the_lock_and_the_constraint_it_oversells(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power of the test above: take both guards out, and it fails."""

    lock = Seats.lock_attendees_and_sessions

    async def unlocked(seats: Seats, attendees: Sequence[int], sessions: Sequence[int]) -> object:
        """Everybody looks at the counter, and nobody keeps the others from it."""
        found = await lock(seats, attendees, sessions)
        await seats._connection.commit()
        return found

    scene = await set_up(engine, attendees=200, capacities=[10])
    guard = "ck_sessions_seats_within_capacity"
    async with engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE sessions DROP CONSTRAINT {guard}"))
    monkeypatch.setattr(Seats, "lock_attendees_and_sessions", unlocked)
    try:
        asks = [ask(scene, attendee, scene.sessions[0]) for attendee in scene.attendees]
        await rush([a_desk(uow, most=1) for _ in range(8)], asks)
        async with engine.connect() as connection:
            assert await live(connection, scene.sessions[0]) > 10
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE sessions SET seats_taken = 0"))
            await connection.execute(
                text(
                    f"ALTER TABLE sessions ADD CONSTRAINT {guard}"
                    " CHECK (capacity IS NULL OR seats_taken <= capacity)"
                )
            )


@pytest.mark.parametrize("desks", [1, 4])
async def test_fifty_identical_requests_make_one_registration(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork], desks: int
) -> None:
    scene = await set_up(engine, attendees=1, capacities=[None])
    asks = [ask(scene, scene.attendees[0], scene.sessions[0])] * 50
    answers = await rush([a_desk(uow) for _ in range(desks)], asks)
    assert sum(isinstance(answer, Registration) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyRegistered) for answer in answers) == 49
    assert await broken_promises(engine) == []


async def test_two_overlapping_sessions_at_once_seat_an_attendee_in_one(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork]
) -> None:
    scene = await set_up(engine, attendees=25, capacities=[None, None], overlapping=True)
    asks = [ask(scene, who, session) for who in scene.attendees for session in scene.sessions]
    answers = await rush([a_desk(uow, most=4) for _ in range(2)], asks)
    assert sum(isinstance(answer, Registration) for answer in answers) == 25
    assert sum(isinstance(answer, ScheduleConflict) for answer in answers) == 25
    assert await broken_promises(engine) == []


async def test_without_the_lock_and_the_constraint_an_attendee_is_in_two_places(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power of the test above."""
    lock = Seats.lock_attendees_and_sessions

    async def unlocked(seats: Seats, attendees: Sequence[int], sessions: Sequence[int]) -> object:
        found = await lock(seats, attendees, sessions)
        # Ends the transaction that holds the locks, and with it the locks.
        await seats._connection.commit()
        return found

    scene = await set_up(engine, attendees=25, capacities=[None, None], overlapping=True)
    guard = "ex_registrations_schedule"
    async with engine.begin() as connection:
        await connection.execute(text(f"ALTER TABLE registrations DROP CONSTRAINT {guard}"))
    monkeypatch.setattr(Seats, "lock_attendees_and_sessions", unlocked)
    try:
        asks = [ask(scene, who, session) for who in scene.attendees for session in scene.sessions]
        await rush([a_desk(uow, most=1) for _ in range(8)], asks)
        broken = await broken_promises(engine)
        assert any(one.startswith("V3: registration") for one in broken)
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("TRUNCATE registrations CASCADE"))
            await connection.execute(
                text(
                    f"ALTER TABLE registrations ADD CONSTRAINT {guard} EXCLUDE USING gist"
                    " (period_of(attendee_id, starts_at, ends_at) WITH &&)"
                    " WHERE (session_id IS NOT NULL AND status IN ('pending', 'confirmed'))"
                )
            )


async def test_many_sessions_at_once_do_not_deadlock(
    engine: AsyncEngine, uow: Callable[[], UnitOfWork]
) -> None:
    scene = await set_up(engine, attendees=40, capacities=[20] * 6)
    asks = [ask(scene, who, session) for who in scene.attendees for session in scene.sessions]
    answers = await rush([a_desk(uow, most=16) for _ in range(4)], asks)
    assert sum(isinstance(answer, Registration) for answer in answers) == 6 * 20
    assert sum(isinstance(answer, SessionFull) for answer in answers) == 6 * 20
    assert await broken_promises(engine) == []
