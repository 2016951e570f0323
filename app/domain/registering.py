"""Registering, by the batch: what the registration desk does with those who are waiting.

One transaction serves them all: lock attendees and targets, load the facts of all in one statement,
decide, write all with counters and outbox in another, commit, answer each.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain import promotion
from app.domain.access import Caller, Login
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
from app.domain.errors import DomainError, InvalidToken, Refused, UnknownReference
from app.domain.idempotency import Claim, answered_by_keys, once
from app.domain.messages import MessageKind
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
    about_kinds,
    about_venues,
    choose,
    ensure_may_register,
    ensure_not_begun,
    ensure_open,
    ensure_sees,
    lock_scarce,
)
from app.domain.trail import ACTOR, Actor
from app.domain.waitlist import Cause, WaitlistEvent, entry

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

Answer = Registration | Exception

# Whoever waits is told so; everybody else that they are in.
TOLD_AS: Mapping[RegistrationStatus, MessageKind] = {
    RegistrationStatus.WAITLISTED: MessageKind.WAITLISTED,
    RegistrationStatus.PENDING: MessageKind.REGISTERED,
    RegistrationStatus.CONFIRMED: MessageKind.REGISTERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A wish to register an attendee, as it arrives at the desk; a guest's has no caller.

    Whoever comes with a login is looked up at the desk.
    """

    caller: Caller | Login | None
    wish: Wish
    claim: Claim | None = None
    # In whose name: the desk serves many in one transaction.
    actor: Actor = field(default_factory=ACTOR.get)

    @property
    def by(self) -> Caller | None:
        """Who asks, as far as that is known by now."""
        return self.caller.caller if isinstance(self.caller, Login) else self.caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    supply: Supply
    people: Mapping[int, Person]
    held: Mapping[int, list[Held]]
    callers: Mapping[str, Caller] = field(default_factory=dict)


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
    async with uow as tx:
        return await _register_all(tx, asks, now, silently=silently)


@asynccontextmanager
async def in_turn(
    uow: "UnitOfWork", lane: int, clock: Callable[[], datetime]
) -> AsyncIterator[Callable[[Sequence[Ask]], Awaitable[list[Answer]]]]:
    """When it is this process's turn at a lane: what registers a batch, in the transaction that
    ends the turn.
    """
    async with uow as tx:
        await tx.turns.take(lane)
        yield lambda asks: _register_all(tx, asks, clock(), silently=False)


async def _register_all(
    tx: "Transaction", asks: Sequence[Ask], now: datetime, *, silently: bool
) -> list[Answer]:
    answers: dict[int, Answer] = {}
    answers.update(await answered_by_keys(tx, asks, now))
    fresh = [ask.wish for place, ask in enumerate(asks) if place not in answers]
    facts = await learn(tx, asks, fresh)
    answers.update(strangers(asks, facts.callers))
    # Nobody overtakes those who wait: what is free goes to them first.
    calling = frozenset(wish.target for wish in fresh).intersection(facts.supply.calling())
    kept = await promotion.serve(tx, calling, Cause.SWEPT, now)
    facts = await learn(tx, asks, fresh) if calling else facts
    open_asks = {place: ask for place, ask in enumerate(asks) if place not in answers}
    fit = those_who_may(open_asks, facts, answers, now)
    decisions = admit(
        [one.ask.wish for one in fit.values()],
        [one.choices for one in fit.values()],
        [claim for claims in facts.held.values() for claim in claims],
        kept,
    )
    placed: dict[int, Place] = {}
    for place, decision in zip(fit, decisions, strict=True):
        if isinstance(decision, Refused):
            answers[place] = decision
        else:
            placed[place] = decision
    drafts = [drafted(fit[at], place, facts.people, now, tx.hold) for at, place in placed.items()]
    made = await tx.entering.write(
        drafts,
        [place.offer.period for place in placed.values()],
        [fit[at].ask.actor for at in placed],
        shifts=shifts([], drafts),
        told={} if silently else TOLD_AS,
        now=now,
    )
    if not silently:
        tx.has_told({TOLD_AS[registration.status] for registration in made})
    answers.update(zip(placed, made, strict=True))
    await _follow_up(tx, [fit[at].ask for at in placed], made, now)
    return [answers[place] for place in range(len(asks))]


async def learn(tx: "Transaction", asks: Sequence[Ask], wishes: Sequence[Wish]) -> Facts:
    """Lock what is wished for, and for whom; then load the facts of all, in one statement.

    What is locked already is read as it is by now.
    """
    targets = [wish.target for wish in wishes]
    attendees = [wish.attendee_id for wish in wishes]
    people, offers = await lock_scarce(tx, targets, attendees)
    logins = [ask.caller.family for ask in asks if isinstance(ask.caller, Login)]
    venues, kinds, held, callers = await tx.answers.to(
        about_venues(tx, targets),
        about_kinds(tx, targets),
        tx.seats.about_held(attendees),
        tx.accounts.about_callers(logins),
    )
    supply = Supply(venues=venues, sessions=offers, kinds=kinds)
    return Facts(supply=supply, people=people, held=by_attendee(held), callers=callers)


def strangers(asks: Sequence[Ask], callers: Mapping[str, Caller]) -> dict[int, InvalidToken]:
    """By place, those who came with a login that is not open (any more)."""
    return {
        place: InvalidToken()
        for place, ask in enumerate(asks)
        if isinstance(ask.caller, Login) and not ask.caller.recognise(callers)
    }


async def _follow_up(
    tx: "Transaction", asks: Sequence[Ask], made: Sequence[Registration], now: datetime
) -> None:
    """What some registrations come with: the waitlist's log, kept answers."""
    waiting = [entry(r, WaitlistEvent.JOINED, "full", now) for r in made if r.is_waiting]
    await tx.waitlist.note(waiting)
    kept = [(ask.claim, r) for ask, r in zip(asks, made, strict=True) if ask.claim is not None]
    await tx.idempotency.keep(kept, now)


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
    seen = ensure_sees(ask.by, named, holding)
    if ask.wish.before_start:
        ensure_not_begun(seen, now)
        ensure_not_registered(seen.admission, holding)
    venue, choices = choose(ask.wish, facts.supply, now)
    ensure_may_register(ask.by, person, venue, holding)
    ensure_open(ask.by, venue, choices[0], now)
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
        owner_id=people[wish.attendee_id].owner_when(fit.ask.by),
        ticket_type_id=place.offer.ticket_type_id,
        guest_name=wish.guest_name,
        special_requirements=wish.special_requirements,
    )


def begins_as(wish: Wish, price: Money, *, waits: bool) -> RegistrationStatus:
    """Waiting, or held where it is to be confirmed or paid, or confirmed at once."""
    if waits:
        return RegistrationStatus.WAITLISTED
    return RegistrationStatus.PENDING if wish.awaits_confirmation else starts_as(price)
