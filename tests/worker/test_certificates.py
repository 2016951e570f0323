"""Certificates that come by themselves, and the mails that tell of them."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import VERIFICATION_PATH
from app.domain.messages import MessageKind
from app.repositories.mails import Addressee, CertificateFacts
from app.repositories.outbox import Claimed
from app.repositories.uow import UnitOfWork
from tests.worker import rows
from tests.worker.test_handlers import Asked, Mailbox
from worker import emails
from worker.facts import Facts
from worker.handlers import Context, handle
from worker.notices import Notices
from worker.outbox import Hopeless
from worker.sweeper import Sweeper, tasks

MakeUow = Callable[[], UnitOfWork]
AT = f"https://conf.example{VERIFICATION_PATH}"
NUMBER = "CERT-1-1-7KQ4MZ2XW9HTR3BD"
FACTS = CertificateFacts(
    to=Addressee(name="John Smith", email="john@example.com"),
    number=NUMBER,
    conference_name="Tech\nSummit <2027>",
    hours=Decimal("10.50"),
)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def context(uow: MakeUow, mailbox: Mailbox) -> Context:
    return Context(
        unit_of_work=uow,
        facts=Facts(uow),
        notices=Notices(uow),
        gateway=Asked(),
        mailer=mailbox,
        mail_from="Plenary <plenary@conf.example>",
        verify_at=AT,
    )


async def visitors(engine: AsyncEngine, most: int) -> None:
    """Checked in at a conference that has just ended; the first one has an account."""
    await rows.registrations(engine, most)
    await rows.run(
        engine,
        "UPDATE conferences SET starts_at = now() - interval '2 days',"
        " ends_at = now() - interval '1 minute', tags = 'ai'",
    )
    await rows.run(engine, "UPDATE registrations SET checked_in_at = now()")
    await rows.run(
        engine,
        "INSERT INTO users (username, username_folded, email, email_folded, password_hash, role,"
        " created_at, updated_at) VALUES ('u', 'u', 'u@x', 'u@x', '', 'attendee', now(), now())",
    )
    await rows.run(engine, "UPDATE attendees SET user_id = (SELECT id FROM users) WHERE id = 1")


def told(subject: int) -> Claimed:
    return Claimed(id=42, kind=MessageKind.CERTIFICATE_ISSUED, subject=subject, attempts=1)


async def test_the_sweeper_issues_to_all_who_were_checked_in(
    engine: AsyncEngine, uow: MakeUow
) -> None:
    await visitors(engine, 3)
    [task] = [task for task in tasks(30) if task.name == "issue certificates"]
    assert await Sweeper(uow, ()).sweep(task)
    assert not await Sweeper(uow, ()).sweep(task)
    found = "SELECT count(*) FROM certificates WHERE hours = 1.5 AND skill_tags = 'ai'"
    assert await rows.ask(engine, found) == 3
    assert await rows.ask(engine, "SELECT count(*) FROM outbox") == 3
    assert await rows.ask(engine, "SELECT count(*) FROM notifications") == 1


async def test_the_mail_leads_to_the_proof(
    engine: AsyncEngine, uow: MakeUow, context: Context, mailbox: Mailbox
) -> None:
    await visitors(engine, 1)
    await Sweeper(uow, ()).sweep(next(t for t in tasks(30) if t.name == "issue certificates"))
    number = await rows.ask(engine, "SELECT number FROM certificates")
    await handle(context, told(1))
    assert mailbox.subjects == ["Your certificate: Tech Summit 2027"]
    body = mailbox.message().get_body(("plain",))
    assert body is not None
    assert f"{AT}{number}/" in body.get_content()
    assert mailbox.sent[0].recipient == "a1@x.example"


async def test_who_wants_no_mail_gets_none(
    engine: AsyncEngine, uow: MakeUow, context: Context, mailbox: Mailbox
) -> None:
    await visitors(engine, 1)
    await Sweeper(uow, ()).sweep(next(t for t in tasks(30) if t.name == "issue certificates"))
    await rows.run(engine, "UPDATE users SET notifications_enabled = false")
    await handle(context, told(1))
    assert mailbox.sent == []


async def test_of_a_certificate_that_is_not_there_nothing_is_told(context: Context) -> None:
    with pytest.raises(Hopeless):
        await handle(context, told(404))


def test_what_the_mail_says() -> None:
    letter = emails.certificate_issued(FACTS, AT)
    assert letter.subject == "Your certificate: Tech Summit <2027>"
    for body in (letter.text, letter.html):
        for said in ("10.5", NUMBER, f"{AT}{NUMBER}/", "Hello John Smith"):
            assert said in body
    assert "<2027>" not in letter.html
    assert "\n\n\n" not in letter.text
