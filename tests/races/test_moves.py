"""One registration is moved and cancelled at once: it ends in one place, and nobody deadlocks."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import endings, moving
from app.domain.admission import Target, Wish
from app.domain.errors import RegistrationState
from app.domain.moving import RegistrationChange
from app.domain.registering import Ask, register_batch
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.races.scene import ADMIN, Scene, broken_promises, set_up

ROUNDS = 8

Uow = Callable[[], UnitOfWork]
Write = Awaitable[object]


async def registered(uow: Uow, scene: Scene) -> list[Registration]:
    """Each attendee in another session."""
    asks = [
        Ask(caller=ADMIN, wish=Wish(attendee_id=attendee, target=target))
        for attendee, session in zip(scene.attendees, scene.sessions, strict=True)
        for target in [Target(conference_id=scene.conference, session_id=session)]
    ]
    answers = await register_batch(uow(), asks, utc_now())
    return [answer for answer in answers if isinstance(answer, Registration)]


def a_move(uow: Uow, registration: Registration, session: int) -> Write:
    change = RegistrationChange(session_id=session, names_session=True)
    return moving.move(uow(), ADMIN, registration.id, change, utc_now())


def a_cancellation(uow: Uow, registration: Registration) -> Write:
    return endings.cancel(uow(), ADMIN, registration.id, utc_now())


async def refusals(writes: Sequence[Write]) -> list[object]:
    answers = await asyncio.gather(*writes, return_exceptions=True)
    return [answer for answer in answers if isinstance(answer, BaseException)]


async def test_registrations_change_places_in_every_direction_at_once(
    engine: AsyncEngine, uow: Uow
) -> None:
    scene = await set_up(engine, attendees=3, capacities=[None] * 3)
    mine = await registered(uow, scene)
    for _ in range(ROUNDS):
        targets = cycle(scene.sessions)
        writes = [a_move(uow, one, next(targets)) for one in mine for _ in range(4)]
        assert await refusals(writes) == []
        assert await broken_promises(engine) == []


async def test_whoever_cancels_what_is_being_moved_is_heard(engine: AsyncEngine, uow: Uow) -> None:
    scene = await set_up(engine, attendees=8, capacities=[None] * 8)
    mine = await registered(uow, scene)
    writes: list[Write] = []
    for one in mine:
        writes += [a_move(uow, one, session) for session in scene.sessions[:2]]
        writes.append(a_cancellation(uow, one))
    said = await refusals(writes)
    # What is cancelled first does not move any more.
    assert [refusal for refusal in said if not isinstance(refusal, RegistrationState)] == []
    async with uow().reading() as tx:
        found = [await tx.registrations.find(one.id) for one in mine]
    assert {one.status.value for one in found if one is not None} == {"cancelled"}
    assert await broken_promises(engine) == []
