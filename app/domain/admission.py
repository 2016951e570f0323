"""Admission: who of a batch gets a seat, and why the others do not. Pure, so tried by the thousand.

The batch is decided in order of arrival, over facts that were loaded under lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from app.domain.errors import (
    AlreadyRegistered,
    ConferenceFull,
    Full,
    Other,
    Refused,
    ScheduleConflict,
    SeatsAvailable,
    SessionFull,
    TicketTypeSoldOut,
)
from app.domain.money import Money
from app.domain.times import TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one registers for: a session, or the conference itself when `session_id` is None."""

    conference_id: int
    session_id: int | None


class PoolKind(StrEnum):
    CONFERENCE = "conference"
    SESSION = "session"
    TICKET_TYPE = "ticket_type"


@dataclass(frozen=True, slots=True)
class Pool:
    """Seats that are counted together: a conference's, a session's, a ticket type's."""

    kind: PoolKind
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What a pool has; `capacity` None is unlimited, `waiting` counts registrations."""

    pool: Pool
    name: str
    capacity: int | None
    seats_taken: int
    waiting: int = 0

    @property
    def calls(self) -> bool:
        """Whether there is a free seat and somebody who waits."""
        return self.waiting > 0 and (self.capacity is None or self.seats_taken < self.capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is to be had; a seat of it is a seat of all its `stocks`. `period` is a session's."""

    target: Target
    name: str
    unit_price: Money
    period: TimeRange | None
    stocks: tuple[Stock, ...]
    ticket_type_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A live or waitlisted registration an attendee has; waitlisted ones block no schedule.

    One `by_others` makes the person known to nobody: an e-mail address was enough for it, or it was
    made before the record was its account's. `owner_id` is the account it belongs to.
    """

    registration_id: int
    attendee_id: int
    target: Target
    name: str
    period: TimeRange | None
    is_live: bool
    organizer_id: int | None
    by_others: bool = False
    owner_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One attendee's wish for `quantity` seats of a target.

    Whoever cannot name a ticket type takes any: the cheapest that is to be had. Whoever `may_wait`
    gets a place in the queue where there is no seat; whoever `must_wait` wants nothing else. What
    `awaits_confirmation` is held at first, also when it is free of charge. Whoever comes
    `before_start` wants in before it begins, or not at all.
    """

    attendee_id: int
    target: Target
    quantity: int = 1
    ticket_type_id: int | None = None
    any_ticket_type: bool = False
    may_wait: bool = False
    must_wait: bool = False
    awaits_confirmation: bool = False
    before_start: bool = False
    guest_name: str = ""
    special_requirements: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a wish came to: seats of an offer, or a place in its queue."""

    offer: Offer
    waits: bool


class Seating:
    """The seats taken of each pool, while a batch is decided."""

    def __init__(self, stocks: Iterable[Stock], kept: Mapping[Pool, int]) -> None:
        self._taken = {s.pool: s.seats_taken + kept.get(s.pool, 0) for s in stocks}

    def ensure_free(self, choices: Iterable[Offer], quantity: int) -> None:
        """Raises what `ensure_seats` raises of the choice that has the most seats left."""
        scarcest = [min(offer.stocks, key=self._left) for offer in choices]
        stock = max(scarcest, key=self._left)
        ensure_seats(stock, self._taken[stock.pool], quantity)

    def is_free(self, offer: Offer, quantity: int) -> bool:
        return all(has_seats(stock, self._taken[stock.pool], quantity) for stock in offer.stocks)

    def is_full(self, offer: Offer) -> bool:
        """Whether there is not a single seat."""
        return not self.is_free(offer, 1)

    def has_one(self, stock: Stock) -> bool:
        return has_seats(stock, self._taken[stock.pool], 1)

    def take(self, offer: Offer, quantity: int) -> None:
        for stock in offer.stocks:
            self._taken[stock.pool] += quantity

    def _left(self, stock: Stock) -> float:
        return seats_left(stock, self._taken[stock.pool])


def admit(
    wishes: Sequence[Wish],
    choices: Sequence[Sequence[Offer]],
    held: Iterable[Held],
    kept: Mapping[Pool, int] | None = None,
) -> list[Place | Refused]:
    """Decide over a batch, in order; `choices` are what each wish would take, the best first.

    Seats that are `kept` for somebody who waits are not given away.
    """
    offers = {id(offer): offer for chosen in choices for offer in chosen}
    seating = Seating((s for offer in offers.values() for s in offer.stocks), kept or {})
    holding = by_attendee(held)
    return [
        _decide(wish, chosen, seating, holding)
        for wish, chosen in zip(wishes, choices, strict=True)
    ]


def _decide(
    wish: Wish, choices: Sequence[Offer], seating: Seating, holding: dict[int, list[Held]]
) -> Place | Refused:
    mine = holding.setdefault(wish.attendee_id, [])
    first = choices[0]
    try:
        ensure_not_registered(first, mine)
        ensure_schedule_free(first, mine)
        offer = next((o for o in choices if seating.is_free(o, wish.quantity)), None)
        if offer is None and not (waits_if_full(wish) and can_wait(first, wish.quantity)):
            seating.ensure_free(choices, wish.quantity)
        ensure_full(wish, offer)
    except Refused as refusal:
        return refusal
    if offer is not None:
        seating.take(offer, wish.quantity)
    mine.append(_now_held(wish, first, is_live=offer is not None))
    return Place(offer=offer or first, waits=offer is None)


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


def has_seats(stock: Stock, taken: int, quantity: int) -> bool:
    """Seats of live registrations never exceed the capacity; no capacity is no limit."""
    return quantity <= seats_left(stock, taken)


def seats_left(stock: Stock, taken: int) -> float:
    """How many may still be taken; there may be no end of them."""
    return inf if stock.capacity is None else max(0, stock.capacity - taken)


_FULL: Mapping[PoolKind, type[Full]] = {
    PoolKind.CONFERENCE: ConferenceFull,
    PoolKind.SESSION: SessionFull,
    PoolKind.TICKET_TYPE: TicketTypeSoldOut,
}


def ensure_seats(stock: Stock, taken: int, quantity: int) -> None:
    """No more than there are (`session_full`, `conference_full`, `ticket_type_sold_out`)."""
    if has_seats(stock, taken, quantity):
        return
    full, left = _FULL[stock.pool.kind], int(seats_left(stock, taken))
    raise full(left=left) if left else full(f"All seats of “{stock.name}” are taken.")


def waits_if_full(wish: Wish) -> bool:
    """Whether somebody has asked to wait, one way or the other."""
    return wish.may_wait or wish.must_wait


def ensure_full(wish: Wish, offer: Offer | None) -> None:
    """One waits for what is full (`seats_available`)."""
    if wish.must_wait and offer is not None:
        raise SeatsAvailable(f"There are free seats for “{offer.name}”.")


def can_wait(offer: Offer, quantity: int) -> bool:
    """Who may wait is put on the waitlist (`waitlisted`); a group too large for an empty house
    would wait for ever.
    """
    return all(has_seats(stock, 0, quantity) for stock in offer.stocks)


def by_attendee(held: Iterable[Held]) -> dict[int, list[Held]]:
    """What each attendee holds."""
    sorted_out: dict[int, list[Held]] = {}
    for claim in held:
        sorted_out.setdefault(claim.attendee_id, []).append(claim)
    return sorted_out


def _now_held(wish: Wish, offer: Offer, *, is_live: bool) -> Held:
    return Held(
        registration_id=0,
        attendee_id=wish.attendee_id,
        target=wish.target,
        name=offer.name,
        period=offer.period,
        is_live=is_live,
        organizer_id=None,
    )
