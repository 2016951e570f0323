"""Whoever works off the outbox looks whether there is anything before beginning a transaction."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.messages import MessageKind
from app.domain.times import utc_now
from app.repositories.outbox import Claimed, Lane
from app.repositories.uow import Transaction, UnitOfWork
from tests.worker import rows
from tests.worker.conftest import Running
from worker.outbox import OutboxWorker

MAIL = MessageKind.REGISTERED
MakeUow = Callable[[], UnitOfWork]


async def nothing(_: Claimed) -> None:
    """Nobody comes here."""


async def test_there_is_something_due_only_where_there_is_something_to_claim(
    engine: AsyncEngine, uow: MakeUow
) -> None:
    now = utc_now()

    async def due(lane: Lane, at: timedelta = timedelta()) -> bool:
        async with uow().reading() as tx:
            return await tx.outbox.any_due(lane, now + at)

    assert not await due(Lane.MAILS)
    await rows.announce(engine, MAIL, range(2))
    assert (await due(Lane.MAILS, timedelta(minutes=1)), await due(Lane.PAYMENTS)) == (True, False)
    later = now + timedelta(minutes=1)
    async with uow() as tx:
        claimed = await tx.outbox.claim(
            Lane.MAILS, str(uuid4()), later + timedelta(seconds=30), later, 10
        )
    assert len(claimed) == 2
    assert not await due(Lane.MAILS, timedelta(seconds=80))
    assert await due(Lane.MAILS, timedelta(seconds=91))


async def test_whoever_is_woken_for_nothing_begins_no_transaction(
    uow: MakeUow, running: Running
) -> None:
    begun = 0

    class Noting(UnitOfWork):
        async def __aenter__(self) -> Transaction:
            nonlocal begun
            begun += 1
            return await super().__aenter__()

    def noting() -> UnitOfWork:
        one = uow()
        one.__class__ = Noting
        return one

    outbox = OutboxWorker(noting, nothing, idle=0.05)
    async with running(outbox, outbox.stop):
        for _ in range(5):
            outbox.wake()
            await asyncio.sleep(0.05)
    assert begun == 0
