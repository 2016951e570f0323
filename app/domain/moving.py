"""Moving a registration to another session, or to another ticket type."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain import promotion
from app.domain.access import Caller, manages
from app.domain.admission import Offer, Target, Wish, admit
from app.domain.errors import Invalid, PaymentState, Refused, RegistrationState
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.money import Money
from app.domain.registrations import (
    Registration,
    RegistrationStatus,
    ensure_live,
    hold_still,
    hold_until,
    seen,
    shifts,
    starts_as,
)
from app.domain.supply import (
    Venue,
    choose,
    ensure_may_register,
    ensure_open,
    ensure_sees,
    lock_supply,
)
from app.domain.waitlist import Cause

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationChange:
    """Where a registration is to move; what is not given stays as it is.

    `session_id` None counts only where `names_session` says that it was given.
    """

    conference_id: int | None = None
    session_id: int | None = None
    names_session: bool = False
    ticket_type_id: int | None = None
    attendee_id: int | None = None

    def target(self, registration: Registration) -> Target:
        return Target(
            conference_id=self.conference_id or registration.conference_id,
            session_id=self.session_id if self.names_session else registration.session_id,
        )

    def wish(self, registration: Registration) -> Wish:
        """The registration as the wish it would be, were it made anew."""
        target = self.target(registration)
        kept = registration.ticket_type_id if target == registration.target else None
        return Wish(
            attendee_id=registration.attendee_id,
            target=target,
            quantity=registration.quantity,
            ticket_type_id=self.ticket_type_id or kept,
        )


@once
async def move(
    uow: "UnitOfWork",
    caller: Caller,
    registration_id: int,
    change: RegistrationChange,
    now: datetime,
) -> Registration:
    """Move a registration, re-checking everything in one transaction; its seats go to the queue.

    Raises what registering raises, and PaymentState where money would have to change hands.
    """
    async with uow as tx:
        known = await seen(tx, caller, registration_id)
        ensure_same_attendee(known, change.attendee_id)
        old = await hold_still(tx, known, change.target(known))
        wish = change.wish(old)
        elsewhere = await tx.waitlist.awaited_by([old.attendee_id])
        supply, people = await lock_supply(
            tx, [wish.target, old.target, *elsewhere], [old.attendee_id]
        )
        old = await tx.registrations.lock(registration_id)
        ensure_live(old)
        if (wish.target, wish.ticket_type_id) == (old.target, old.ticket_type_id):
            await tx.keep(old)
            return old
        ensure_seated(old)
        ensure_not_inside(old)
        person = people[old.attendee_id]
        held = await tx.seats.held([old.attendee_id])
        ensure_sees(caller, supply.venues.get(wish.target.conference_id), held)
        venue, choices = choose(wish, supply, now)
        if not stays_with(caller, old, venue):
            ensure_may_register(caller, person, venue, held)
        ensure_open(caller, venue, choices[0], now)
        has_payment = await tx.payments.any_open_or_paid(old.id)
        ensure_price_moves(old, choices[0], has_payment)
        ensure_payee_stays(old, venue, has_payment)
        holding = [claim for claim in held if claim.registration_id != old.id]
        # Its own seats are free for it, wherever both places count them.
        own = dict.fromkeys(old.pools, -old.quantity)
        [place] = admit([wish], [choices], holding, own)
        if isinstance(place, Refused):
            raise place
        new = moved(old, place.offer, now, tx.hold)
        await tx.registrations.move(new, place.offer.period, now)
        await tx.seats.move(shifts([old], [new]))
        await promotion.serve(tx, [old.target, *elsewhere], Cause.MOVED, now)
        await tx.announce([Message(kind=MessageKind.REGISTRATION_MOVED, subject=new.id)], now)
        await tx.keep(new)
    return new


def stays_with(caller: Caller, registration: Registration, venue: Venue) -> bool:
    """Organizers seat whoever comes to their conference elsewhere in it, known to them or not."""
    return registration.conference_id == venue.id and manages(caller, venue)


def ensure_seated(registration: Registration) -> None:
    """Whoever waits has nothing to move: they leave the queue, and join the other one."""
    if registration.is_waiting:
        raise RegistrationState("It waits for a seat; leave the waitlist and register anew.")


def ensure_not_inside(registration: Registration) -> None:
    """Whoever is checked in is there: the ticket moves nowhere else."""
    if registration.checked_in_at is not None:
        raise RegistrationState("It is checked in already; undo that first.")


def ensure_price_moves(old: Registration, offer: Offer, has_payment: bool) -> None:
    """What is paid, or being paid, moves only to what costs the same (`payment_state`)."""
    if has_payment and offer.unit_price.times(old.quantity) != old.price:
        raise PaymentState("That has another price; cancel and register anew.")


def ensure_payee_stays(old: Registration, venue: Venue, has_payment: bool) -> None:
    """What is paid, or being paid, moves only within its organizer's own (`payment_state`)."""
    if has_payment and venue.organizer_id != old.organizer_id:
        raise PaymentState("It is paid to another organizer; cancel and register anew.")


def ensure_same_attendee(registration: Registration, attendee_id: int | None) -> None:
    """A registration stays its attendee's; another person registers anew."""
    if attendee_id is not None and attendee_id != registration.attendee_id:
        raise Invalid("A registration cannot be given to another attendee.", field="attendee")


def held_until(old: Registration, price: Money, now: datetime, hold: timedelta) -> datetime | None:
    """Moving about prolongs no hold."""
    if price == old.price:
        return old.hold_expires_at
    anew = hold_until(price, now, hold)
    return min(anew, old.hold_expires_at) if anew and old.hold_expires_at else anew


def moved(old: Registration, offer: Offer, now: datetime, hold: timedelta) -> Registration:
    """As it is there: what costs the same stays as it is, the rest begins anew at the new price."""
    price = offer.unit_price.times(old.quantity)
    kept = price == old.price
    status = old.status if kept else starts_as(price)
    return replace(
        old,
        conference_id=offer.target.conference_id,
        session_id=offer.target.session_id,
        ticket_type_id=offer.ticket_type_id,
        price=price,
        status=status,
        hold_expires_at=held_until(old, price, now, hold),
        confirmed_at=(old.confirmed_at or now) if status is RegistrationStatus.CONFIRMED else None,
    )
