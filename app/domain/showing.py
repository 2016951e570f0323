"""What is told of a conference, and to whom."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from app.domain.access import Caller, fold, manages
from app.domain.conferences import Conference, ConferenceStatus

_HUNDREDTH = Decimal("0.01")


def is_registration_open(conference: Conference, now: datetime) -> bool:
    """Whether one may register, or wait: published, not over, and within the deadline.

    Whether there is a seat says `available_spots`.
    """
    if not is_active(conference, now):
        return False
    deadline = conference.registration_deadline
    return deadline is None or now <= deadline


def is_active(conference: Conference, now: datetime) -> bool:
    """Whether it is published and not over: still to come, or going on."""
    return conference.status is ConferenceStatus.PUBLISHED and now < conference.period.end


def has_begun(conference: Conference, now: datetime) -> bool:
    """Whether its start lies in the past, whatever has become of it."""
    return conference.period.start < now


def available_spots(conference: Conference) -> int | None:
    """The seats that are left; None where there is no limit."""
    if conference.capacity is None:
        return None
    return max(conference.capacity - conference.seats_taken, 0)


def average_rating(reviews: int, ratings_sum: int) -> float:
    """Of all reviews, with two decimals; 0 while there is none."""
    if reviews == 0:
        return 0.0
    return float((Decimal(ratings_sum) / reviews).quantize(_HUNDREDTH, ROUND_HALF_UP))


def tags_of(conference: Conference) -> Sequence[str]:
    """The tags one by one, trimmed, each once, as it is written first."""
    first: dict[str, str] = {}
    for written in conference.tags.split(","):
        tag = " ".join(written.split())
        if tag:
            first.setdefault(fold(tag), tag)
    return list(first.values())


def shows_online_url(caller: Caller | None, conference: Conference, *, seated: bool) -> bool:
    """Where to meet online is for those with a seat, the organizer and admins."""
    return seated or (caller is not None and manages(caller, conference))


def without_online_url(conference: Conference) -> Conference:
    """As it is shown to all others."""
    return replace(conference, online_url="") if conference.online_url else conference
