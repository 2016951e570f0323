"""Registering, by the batch: what the registration desk does with those who are waiting.

One transaction serves them all: lock attendees and targets, load the facts of all in one query
each, decide, insert all, bump the counters, write the outbox, commit, answer each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.access import Caller
from app.domain.admission import Held, Offer, Target, Wish, admit
from app.domain.desk import Desk
from app.domain.errors import DomainError, KeyInProgress, UnknownReference
from app.domain.idempotency import AlreadyDone, Claim, once
from app.domain.messages import Message, MessageKind
from app.domain.registrations import (
    Person,
    Registration,
    RegistrationStatus,
    Venue,
    ensure_may_register,
    ensure_open,
    ensure_sees,
    find_offer,
    hold_until,
    lock_targets,
    starts_as,
)

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

Answer = Registration | Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One caller's wish to register an attendee, as it arrives at the desk."""

    caller: Caller
    wish: Wish
    claim: Claim | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    venues: Mapping[int, Venue]
    people: Mapping[int, Person]
    offers: Mapping[int, Offer]
    held: Mapping[int, list[Held]]


@once
async def register(desk: Desk[Ask, Registration], ask: Ask) -> Registration:
    """Stand in line at the desk. Raises what `ensure_may_register`, `ensure_open`, `admit` do."""
    return await desk.ask(ask)


async def register_batch(
    uow: "UnitOfWork", asks: Sequence[Ask], now: datetime, hold: timedelta
) -> list[Answer]:
    """Register a batch; one registration or exception per ask, in the same order."""
    answers: dict[int, Answer] = {}
    async with uow as tx:
        answers.update(_repeated_in_batch(asks))
        claims = [ask.claim for place, ask in enumerate(asks) if ask.claim and place not in answers]
        earlier = await tx.idempotency.open(claims, now)
        answers.update(_answered_before(asks, earlier, answers))
        open_asks = {place: ask for place, ask in enumerate(asks) if place not in answers}
        wishes = [ask.wish for ask in open_asks.values()]
        venues, people, offers = await lock_targets(
            tx, [wish.target for wish in wishes], [wish.attendee_id for wish in wishes]
        )
        held = await tx.seats.held(people)
        facts = _Facts(venues=venues, people=people, offers=offers, held=_by_attendee(held))
        answers.update(_decide(open_asks, facts, held, now))
        seated = {place: ask for place, ask in open_asks.items() if place not in answers}
        made = await tx.registrations.add(
            [_draft(ask, facts, now, hold) for ask in seated.values()],
            [find_offer(ask.wish.target, venues, offers)[1].period for ask in seated.values()],
        )
        answers.update(zip(seated, made, strict=True))
        await tx.seats.move(_seats_of(made))
        await tx.announce([Message(kind=MessageKind.REGISTERED, subject=r.id) for r in made], now)
        await tx.idempotency.keep(
            [
                (ask.claim, registration)
                for ask, registration in zip(seated.values(), made, strict=True)
                if ask.claim is not None
            ],
            now,
        )
    return [answers[place] for place in range(len(asks))]


def _decide(
    asks: Mapping[int, Ask], facts: _Facts, held: Sequence[Held], now: datetime
) -> dict[int, Answer]:
    """The refusals: first those of each ask alone, then those of admission over the rest."""
    refused: dict[int, Answer] = {}
    for place, ask in asks.items():
        try:
            _ensure_may(ask, facts, now)
        except DomainError as refusal:
            refused[place] = refusal
    fit = {place: ask.wish for place, ask in asks.items() if place not in refused}
    targets = {wish.target for wish in fit.values()}
    offers = {target: find_offer(target, facts.venues, facts.offers)[1] for target in targets}
    decisions = admit(list(fit.values()), offers, held)
    refused.update({p: no for p, no in zip(fit, decisions, strict=True) if no is not None})
    return refused


def _ensure_may(ask: Ask, facts: _Facts, now: datetime) -> None:
    person = facts.people.get(ask.wish.attendee_id)
    if person is None:
        raise UnknownReference("There is no such attendee.", field="attendee")
    holding = facts.held.get(person.id, [])
    ensure_sees(ask.caller, person, facts.venues.get(ask.wish.target.conference_id), holding)
    venue, offer = find_offer(ask.wish.target, facts.venues, facts.offers)
    ensure_may_register(ask.caller, person, venue, holding)
    ensure_open(ask.caller, venue, offer, now)


def _draft(ask: Ask, facts: _Facts, now: datetime, hold: timedelta) -> Registration:
    venue, offer = find_offer(ask.wish.target, facts.venues, facts.offers)
    price = offer.unit_price.times(ask.wish.quantity)
    status = starts_as(price)
    return Registration(
        id=0,
        conference_id=venue.id,
        session_id=ask.wish.target.session_id,
        attendee_id=ask.wish.attendee_id,
        status=status,
        quantity=ask.wish.quantity,
        price=price,
        hold_expires_at=hold_until(price, now, hold),
        created_at=now,
        confirmed_at=now if status is RegistrationStatus.CONFIRMED else None,
        ended_at=None,
        end_reason="",
        organizer_id=venue.organizer_id,
        owner_id=facts.people[ask.wish.attendee_id].user_id,
    )


def _repeated_in_batch(asks: Sequence[Ask]) -> dict[int, Answer]:
    """A key that came twice at once: the first goes on, the others are told to wait."""
    seen: set[tuple[str, str]] = set()
    repeated: dict[int, Answer] = {}
    for place, ask in enumerate(asks):
        if ask.claim is None:
            continue
        key = (ask.claim.caller, ask.claim.key)
        if key in seen:
            repeated[place] = KeyInProgress()
        seen.add(key)
    return repeated


def _answered_before(
    asks: Sequence[Ask],
    earlier: Mapping[Claim, AlreadyDone | DomainError],
    answers: Mapping[int, Answer],
) -> dict[int, Answer]:
    return {
        place: earlier[ask.claim]
        for place, ask in enumerate(asks)
        if ask.claim is not None and ask.claim in earlier and place not in answers
    }


def _by_attendee(held: Sequence[Held]) -> Mapping[int, list[Held]]:
    sorted_out: dict[int, list[Held]] = {}
    for claim in held:
        sorted_out.setdefault(claim.attendee_id, []).append(claim)
    return sorted_out


def _seats_of(registrations: Sequence[Registration]) -> dict[Target, int]:
    seats: dict[Target, int] = {}
    for registration in registrations:
        seats[registration.target] = seats.get(registration.target, 0) + registration.quantity
    return seats
