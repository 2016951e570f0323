"""Turns on the database: one process after the other, each with all who wait by then."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.admission import Target, Wish
from app.domain.errors import SessionFull
from app.domain.registering import Ask, in_turn
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories.uow import Transaction, UnitOfWork
from tests.races.scene import ADMIN, broken_promises, set_up

Uow = Callable[[], UnitOfWork]


async def test_a_turn_lasts_until_what_was_written_in_it_can_be_seen(
    uow: Uow, engine: AsyncEngine
) -> None:
    """Of two who want the last seat, the second finds it taken, and waits for no row."""
    scene = await set_up(engine, attendees=2, capacities=[1])
    target = Target(conference_id=scene.conference, session_id=scene.sessions[0])
    order: list[str] = []
    begun = asyncio.Event()

    async def process(name: str, attendee: int) -> Registration | Exception:
        async with in_turn(uow(), 3, utc_now) as serve:
            order.append(f"{name} begins")
            begun.set()
            [answer] = await serve(
                [Ask(caller=ADMIN, wish=Wish(attendee_id=attendee, target=target))]
            )
            await asyncio.sleep(0.1)
            order.append(f"{name} ends")
        return answer

    first = asyncio.create_task(process("first", scene.attendees[0]))
    await begun.wait()
    second = await process("second", scene.attendees[1])
    assert isinstance(await first, Registration)
    assert isinstance(second, SessionFull)
    assert order == ["first begins", "first ends", "second begins", "second ends"]
    assert await broken_promises(engine) == []


async def test_lanes_do_not_wait_for_one_another(uow: Uow) -> None:
    async with in_turn(uow(), 1, utc_now), asyncio.timeout(5), in_turn(uow(), 2, utc_now):
        pass


async def test_a_turn_that_ends_in_an_error_is_over(uow: Uow) -> None:
    with pytest.raises(RuntimeError):
        async with in_turn(uow(), 1, utc_now):
            raise RuntimeError
    async with asyncio.timeout(5), in_turn(uow(), 1, utc_now):
        pass


async def test_where_somebody_stands_still_in_their_turn_others_go_on_without(
    uow: Uow, engine: AsyncEngine
) -> None:
    scene = await set_up(engine, attendees=1, capacities=[1])
    target = Target(conference_id=scene.conference, session_id=scene.sessions[0])
    ask = Ask(caller=ADMIN, wish=Wish(attendee_id=scene.attendees[0], target=target))
    async with in_turn(uow(), 1, utc_now), asyncio.timeout(5), in_turn(uow(), 1, utc_now) as serve:
        [answer] = await serve([ask])
    assert isinstance(answer, Registration)
    assert await broken_promises(engine) == []


async def test_what_is_waited_for_in_a_turn_is_waited_for_as_long_as_ever(uow: Uow) -> None:
    async def patience(tx: Transaction) -> str:
        return str((await tx.turns._do(text("SHOW lock_timeout"))).scalar_one())

    async with uow() as without, uow() as first, uow() as second:
        usual = await patience(without)
        await first.turns.take(1)
        await second.turns.take(1)
        assert usual != "500ms"
        assert [await patience(first), await patience(second)] == [usual, usual]
