"""The worker as a process of its own: `plenary worker`."""

import asyncio
import logging
import signal
from collections.abc import Collection
from datetime import timedelta
from functools import partial

from app import schema
from app.alchemy import AsyncEngine
from app.config import Settings
from app.domain.messages import EVERY_KIND, MessageKind
from app.readiness import until_ready
from app.repositories.uow import UnitOfWork
from worker.assembly import WorkerSet, build
from worker.settings import listen

logger = logging.getLogger(__name__)


async def run(settings: Settings, engine: AsyncEngine) -> None:
    """Work until SIGTERM or SIGINT; what is under way then is finished first."""
    workers: WorkerSet

    def wake(kinds: Collection[MessageKind] = EVERY_KIND) -> None:
        workers.wake(kinds)

    # What a handler announces is for this very worker.
    hold = timedelta(minutes=settings.hold_minutes)
    quiet = timedelta(seconds=settings.change_quiet_seconds)
    workers = build(settings, lambda: UnitOfWork(engine, wake, hold=hold, quiet=quiet))
    # arq tells of each ring; that is no news.
    logging.getLogger("arq.worker").setLevel(logging.WARNING)
    stopped = _stop_signals()
    ready = until_ready(partial(schema.problem, engine), partial(_tell, settings.mails_by))
    telling = asyncio.create_task(ready)
    working = asyncio.create_task(workers.run())
    others: list[asyncio.Task[object]] = [asyncio.create_task(stopped.wait())]
    if settings.redis_url is not None:
        redis_url = settings.redis_url.get_secret_value()
        others.append(asyncio.create_task(listen(redis_url, wake)))
    try:
        await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
        logger.info("The worker stops")
        await workers.stop()
        # Raises what ended it, if it was not us.
        await working
    finally:
        for task in (telling, *others):
            task.cancel()
        await asyncio.gather(telling, *others, return_exceptions=True)
        await engine.dispose()


def _tell(mails_by: str, problem: str | None) -> None:
    if problem is None:
        logger.info("The worker is ready; mails leave by %s", mails_by)
    else:
        logger.warning("The worker is up, but not ready: %s", problem)


def _stop_signals() -> asyncio.Event:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    return stopped
