"""What the domain announces: facts in the past tense, written with the change that made them.

A message carries ids, never state: whoever handles it reads the present.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum


class MessageKind(StrEnum):
    """Each is handled in `worker/`, exactly by the function of its name."""

    REGISTERED = "registered"
    REGISTRATION_CANCELLED = "registration_cancelled"
    REGISTRATION_MOVED = "registration_moved"
    WAITLISTED = "waitlisted"
    PROMOTED = "promoted"
    HOLD_EXPIRED = "hold_expired"
    PAYMENT_REQUESTED = "payment_requested"
    PAYMENT_PAID = "payment_paid"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_REFUNDED = "payment_refunded"
    RECOMMENDATIONS_ASKED = "recommendations_asked"
    CERTIFICATE_ISSUED = "certificate_issued"
    CERTIFICATES_ISSUING = "certificates_issuing"
    VERIFICATION_ASKED = "verification_asked"
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105 (the name of a kind)
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    CONFERENCE_ENDING = "conference_ending"
    CONFERENCE_CHANGED = "conference_changed"
    CONCERNED_BY_CHANGE = "concerned_by_change"
    REMINDER = "reminder"


EVERY_KIND: frozenset[MessageKind] = frozenset(MessageKind)
# Hears what kinds of messages were just committed.
Ring = Callable[[Collection[MessageKind]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`subject` is the id of what it is about: a registration, a payment, an attendee,
    a conference, an account, a certificate.

    `about` is the id of the message that it goes back to, where it matters which that was. A
    `dedupe_key` is good for one message, for ever.
    """

    kind: MessageKind
    subject: int
    dedupe_key: str | None = None
    about: int | None = None
