"""The bell: tells the worker over Redis that there is something in the outbox.

Nothing depends on it but speed: the worker looks by itself twice a second.
"""

import asyncio
import logging
from collections.abc import Collection

from arq.connections import ArqRedis
from redis.exceptions import RedisError

from app.domain.messages import MessageKind
from worker.settings import connect, enqueue_ring
from worker.throttle import Throttle

logger = logging.getLogger(__name__)

# At most one ring per this many seconds, however many transactions commit.
_PAUSE = 0.01
_PATIENCE = 2.0
_RETRY_AFTER = 1.0


class Bell:
    """Held by the API process. `ring` never blocks and never fails."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._asked = asyncio.Event()
        self._ringing: asyncio.Task[None] | None = None
        self._redis: ArqRedis | None = None
        self._complaints = Throttle(logger)

    def ring(self, _kinds: Collection[MessageKind] = ()) -> None:
        """Ask for a ring, whatever was announced; many asked for at once become one."""
        self._asked.set()

    async def start(self) -> None:
        """Ring from now on, whether or not Redis is there yet."""
        if self._ringing is None:
            self._ringing = asyncio.create_task(self._keep_ringing())

    async def stop(self) -> None:
        if self._ringing is None:
            return
        self._ringing.cancel()
        await asyncio.wait([self._ringing])
        self._ringing = None
        await self._hang_up()

    async def _keep_ringing(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                async with asyncio.timeout(_PATIENCE):
                    self._redis = self._redis or await connect(self._redis_url)
                    await enqueue_ring(self._redis)
            except (RedisError, OSError, TimeoutError) as error:
                self._complaints.warning("The worker's bell cannot be rung", error)
                await self._hang_up()
                await asyncio.sleep(_RETRY_AFTER)
            await asyncio.sleep(_PAUSE)

    async def _hang_up(self) -> None:
        redis, self._redis = self._redis, None
        if redis is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                await redis.aclose(close_connection_pool=True)
        except (RedisError, OSError, TimeoutError) as error:
            self._complaints.warning("The connection to the bell cannot be closed", error)
