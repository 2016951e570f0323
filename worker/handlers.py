"""What each kind of message causes.

A message tells that something happened; the handler reads how things stand now. What has been
overtaken meanwhile is not told any more: there is, or will be, a message about what came after.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.domain.messages import MessageKind
from app.domain.payments import PaymentStatus
from app.domain.recommendations import recommend
from app.domain.registrations import LIVE, RegistrationStatus
from app.domain.times import utc_now
from app.repositories.mails import PaymentFacts, RegistrationFacts
from app.repositories.outbox import Claimed
from app.repositories.uow import UnitOfWork
from worker import emails
from worker.facts import Facts
from worker.gateway import Gateway
from worker.mailer import Letter, Mailer, seal
from worker.outbox import Hopeless


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What handlers work with."""

    unit_of_work: Callable[[], UnitOfWork]
    facts: Facts
    gateway: Gateway
    mailer: Mailer
    mail_from: str


Handler = Callable[[Context, Claimed], Awaitable[None]]


async def handle(context: Context, message: Claimed) -> None:
    """Carry out one message."""
    await HANDLERS[message.kind](context, message)


async def registered(context: Context, message: Claimed) -> None:
    """Told as long as the registration takes seats."""
    facts = await _registration(context, message)
    if facts.status in LIVE:
        await _post(context, message, emails.registered(facts))


async def waitlisted(context: Context, message: Claimed) -> None:
    """Not told to whoever has a seat by now: that is the better news."""
    facts = await _registration(context, message)
    if facts.status is RegistrationStatus.WAITLISTED:
        await _post(context, message, emails.waitlisted(facts))


async def promoted(context: Context, message: Claimed) -> None:
    """Told as long as the registration takes seats."""
    facts = await _registration(context, message)
    if facts.status in LIVE:
        await _post(context, message, emails.promoted(facts))


async def registration_cancelled(context: Context, message: Claimed) -> None:
    facts = await _registration(context, message)
    if facts.status is RegistrationStatus.CANCELLED:
        await _post(context, message, emails.cancelled(facts))


async def registration_moved(context: Context, message: Claimed) -> None:
    facts = await _registration(context, message)
    if facts.status in LIVE:
        await _post(context, message, emails.moved(facts))


async def hold_expired(context: Context, message: Claimed) -> None:
    """Not told when a late payment has won the seat back."""
    facts = await _registration(context, message)
    if facts.status is RegistrationStatus.EXPIRED:
        await _post(context, message, emails.hold_expired(facts))


async def payment_requested(context: Context, message: Claimed) -> None:
    """Ask the gateway; what is settled already is not asked again."""
    facts = await _payment(context, message)
    if facts.status is PaymentStatus.PENDING:
        await context.gateway.settle(facts.payment_id, facts.wanted_outcome, facts.callback_url)


async def payment_paid(context: Context, message: Claimed) -> None:
    facts = await _payment(context, message)
    if facts.status is PaymentStatus.PAID:
        await _post(context, message, emails.payment_paid(facts))


async def payment_failed(context: Context, message: Claimed) -> None:
    """Not told when another attempt has succeeded meanwhile."""
    facts = await _payment(context, message)
    is_paid_otherwise = facts.registration.status is RegistrationStatus.CONFIRMED
    if facts.status is PaymentStatus.FAILED and not is_paid_otherwise:
        await _post(context, message, emails.payment_failed(facts))


async def payment_refunded(context: Context, message: Claimed) -> None:
    facts = await _payment(context, message)
    if facts.status is PaymentStatus.REFUNDED:
        await _post(context, message, emails.payment_refunded(facts))


async def recommendations_asked(context: Context, message: Claimed) -> None:
    """Not told to an attendee who has been removed meanwhile."""
    to = await context.facts.addressee(message.subject)
    if to is None:
        return
    async with context.unit_of_work().reading() as tx:
        suggestions = await recommend(tx, message.subject, utc_now())
    await _post(context, message, emails.recommendations(to, suggestions))


HANDLERS: dict[MessageKind, Handler] = {
    MessageKind.REGISTERED: registered,
    MessageKind.REGISTRATION_CANCELLED: registration_cancelled,
    MessageKind.REGISTRATION_MOVED: registration_moved,
    MessageKind.WAITLISTED: waitlisted,
    MessageKind.PROMOTED: promoted,
    MessageKind.HOLD_EXPIRED: hold_expired,
    MessageKind.PAYMENT_REQUESTED: payment_requested,
    MessageKind.PAYMENT_PAID: payment_paid,
    MessageKind.PAYMENT_FAILED: payment_failed,
    MessageKind.PAYMENT_REFUNDED: payment_refunded,
    MessageKind.RECOMMENDATIONS_ASKED: recommendations_asked,
}


async def _registration(context: Context, message: Claimed) -> RegistrationFacts:
    facts = await context.facts.registration(message.subject)
    if facts is None:
        raise Hopeless(f"There is no registration {message.subject}.")
    return facts


async def _payment(context: Context, message: Claimed) -> PaymentFacts:
    facts = await context.facts.payment(message.subject)
    if facts is None:
        raise Hopeless(f"There is no payment {message.subject}.")
    return facts


async def _post(context: Context, message: Claimed, letter: Letter) -> None:
    envelope = seal(
        letter,
        name=f"{message.id:012d}-{message.kind.value}",
        number=message.id,
        sender=context.mail_from,
        now=utc_now(),
    )
    await context.mailer.send(envelope)
