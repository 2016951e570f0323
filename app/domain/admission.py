"""Admission: who of a batch gets a seat, and why the others do not. Pure, so tried by the thousand.

The batch is decided in order of arrival, over facts that were loaded under lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.errors import (
    AlreadyRegistered,
    ConferenceFull,
    Other,
    Refused,
    ScheduleConflict,
    SessionFull,
)
from app.domain.money import Money
from app.domain.times import TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one registers for: a session, or the conference itself when `session_id` is None."""

    conference_id: int
    session_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a target has to give; `capacity` None is unlimited, `period` that of a session."""

    target: Target
    name: str
    capacity: int | None
    seats_taken: int
    unit_price: Money
    period: TimeRange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A live or waitlisted registration an attendee has; waitlisted ones block no schedule."""

    registration_id: int
    attendee_id: int
    target: Target
    name: str
    period: TimeRange | None
    is_live: bool
    organizer_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One attendee's wish for `quantity` seats of a target."""

    attendee_id: int
    target: Target
    quantity: int = 1


def admit(
    wishes: Sequence[Wish], offers: Mapping[Target, Offer], held: Iterable[Held]
) -> list[Refused | None]:
    """Decide over a batch, in order: None is a seat, a refusal says why there is none."""
    taken = {target: offer.seats_taken for target, offer in offers.items()}
    holding: dict[int, list[Held]] = {}
    for claim in held:
        holding.setdefault(claim.attendee_id, []).append(claim)
    return [_decide(wish, offers[wish.target], taken, holding) for wish in wishes]


def _decide(
    wish: Wish, offer: Offer, taken: dict[Target, int], holding: dict[int, list[Held]]
) -> Refused | None:
    mine = holding.setdefault(wish.attendee_id, [])
    try:
        ensure_not_registered(offer, mine)
        ensure_schedule_free(offer, mine)
        ensure_seats(offer, taken[wish.target], wish.quantity)
    except Refused as refusal:
        return refusal
    taken[wish.target] += wish.quantity
    mine.append(_now_held(wish, offer))
    return None


def ensure_not_registered(offer: Offer, holding: Iterable[Held]) -> None:
    """One live or waitlisted registration per attendee and target (`already_registered`)."""
    for claim in holding:
        if claim.target == offer.target:
            other = Other(kind="registration", id=claim.registration_id, name=claim.name)
            raise AlreadyRegistered(
                f"This attendee is already registered for “{offer.name}”.",
                other=other if claim.registration_id else None,
            )


def ensure_schedule_free(offer: Offer, holding: Iterable[Held]) -> None:
    """An attendee never holds two live sessions that overlap in time (`schedule_conflict`)."""
    for claim in holding:
        if clashes(offer.period, claim):
            raise ScheduleConflict(
                f"The attendee holds “{claim.name}” at that time.",
                other=Other(kind="session", id=claim.target.session_id or 0, name=claim.name),
            )


def clashes(period: TimeRange | None, claim: Held) -> bool:
    """Whether a live session registration overlaps the period; touching ends are fine."""
    if period is None or claim.period is None or not claim.is_live:
        return False
    return period.overlaps(claim.period)


def ensure_seats(offer: Offer, taken: int, quantity: int) -> None:
    """Seats of live registrations never exceed the capacity (`session_full`, `conference_full`)."""
    if offer.capacity is None or taken + quantity <= offer.capacity:
        return
    full = SessionFull if offer.target.session_id is not None else ConferenceFull
    left = max(0, offer.capacity - taken)
    raise full(f"“{offer.name}” has {left} of {offer.capacity} seats left.")


def _now_held(wish: Wish, offer: Offer) -> Held:
    return Held(
        registration_id=0,
        attendee_id=wish.attendee_id,
        target=wish.target,
        name=offer.name,
        period=offer.period,
        is_live=True,
        organizer_id=None,
    )
