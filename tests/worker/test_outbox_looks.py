"""Whoever works off the outbox looks whether there is anything before beginning a transaction."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.messages import Message, MessageKind
from app.domain.times import utc_now
from app.repositories.outbox import Claimed, Lane
from app.repositories.uow import Transaction, UnitOfWork
from tests.worker import rows
from tests.worker.conftest import Eventually, Running
from worker.outbox import OutboxWorker

MAIL, PAYMENT = MessageKind.REGISTERED, MessageKind.PAYMENT_REQUESTED
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


async def test_only_who_works_off_what_was_announced_is_woken(
    engine: AsyncEngine, uow: MakeUow, running: Running, eventually: Eventually
) -> None:
    handled: list[MessageKind] = []

    async def note(message: Claimed) -> None:
        handled.append(message.kind)

    async def settled(*kinds: MessageKind) -> bool:
        return handled == [*kinds] and await rows.states(engine) == {"done": len(kinds)} | (
            {"open": 1} if PAYMENT not in kinds else {}
        )

    outbox = OutboxWorker(uow, note, idle=60.0)
    async with running(outbox, outbox.stop):
        # Both have looked, found nothing, and rest.
        await asyncio.sleep(0.2)
        await rows.announce(engine, MAIL, [1])
        await rows.announce(engine, PAYMENT, [1])
        outbox.wake([MAIL])
        await eventually(lambda: settled(MAIL))
        outbox.wake([PAYMENT])
        await eventually(lambda: settled(MAIL, PAYMENT))


async def test_a_commit_rings_for_what_it_has_written_and_for_nothing_else(
    engine: AsyncEngine,
) -> None:
    heard: list[set[MessageKind]] = []
    unit = UnitOfWork(engine, lambda kinds: heard.append(set(kinds)))
    mail = Message(kind=MAIL, subject=1, dedupe_key="once")
    async with unit as tx:
        await tx.announce([mail, Message(kind=PAYMENT, subject=1)], utc_now())
        assert heard == []
    async with unit as tx:
        await tx.announce([mail], utc_now())
    async with unit:
        pass
    assert heard == [{MAIL, PAYMENT}]
