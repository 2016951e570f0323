"""What the auditor finds in the mails that came, and what it lets pass."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import asyncpg
import pytest
from aiosmtplib import SMTP
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.domain.messages import MessageKind
from app.domain.payments import PaymentStatus
from app.repositories.uow import UnitOfWork
from tests.factories import a_conference, a_registration, an_attendee
from tests.worker.letters import FREE, held, payment, registration
from torture.auditor import Auditor
from torture.promises import BEGINNINGS
from torture.sinks import MailSink
from worker import emails
from worker.handlers import HANDLERS
from worker.mailer import Letter, seal

Units = Callable[[], UnitOfWork]

PAID = payment(PaymentStatus.PAID, registration())
LETTERS: Sequence[tuple[MessageKind, Letter]] = [
    (MessageKind.REGISTERED, emails.registered(registration())),
    (MessageKind.REGISTERED, emails.registered(held())),
    (MessageKind.REGISTERED, emails.registered(held(price=FREE))),
    (MessageKind.WAITLISTED, emails.waitlisted(registration())),
    (MessageKind.PROMOTED, emails.promoted(registration())),
    (MessageKind.PROMOTED, emails.promoted(held())),
    (MessageKind.REGISTRATION_CANCELLED, emails.cancelled(registration())),
    (MessageKind.REGISTRATION_MOVED, emails.moved(registration())),
    (MessageKind.HOLD_EXPIRED, emails.hold_expired(registration())),
    (MessageKind.REMINDER, emails.reminder(registration())),
    (MessageKind.PAYMENT_PAID, emails.payment_paid(PAID)),
    (MessageKind.PAYMENT_FAILED, emails.payment_failed(PAID)),
    (MessageKind.PAYMENT_REFUNDED, emails.payment_refunded(PAID)),
    (
        MessageKind.PAYMENT_REFUNDED,
        emails.payment_refunded(replace(PAID, status=PaymentStatus.REFUNDED)),
    ),
]


@pytest.fixture
async def sink() -> AsyncIterator[MailSink]:
    async with MailSink() as sink:
        yield sink


@pytest.fixture
async def auditor(settings: Settings) -> AsyncIterator[Auditor]:
    assert settings.database_url
    url = make_url(settings.database_url.get_secret_value()).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    yield Auditor(connection)
    await connection.close()


@pytest.fixture
async def message(engine: AsyncEngine, uow: Units) -> int:
    """That Grace is registered; it is done."""
    grace = await an_attendee(uow, email="grace@x.example")
    await a_registration(uow, await a_conference(uow), grace)
    async with engine.begin() as connection:
        done = "UPDATE outbox SET state = 'done' WHERE kind = 'registered' RETURNING id"
        return int((await connection.execute(text(done))).scalar_one())


async def deliver(sink: MailSink, number: int, letter: Letter) -> None:
    """As the worker does, over SMTP."""
    sender = "Plenary <plenary@x.example>"
    now = registration().period.start
    envelope = seal(letter, name="mail", number=number, sender=sender, now=now)
    async with SMTP(hostname="127.0.0.1", port=sink.port) as server:
        await server.sendmail(envelope.sender, [envelope.recipient], envelope.content)


def to(email: str, letter: Letter) -> Letter:
    return replace(letter, to_address=email)


def test_every_kind_that_is_mailed_has_its_beginnings() -> None:
    unmailed = {
        MessageKind.PAYMENT_REQUESTED,
        MessageKind.CERTIFICATES_ISSUING,
        MessageKind.CONFERENCE_ENDING,
        MessageKind.CONFERENCE_CHANGED,
    }
    assert set(BEGINNINGS) == {kind.value for kind in HANDLERS.keys() - unmailed}


@pytest.mark.parametrize(("kind", "letter"), LETTERS, ids=lambda one: getattr(one, "subject", one))
def test_what_is_written_begins_as_its_kind_may_and_as_no_other(
    kind: MessageKind, letter: Letter
) -> None:
    fits = {name for name, may in BEGINNINGS.items() if letter.subject.startswith(may)}
    assert fits == {kind.value}


async def test_one_mail_that_came_twice_and_told_the_present_each_time_is_no_fault(
    auditor: Auditor, sink: MailSink, message: int
) -> None:
    await deliver(sink, message, to("grace@x.example", emails.registered(held())))
    moved = registration(session_name="Another session")
    await deliver(sink, message, to("grace@x.example", emails.registered(moved)))
    assert sink.delivered.total() == 2
    assert await auditor.mails(sink) == []


async def test_a_mail_of_another_kind_is_found_when_it_came_once(
    auditor: Auditor, sink: MailSink, message: int
) -> None:
    await deliver(sink, message, to("grace@x.example", emails.cancelled(registration())))
    assert await auditor.mails(sink) == [f"mails of another kind than their message: 1 ({message})"]


async def test_a_mail_to_somebody_else_is_found_when_it_came_once(
    auditor: Auditor, sink: MailSink, message: int
) -> None:
    await deliver(sink, message, to("eve@x.example", emails.registered(registration())))
    assert await auditor.mails(sink) == [
        f"mails to somebody whom the message is not about: 1 ({message})"
    ]


async def test_two_addressees_of_one_message_are_found(
    auditor: Auditor, sink: MailSink, engine: AsyncEngine, message: int
) -> None:
    """Also of a message that is about no registration."""
    async with engine.begin() as connection:
        of_account = "UPDATE outbox SET kind = 'password_changed' WHERE id = :id"
        await connection.execute(text(of_account), {"id": message})
    letter = replace(emails.registered(registration()), subject="Your password was changed")
    await deliver(sink, message, to("grace@x.example", letter))
    await deliver(sink, message, to("eve@x.example", letter))
    assert await auditor.mails(sink) == [f"Message-IDs with several addressees: 1 ({message})"]


async def test_mails_without_message_and_messages_without_mail_are_found(
    auditor: Auditor, sink: MailSink, message: int
) -> None:
    await deliver(sink, message + 1, emails.registered(registration()))
    assert await auditor.mails(sink) == [
        f"mails of messages that are not there: 1 ({message + 1})",
        f"messages done without their mail: 1 ({message})",
    ]
