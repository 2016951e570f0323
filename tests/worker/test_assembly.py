"""How the worker is put together from settings, and how it begins and ends."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.domain.messages import MessageKind
from app.repositories.outbox import Lane
from app.repositories.uow import UnitOfWork
from tests.conftest import settings_for
from tests.worker import rows
from tests.worker.conftest import Eventually, Running
from worker.assembly import build, build_mailer, paces_for
from worker.mailer import ConsoleMailer, FileMailer, Mailer
from worker.outbox import PACES
from worker.smtp import CONVERSATIONS, SmtpMailer

DATABASE = "postgresql://x"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, FileMailer),
        ({"smtp_host": "mail.example"}, SmtpMailer),
        ({"smtp_url": "smtp://mail.example", "mail_transport": "console"}, ConsoleMailer),
    ],
)
def test_the_transport_is_the_one_that_is_named(given: dict[str, str], kind: type[Mailer]) -> None:
    assert isinstance(build_mailer(settings_for(DATABASE, **given)), kind)


def test_beside_requests_mails_go_gently_and_payments_do_not_wait() -> None:
    alone = paces_for(settings_for(DATABASE), beside_requests=False)
    beside = paces_for(settings_for(DATABASE), beside_requests=True)
    by_smtp = paces_for(settings_for(DATABASE, smtp_host="mail.example"), beside_requests=False)

    assert alone == PACES
    assert beside[Lane.PAYMENTS] == PACES[Lane.PAYMENTS]
    assert beside[Lane.MAILS] == replace(
        PACES[Lane.MAILS], slots=8, breather=0.05, longest_breather=1.0
    )
    assert by_smtp[Lane.MAILS] == replace(PACES[Lane.MAILS], slots=2 * CONVERSATIONS)


async def test_it_works_off_mails_and_sweeps_until_it_is_stopped(
    engine: AsyncEngine,
    uow: Callable[[], UnitOfWork],
    settings: Settings,
    tmp_path: Path,
    running: Running,
    eventually: Eventually,
) -> None:
    await rows.announce(engine, MessageKind.REGISTERED, await rows.registrations(engine, 20))
    workers = build(settings.model_copy(update={"data_dir": tmp_path}), uow)

    async def all_done() -> bool:
        return await rows.states(engine) == {"done": 20}

    async with running(workers, lambda: None):
        workers.wake()
        await eventually(all_done)
        await workers.stop()

    assert len(list((tmp_path / "mail").glob("*.eml"))) == 20


async def test_stopping_before_it_has_begun_ends_it(
    uow: Callable[[], UnitOfWork], settings: Settings
) -> None:
    workers = build(settings, uow)
    task = asyncio.create_task(workers.run())
    await workers.stop()
    async with asyncio.timeout(5):
        await task
