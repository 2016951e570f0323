"""Periodic chores: whatever is due by the clock alone, and what keeps the tables small."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain import certificates, request_logs
from app.domain.endings import expire_due
from app.domain.idempotency import KEPT_FOR
from app.domain.promotion import serve_due
from app.domain.reminders import remind_due
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from worker.throttle import Throttle

logger = logging.getLogger(__name__)

MESSAGES_KEPT_FOR = timedelta(days=30)
# The lock of a chore is held while it runs, by a transaction of its own.
_PATIENCE = 20.0
# Each takes two connections, that of its lock and its own: together they leave others theirs.
_AT_ONCE = 3
_BITE = 5000
_HOLDS = 500
_QUEUES = 100
_REMINDERS = 1000
_MINUTE = 60.0
_CERTIFICATES = 500
_HOUR = 3600.0
_TALLIES = 200

Chore = Callable[[UnitOfWork, datetime], Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A chore and how often it is due, in seconds; it answers whether there is more to do.

    The number names its lock: processes of different releases must agree on it.
    """

    number: int
    name: str
    every: float
    chore: Chore


async def expire_holds(uow: UnitOfWork, now: datetime) -> bool:
    """Seats of unpaid registrations go back when the hold has run out."""
    return await expire_due(uow, now, most=_HOLDS) >= _HOLDS


async def serve_queues(uow: UnitOfWork, now: datetime) -> bool:
    """Whoever waits for a seat that is free gets it: a schedule may have become free elsewhere."""
    await serve_due(uow, now, most=_QUEUES)
    return False


async def issue_certificates(uow: UnitOfWork, now: datetime) -> bool:
    """Whoever was checked in at a conference that has ended gets a certificate."""
    return await certificates.issue_due(uow, now, _CERTIFICATES)


async def issue_late_certificates(uow: UnitOfWork, now: datetime) -> bool:
    """Whoever was checked in, or whose check-in reached us, after the others got theirs."""
    return await certificates.issue_late(uow, now, _CERTIFICATES)


async def forget_idempotency_keys(uow: UnitOfWork, now: datetime) -> bool:
    async with uow as tx:
        await tx.idempotency.forget(now - KEPT_FOR)
    return False


async def forget_logins(uow: UnitOfWork, now: datetime) -> bool:
    """Logins whose refresh tokens have all expired."""
    async with uow as tx:
        return await tx.upkeep.forget_families(now, _BITE) >= _BITE


async def forget_tokens(uow: UnitOfWork, now: datetime) -> bool:
    """What was mailed and has expired proves nothing any more."""
    async with uow as tx:
        return await tx.upkeep.forget_tokens(now, _BITE) >= _BITE


async def forget_messages(uow: UnitOfWork, now: datetime) -> bool:
    """Messages done long ago, and the news they told; keys that are good for ever stay."""
    before = now - MESSAGES_KEPT_FOR
    async with uow as tx:
        messages = await tx.upkeep.forget_messages(before, _BITE)
        return max(messages, await tx.upkeep.forget_news(before, _BITE)) >= _BITE


async def fold_tallies(uow: UnitOfWork, _: datetime) -> bool:
    """Each statement that writes registrations leaves a row or two that are to be summed."""
    async with uow as tx:
        await tx.upkeep.fold_tallies(_TALLIES)
    return False


def reminding(hours: int) -> Sequence[Task]:
    """People are reminded so many hours before it begins; with none, nobody is."""

    async def remind(uow: UnitOfWork, now: datetime) -> bool:
        return await remind_due(uow, now, timedelta(hours=hours), _REMINDERS) >= _REMINDERS

    return [Task(number=7, name="remind", every=_MINUTE, chore=remind)] if hours else []


def tasks(log_days: int, reminder_hours: int = 24) -> Sequence[Task]:
    """Everything there is to sweep."""

    async def forget_request_logs(uow: UnitOfWork, now: datetime) -> bool:
        await request_logs.forget(uow, now - timedelta(days=log_days))
        return False

    return (
        Task(number=1, name="expire holds", every=1.0, chore=expire_holds),
        Task(number=2, name="forget idempotency keys", every=_HOUR, chore=forget_idempotency_keys),
        Task(number=3, name="forget logins", every=_HOUR, chore=forget_logins),
        Task(number=4, name="forget messages", every=_HOUR, chore=forget_messages),
        Task(number=11, name="forget mailed tokens", every=_HOUR, chore=forget_tokens),
        Task(number=6, name="serve queues", every=5.0, chore=serve_queues),
        Task(number=10, name="issue certificates", every=5.0, chore=issue_certificates),
        Task(
            number=12, name="issue late certificates", every=_MINUTE, chore=issue_late_certificates
        ),
        Task(number=24, name="fold tallies", every=5.0, chore=fold_tallies),
        Task(number=5, name="forget request logs", every=_HOUR, chore=forget_request_logs),
        *reminding(reminder_hours),
    )


class Sweeper:
    """Runs in every worker; for each chore, one of them at a time does it."""

    def __init__(self, unit_of_work: Callable[[], UnitOfWork], tasks: Sequence[Task]) -> None:
        self._unit_of_work = unit_of_work
        self._tasks = tasks
        self._stopping = asyncio.Event()
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._complaints = Throttle(logger)

    async def run(self) -> None:
        """Sweep until `stop`."""
        async with asyncio.TaskGroup() as running:
            for task in self._tasks:
                running.create_task(self._repeat(task))

    def stop(self) -> None:
        """Begin nothing more; `run` returns when what is under way is finished."""
        self._stopping.set()

    async def sweep(self, task: Task) -> bool:
        """Do a chore once, unless somebody else is at it; answers whether there is more to do."""
        async with self._unit_of_work() as guard:
            if not await guard.upkeep.alone(task.number):
                return False
            return await task.chore(self._unit_of_work(), utc_now())

    async def _repeat(self, task: Task) -> None:
        while not self._stopping.is_set():
            more = False
            try:
                async with self._places, asyncio.timeout(_PATIENCE):
                    more = await self.sweep(task)
            except Exception as error:
                self._complaints.warning(f"Could not {task.name}", error)
            if not more:
                await self._rest(task.every)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
