"""Keeps the counts of long lists fresh beside the requests, for as long as somebody asks for them.

A request whose list is long is answered with the count of a moment ago; whoever keeps that moment
short is here. If nobody did, requests would count themselves, and be right as well.
"""

import asyncio
import logging
import time

from app.alchemy import AsyncEngine
from app.domain.times import utc_now
from app.repositories.known_counts import known_counts
from app.repositories.recounts import Recounts
from worker.throttle import Throttle

logger = logging.getLogger(__name__)

# Two rounds fit into the moment for which a count is good enough.
_PAUSE = 0.25
# Counting takes the database a quarter of one processor at most.
_PAUSES_PER_WORK = 3
# What is asked for most comes first; what does not fit into a round is counted by its requests.
_LONGEST_ROUND = 0.5


class Recounting:
    """Of what is asked by these connections, which begin no transaction."""

    def __init__(self, readers: AsyncEngine) -> None:
        self._readers = readers
        self._counts = known_counts(readers.sync_engine)
        self._complaints = Throttle(logger)

    async def run(self) -> None:
        """Until it is cancelled; while nobody asks, this costs the database nothing."""
        while True:
            started = time.monotonic()
            try:
                await self.once()
            except Exception as error:
                self._complaints.warning("Could not count anew", error)
            took = time.monotonic() - started
            await asyncio.sleep(max(_PAUSE, _PAUSES_PER_WORK * took))

    async def once(self) -> None:
        """Look whether anything changed, and count anew what may have."""
        if not self._counts.looked_after():
            return
        ends = time.monotonic() + _LONGEST_ROUND
        async with self._readers.connect() as connection:
            recounts = Recounts(connection)
            for question in await recounts.doubtful(utc_now()):
                await recounts.take(question, utc_now())
                if time.monotonic() > ends:
                    break
