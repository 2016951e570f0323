"""A read replica: public pages are written from it, as long as it knows what they have to tell.

How much that is, a look at the database itself has told (`app/kept_pages.py`). A replica that is
behind for longer than a page may wait, or cannot be reached, costs nobody an answer: the database
is asked instead.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.alchemy import AsyncEngine
from app.domain.errors import Busy, ConflictingWrite, DomainError, Overtaken
from app.repositories.known_counts import count_every_time
from app.repositories.uow import UnitOfWork
from worker.throttle import Throttle

logger = logging.getLogger(__name__)

T = TypeVar("T")

# What was written a moment ago is on its way: seconds between looks whether it has arrived.
_LOOKS = (0.0, 0.002, 0.004, 0.008, 0.016, 0.032)
# Nobody waits longer for it, neither for what it knows nor for a page.
_KNOWS_WITHIN = 0.25
_ANSWERS_WITHIN = 2.0
# One that could not be used is left alone for so long, and for twice as long the next time.
_SHORTEST_REST = 1.0
_LONGEST_REST = 30.0
_IN_TROUBLE = (Busy, ConflictingWrite, Overtaken)


class NoReplica(Exception):
    """It cannot answer now."""


class Replica:
    """`readers` are its connections, which begin no transaction."""

    def __init__(self, readers: AsyncEngine) -> None:
        self._readers = readers
        self._rest = _SHORTEST_REST
        self._rests_until = 0.0
        self._complaints = Throttle(logger)
        count_every_time(readers.sync_engine)

    async def ask(self, written: int, question: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """The answer, once the replica knows all that was written up to there.

        Raises NoReplica when it does not in time, is none, or gives up; and what the question
        raises.
        """
        if time.monotonic() < self._rests_until:
            raise NoReplica
        try:
            async with asyncio.timeout(_KNOWS_WITHIN):
                await self._knows(written)
            async with asyncio.timeout(_ANSWERS_WITHIN):
                answer = await question(UnitOfWork(self._readers, readers=self._readers))
        except Exception as error:
            if isinstance(error, DomainError) and not isinstance(error, _IN_TROUBLE):
                # That is an answer, too.
                raise
            # A question may be given up there because what it reads was tidied up meanwhile; and
            # whatever else fails for another reason fails again where the database is asked.
            self._leave_alone()
            self._complaints.warning("The replica is passed over", error)
            raise NoReplica from error
        self._rest = _SHORTEST_REST
        return answer

    def _leave_alone(self) -> None:
        """For a while; whoever else has asked at the same time met the same trouble."""
        now = time.monotonic()
        if now >= self._rests_until:
            self._rests_until = now + self._rest
            self._rest = min(2 * self._rest, _LONGEST_REST)

    async def dispose(self) -> None:
        await self._readers.dispose()

    async def _knows(self, written: int) -> None:
        known: int | None = None
        for pause in _LOOKS:
            await asyncio.sleep(pause)
            async with UnitOfWork(self._readers, readers=self._readers).reading() as tx:
                known = await tx.changes.replayed()
            if known is None:
                raise NoReplica("it is no replica, but a database of its own")
            if known >= written:
                return
        raise NoReplica(f"it is {written - (known or 0):,} bytes behind")
