"""What is told in notifications when messages are handled, and to whom mails go beside them."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.messages import MessageKind
from app.repositories.outbox import Claimed
from app.repositories.uow import UnitOfWork
from tests.factories import PASSWORD_HASH
from tests.repositories.counting import counted
from tests.worker import rows
from worker import emails
from worker.facts import Facts
from worker.gateway import Gateway
from worker.handlers import Context, handle
from worker.mailer import Envelope
from worker.notices import Notices

MakeUow = Callable[[], UnitOfWork]
HELD_UNTIL = datetime(2099, 1, 1, tzinfo=UTC)
_ACCOUNTS = text(
    "WITH made AS (INSERT INTO users (username, username_folded, email, email_folded,"
    " password_hash, role, notifications_enabled, verified_at, created_at, updated_at)"
    " SELECT 'u' || id, 'u' || id, email, email_folded, :hash, 'attendee', :wants,"
    " CASE WHEN :proven THEN now() END, now(), now()"
    " FROM attendees RETURNING id, email_folded)"
    " UPDATE attendees SET user_id = made.id FROM made"
    " WHERE attendees.email_folded = made.email_folded"
)
_TOLD = text("SELECT kind, title, dedupe_key FROM notifications ORDER BY id")


class Mailbox:
    """Counts what is sent; the first `refuses` are not."""

    def __init__(self, refuses: int = 0) -> None:
        self.sent = 0
        self.refuses = refuses

    async def send(self, envelope: Envelope) -> None:
        if self.refuses:
            self.refuses -= 1
            raise OSError("no connection")
        self.sent += 1

    async def close(self) -> None:
        """Nothing is held open."""


def context_of(uow: MakeUow, mailbox: Mailbox) -> Context:
    return Context(
        unit_of_work=uow,
        facts=Facts(uow),
        notices=Notices(uow),
        gateway=Gateway("http://127.0.0.1:1/", b"key", b"key", 0.8),
        mailer=mailbox,
        mail_from="Plenary <plenary@conf.example>",
    )


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def context(uow: MakeUow, mailbox: Mailbox) -> Context:
    return context_of(uow, mailbox)


def told(kind: MessageKind, subject: int, id: int = 42) -> Claimed:
    return Claimed(id=id, kind=kind, subject=subject, attempts=1)


async def accounts(engine: AsyncEngine, *, wants_mail: bool = True, proven: bool = True) -> None:
    """Every attendee has one."""
    async with engine.begin() as connection:
        values = {"hash": PASSWORD_HASH, "wants": wants_mail, "proven": proven}
        await connection.execute(_ACCOUNTS, values)


async def noted(engine: AsyncEngine) -> Sequence[tuple[str, str]]:
    """The notifications; how many each account counts as unread must be how many it has."""
    async with engine.connect() as connection:
        found = (await connection.execute(_TOLD)).all()
    unread = await rows.ask(engine, "SELECT coalesce(sum(unread_notifications), 0) FROM users")
    assert unread == len(found)
    return [(kind, title) for kind, title, _ in found]


@pytest.mark.parametrize(
    ("kind", "status", "reason", "expected"),
    [
        ("registered", "confirmed", "", ("booking_confirmation", "Booking confirmed")),
        ("registered", "pending", "", None),
        ("registered", "cancelled", "", None),
        ("registration_cancelled", "cancelled", "cancelled", ("cancellation", "Booking cancelled")),
        (
            "registration_cancelled",
            "cancelled",
            "conference_cancelled",
            ("event_cancelled", "Event cancelled"),
        ),
        (
            "registration_cancelled",
            "cancelled",
            "conference_deleted",
            ("event_cancelled", "Event cancelled"),
        ),
        ("registration_cancelled", "confirmed", "", None),
        ("hold_expired", "expired", "hold_expired", ("cancellation", "Place released")),
        ("hold_expired", "confirmed", "", None),
        ("waitlisted", "waitlisted", "", None),
        ("promoted", "confirmed", "", None),
    ],
)
async def test_what_becomes_of_a_registration_is_noted(
    engine: AsyncEngine,
    context: Context,
    kind: str,
    status: str,
    reason: str,
    expected: tuple[str, str] | None,
) -> None:
    held = HELD_UNTIL if status == "pending" else None
    [registration] = await rows.registrations(engine, status=status, price=4900, held=held)
    await rows.run(engine, f"UPDATE registrations SET end_reason = '{reason}'")
    await accounts(engine)
    await handle(context, told(MessageKind(kind), registration))
    assert await noted(engine) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("kind", "payment", "registration", "expected"),
    [
        ("payment_paid", "paid", "confirmed", ["payment", "booking_confirmation"]),
        ("payment_failed", "failed", "pending", ["payment"]),
        ("payment_failed", "failed", "confirmed", []),
        ("payment_refunded", "refunded", "cancelled", ["refund"]),
        ("payment_paid", "refunded", "cancelled", []),
    ],
)
async def test_what_becomes_of_a_payment_is_noted(
    engine: AsyncEngine,
    context: Context,
    kind: str,
    payment: str,
    registration: str,
    expected: list[str],
) -> None:
    [number] = await rows.payments(engine)
    await rows.run(
        engine,
        f"UPDATE payments SET status = '{payment}',"
        f" refunded_minor = CASE '{payment}' WHEN 'refunded' THEN amount_minor ELSE 0 END",
    )
    await rows.run(engine, f"UPDATE registrations SET status = '{registration}'")
    await accounts(engine)
    await handle(context, told(MessageKind(kind), number))
    assert [one for one, _ in await noted(engine)] == expected


async def test_what_is_tried_again_is_noted_once(engine: AsyncEngine, uow: MakeUow) -> None:
    [registration] = await rows.registrations(engine, status="cancelled")
    await accounts(engine)
    mailbox = Mailbox(refuses=2)
    for _ in range(2):
        with pytest.raises(OSError, match="no connection"):
            await handle(
                context_of(uow, mailbox), told(MessageKind.REGISTRATION_CANCELLED, registration)
            )
    await handle(context_of(uow, mailbox), told(MessageKind.REGISTRATION_CANCELLED, registration))
    assert mailbox.sent == 1
    assert await noted(engine) == [("cancellation", "Booking cancelled")]


async def test_a_confirmation_is_noted_once_by_whatever_tells_it(
    engine: AsyncEngine, context: Context
) -> None:
    [payment] = await rows.payments(engine)
    await rows.run(engine, "UPDATE payments SET status = 'paid'")
    await rows.run(engine, "UPDATE registrations SET status = 'confirmed'")
    await accounts(engine)
    registration = await rows.ask(engine, "SELECT id FROM registrations")
    assert isinstance(registration, int)
    await handle(context, told(MessageKind.REGISTERED, registration, 1))
    await handle(context, told(MessageKind.PAYMENT_PAID, payment, 2))
    assert [kind for kind, _ in await noted(engine)] == ["booking_confirmation", "payment"]


async def test_a_conference_called_off_is_noted_once_each(
    engine: AsyncEngine, context: Context, mailbox: Mailbox
) -> None:
    """Although each has two registrations for it."""
    first = await rows.registrations(engine, 2, status="cancelled")
    await rows.run(
        engine,
        "INSERT INTO registrations (conference_id, attendee_id, status, created_at)"
        " SELECT conference_id, attendee_id, status, created_at"
        " FROM registrations",
    )
    await rows.run(engine, "UPDATE registrations SET end_reason = 'conference_cancelled'")
    await accounts(engine)
    claims = [*first, *(id + len(first) for id in first)]
    await asyncio.gather(
        *(
            handle(context, told(MessageKind.REGISTRATION_CANCELLED, claim, id))
            for id, claim in enumerate(claims, 1)
        )
    )
    assert await noted(engine) == [("event_cancelled", "Event cancelled")] * 2
    assert mailbox.sent == len(claims)


@pytest.mark.parametrize(
    ("kind", "status", "sent"),
    [
        ("registered", "confirmed", 0),
        ("registered", "pending", 1),
        ("waitlisted", "waitlisted", 0),
        ("promoted", "confirmed", 0),
        ("promoted", "pending", 1),
        ("registration_moved", "confirmed", 0),
        ("registration_cancelled", "cancelled", 1),
        ("hold_expired", "expired", 1),
    ],
)
async def test_mails_that_are_not_wanted_are_not_sent_unless_a_place_is_at_stake(
    engine: AsyncEngine, context: Context, mailbox: Mailbox, kind: str, status: str, sent: int
) -> None:
    held = HELD_UNTIL if status == "pending" else None
    [registration] = await rows.registrations(engine, status=status, price=4900, held=held)
    await handle(context, told(MessageKind(kind), registration))
    assert mailbox.sent == 1, "whoever has no account is told by mail"
    await accounts(engine, wants_mail=False)
    await handle(context, told(MessageKind(kind), registration))
    assert mailbox.sent == 1 + sent


@pytest.mark.parametrize("status", ["paid", "failed", "refunded"])
async def test_mails_about_money_are_always_sent(
    engine: AsyncEngine, context: Context, mailbox: Mailbox, status: str
) -> None:
    [payment] = await rows.payments(engine)
    await rows.run(engine, f"UPDATE payments SET status = '{status}'")
    await accounts(engine, wants_mail=False)
    await handle(context, told(MessageKind(f"payment_{status}"), payment))
    assert mailbox.sent == 1
    assert await noted(engine)


async def test_a_reminder_is_noted_also_for_who_wants_no_mail(
    engine: AsyncEngine, context: Context, mailbox: Mailbox
) -> None:
    """The switch is for mails alone (decision 19)."""
    [registration] = await rows.registrations(engine)
    await accounts(engine, wants_mail=False)
    await handle(context, told(MessageKind.REMINDER, registration))
    assert mailbox.sent == 0
    assert await noted(engine)


async def test_a_reminder_tells_of_the_conference_and_not_of_one_of_its_sessions(
    engine: AsyncEngine, context: Context, mailbox: Mailbox
) -> None:
    [registration] = await rows.registrations(engine, price=4900)
    await accounts(engine)
    message = told(MessageKind.REMINDER, registration)
    for _ in range(2):
        await handle(context, message)
    facts = await context.facts.registration(registration)
    assert facts is not None
    assert facts.conference_period is not None
    assert facts.session_name
    letter = emails.reminder(facts.of_conference())
    assert letter.subject == f"It begins soon: {facts.conference_name}"
    for left_out in (facts.session_name, facts.speaker, facts.room, "49.00"):
        assert left_out not in letter.text + letter.html
    assert "When:         Wednesday, 1 September 2027 to Friday, 3 September 2027" in letter.text
    assert mailbox.sent == 2
    assert len(await noted(engine)) == 1


async def test_recommendations_are_not_sent_to_who_wants_no_mail(
    engine: AsyncEngine, context: Context, mailbox: Mailbox
) -> None:
    await rows.registrations(engine)
    await accounts(engine, wants_mail=False)
    await handle(context, told(MessageKind.RECOMMENDATIONS_ASKED, 1))
    assert mailbox.sent == 0


async def test_noting_costs_nothing_where_nobody_has_an_account(
    engine: AsyncEngine, context: Context
) -> None:
    registrations = await rows.registrations(engine, 20)
    with counted(engine) as sent:
        await _all(context, registrations)
    assert not any("notifications (" in one or "FOR NO KEY UPDATE" in one for one in sent)


async def test_what_is_noted_at_the_same_time_is_written_together(
    engine: AsyncEngine, context: Context
) -> None:
    registrations = await rows.registrations(engine, 20)
    await accounts(engine)
    with counted(engine) as sent:
        await _all(context, registrations)
    assert len(await noted(engine)) == len(registrations)
    assert len(sent) < len(registrations)


async def _all(context: Context, registrations: Sequence[int]) -> None:
    await asyncio.gather(
        *(
            handle(context, told(MessageKind.REGISTERED, registration, id))
            for id, registration in enumerate(registrations, 1)
        )
    )


async def test_an_account_that_has_not_proven_its_address_neither_reads_nor_silences(
    engine: AsyncEngine, context: Context, mailbox: Mailbox
) -> None:
    """Anybody may open one with an address that is somebody else's."""
    [registration] = await rows.registrations(engine)
    await accounts(engine, wants_mail=False, proven=False)
    await handle(context, told(MessageKind.REGISTERED, registration))
    await handle(context, told(MessageKind.RECOMMENDATIONS_ASKED, 1))
    assert await noted(engine) == []
    assert mailbox.sent == 2
