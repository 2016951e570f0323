"""Registering, by the batch: what the registration desk does with those who are waiting.

One transaction serves them all: lock attendees and targets, load the facts of all in one query
each, decide, insert all, bump the counters, write the outbox, commit, answer each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain import promotion
from app.domain.access import Caller
from app.domain.admission import (
    Held,
    Offer,
    Place,
    Wish,
    admit,
    by_attendee,
    ensure_not_registered,
)
from app.domain.desk import Desk
from app.domain.errors import DomainError, Refused, UnknownReference
from app.domain.idempotency import Claim, answered_by_keys, once
from app.domain.messages import Message, MessageKind
from app.domain.money import Money
from app.domain.registrations import (
    Registration,
    RegistrationStatus,
    shifts,
    starts_as,
)
from app.domain.supply import (
    Person,
    Supply,
    Venue,
    choose,
    ensure_may_register,
    ensure_not_begun,
    ensure_open,
    ensure_sees,
    lock_supply,
    reload,
)
from app.domain.trail import ACTOR, Actor
from app.domain.waitlist import Cause, WaitlistEvent, entry

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

Answer = Registration | Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A wish to register an attendee, as it arrives at the desk; a guest's has no caller."""

    caller: Caller | None
    wish: Wish
    claim: Claim | None = None
    # In whose name: the desk serves many in one transaction.
    actor: Actor = field(default_factory=ACTOR.get)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    supply: Supply
    people: Mapping[int, Person]
    held: Mapping[int, list[Held]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A wish that no rule refuses for itself, and what would fulfil it."""

    ask: Ask
    venue: Venue
    choices: Sequence[Offer]


@once
async def register(desk: Desk[Ask, Registration], ask: Ask) -> Registration:
    """Stand in line at the desk. Raises what `ensure_may_register`, `ensure_open`, `admit` do."""
    return await desk.ask(ask)


async def register_batch(
    uow: "UnitOfWork", asks: Sequence[Ask], now: datetime, *, silently: bool = False
) -> list[Answer]:
    """Register a batch; one registration or exception per ask, in the same order.

    `silently` announces nothing: nobody gets mail.
    """
    answers: dict[int, Answer] = {}
    async with uow as tx:
        answers.update(await answered_by_keys(tx, asks, now))
        open_asks = {place: ask for place, ask in enumerate(asks) if place not in answers}
        wishes = [ask.wish for ask in open_asks.values()]
        targets = [wish.target for wish in wishes]
        supply, people = await lock_supply(tx, targets, [wish.attendee_id for wish in wishes])
        # Nobody overtakes those who wait: what is free goes to them first.
        calling = frozenset(targets).intersection(supply.calling())
        kept = await promotion.serve(tx, calling, Cause.SWEPT, now)
        supply = await reload(tx, supply) if calling else supply
        held = await tx.seats.held(people)
        facts = Facts(supply=supply, people=people, held=by_attendee(held))
        fit = those_who_may(open_asks, facts, answers, now)
        decisions = admit(
            [one.ask.wish for one in fit.values()],
            [one.choices for one in fit.values()],
            held,
            kept,
        )
        placed: dict[int, Place] = {}
        for place, decision in zip(fit, decisions, strict=True):
            if isinstance(decision, Refused):
                answers[place] = decision
            else:
                placed[place] = decision
        made = await tx.registrations.add(
            [drafted(fit[at], place, people, now, tx.hold) for at, place in placed.items()],
            [place.offer.period for place in placed.values()],
            [fit[at].ask.actor for at in placed],
        )
        answers.update(zip(placed, made, strict=True))
        await _follow_up(tx, [fit[at].ask for at in placed], made, now, silently=silently)
    return [answers[place] for place in range(len(asks))]


async def _follow_up(
    tx: "Transaction",
    asks: Sequence[Ask],
    made: Sequence[Registration],
    now: datetime,
    *,
    silently: bool,
) -> None:
    """What comes with registrations: counters, the waitlist's log, mail, kept answers."""
    await tx.seats.move(shifts([], made))
    waiting = [entry(r, WaitlistEvent.JOINED, "full", now) for r in made if r.is_waiting]
    await tx.waitlist.note(waiting)
    if not silently:
        await tx.announce([Message(kind=told_as(r), subject=r.id) for r in made], now)
    kept = [(ask.claim, r) for ask, r in zip(asks, made, strict=True) if ask.claim is not None]
    await tx.idempotency.keep(kept, now)


def told_as(registration: Registration) -> MessageKind:
    """Whoever waits is told so; everybody else that they are in."""
    return MessageKind.WAITLISTED if registration.is_waiting else MessageKind.REGISTERED


def those_who_may(
    asks: Mapping[int, Ask], facts: Facts, answers: dict[int, Answer], now: datetime
) -> dict[int, Fit]:
    """Those whom no rule refuses for themselves; the others' answers are their refusals."""
    fit = {}
    for place, ask in asks.items():
        try:
            fit[place] = fit_of(ask, facts, now)
        except DomainError as refusal:
            answers[place] = refusal
    return fit


def fit_of(ask: Ask, facts: Facts, now: datetime) -> Fit:
    """What would fulfil an ask that no rule refuses for itself. Raises what the rules raise."""
    person = facts.people.get(ask.wish.attendee_id)
    if person is None:
        raise UnknownReference("There is no such attendee.", field="attendee")
    holding = facts.held.get(person.id, [])
    named = facts.supply.venues.get(ask.wish.target.conference_id)
    seen = ensure_sees(ask.caller, named, holding)
    if ask.wish.before_start:
        ensure_not_begun(seen, now)
        ensure_not_registered(seen.admission, holding)
    venue, choices = choose(ask.wish, facts.supply, now)
    ensure_may_register(ask.caller, person, venue, holding)
    ensure_open(ask.caller, venue, choices[0], now)
    return Fit(ask=ask, venue=venue, choices=choices)


def drafted(
    fit: Fit, place: Place, people: Mapping[int, Person], now: datetime, hold: timedelta
) -> Registration:
    """The registration that an ask comes to; it has no number yet."""
    wish = fit.ask.wish
    price = place.offer.unit_price.times(wish.quantity)
    status = begins_as(wish, price, waits=place.waits)
    return Registration(
        id=0,
        conference_id=fit.venue.id,
        session_id=wish.target.session_id,
        attendee_id=wish.attendee_id,
        status=status,
        quantity=wish.quantity,
        price=price,
        hold_expires_at=now + hold if status is RegistrationStatus.PENDING else None,
        created_at=now,
        confirmed_at=now if status is RegistrationStatus.CONFIRMED else None,
        ended_at=None,
        end_reason="",
        organizer_id=fit.venue.organizer_id,
        owner_id=people[wish.attendee_id].owner_when(fit.ask.caller),
        ticket_type_id=place.offer.ticket_type_id,
        guest_name=wish.guest_name,
        special_requirements=wish.special_requirements,
    )


def begins_as(wish: Wish, price: Money, *, waits: bool) -> RegistrationStatus:
    """Waiting, or held where it is to be confirmed or paid, or confirmed at once."""
    if waits:
        return RegistrationStatus.WAITLISTED
    return RegistrationStatus.PENDING if wish.awaits_confirmation else starts_as(price)
