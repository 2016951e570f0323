"""How many messages are under way, and how they are claimed."""

import asyncio
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.messages import MessageKind
from app.repositories.outbox import Claimed, Lane
from app.repositories.uow import UnitOfWork
from tests.worker import rows
from tests.worker.conftest import Eventually, Running
from worker.outbox import IDLE, OutboxWorker, Pace

MAIL = MessageKind.REGISTERED
MakeUow = Callable[[], UnitOfWork]


class Held:
    """A handler that holds what it has begun until it is let go."""

    def __init__(self) -> None:
        self.begun: list[Claimed] = []
        self.let_go = asyncio.Event()

    async def __call__(self, message: Claimed) -> None:
        self.begun.append(message)
        await self.let_go.wait()


async def test_while_some_are_handled_others_are_claimed_up_to_the_slots(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    await rows.announce(engine, MAIL, range(20))
    held = Held()
    outbox = OutboxWorker(uow, held, paces={Lane.MAILS: Pace(slots=6, bite=2)}, idle=0.05)

    async def all_done() -> bool:
        return await rows.states(engine) == {"done": 20}

    async def looked_again() -> bool:
        return await rows.ask(engine, "SELECT count(*) FROM outbox WHERE lease IS NOT NULL") == 6

    async with running(outbox, outbox.stop):
        await eventually(looked_again)
        await asyncio.sleep(0.2)
        assert len(held.begun) == 6
        assert len({message.lease for message in held.begun}) == 3
        held.let_go.set()
        await eventually(all_done)

    assert sorted(message.subject for message in held.begun) == list(range(20))


def test_nobody_waits_for_a_second_where_no_bell_rings() -> None:
    assert IDLE <= 0.5
