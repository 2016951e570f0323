"""Dates and places change, minute by minute, and what is due of it is worked off."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import news, revising, sessions
from app.domain.access import Caller, Role
from app.domain.conferences import Conference, ConferenceChanges
from app.domain.messages import MessageKind
from app.domain.sessions import Session, SessionChanges
from app.domain.times import utc_now
from app.repositories.outbox import Claimed, Fate, Lane, Report
from app.repositories.uow import UnitOfWork
from tests.factories import a_conference, a_user, caller
from tests.worker import rows
from tests.worker.test_notices import Mailbox, context_of
from worker.handlers import Context, handle
from worker.mailer import Envelope

MakeUow = Callable[[], UnitOfWork]
HOUR = timedelta(hours=1)


_TOLD = "DELETE FROM outbox WHERE kind = 'registered'"


class Kept(Mailbox):
    def __init__(self) -> None:
        super().__init__()
        self.letters: list[Any] = []

    async def send(self, envelope: Envelope) -> None:
        await super().send(envelope)
        self.letters.append(message_from_bytes(envelope.content, policy=default))

    @property
    def texts(self) -> list[str]:
        return [one.get_body(("plain",)).get_content().replace("\r", "") for one in self.letters]


@pytest.fixture
async def admin(uow: MakeUow) -> Caller:
    return caller(await a_user(uow, role=Role.ADMIN))


@pytest.fixture
async def conference(uow: MakeUow) -> Conference:
    return await a_conference(uow, name="Tech Summit", multi_track=True)


@pytest.fixture
def mailbox() -> Kept:
    return Kept()


@pytest.fixture
def context(uow: MakeUow, mailbox: Kept) -> Context:
    return context_of(uow, mailbox)


class Editor:
    """Changes things at some minute after now, when whoever registered was told."""

    def __init__(self, engine: AsyncEngine, uow: MakeUow, admin: Caller) -> None:
        self._engine, self._uow, self._admin = engine, uow, admin
        self.began = utc_now()

    def at(self, minute: float) -> datetime:
        return self.began + timedelta(minutes=minute)

    async def conference(self, it: Conference, minute: float = 0, **changes: Any) -> None:
        named: ConferenceChanges = changes  # type: ignore[assignment]
        await rows.run(self._engine, _TOLD)
        await revising.update_conference(self._uow(), self._admin, it.id, named, self.at(minute))

    async def session(self, it: Session, minute: float = 0, **changes: Any) -> None:
        named: SessionChanges = changes  # type: ignore[assignment]
        await rows.run(self._engine, _TOLD)
        await sessions.update(self._uow(), self._admin, it.id, named, self.at(minute))


@pytest.fixture
def edit(engine: AsyncEngine, uow: MakeUow, admin: Caller) -> Editor:
    return Editor(engine, uow, admin)


async def worked_off(context: Context, now: datetime) -> list[MessageKind]:
    """What was due by then, and what that led to."""
    done: list[MessageKind] = []
    while True:
        async with context.unit_of_work() as tx:
            lease = "00000000-0000-0000-0000-000000000001"
            due = await tx.outbox.claim(Lane.MAILS, lease, now + HOUR, now, 100)
        if not due:
            return done
        for message in due:
            await handled(context, message, now)
            done.append(message.kind)
        async with context.unit_of_work() as tx:
            await tx.outbox.settle([Report(message=one, fate=Fate.DONE) for one in due], now)


async def handled(context: Context, message: Claimed, now: datetime) -> None:
    if message.kind is not MessageKind.CONFERENCE_CHANGED:
        await handle(context, message)
        return
    # As the handler does it, at another time.
    await news.settle(context.unit_of_work(), message.subject, message.id, now)
    last: int | None = 0
    while last is not None:
        last = await news.pass_on(context.unit_of_work(), message.id, now, last, most=2)


async def count(engine: AsyncEngine, table: str) -> object:
    return await rows.ask(engine, f"SELECT count(*) FROM {table}")


CHANGED, CONCERNED = MessageKind.CONFERENCE_CHANGED, MessageKind.CONCERNED_BY_CHANGE


async def claimed(uow: MakeUow, now: datetime) -> Sequence[Claimed]:
    async with uow() as tx:
        lease = "00000000-0000-0000-0000-000000000001"
        return await tx.outbox.claim(Lane.MAILS, lease, now + HOUR, now, 9)
