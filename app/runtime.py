"""What a running server holds, from the first request to the last."""

import asyncio
import logging
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Hashable,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from app import schema
from app.alchemy import AsyncEngine, create_async_engine
from app.config import ConfigurationError, Settings
from app.documents.bindery import Bindery
from app.documents.press import Press
from app.domain import accounts, checking_in, glances, registering, request_logs
from app.domain.access import Caller
from app.domain.changes import Look
from app.domain.check_ins import CheckIn, Shown, read_code
from app.domain.desk import Desk, Serve
from app.domain.glances import Glance, Known, Sight
from app.domain.idempotency import Claim
from app.domain.messages import MessageKind, Ring
from app.domain.registering import Ask
from app.domain.registrations import Registration
from app.domain.request_logs import Entry, LogBuffer
from app.domain.times import utc_now
from app.domain.trail import ACTOR, DESK
from app.images import Images
from app.kept_conferences import KeptConferences
from app.kept_pages import KeptPages
from app.recounting import Recounting
from app.replica import NoReplica, Replica
from app.repositories.acting import ActingConnection
from app.repositories.uow import UnitOfWork
from app.security import Hasher, Tokens
from app.telemetry import access_log
from app.throttle import Throttle
from worker.assembly import build

logger = logging.getLogger(__name__)

T = TypeVar("T")

_READINESS_SECONDS = 3.0
_CONNECT_SECONDS = 5
_GRACE_SECONDS = 1.0
# More lanes wait less for one another's locks, fewer make larger batches.
_LANES = 4
# Scans differ in nothing that is locked: the next batch gathers while one is written.
_DOOR_LANES = 2


def create_engine(
    settings: Settings, *, name: str = "plenary", reading: bool = False, patient: bool = False
) -> AsyncEngine:
    """The connection pool; every connection carries the limits of the lock law.

    Connections for `reading` never begin a transaction, which saves each question two steps.
    Whoever is `patient` waits for as long as the database lets a statement run.
    """
    if settings.database_url is None:
        raise ConfigurationError("There is no database: set PLENARY_DATABASE_URL.")
    statement = settings.statement_timeout_seconds
    return create_async_engine(
        settings.database_url.get_secret_value(),
        isolation_level="AUTOCOMMIT" if reading else "READ COMMITTED",
        pool_reset_on_return=None if reading else "rollback",
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=settings.pool_timeout,
        pool_recycle=1800,
        # The connections used last are the warm ones; the others may go.
        pool_use_lifo=True,
        # What is bound may be a password's hash: it is in no trace.
        hide_parameters=True,
        connect_args={
            "timeout": _CONNECT_SECONDS,
            # The database gives a statement up by itself; when it does not, it is not there.
            "command_timeout": None if patient else statement + _GRACE_SECONDS,
            **_by_pooler(settings, name, reading=reading),
            "connection_class": ActingConnection,
        },
    )


# Whoever writes finds rows by their keys: a plan is kept that was made while a table was small, and
# would go through all of it when it has grown within a minute.
_WRITING = {"enable_seqscan": "off"}


def limits(settings: Settings) -> dict[str, str]:
    """What every session of the database is to be like."""
    statement = settings.statement_timeout_seconds
    return {
        "jit": "off",
        # Statements are few and prepared: planning them anew costs more than a better plan saves.
        "plan_cache_mode": "force_generic_plan",
        # To start a helper takes longer than a page; processors have others to serve.
        "max_parallel_workers_per_gather": "0",
        "lock_timeout": _milliseconds(settings.lock_timeout_seconds),
        "statement_timeout": _milliseconds(statement),
        "idle_in_transaction_session_timeout": _milliseconds(2 * statement),
    }


def _by_pooler(settings: Settings, name: str, *, reading: bool) -> dict[str, Any]:
    """Limits go with the connection; a pooler of transactions has them from the database's role."""
    known = {"application_name": name, "timezone": "UTC"}
    if settings.database_pooler == "transaction":
        return {**schema.UNPREPARED, "server_settings": known}
    # The database finds out within two minutes that a machine is gone.
    alive = {
        "tcp_keepalives_idle": "60",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "6",
    }
    by_keys = {} if reading else _WRITING
    return {"server_settings": known | limits(settings) | by_keys | alive}


class Runtime:
    """Held in the lifespan's state: `request.state.runtime`. Used as `async with Runtime(…)`."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.draining = False
        self.engine = create_engine(settings)
        self.readers = create_engine(settings, reading=True)
        self.replica = _replica(settings)
        self.hasher = Hasher(
            time_cost=settings.argon2_time_cost,
            memory_kib=settings.argon2_memory_kib,
            parallelism=settings.argon2_parallelism,
            concurrency=settings.hashing_concurrency,
        )
        self.tokens = Tokens(
            settings.secret_key.get_secret_value(),
            access_for=timedelta(minutes=settings.access_minutes),
            refresh_for=timedelta(days=settings.refresh_days),
            login_for=timedelta(days=settings.login_days),
        )
        self.press = Press()
        self.bindery = Bindery()
        self.throttle = Throttle(
            writes=settings.write_limit,
            logins_of_account=settings.login_limit_account,
            logins_of_address=settings.login_limit_address,
        )
        self.pages = KeptPages(self._look)
        self.conferences = KeptConferences(self._glance)
        self.covers = Images(settings.cover_dir)
        self.avatars = Images(settings.avatar_dir)
        self.callers: Desk[str, Caller | None] = Desk(self._recognise)
        # What meets in a conference's rows is decided together; many quiet ones share a lane.
        self.registrations: Desk[Ask, Registration] = Desk(
            self._register,
            lane=lambda ask: ask.wish.target.conference_id % _LANES,
            turn=self._in_turn if settings.workers > 1 else None,
        )
        # A ticket stands in one lane, whoever shows it; the others are not held up by its lock.
        self.doors: Desk[Shown, CheckIn] = Desk(
            self._check_in, lane=lambda shown: hash(read_code(shown.scan.code)) % _DOOR_LANES
        )
        self.logs = LogBuffer(self._keep_logs, _complain, told=access_log(settings))
        self._ring: Ring = _nobody_hears
        self._problem: str | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.engine.dispose)
            stack.push_async_callback(self.readers.dispose)
            if self.replica is not None:
                stack.push_async_callback(self.replica.dispose)
            stack.callback(self.hasher.close)
            stack.callback(self.press.close)
            stack.push_async_callback(self.bindery.close)
            stack.callback(self.covers.close)
            stack.callback(self.avatars.close)
            stack.push_async_callback(self.logs.flush)
            await stack.enter_async_context(_running(self.logs.run()))
            await stack.enter_async_context(_running(Recounting(self.readers).run()))
            await self._start_worker(stack)
            stack.push_async_callback(self.callers.drain)
            stack.push_async_callback(self.conferences.drain)
            stack.push_async_callback(self.registrations.drain)
            stack.push_async_callback(self.doors.drain)
            await self.hasher.warm()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.draining = True
        await self._stack.aclose()

    def unit_of_work(self, claim: Claim | None = None) -> UnitOfWork:
        hold = timedelta(minutes=self.settings.hold_minutes)
        quiet = timedelta(seconds=self.settings.change_quiet_seconds)
        return UnitOfWork(
            self.engine, self.ring, claim, readers=self.readers, hold=hold, quiet=quiet
        )

    async def publicly(
        self, written: int | None, question: Callable[[UnitOfWork], Awaitable[T]]
    ) -> T:
        """What anybody may be told: by the replica, where it knows all up to there in the log."""
        if self.replica is not None and written is not None:
            with suppress(NoReplica):
                return await self.replica.ask(written, question)
        return await question(self.unit_of_work())

    def ring(self, kinds: Collection[MessageKind]) -> None:
        """Something was announced: whoever works it off looks now."""
        self._ring(kinds)

    async def not_ready(self) -> str | None:
        """Why requests are not welcome, or None when they are."""
        if self.draining:
            return "The server is stopping."
        try:
            async with asyncio.timeout(_READINESS_SECONDS):
                problem = await schema.problem(self.engine)
        except TimeoutError:
            problem = "The database does not answer."
        if problem is not None and problem != self._problem:
            logger.warning("not ready: %s", problem)
        self._problem = problem
        return problem

    async def _start_worker(self, stack: AsyncExitStack) -> None:
        """With Redis a worker elsewhere is rung for; without, it shares this process."""
        if self.settings.redis_url is not None:
            from worker.bell import Bell  # noqa: PLC0415 (arq is large, and only for this)

            bell = Bell(self.settings.redis_url.get_secret_value())
            await bell.start()
            stack.push_async_callback(bell.stop)
            self._ring = bell.ring
            return
        worker = build(self.settings, self.unit_of_work, beside_requests=self._is_busy)
        working = asyncio.create_task(worker.run())
        # Last in, first out: it is told to stop, and then waited for.
        stack.push_async_callback(_ended, working)
        stack.push_async_callback(worker.stop)
        self._ring = worker.wake

    def _is_busy(self) -> bool:
        """Whether somebody stands at a desk: then mails can wait."""
        return self.registrations.is_busy or self.doors.is_busy

    async def _look(self, now: datetime, mark: bool) -> Look:
        async with self.unit_of_work().reading() as tx:
            return await tx.changes.look(now, mark=mark)

    async def _glance(self, sights: Sequence[Sight], known: Known, mark: bool) -> Glance:
        return await glances.take(self.unit_of_work(), sights, known, mark=mark)

    async def _recognise(self, families: Sequence[str]) -> Sequence[Caller | None]:
        return await accounts.recognise(self.unit_of_work(), families)

    async def _register(self, asks: Sequence[Ask]) -> Sequence[Registration | Exception]:
        # Each ask knows in whose name it is; the task is of whoever asked first.
        ACTOR.set(DESK)
        return await registering.register_batch(self.unit_of_work(), asks, utc_now())

    @asynccontextmanager
    async def _in_turn(self, lane: Hashable) -> AsyncIterator[Serve[Ask, Registration]]:
        ACTOR.set(DESK)
        assert isinstance(lane, int)
        async with registering.in_turn(self.unit_of_work(), lane, utc_now) as serve:
            yield serve

    async def _check_in(self, shown: Sequence[Shown]) -> Sequence[CheckIn | Exception]:
        ACTOR.set(DESK)
        return await checking_in.check_in_batch(self.unit_of_work(), shown, utc_now())

    async def _keep_logs(self, entries: Sequence[Entry]) -> None:
        await request_logs.store(self.unit_of_work(), entries)


def _replica(settings: Settings) -> Replica | None:
    if settings.database_read_url is None:
        return None
    there = settings.model_copy(update={"database_url": settings.database_read_url})
    return Replica(create_engine(there, name="plenary-public", reading=True))


def _complain(given_up: int, failure: Exception | None) -> None:
    if given_up:
        logger.warning("%d request log entries were given up: %s", given_up, failure)
    else:
        logger.warning("request log entries wait, they cannot be written: %s", failure)


def _nobody_hears(_kinds: Collection[MessageKind]) -> None:
    """Before the worker is started, and after it has stopped."""


async def _ended(task: "asyncio.Task[None]") -> None:
    """Wait for a task that was told to stop; why it failed is news, but no reason to stay."""
    try:
        await task
    except Exception:
        logger.exception("the worker failed")


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Keeps something running beside the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))
