"""arq behind one small door: a queue whose only job is to ring.

Redis may lose everything at any time: a job carries nothing, and its loss costs a second at most.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, func
from redis.exceptions import RedisError

from worker.backoff import pause
from worker.throttle import Throttle

logger = logging.getLogger(__name__)

QUEUE = "plenary:bell"
_RING = "ring"
# More rings than this are not heard any better, and would pile up while no worker runs.
_ENOUGH_RINGS = 20
_LONGEST_BACKOFF = 5.0
_POLL = 0.05
_JOB_TIMEOUT = 5
_HEALTH_EVERY = 15
_MANY_TRIES = 1_000_000
# Commands are answered at once or not at all; arq itself would wait for ever.
_ANSWER_SECONDS = 5.0


async def connect(redis_url: str) -> ArqRedis:
    """A client for the queue; fails at once where Redis is not there."""
    redis_settings = RedisSettings.from_dsn(redis_url)
    redis_settings.conn_retries = 0
    redis = await create_pool(
        redis_settings,
        job_serializer=_dumps,
        job_deserializer=json.loads,
        default_queue_name=QUEUE,
    )
    # What is connected from now on does so with these.
    redis.connection_pool.connection_kwargs["socket_timeout"] = _ANSWER_SECONDS
    await redis.connection_pool.disconnect()
    return redis


async def enqueue_ring(redis: ArqRedis) -> None:
    """Ring, unless enough rings wait to be heard already."""
    if await redis.zcard(QUEUE) < _ENOUGH_RINGS:
        await redis.enqueue_job(_RING)


async def listen(redis_url: str, wake: Callable[[], None]) -> None:
    """Wake at each ring, until cancelled; arq ends when Redis goes away, and is begun again."""
    complaints = Throttle(logger)
    failures = 0
    while True:
        try:
            redis = await connect(redis_url)
            failures = 0
            # What was rung while nobody listened.
            wake()
            await _work(redis, wake)
        except (RedisError, OSError, TimeoutError) as error:
            failures += 1
            complaints.warning("The bell cannot be heard", error)
        await asyncio.sleep(pause(max(failures, 1), 0.2, _LONGEST_BACKOFF))


async def _work(redis: ArqRedis, wake: Callable[[], None]) -> None:
    async def ring(ctx: dict[Any, Any], *_: Any, **__: Any) -> None:  # noqa: ARG001
        wake()

    worker = Worker(
        functions=[func(ring, name=_RING)],
        queue_name=QUEUE,
        redis_pool=redis,
        handle_signals=False,
        poll_delay=_POLL,
        job_timeout=_JOB_TIMEOUT,
        keep_result=0,
        max_tries=_MANY_TRIES,
        health_check_interval=_HEALTH_EVERY,
        job_serializer=_dumps,
        job_deserializer=json.loads,
        log_results=False,
    )
    try:
        await worker.async_run()
    finally:
        if worker.main_task is not None:
            worker.main_task.cancel()
        for job in worker.tasks.values():
            job.cancel()
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
        await redis.aclose(close_connection_pool=True)


def _dumps(job: dict[str, Any]) -> bytes:
    return json.dumps(job, default=_told).encode()


def _told(failure: object) -> str:
    """In words, why a job came to nothing: it had expired, or nobody knows how to do it."""
    if isinstance(failure, BaseException):
        return f"{type(failure).__name__}: {failure}"
    raise TypeError(f"{type(failure).__name__} cannot be told in a job")
