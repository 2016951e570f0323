"""Puts the worker together: the same one for a process of its own and beside a server."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from hmac import digest

from app.config import GATEWAY_SUCCESS_RATE, VERIFICATION_PATH, Settings
from app.domain.messages import EVERY_KIND, MessageKind
from app.domain.trail import ActorKind, act_for
from app.repositories.outbox import Lane
from app.repositories.uow import UnitOfWork
from worker.facts import Facts
from worker.gateway import Gateway
from worker.handlers import Context, handle
from worker.mailer import ConsoleMailer, FileMailer, Mailer
from worker.notices import Notices
from worker.outbox import PACES, OutboxWorker, Pace
from worker.sweeper import Sweeper, tasks

# Beside requests: at most some hundred and fifty mails a second, so that they cost them little; and
# in a rush, which wants the process for itself, eight.
_SLOTS_BESIDE_REQUESTS = 8
_BREATHER_BESIDE_REQUESTS = 0.05
_BREATHER_IN_A_RUSH = 1.0
# What waits for one of the few conversations is not claimed yet: another worker may be free.
_SMTP_SLOTS = 16


class WorkerSet:
    """The outbox's worker and the sweeper, and what they hold open."""

    def __init__(
        self, outbox: OutboxWorker, sweeper: Sweeper, gateway: Gateway, mailer: Mailer
    ) -> None:
        self._outbox = outbox
        self._sweeper = sweeper
        self._gateway = gateway
        self._mailer = mailer
        self._ended = asyncio.Event()
        self._ended.set()

    async def run(self) -> None:
        """Work until `stop`."""
        self._ended.clear()
        act_for(ActorKind.WORKER)
        try:
            async with asyncio.TaskGroup() as running:
                running.create_task(self._outbox.run())
                running.create_task(self._sweeper.run())
        finally:
            await self._gateway.close()
            await self._mailer.close()
            self._ended.set()

    def wake(self, kinds: Collection[MessageKind] = EVERY_KIND) -> None:
        """There are messages of these kinds in the outbox. Never blocks."""
        self._outbox.wake(kinds)

    async def stop(self) -> None:
        """Finish what is under way, begin nothing more; returns when `run` has."""
        self._outbox.stop()
        self._sweeper.stop()
        await self._ended.wait()


def build(
    settings: Settings,
    unit_of_work: Callable[[], UnitOfWork],
    *,
    beside_requests: Callable[[], bool] | None = None,
) -> WorkerSet:
    """The worker for these settings. Where it shares a server's process, `beside_requests` tells
    whether that is busy with others.
    """
    mailer = build_mailer(settings)
    gateway = build_gateway(settings)
    context = Context(
        unit_of_work=unit_of_work,
        facts=Facts(unit_of_work),
        notices=Notices(unit_of_work),
        gateway=gateway,
        mailer=mailer,
        mail_from=settings.mail_from,
        verify_at=f"{settings.base_url}{VERIFICATION_PATH}",
        base_url=settings.base_url,
    )
    paces = paces_for(settings, beside_requests=beside_requests is not None)
    outbox = OutboxWorker(
        unit_of_work,
        partial(handle, context),
        paces=paces,
        is_busy=beside_requests or (lambda: False),
    )
    sweeper = Sweeper(unit_of_work, tasks(settings.log_days, settings.reminder_hours))
    return WorkerSet(outbox, sweeper, gateway, mailer)


def build_mailer(settings: Settings) -> Mailer:
    """The transport that the settings name."""
    match settings.mails_by:
        case "smtp":
            from worker.smtp import SmtpMailer, SmtpServer  # noqa: PLC0415 (only where it is used)

            return SmtpMailer(SmtpServer.of(settings))
        case "console":
            return ConsoleMailer()
        case "file":
            return FileMailer(settings.mail_dir)


def build_gateway(settings: Settings) -> Gateway:
    """The simulated gateway; a seed makes its decisions the same in every installation."""
    signing_key = settings.webhook_keys[0]
    deciding_key = digest(signing_key, b"outcomes", "sha256")
    if settings.gateway_seed is not None:
        deciding_key = b"seed %d" % settings.gateway_seed
    # A worker apart from the servers does not know where they are, unless it was told.
    knows = settings.redis_url is None or "callback_url" in settings.model_fields_set
    url = settings.callback_url if knows else None
    return Gateway(url, signing_key, deciding_key, GATEWAY_SUCCESS_RATE)


def paces_for(settings: Settings, *, beside_requests: bool) -> Mapping[Lane, Pace]:
    """How fast to go: beside requests mails go gently, while payments never wait."""
    mails = PACES[Lane.MAILS]
    if settings.mails_by == "smtp":
        mails = replace(mails, slots=_SMTP_SLOTS)
    if beside_requests:
        mails = replace(
            mails,
            slots=_SLOTS_BESIDE_REQUESTS,
            breather=_BREATHER_BESIDE_REQUESTS,
            longest_breather=_BREATHER_IN_A_RUSH,
        )
    return {**PACES, Lane.MAILS: mails}
