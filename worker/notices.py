"""What people with an account are told beside the mails, each thing once however often it is tried.

A mail may be lost or go out twice; a notification is a row, and its key bars a second one.
"""

import asyncio
from collections.abc import Callable, Sequence

from app.domain.desk import Desk
from app.domain.notifications import Notification, NotificationKind, tell
from app.domain.payments import PaymentStatus
from app.domain.registrations import RegistrationStatus
from app.domain.times import utc_now
from app.repositories.mails import PaymentFacts, RegistrationFacts
from app.repositories.uow import UnitOfWork

_PATIENCE = 5.0
_CALLED_OFF = frozenset({"conference_cancelled", "conference_deleted"})


class Notices:
    """What is told at the same time is written in one go."""

    def __init__(self, unit_of_work: Callable[[], UnitOfWork]) -> None:
        async def serve(notifications: Sequence[Notification]) -> Sequence[None]:
            async with asyncio.timeout(_PATIENCE), unit_of_work() as tx:
                await tell(tx, notifications, utc_now())
            return [None] * len(notifications)

        self._desk: Desk[Notification, None] = Desk(serve)

    async def tell(self, notification: Notification) -> None:
        """Whoever has no account costs nothing here."""
        if notification.user_id is not None:
            await self._desk.ask(notification)


def confirmed(facts: RegistrationFacts) -> Notification:
    """Once per registration, whether it is told by the registration or by its payment."""
    return _about(
        facts,
        NotificationKind.BOOKING_CONFIRMATION,
        "Booking confirmed",
        f"Your place is confirmed: {_title(facts)}.",
        key=f"confirmed:{facts.registration_id}",
    )


def ended(facts: RegistrationFacts) -> Notification:
    """A conference that is called off is told once, however many registrations one has for it."""
    if facts.end_reason in _CALLED_OFF:
        return _about(
            facts,
            NotificationKind.EVENT_CANCELLED,
            "Event cancelled",
            f"“{facts.conference_name}” does not take place.",
            key=f"called_off:{facts.conference_id}:{facts.user_id}",
        )
    expired = facts.status is RegistrationStatus.EXPIRED
    return _about(
        facts,
        NotificationKind.CANCELLATION,
        "Place released" if expired else "Booking cancelled",
        f"It was not paid in time: {_title(facts)}."
        if expired
        else f"Your booking was cancelled: {_title(facts)}.",
        key=None,
    )


def settled(facts: PaymentFacts, amount: str) -> Notification:
    """Of a payment that succeeded, or did not; once per payment."""
    paid = facts.status is PaymentStatus.PAID
    said = "was received" if paid else "did not succeed"
    return _about(
        facts.registration,
        NotificationKind.PAYMENT,
        "Payment received" if paid else "Payment not successful",
        f"Your payment of {amount} {said}: {_title(facts.registration)}.",
        key=f"settled:{facts.payment_id}",
    )


def refunded(facts: PaymentFacts, amount: str) -> Notification:
    return _about(
        facts.registration,
        NotificationKind.REFUND,
        "Payment refunded",
        f"{amount} will be returned to you: {_title(facts.registration)}.",
        key=None,
    )


def changed(
    facts: RegistrationFacts, changes: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]
) -> Notification:
    """Of another time or place: by name, what is different, how it was, how it is now."""
    sentences = [
        f"“{name}”: "
        + "; ".join(f"{label.lower()}: {new} (before: {old})" for label, old, new in differences)
        for name, differences in changes
    ]
    return _about(
        facts, NotificationKind.EVENT_UPDATE, "Event updated", "\n".join(sentences), key=None
    )


def reminder(facts: RegistrationFacts, when: str) -> Notification:
    return _about(
        facts,
        NotificationKind.REMINDER,
        "It begins soon",
        f"{_title(facts)}: {when}.",
        key=None,
    )


def _about(
    facts: RegistrationFacts, kind: NotificationKind, title: str, message: str, *, key: str | None
) -> Notification:
    return Notification(
        user_id=facts.user_id,
        kind=kind,
        conference_id=facts.conference_id,
        registration_id=facts.registration_id,
        title=title,
        message=message,
        dedupe_key=key,
    )


def _title(facts: RegistrationFacts) -> str:
    return f"“{facts.session_name or facts.conference_name}”"
