"""The queue under rush: seats freed and taken at once, by many, and nobody is overtaken."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import endings, promotion, sessions
from app.domain.admission import Target, Wish
from app.domain.errors import DomainError
from app.domain.promotion import serve_due
from app.domain.registering import Ask, register_batch
from app.domain.registrations import Registration, RegistrationStatus
from app.domain.times import utc_now
from app.repositories.seats import Seats
from app.repositories.uow import UnitOfWork
from tests.races.scene import ADMIN, Scene, broken_promises, set_up

Uow = Callable[[], UnitOfWork]

_STATES = text("SELECT id, status FROM registrations ORDER BY id")


async def join(
    uow: Uow, scene: Scene, attendees: Sequence[int], session: int
) -> list[Registration | Exception]:
    """One transaction for all of them; whoever finds no seat waits."""
    target = Target(conference_id=scene.conference, session_id=session)
    asks = [
        Ask(caller=ADMIN, wish=Wish(attendee_id=one, target=target, may_wait=True))
        for one in attendees
    ]
    return await register_batch(uow(), asks, utc_now())


async def each(doing: Sequence[Awaitable[object]]) -> list[object]:
    """All at once; refusals of the domain are answers, anything else is not."""
    answers = await asyncio.gather(*doing, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, DomainError):
            raise answer
    return list(answers)


async def states(engine: AsyncEngine) -> dict[int, str]:
    async with engine.connect() as connection:
        return {row.id: row.status for row in await connection.execute(_STATES)}


async def test_forty_cancel_at_once_and_the_first_forty_in_line_have_seats(
    engine: AsyncEngine, uow: Uow
) -> None:
    scene = await set_up(engine, attendees=150, capacities=[50])
    claims = await join(uow, scene, scene.attendees, scene.sessions[0])
    seated = [c for c in claims if isinstance(c, Registration) and c.is_live]
    waiting = [c for c in claims if isinstance(c, Registration) and c.is_waiting]
    assert (len(seated), len(waiting)) == (50, 100)
    await each([endings.cancel(uow(), ADMIN, one.id, utc_now()) for one in seated[:40]])
    found = await states(engine)
    assert [one.id for one in waiting if found[one.id] == "confirmed"] == [
        one.id for one in waiting[:40]
    ]
    assert await broken_promises(engine) == []


async def test_newcomers_never_overtake_while_seats_are_given_back(
    engine: AsyncEngine, uow: Uow
) -> None:
    """Cancellations and newcomers arrive together, from many sides; the line keeps its order."""
    scene = await set_up(engine, attendees=120, capacities=[20])
    session = scene.sessions[0]
    early = await join(uow, scene, scene.attendees[:60], session)
    seated = [c for c in early if isinstance(c, Registration) and c.is_live]
    doing: list[Awaitable[object]] = []
    for one, newcomer in zip(cycle(seated[:15]), scene.attendees[60:], strict=False):
        doing.append(join(uow, scene, [newcomer], session))
        doing.append(endings.cancel(uow(), ADMIN, one.id, utc_now()))
    await each(doing)
    await serve_due(uow(), utc_now())
    found = await states(engine)
    waiting = [id for id, status in found.items() if status == "waitlisted"]
    confirmed = [id for id, status in found.items() if status == "confirmed"]
    assert len(confirmed) == 20
    assert max(confirmed) < min(waiting)
    assert await broken_promises(engine) == []


async def test_people_who_wait_for_two_sessions_at_one_time_get_one_of_them(
    engine: AsyncEngine, uow: Uow
) -> None:
    """Both queues move at once, each towards the same people: no deadlock, and never both."""
    scene = await set_up(engine, attendees=60, capacities=[20, 20], overlapping=True)
    first, second = scene.sessions
    there = await join(uow, scene, scene.attendees[:20], first)
    here = await join(uow, scene, scene.attendees[20:40], second)
    for session in scene.sessions:
        waits = await join(uow, scene, scene.attendees[40:], session)
        assert all(isinstance(one, Registration) and one.is_waiting for one in waits)
    both = [c for pair in zip(there, here, strict=True) for c in pair]
    live = [one for one in both if isinstance(one, Registration)]
    await each([endings.cancel(uow(), ADMIN, one.id, utc_now()) for one in live])
    # Whoever could not be held still in the rush is served by the sweeper.
    await serve_due(uow(), utc_now())
    async with engine.connect() as connection:
        counted = await connection.execute(
            text(
                "SELECT attendee_id, count(*) AS seats FROM registrations"
                " WHERE status = 'confirmed' GROUP BY attendee_id"
            )
        )
        seats = {row.attendee_id: row.seats for row in counted}
    assert seats == dict.fromkeys(scene.attendees[40:], 1)
    assert await broken_promises(engine) == []


async def test_capacity_holds_leaving_and_expiry_all_at_once(engine: AsyncEngine, uow: Uow) -> None:
    scene = await set_up(engine, attendees=90, capacities=[10], price_minor=500)
    session = scene.sessions[0]
    claims = await join(uow, scene, scene.attendees, session)
    waiting = [c for c in claims if isinstance(c, Registration) and c.is_waiting]
    live = [c for c in claims if isinstance(c, Registration) and c.is_live]
    later = utc_now().replace(year=2030)
    doing: list[Awaitable[object]] = [endings.expire_due(uow(), later, most=5) for _ in range(4)]
    doing += [endings.leave(uow(), ADMIN, one.id, utc_now()) for one in waiting[::3]]
    doing += [endings.cancel(uow(), ADMIN, one.id, utc_now()) for one in live[:5]]
    doing += [
        sessions.update(uow(), ADMIN, session, {"capacity": capacity}, utc_now())
        for capacity in (15, 20, 25)
    ]
    await each(doing)
    assert await broken_promises(engine) == []


async def test_a_thousand_are_served_by_one_raise_of_the_capacity(
    engine: AsyncEngine, uow: Uow
) -> None:
    scene = await set_up(engine, attendees=1200, capacities=[100])
    await join(uow, scene, scene.attendees, scene.sessions[0])
    await sessions.update(uow(), ADMIN, scene.sessions[0], {"capacity": 1150}, utc_now())
    counted = Counter((await states(engine)).values())
    assert counted == {RegistrationStatus.CONFIRMED: 1150, RegistrationStatus.WAITLISTED: 50}
    assert await broken_promises(engine) == []


async def test_without_promotion_somebody_is_left_waiting(
    engine: AsyncEngine, uow: Uow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The power of the tests above: what they prove fails when nobody is served."""

    async def nobody(*_: object) -> dict[object, int]:
        return {}

    monkeypatch.setattr(promotion, "serve", nobody)
    scene = await set_up(engine, attendees=20, capacities=[10])
    claims = await join(uow, scene, scene.attendees, scene.sessions[0])
    first = claims[0]
    assert isinstance(first, Registration)
    await endings.cancel(uow(), ADMIN, first.id, utc_now())
    broken = await broken_promises(engine)
    assert len(broken) == 10
    assert all(one.startswith("V7: registration") for one in broken)


async def test_somebody_busy_elsewhere_keeps_their_turn(
    engine: AsyncEngine, uow: Uow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cannot be held still just now is served next; a newcomer does not get the seat."""
    scene = await set_up(engine, attendees=3, capacities=[1])
    session = scene.sessions[0]
    seated, waits = await join(uow, scene, scene.attendees[:2], session)
    assert isinstance(seated, Registration)
    assert isinstance(waits, Registration)
    with monkeypatch.context() as busy:

        async def none_of_them(*_: object) -> frozenset[int]:
            return frozenset()

        busy.setattr(Seats, "try_lock_attendees", none_of_them)
        await endings.cancel(uow(), ADMIN, seated.id, utc_now())
        [newcomer] = await join(uow, scene, scene.attendees[2:], session)
        assert isinstance(newcomer, Registration)
        assert newcomer.is_waiting
    assert await serve_due(uow(), utc_now()) == 1
    assert (await states(engine))[waits.id] == "confirmed"
    assert await broken_promises(engine) == []
