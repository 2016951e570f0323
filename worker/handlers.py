"""What each kind of message causes.

A message tells that something happened; the handler reads how things stand now. What has been
overtaken meanwhile is not told any more: there is, or will be, a message about what came after.

Mails about money, and about a place that is lost, always go out; the others only to those who want
them. The notification beside a mail is written first, for it is good for one time only.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from app.domain import certificates, closing, news, resets, verification
from app.domain.messages import MessageKind
from app.domain.notifications import Notification
from app.domain.payments import PaymentStatus
from app.domain.recommendations import recommend
from app.domain.registrations import LIVE, RegistrationStatus
from app.domain.times import utc_now
from app.repositories.mails import PaymentFacts, RegistrationFacts
from app.repositories.outbox import Claimed
from app.repositories.uow import UnitOfWork
from worker import emails, notices
from worker.facts import Facts
from worker.gateway import Gateway
from worker.mailer import Letter, Mailer, seal
from worker.notices import Notices
from worker.outbox import Hopeless


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What handlers work with."""

    unit_of_work: Callable[[], UnitOfWork]
    facts: Facts
    notices: Notices
    gateway: Gateway
    mailer: Mailer
    mail_from: str
    # What the number of a certificate is put behind, to be verified.
    verify_at: str = ""
    # Under which people reach the server.
    base_url: str = ""


Handler = Callable[[Context, Claimed], Awaitable[None]]


async def handle(context: Context, message: Claimed) -> None:
    """Carry out one message."""
    await HANDLERS[message.kind](context, message)


async def registered(context: Context, message: Claimed) -> None:
    """Told as long as the registration takes seats."""
    facts = await _registration(context, message)
    if facts.status is RegistrationStatus.CONFIRMED:
        await _tell(context, message, notices.confirmed(facts))
    if facts.status in LIVE:
        await _post_if_wanted(context, message, facts, emails.registered)


async def waitlisted(context: Context, message: Claimed) -> None:
    """Not told to whoever has a seat by now: that is the better news."""
    facts = await _registration(context, message)
    if facts.status is RegistrationStatus.WAITLISTED:
        await _post_if_wanted(context, message, facts, emails.waitlisted)


async def promoted(context: Context, message: Claimed) -> None:
    """Told as long as the registration takes seats."""
    facts = await _registration(context, message)
    if facts.status in LIVE:
        await _post_if_wanted(context, message, facts, emails.promoted)


async def registration_cancelled(context: Context, message: Claimed) -> None:
    facts = await _registration(context, message)
    if facts.status is RegistrationStatus.CANCELLED:
        await _tell(context, message, notices.ended(facts))
        await _post(context, message, emails.cancelled(facts))


async def registration_moved(context: Context, message: Claimed) -> None:
    facts = await _registration(context, message)
    if facts.status in LIVE:
        await _post_if_wanted(context, message, facts, emails.moved)


async def hold_expired(context: Context, message: Claimed) -> None:
    """Not told when a late payment has won the seat back."""
    facts = await _registration(context, message)
    if facts.status is RegistrationStatus.EXPIRED:
        await _tell(context, message, notices.ended(facts))
        await _post(context, message, emails.hold_expired(facts))


async def payment_requested(context: Context, message: Claimed) -> None:
    """Ask the gateway; what is settled already is not asked again."""
    facts = await _payment(context, message)
    if facts.status is PaymentStatus.PENDING:
        await context.gateway.settle(
            facts.payment_id, facts.wanted_outcome, facts.callback_url, facts.method
        )


async def payment_paid(context: Context, message: Claimed) -> None:
    facts = await _payment(context, message)
    if facts.status is PaymentStatus.PAID:
        await _tell(context, message, notices.settled(facts, emails.price(facts.amount)))
        if facts.registration.status is RegistrationStatus.CONFIRMED:
            await _tell(context, message, notices.confirmed(facts.registration))
        await _post(context, message, emails.payment_paid(facts))


async def payment_failed(context: Context, message: Claimed) -> None:
    """Not told when another attempt has succeeded meanwhile."""
    facts = await _payment(context, message)
    is_paid_otherwise = facts.registration.status is RegistrationStatus.CONFIRMED
    if facts.status is PaymentStatus.FAILED and not is_paid_otherwise:
        await _tell(context, message, notices.settled(facts, emails.price(facts.amount)))
        await _post(context, message, emails.payment_failed(facts))


async def payment_refunded(context: Context, message: Claimed) -> None:
    """In full, or in part; in parts, what has been given back of it by now is told."""
    facts = await _payment(context, message)
    is_whole = facts.status is PaymentStatus.REFUNDED
    if is_whole or facts.refunded_minor:
        amount = facts.amount if is_whole else facts.refunded
        await _tell(context, message, notices.refunded(facts, emails.price(amount)))
        await _post(context, message, emails.payment_refunded(facts))


async def recommendations_asked(context: Context, message: Claimed) -> None:
    """Not told to an attendee who has been removed meanwhile, or wants no mail."""
    to = await context.facts.addressee(message.subject)
    if to is None or not to.wants_mail:
        return
    async with context.unit_of_work().reading() as tx:
        suggestions = await recommend(tx, message.subject, utc_now())
    await _post(context, message, emails.recommendations(to, suggestions))


async def certificate_issued(context: Context, message: Claimed) -> None:
    facts = await context.facts.certificate(message.subject)
    if facts is None:
        raise Hopeless(f"There is no certificate {message.subject}.")
    if facts.to.wants_mail:
        await _post(context, message, emails.certificate_issued(facts, context.verify_at))


async def certificates_issuing(context: Context, message: Claimed) -> None:
    """Issue the next ones; whoever gets one is told by a message of their own."""
    await certificates.go_on_issuing(context.unit_of_work(), message.subject, utc_now())


async def verification_asked(context: Context, message: Claimed) -> None:
    """Draws the token that goes with this mail; not told to whoever is verified by now."""
    proof = await verification.draw(context.unit_of_work(), message.subject, utc_now())
    if proof is None:
        return
    link = f"{context.base_url}/verify?token={proof.token}"
    letter = emails.verification_asked(proof.user, link, verification.GOOD_FOR)
    await _post(context, message, letter)


async def conference_ending(context: Context, message: Claimed) -> None:
    """End the next claims; whoever lost one is told by a message of their own."""
    await closing.go_on_ending(context.unit_of_work(), message.subject, utc_now())


async def password_reset_asked(context: Context, message: Claimed) -> None:
    """Draws the token that goes with this mail; for an address that nobody has, nothing is done."""
    proof = await resets.draw(context.unit_of_work(), message.subject, utc_now())
    if proof is None:
        return
    link = f"{context.base_url}/reset-password?token={proof.token}"
    letter = emails.password_reset_asked(proof.user, link, resets.GOOD_FOR)
    await _post(context, message, letter)


async def password_changed(context: Context, message: Claimed) -> None:
    """Told to the account's address, proven or not; whoever was not asked should hear of it."""
    async with context.unit_of_work().reading() as tx:
        user = await tx.accounts.get(message.subject)
    if user.is_active:
        await _post(context, message, emails.password_changed(user))


async def conference_changed(context: Context, message: Claimed) -> None:
    """Whoever is concerned by what is due is told by a message of their own, once."""
    await news.settle(context.unit_of_work(), message.subject, message.id, utc_now())
    last: int | None = 0
    while last is not None:
        last = await news.pass_on(context.unit_of_work(), message.id, utc_now(), last)


async def concerned_by_change(context: Context, message: Claimed) -> None:
    """Told of what they still come to."""
    facts = await _registration(context, message)
    told = await context.facts.news(message.about or 0, message.subject)
    if not told:
        return
    changes = [(one.name, emails.differences(one)) for one in told]
    await _tell(context, message, notices.changed(facts, changes))
    if facts.to.wants_mail:
        await _post(context, message, emails.changed(facts.to, told))


async def reminder(context: Context, message: Claimed) -> None:
    """Of the conference; not told when it has begun. The switch is for mails alone."""
    facts = (await _registration(context, message)).of_conference()
    if facts.status in LIVE and facts.period.start > utc_now():
        await _tell(context, message, notices.reminder(facts, emails.when_of(facts)))
        if facts.to.wants_mail:
            await _post(context, message, emails.reminder(facts))


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
    MessageKind.CONFERENCE_ENDING: conference_ending,
    MessageKind.CONFERENCE_CHANGED: conference_changed,
    MessageKind.CONCERNED_BY_CHANGE: concerned_by_change,
    MessageKind.REMINDER: reminder,
    MessageKind.VERIFICATION_ASKED: verification_asked,
    MessageKind.PASSWORD_RESET_ASKED: password_reset_asked,
    MessageKind.PASSWORD_CHANGED: password_changed,
    MessageKind.CERTIFICATE_ISSUED: certificate_issued,
    MessageKind.CERTIFICATES_ISSUING: certificates_issuing,
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


async def _tell(context: Context, message: Claimed, notification: Notification) -> None:
    """What has no key of its own is told once per message."""
    key = notification.dedupe_key or f"outbox:{message.id}"
    await context.notices.tell(replace(notification, dedupe_key=key))


async def _post_if_wanted(
    context: Context,
    message: Claimed,
    facts: RegistrationFacts,
    write: Callable[[RegistrationFacts], Letter],
) -> None:
    """A place that is to be paid for is a matter of money."""
    if facts.to.wants_mail or facts.status is RegistrationStatus.PENDING:
        await _post(context, message, write(facts))


async def _post(context: Context, message: Claimed, letter: Letter) -> None:
    envelope = seal(
        letter,
        name=f"{message.id:012d}-{message.kind.value}",
        number=message.id,
        sender=context.mail_from,
        now=utc_now(),
    )
    await context.mailer.send(envelope)
