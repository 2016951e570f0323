"""Promotion: how a freed seat goes to the first in line who fits, in the same transaction.

A group is served when there are seats for all of it; until then those behind it who fit are served
(`waitlisted`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.admission import Held, Offer, Pool, Seating, Target, by_attendee, clashes
from app.domain.conferences import ConferenceStatus, lock_managed
from app.domain.errors import NotFound
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.notifications import Notification, NotificationKind, tell
from app.domain.registrations import (
    Registration,
    RegistrationStatus,
    hold_until,
    shifts,
    starts_as,
)
from app.domain.supply import Supply, is_over, offer_of
from app.domain.waitlist import Cause, Skip, WaitlistEvent, entry

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

# How many of each queue are looked at in one go.
BITE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How one of a queue fared: `offer` is what they get, None with the reason why not."""

    registration: Registration
    offer: Offer | None
    skip: Skip | None = None


def call_up(
    queue: Sequence[Registration],
    offers: Mapping[int, Offer],
    holding: Mapping[int, Sequence[Held]],
    seating: Seating,
    busy: frozenset[int] = frozenset(),
) -> list[Turn]:
    """Go down a queue and give each one who fits a seat, while there are any.

    `offers` are what each registration waits for, by its id. The `busy` are attendees who cannot
    be held still just now: their seats are kept for them. Whoever waits for two sessions that
    overlap gets a seat in one.
    """
    turns = []
    seated: dict[int, list[Held]] = {}
    for waiting in queue:
        offer = offers.get(waiting.id)
        if offer is None or seating.is_full(offer):
            continue
        mine = seated.setdefault(waiting.attendee_id, [*holding.get(waiting.attendee_id, ())])
        skip = _why_not(waiting, offer, mine, seating)
        if skip is None:
            seating.take(offer, waiting.quantity)
            skip = Skip.BUSY if waiting.attendee_id in busy else None
        turn = Turn(registration=waiting, offer=offer if skip is None else None, skip=skip)
        mine += now_held([turn])
        turns.append(turn)
    return turns


def now_held(turns: Iterable[Turn]) -> list[Held]:
    """The seats of those who have just moved up, as what keeps them from other sessions."""
    return [
        Held(
            registration_id=turn.registration.id,
            attendee_id=turn.registration.attendee_id,
            target=turn.registration.target,
            name=turn.offer.name,
            period=turn.offer.period,
            is_live=True,
            organizer_id=turn.registration.organizer_id,
        )
        for turn in turns
        if turn.offer is not None
    ]


def _why_not(
    waiting: Registration, offer: Offer, holding: Sequence[Held], seating: Seating
) -> Skip | None:
    if not seating.is_free(offer, waiting.quantity):
        return Skip.NEEDS_MORE_SEATS
    if any(clashes(offer.period, claim) for claim in holding):
        return Skip.SCHEDULE_CONFLICT
    return None


def passed_over(turns: Sequence[Turn]) -> Sequence[Turn]:
    """Those who go on waiting although somebody behind them in the same queue got a seat."""
    last: dict[Target, int] = {}
    for turn in turns:
        if turn.offer is not None:
            last[turn.registration.target] = turn.registration.id
    return [
        turn
        for turn in turns
        if turn.offer is None and turn.registration.id < last.get(turn.registration.target, 0)
    ]


def promoted(turn: Turn, now: datetime, hold: timedelta) -> Registration:
    """The registration with its seat: confirmed when free of charge, else held until it is paid."""
    assert turn.offer is not None
    price = turn.offer.unit_price.times(turn.registration.quantity)
    status = starts_as(price)
    return replace(
        turn.registration,
        status=status,
        price=price,
        hold_expires_at=hold_until(price, now, hold),
        confirmed_at=now if status is RegistrationStatus.CONFIRMED else None,
    )


async def lock(tx: "Transaction", targets: Sequence[Target]) -> None:
    """Lock conferences and then sessions, each in order of id."""
    await tx.seats.lock_conferences(t.conference_id for t in targets if t.session_id is None)
    await tx.seats.lock_sessions(t.session_id for t in targets if t.session_id is not None)


async def serve(
    tx: "Transaction", targets: Iterable[Target], cause: Cause, now: datetime
) -> Mapping[Pool, int]:
    """Give free seats of targets to those who wait for them; the targets are locked already.

    Part of the transaction that freed the seats. Returns the seats that are kept for people who
    could not be held still just now; the sweeper gives them theirs.
    """
    wanted = frozenset(targets)
    if not wanted:
        return {}
    supply = await _supply(tx, wanted)
    heads = {target: 0 for target in supply.calling() if is_open(target, wanted, supply, now)}
    seating = Seating(supply.stocks(), {})
    turns: list[Turn] = []
    while heads:
        queue = await tx.waitlist.heads(heads, supply.sold_out(seating), BITE)
        turns += await _round(tx, queue, supply, seating, turns)
        heads = go_on(heads, queue, supply, seating)
    await _write(tx, turns, cause, now)
    kept: dict[Pool, int] = {}
    for turn in turns:
        for pool in turn.registration.pools if turn.skip is Skip.BUSY else ():
            kept[pool] = kept.get(pool, 0) + turn.registration.quantity
    return kept


async def serve_due(uow: "UnitOfWork", now: datetime, most: int = 100) -> int:
    """Serve queues in which somebody waits although there is a free seat; returns how many.

    There are such when a schedule became free elsewhere, or somebody could not be held still.
    """
    async with uow as tx:
        targets = await tx.waitlist.due(now, most)
        if targets:
            await lock(tx, targets)
            await serve(tx, targets, Cause.SWEPT, now)
    return len(targets)


@once
async def call(
    uow: "UnitOfWork", caller: Caller, conference_id: int, session_id: int | None, now: datetime
) -> int:
    """Serve one queue at its organizer's word; returns how many left it with a seat.

    Raises NotFound, Forbidden.
    """
    target = Target(conference_id=conference_id, session_id=session_id)
    async with uow as tx:
        await lock_managed(tx, caller, conference_id)
        await lock(tx, [target])
        if offer_of(target, None, await _supply(tx, [target])) is None:
            raise NotFound
        before = await tx.waitlist.length(target)
        await serve(tx, [target], Cause.CALLED, now)
        served = before - await tx.waitlist.length(target)
        await tx.keep(served)
    return served


async def _supply(tx: "Transaction", targets: Iterable[Target]) -> Supply:
    """What the locked targets have, as it is now."""
    sessions = [t.session_id for t in targets if t.session_id is not None]
    admissions = [t.conference_id for t in targets if t.session_id is None]
    return Supply(
        venues=await tx.seats.venues(t.conference_id for t in targets),
        sessions=await tx.seats.lock_sessions(sessions),
        kinds=await tx.seats.ticket_kinds(admissions),
    )


def is_open(target: Target, wanted: frozenset[Target], supply: Supply, now: datetime) -> bool:
    """Nobody gets a seat of what is not published, or over."""
    found = offer_of(target, None, supply)
    if target not in wanted or found is None:
        return False
    venue, offer = found
    return venue.status is ConferenceStatus.PUBLISHED and not is_over(venue, offer, now)


async def _round(
    tx: "Transaction",
    queue: Sequence[Registration],
    supply: Supply,
    seating: Seating,
    before: Sequence[Turn],
) -> list[Turn]:
    """Only who waits for a session is held still: an admission clashes with nothing.

    Who got a seat `before`, in this transaction, is not stored yet.
    """
    people = {waiting.attendee_id for waiting in queue if waiting.session_id is not None}
    still = await tx.seats.try_lock_attendees(people)
    held = await tx.seats.held(still) if still else ()
    holding = by_attendee([*held, *now_held(before)])
    offers = {
        waiting.id: found[1]
        for waiting in queue
        if (found := offer_of(waiting.target, waiting.ticket_type_id, supply)) is not None
    }
    return call_up(queue, offers, holding, seating, frozenset(people - still))


def go_on(
    heads: Mapping[Target, int], queue: Sequence[Registration], supply: Supply, seating: Seating
) -> dict[Target, int]:
    """Where to go on: in queues that were not read to their end and still have seats."""
    read: dict[Target, list[int]] = {target: [] for target in heads}
    for waiting in queue:
        read[waiting.target].append(waiting.id)
    further = {}
    for target, ids in read.items():
        found = offer_of(target, None, supply)
        if len(ids) == BITE and found is not None and not seating.is_full(found[1]):
            further[target] = ids[-1]
    return further


async def _write(tx: "Transaction", turns: Sequence[Turn], cause: Cause, now: datetime) -> None:
    seated = [turn for turn in turns if turn.offer is not None]
    if not seated:
        return
    new = [promoted(turn, now, tx.hold) for turn in seated]
    await tx.registrations.promote(new)
    await tx.seats.move(shifts([turn.registration for turn in seated], new))
    await tx.waitlist.note(
        [entry(r, WaitlistEvent.PROMOTED, cause.value, now) for r in new]
        + [
            entry(turn.registration, WaitlistEvent.SKIPPED, turn.skip.value, now)
            for turn in passed_over(turns)
            if turn.skip is not None
        ]
    )
    await tell(tx, [word_of_seat(t, r) for t, r in zip(seated, new, strict=True)], now)
    await tx.announce([Message(kind=MessageKind.PROMOTED, subject=r.id) for r in new], now)


def word_of_seat(turn: Turn, registration: Registration) -> Notification:
    """What whoever moved up is told; to pay, too, where it is not confirmed by that."""
    assert turn.offer is not None
    paid = registration.status is RegistrationStatus.CONFIRMED
    return Notification(
        attendee_id=registration.attendee_id,
        kind=NotificationKind.WAITLIST_PROMOTION,
        conference_id=registration.conference_id,
        registration_id=registration.id,
        title="A seat for you",
        message=f"You moved up from the waitlist of “{turn.offer.name}”."
        + ("" if paid else " Please pay in time to keep your place."),
    )
