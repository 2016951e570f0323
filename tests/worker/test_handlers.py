"""What each message causes, as things stand when it is handled."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.messages import MessageKind
from app.domain.payments import Method
from app.repositories.outbox import Claimed
from app.repositories.uow import UnitOfWork
from tests.worker import rows
from worker.facts import Facts
from worker.gateway import Gateway
from worker.handlers import HANDLERS, Context, handle
from worker.mailer import Envelope
from worker.notices import Notices
from worker.outbox import Hopeless

MakeUow = Callable[[], UnitOfWork]
HELD_UNTIL = datetime(2099, 1, 1, tzinfo=UTC)


class Mailbox:
    def __init__(self) -> None:
        self.sent: list[Envelope] = []

    async def send(self, envelope: Envelope) -> None:
        self.sent.append(envelope)

    async def close(self) -> None:
        """Nothing is held open."""

    @property
    def subjects(self) -> list[str]:
        return [str(self.message(number)["Subject"]) for number in range(len(self.sent))]

    def message(self, number: int = 0) -> EmailMessage:
        parsed = message_from_bytes(self.sent[number].content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed


class Asked(Gateway):
    """A gateway that only notes what it is asked."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1/", b"key", b"key", 0.8)
        self.asked: list[tuple[int, str | None]] = []

    async def settle(
        self,
        payment_id: int,
        wanted: str | None,
        asked_url: str = "",
        method: Method = Method.SIMULATED,
    ) -> None:
        self.asked.append((payment_id, wanted))


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def gateway() -> Asked:
    return Asked()


@pytest.fixture
def context(uow: MakeUow, mailbox: Mailbox, gateway: Asked) -> Context:
    return Context(
        unit_of_work=uow,
        facts=Facts(uow),
        notices=Notices(uow),
        gateway=gateway,
        mailer=mailbox,
        mail_from="Plenary <plenary@conf.example>",
    )


def told(kind: MessageKind, subject: int) -> Claimed:
    return Claimed(id=42, kind=kind, subject=subject, attempts=1)


def test_every_kind_of_message_has_its_handler() -> None:
    assert {kind: handler.__name__ for kind, handler in HANDLERS.items()} == {
        kind: kind.value for kind in MessageKind
    }


async def test_a_mail_is_addressed_and_named(
    engine: AsyncEngine, context: Context, mailbox: Mailbox
) -> None:
    [registration] = await rows.registrations(engine)
    await handle(context, told(MessageKind.REGISTERED, registration))

    [envelope] = mailbox.sent
    assert envelope.name == "000000000042-registered"
    assert envelope.recipient == "a1@x.example"
    assert mailbox.message()["Message-ID"] == "<outbox-42@conf.example>"
    text = mailbox.message().get_body(("plain",))
    assert text is not None
    for fact in ("Attendee 1", "Keynote: Future of AI", "Tech Summit 2027", "Hall 1", "09:00"):
        assert fact in text.get_content()


@pytest.mark.parametrize(
    ("kind", "status", "subject"),
    [
        (MessageKind.REGISTERED, "confirmed", "You are registered"),
        (MessageKind.REGISTERED, "pending", "Please pay to keep your place"),
        (MessageKind.REGISTERED, "cancelled", None),
        (MessageKind.REGISTERED, "expired", None),
        (MessageKind.REGISTRATION_CANCELLED, "cancelled", "Registration cancelled"),
        (MessageKind.REGISTRATION_CANCELLED, "confirmed", None),
        (MessageKind.REGISTRATION_MOVED, "confirmed", "Your registration has changed"),
        (MessageKind.REGISTRATION_MOVED, "cancelled", None),
        (MessageKind.WAITLISTED, "waitlisted", "You are on the waitlist"),
        (MessageKind.WAITLISTED, "confirmed", None),
        (MessageKind.PROMOTED, "confirmed", "A place for you"),
        (MessageKind.PROMOTED, "pending", "A place for you, please pay for it"),
        (MessageKind.PROMOTED, "cancelled", None),
        (MessageKind.REMINDER, "confirmed", "It begins soon"),
        (MessageKind.REMINDER, "cancelled", None),
        (MessageKind.HOLD_EXPIRED, "expired", "Your place was released"),
        (MessageKind.HOLD_EXPIRED, "confirmed", None),
    ],
)
async def test_what_has_been_overtaken_is_not_told(
    engine: AsyncEngine,
    context: Context,
    mailbox: Mailbox,
    kind: MessageKind,
    status: str,
    subject: str | None,
) -> None:
    held = HELD_UNTIL if status == "pending" else None
    [registration] = await rows.registrations(engine, status=status, price=4900, held=held)
    await handle(context, told(kind, registration))

    # A reminder is of the conference, whichever session was chosen.
    of = "Tech Summit 2027" if kind is MessageKind.REMINDER else "Keynote: Future of AI"
    expected = [] if subject is None else [f"{subject}: {of}"]
    assert mailbox.subjects == expected


@pytest.mark.parametrize(
    ("kind", "payment", "registration", "subject"),
    [
        (MessageKind.PAYMENT_PAID, "paid", "confirmed", "Payment received"),
        (MessageKind.PAYMENT_PAID, "refunded", "cancelled", None),
        (MessageKind.PAYMENT_FAILED, "failed", "pending", "Payment not successful"),
        (MessageKind.PAYMENT_FAILED, "failed", "expired", "Payment not successful"),
        (MessageKind.PAYMENT_FAILED, "failed", "confirmed", None),
        (MessageKind.PAYMENT_REFUNDED, "refunded", "cancelled", "Payment refunded"),
        (MessageKind.PAYMENT_REFUNDED, "paid", "confirmed", None),
    ],
)
async def test_payments_are_told_as_they_stand(
    engine: AsyncEngine,
    context: Context,
    mailbox: Mailbox,
    kind: MessageKind,
    payment: str,
    registration: str,
    subject: str | None,
) -> None:
    [number] = await rows.payments(engine)
    await rows.run(engine, f"UPDATE payments SET status = '{payment}'")
    await rows.run(engine, f"UPDATE registrations SET status = '{registration}'")
    await handle(context, told(kind, number))

    expected = [] if subject is None else [f"{subject}: Keynote: Future of AI"]
    assert mailbox.subjects == expected


async def test_what_was_given_back_in_part_is_told(
    engine: AsyncEngine, context: Context, mailbox: Mailbox
) -> None:
    [number] = await rows.payments(engine)
    await rows.run(engine, "UPDATE payments SET status = 'paid', refunded_minor = 1000")
    await handle(context, told(MessageKind.PAYMENT_REFUNDED, number))
    assert mailbox.subjects == ["Part of your payment refunded: Keynote: Future of AI"]


async def test_the_gateway_is_asked_for_what_is_pending_only(
    engine: AsyncEngine, context: Context, gateway: Asked
) -> None:
    pending, settled = await rows.payments(engine, 2, wanted="failed")
    await rows.run(engine, f"UPDATE payments SET status = 'paid' WHERE id = {settled}")
    for payment in (pending, settled):
        await handle(context, told(MessageKind.PAYMENT_REQUESTED, payment))

    assert gateway.asked == [(pending, "failed")]


async def test_recommendations_are_mailed_to_who_is_still_there(
    engine: AsyncEngine, context: Context, mailbox: Mailbox
) -> None:
    await rows.registrations(engine)
    await rows.session(engine, "Practice of AI agents")
    await handle(context, told(MessageKind.RECOMMENDATIONS_ASKED, 1))
    assert mailbox.subjects == ["Sessions you may like"]

    await rows.run(engine, "UPDATE attendees SET deleted_at = now()")
    await handle(context, told(MessageKind.RECOMMENDATIONS_ASKED, 1))
    assert len(mailbox.sent) == 1


@pytest.mark.parametrize("kind", [MessageKind.REGISTERED, MessageKind.PAYMENT_REQUESTED])
@pytest.mark.usefixtures("engine")
async def test_what_does_not_exist_is_hopeless(context: Context, kind: MessageKind) -> None:
    with pytest.raises(Hopeless, match="There is no"):
        await handle(context, told(kind, 999))


async def test_what_is_read_at_the_same_time_is_read_in_one_query(
    engine: AsyncEngine, uow: MakeUow
) -> None:
    await rows.registrations(engine, 30)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    facts = Facts(uow)
    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        found = await asyncio.gather(*(facts.registration(id) for id in range(1, 32)))
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)

    assert [one.registration_id for one in found if one] == list(range(1, 31))
    assert found[-1] is None
    assert len(statements) <= 2
