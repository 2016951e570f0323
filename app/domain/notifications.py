"""Notifications: what a user is told beside the mails, to be read when they log in."""

from dataclasses import dataclass
from enum import StrEnum


class NotificationKind(StrEnum):
    """The occasions (seed 003)."""

    WAITLIST_PROMOTION = "waitlist_promotion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """For the account of an attendee; whoever has none gets the mail alone."""

    attendee_id: int
    kind: NotificationKind
    conference_id: int | None
    registration_id: int | None
    title: str
    message: str
