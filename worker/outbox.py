"""Works off the outbox: claims, handles, and writes down what became of each message.

PostgreSQL is the truth. Whatever happens to this process, a message is claimed again once its
lease has run out, so handlers must bear being run twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from app.domain.messages import EVERY_KIND, MessageKind
from app.domain.times import utc_now
from app.repositories.outbox import Claimed, Fate, Lane, Report
from app.repositories.uow import UnitOfWork
from worker.backoff import LATE, breather, pause
from worker.throttle import Throttle

logger = logging.getLogger(__name__)

Handle = Callable[[Claimed], Awaitable[None]]


class Hopeless(Exception):
    """Trying again cannot help: the message is given up at once, with this reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How one lane is worked off; times are in seconds.

    At most `slots` messages are under way, claimed at most a `bite` at a time: while some are
    handled, others are claimed and settled. `timeout` bounds one attempt; with what claiming takes
    at most it stays below `lease`, after which the messages of a killed worker are claimed again.
    `breather` is waited between claims, up to `longest_breather` where the process is busy. After
    `most_attempts` a message is given up.
    """

    slots: int = 256
    bite: int = 128
    timeout: float = 20.0
    lease: float = 30.0
    first_retry: float = 1.0
    longest_retry: float = 3600.0
    breather: float = 0.0
    longest_breather: float = 0.0
    most_attempts: int = 10


PACES: Mapping[Lane, Pace] = {
    # The breather keeps a storm of wake-ups from becoming a storm of empty claims.
    Lane.PAYMENTS: Pace(
        slots=16,
        timeout=5.0,
        lease=10.0,
        first_retry=0.25,
        # Somebody waits: half a minute after the servers are back, each payment is decided. They
        # may be away for half an hour.
        longest_retry=30.0,
        most_attempts=80,
        breather=0.02,
    ),
    Lane.MAILS: Pace(),
}
# Nobody waits for a second, even if the bell was not heard.
IDLE = 0.5
# A transaction that takes longer than this meets a frozen database.
_PATIENCE = 5.0
_LONGEST_BACKOFF = 5.0
# How often a worker that stops tries to write down what it did.
_MOST_FAREWELLS = 3


class OutboxWorker:
    """Runs until it is stopped; a database that is away makes it wait, never end."""

    def __init__(
        self,
        unit_of_work: Callable[[], UnitOfWork],
        handle: Handle,
        *,
        paces: Mapping[Lane, Pace] = PACES,
        idle: float = IDLE,
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self._lanes = [
            _LaneWorker(unit_of_work, handle, lane, pace, idle=idle, is_busy=is_busy)
            for lane, pace in paces.items()
        ]

    async def run(self) -> None:
        """Work until `stop`."""
        async with asyncio.TaskGroup() as lanes:
            for lane in self._lanes:
                lanes.create_task(lane.run())

    def wake(self, kinds: Collection[MessageKind] = EVERY_KIND) -> None:
        """Look now: messages of these kinds were announced. Does not block, and costs nothing when
        busy.
        """
        announced = {Lane.of(kind) for kind in kinds}
        for lane in self._lanes:
            if lane.lane in announced:
                lane.wake()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is under way is finished."""
        for lane in self._lanes:
            lane.stop()


class _LaneWorker:
    """One lane: a fixed number of slots, refilled in the transaction that settles what is done."""

    def __init__(
        self,
        unit_of_work: Callable[[], UnitOfWork],
        handle: Handle,
        lane: Lane,
        pace: Pace,
        *,
        idle: float,
        is_busy: Callable[[], bool],
    ) -> None:
        self._unit_of_work = unit_of_work
        self._handle = handle
        self.lane = lane
        self._pace = pace
        self._idle = idle
        self._is_busy = is_busy
        self._breather = pace.breather
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self._working = 0
        self._reports: list[Report] = []
        # Leases of claims of which nobody knows whether they were committed.
        self._doubtful: list[str] = []
        self._failures = 0
        self._complaints = Throttle(logger)

    def wake(self) -> None:
        self._news.set()

    def stop(self) -> None:
        self._stopping.set()
        self._news.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as attempts:
            while not self._finished():
                self._news.clear()
                await self._turn(attempts)
                await self._rest()

    def _finished(self) -> bool:
        if not self._stopping.is_set() or self._working:
            return False
        # Without a database there is nowhere to write reports: the leases will run out.
        return not self._reports or self._failures >= _MOST_FAREWELLS

    async def _turn(self, attempts: asyncio.TaskGroup) -> None:
        room = min(self._pace.bite, self._pace.slots - self._working)
        free = 0 if self._stopping.is_set() else room
        if not free and not self._reports:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                now = utc_now()
                if not await self._is_worth_it(now):
                    self._failures = 0
                    return
                claimed = await self._exchange(free, now)
        except Exception as error:
            self._failures += 1
            self._complaints.warning("The outbox cannot be reached", error)
            return
        self._failures = 0
        for message in claimed:
            self._working += 1
            attempts.create_task(self._attempt(message))
        if free and len(claimed) == free:
            # There may be more.
            self._news.set()

    async def _is_worth_it(self, now: datetime) -> bool:
        """Whoever is woken by every change looks first, which costs a third of a transaction."""
        if self._reports or self._doubtful:
            return True
        async with self._unit_of_work().reading() as tx:
            return await tx.outbox.any_due(self.lane, now)

    async def _exchange(self, most: int, now: datetime) -> Sequence[Claimed]:
        """Settle what is done and claim as much anew, in one transaction."""
        reports, doubtful, lease = self._reports[:], self._doubtful[:], str(uuid4())
        claimed: Sequence[Claimed] = ()
        self._doubtful.append(lease)
        async with self._unit_of_work() as tx:
            await tx.outbox.settle(reports, now)
            await tx.outbox.give_back(doubtful)
            if most:
                until = now + timedelta(seconds=self._pace.lease)
                claimed = await tx.outbox.claim(self.lane, lease, until, now, most)
        del self._reports[: len(reports)]
        self._doubtful.clear()
        return claimed

    async def _attempt(self, message: Claimed) -> None:
        try:
            self._reports.append(await self._outcome(message))
        finally:
            self._working -= 1
            self._news.set()

    async def _outcome(self, message: Claimed) -> Report:
        try:
            async with asyncio.timeout(self._pace.timeout):
                await self._handle(message)
        except Hopeless as error:
            return self._given_up(message, str(error))
        except Exception as error:
            return self._failed(message, f"{type(error).__name__}: {error}")
        return Report(message=message, fate=Fate.DONE)

    def _failed(self, message: Claimed, reason: str) -> Report:
        if message.attempts >= self._pace.most_attempts:
            return self._given_up(message, reason)
        wait = pause(message.attempts, self._pace.first_retry, self._pace.longest_retry)
        logger.warning(
            "Message %d (%s), attempt %d failed; next one in %.1f s: %s",
            message.id,
            message.kind.value,
            message.attempts,
            wait,
            reason,
        )
        due_at = utc_now() + timedelta(seconds=wait)
        return Report(message=message, fate=Fate.OPEN, due_at=due_at, error=reason)

    def _given_up(self, message: Claimed, reason: str) -> Report:
        logger.error("Message %d (%s) is given up: %s", message.id, message.kind.value, reason)
        return Report(message=message, fate=Fate.DEAD, error=reason)

    async def _rest(self) -> None:
        """Wait until there is a reason for another turn."""
        if self._failures:
            await self._back_off()
            return
        if self._stopping.is_set() and not self._working:
            return
        if self._pace.breather and not self._stopping.is_set():
            await self._breathe()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._idle):
                await self._news.wait()

    async def _breathe(self) -> None:
        """Whoever shares the process with others, and sees that they are busy, lets them go first.

        Waking late is another sign of it.
        """
        loop = asyncio.get_running_loop()
        due = loop.time() + self._breather
        await asyncio.sleep(self._breather)
        shortest, longest = self._pace.breather, self._pace.longest_breather
        busy = self._is_busy() or loop.time() - due > LATE
        self._breather = breather(self._breather, busy=busy, shortest=shortest, longest=longest)

    async def _back_off(self) -> None:
        wait = pause(self._failures, 0.05, _LONGEST_BACKOFF)
        if self._stopping.is_set():
            await asyncio.sleep(min(wait, 0.5))
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._stopping.wait()
