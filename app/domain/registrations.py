"""Registrations: an attendee's claim on a conference or on one of its sessions (seed 000 §5.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.access import Caller, manages
from app.domain.admission import Held, Offer, Target, Wish, admit
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.errors import (
    ConferenceInactive,
    ConferencePast,
    Forbidden,
    Invalid,
    NotFound,
    PaymentState,
    RegistrationClosed,
    RegistrationState,
    SessionNotInConference,
    UnknownReference,
)
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.money import Money
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


class RegistrationStatus(StrEnum):
    """pending → confirmed → cancelled; pending → expired; waitlisted → pending or confirmed.

    Whatever is not over yet can be cancelled.
    """

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


LIVE = frozenset({RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """`session_id` None is an admission to the conference; `price` is for all its seats.

    `organizer_id` is the conference's, `owner_id` the attendee's account, where there are any.
    """

    id: int
    conference_id: int
    session_id: int | None
    attendee_id: int
    status: RegistrationStatus
    quantity: int
    price: Money
    hold_expires_at: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    organizer_id: int | None
    owner_id: int | None
    ticket_type_id: int | None = None
    # What the door reads; shown to its owner once there is a seat.
    ticket_code: str = ""
    checked_in_at: datetime | None = None
    guest_name: str = ""

    @property
    def is_live(self) -> bool:
        """Live registrations take seats."""
        return self.status in LIVE

    @property
    def target(self) -> Target:
        return Target(conference_id=self.conference_id, session_id=self.session_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What registering needs to know of an attendee."""

    id: int
    user_id: int | None
    created_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """What registering needs to know of a conference; `admission` is its own offer."""

    id: int
    organizer_id: int | None
    status: ConferenceStatus
    visibility: Visibility
    registration_deadline: datetime | None
    ends_at: datetime
    admission: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationChange:
    """Where a registration is to move; what is not given stays as it is.

    `session_id` None counts only where `names_session` says that it was given.
    """

    conference_id: int | None = None
    session_id: int | None = None
    names_session: bool = False
    attendee_id: int | None = None

    def target(self, registration: Registration) -> Target:
        return Target(
            conference_id=self.conference_id or registration.conference_id,
            session_id=self.session_id if self.names_session else registration.session_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFilter:
    """None means any; without `status`, cancelled and expired ones are left out."""

    conference_id: int | None = None
    session_id: int | None = None
    attendee_id: int | None = None
    status: RegistrationStatus | None = None


def can_see(caller: Caller, registration: Registration) -> bool:
    """A registration is seen by its owner, the conference's organizer and admins (`not_found`)."""
    return registration.owner_id == caller.user_id or manages(caller, registration)


def is_visible_to(caller: Caller, venue: Venue, holding: Sequence[Held]) -> bool:
    """Private and draft conferences do not exist for strangers (`visibility`)."""
    if manages(caller, venue):
        return True
    registered = any(claim.target.conference_id == venue.id for claim in holding)
    return venue.status is not ConferenceStatus.DRAFT and (
        venue.visibility is Visibility.PUBLIC or registered
    )


def ensure_sees(
    caller: Caller, person: Person, venue: Venue | None, holding: Sequence[Held]
) -> None:
    """What a stranger may not see is not there, whoever is registered for it (`visibility`)."""
    own = holding if person.user_id == caller.user_id else ()
    if venue is None or not is_visible_to(caller, venue, own):
        raise UnknownReference("There is no such conference.", field="conference")


def ensure_may_register(
    caller: Caller, person: Person, venue: Venue, holding: Sequence[Held]
) -> None:
    """One registers oneself; a conference's organizer those they know, an admin anybody."""
    if caller.is_admin or person.user_id == caller.user_id:
        return
    known = person.created_by == caller.user_id or any(
        claim.organizer_id == caller.user_id for claim in holding
    )
    if not (manages(caller, venue) and known):
        raise Forbidden("You may register yourself, or people you know for your own conference.")


def ensure_open(caller: Caller, venue: Venue, offer: Offer, now: datetime) -> None:
    """Nobody registers for a draft, cancelled or past conference, or after the deadline.

    Whoever manages the conference may still enter people after the fact, as a record of who came
    (`conference_inactive`, `conference_past`, `registration_closed`).
    """
    if venue.status is not ConferenceStatus.PUBLISHED:
        raise ConferenceInactive
    end = offer.period.end if offer.period else venue.ends_at
    if end <= now and not manages(caller, venue):
        raise ConferencePast
    if venue.registration_deadline is not None and venue.registration_deadline < now:
        raise RegistrationClosed


def ensure_live(registration: Registration) -> None:
    """Only a live or waitlisted registration can be cancelled, moved or confirmed."""
    if not (registration.is_live or registration.status is RegistrationStatus.WAITLISTED):
        raise RegistrationState(f"The registration is {registration.status.value} already.")


def starts_as(price: Money) -> RegistrationStatus:
    """Free of charge: confirmed at once; otherwise pending until it is paid."""
    return RegistrationStatus.CONFIRMED if price.is_free else RegistrationStatus.PENDING


def hold_until(price: Money, now: datetime, hold: timedelta) -> datetime | None:
    """An unpaid priced registration keeps its seats for the length of the hold."""
    return None if price.is_free else now + hold


def find_offer(
    target: Target, venues: Mapping[int, Venue], offers: Mapping[int, Offer]
) -> tuple[Venue, Offer]:
    """The conference and the offer a target names.

    Raises UnknownReference, or SessionNotInConference where the two do not belong together.
    """
    venue = venues.get(target.conference_id)
    if venue is None:
        raise UnknownReference("There is no such conference.", field="conference")
    if target.session_id is None:
        return venue, venue.admission
    offer = offers.get(target.session_id)
    if offer is None:
        raise UnknownReference("There is no such session.", field="session")
    if offer.target != target:
        raise SessionNotInConference
    return venue, offer


async def find(uow: "UnitOfWork", caller: Caller, registration_id: int) -> Registration:
    """One registration, cancelled ones included. Raises NotFound."""
    async with uow.reading() as tx:
        return await _seen(tx, caller, registration_id)


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: RegistrationFilter, page: PageRequest
) -> Page[Registration]:
    """The registrations the caller may see, newest first unless ordered otherwise."""
    async with uow.reading() as tx:
        return await tx.registrations.page(filter, page, caller.user_id, caller.is_admin)


@once
async def confirm(
    uow: "UnitOfWork", caller: Caller, registration_id: int, now: datetime
) -> Registration:
    """Confirm a pending registration that costs nothing.

    Raises NotFound, RegistrationState, or PaymentState: a priced one is confirmed by its payment.
    """
    async with uow as tx:
        await _seen(tx, caller, registration_id)
        registration = await tx.registrations.lock(registration_id)
        if registration.status is not RegistrationStatus.PENDING:
            raise RegistrationState(f"The registration is {registration.status.value}.")
        if not registration.price.is_free:
            raise PaymentState("A priced registration is confirmed by its payment.")
        await tx.registrations.confirm(registration.id, now)
        registration = replace(
            registration,
            status=RegistrationStatus.CONFIRMED,
            confirmed_at=now,
            hold_expires_at=None,
        )
        await tx.keep(registration)
    return registration


@once
async def move(
    uow: "UnitOfWork",
    caller: Caller,
    registration_id: int,
    change: RegistrationChange,
    *,
    now: datetime,
    hold: timedelta,
) -> Registration:
    """Move a registration to another session, re-checking everything in one transaction.

    Raises what registering raises, and PaymentState where money would have to change hands.
    """
    async with uow as tx:
        seen = await _seen(tx, caller, registration_id)
        ensure_same_attendee(seen, change.attendee_id)
        old = await hold_still(tx, seen, change.target(seen))
        target = change.target(old)
        venues, people, offers = await lock_targets(tx, [target, old.target], [old.attendee_id])
        old = await tx.registrations.lock(registration_id)
        ensure_live(old)
        if target == old.target:
            await tx.keep(old)
            return old
        person = people[old.attendee_id]
        held = await tx.seats.held([old.attendee_id])
        ensure_sees(caller, person, venues.get(target.conference_id), held)
        venue, offer = find_offer(target, venues, offers)
        ensure_may_register(caller, person, venue, held)
        ensure_open(caller, venue, offer, now)
        has_payment = await tx.payments.any_open_or_paid(old.id)
        ensure_price_moves(old, offer, has_payment)
        ensure_payee_stays(old, venue, has_payment)
        wish = Wish(attendee_id=old.attendee_id, target=target, quantity=old.quantity)
        holding = [claim for claim in held if claim.registration_id != old.id]
        [refusal] = admit([wish], {target: offer}, holding)
        if refusal is not None:
            raise refusal
        new = _moved(old, offer, now, hold)
        await tx.registrations.move(new, offer.period)
        await tx.seats.move({old.target: -old.quantity, target: old.quantity})
        await tx.announce([Message(kind=MessageKind.REGISTRATION_MOVED, subject=new.id)], now)
        await tx.keep(new)
    return new


def ensure_price_moves(old: Registration, offer: Offer, has_payment: bool) -> None:
    """What is paid, or being paid, moves only to what costs the same (`payment_state`)."""
    if has_payment and offer.unit_price.times(old.quantity) != old.price:
        raise PaymentState("The other session has another price; cancel and register anew.")


def ensure_payee_stays(old: Registration, venue: Venue, has_payment: bool) -> None:
    """What is paid, or being paid, moves only within its organizer's own (`payment_state`)."""
    if has_payment and venue.organizer_id != old.organizer_id:
        raise PaymentState("It is paid to another organizer; cancel and register anew.")


def ensure_same_attendee(registration: Registration, attendee_id: int | None) -> None:
    """A registration stays its attendee's; another person registers anew."""
    if attendee_id is not None and attendee_id != registration.attendee_id:
        raise Invalid("A registration cannot be given to another attendee.", field="attendee")


def _moved(old: Registration, offer: Offer, now: datetime, hold: timedelta) -> Registration:
    price = offer.unit_price.times(old.quantity)
    kept = price == old.price
    status = old.status if kept else starts_as(price)
    return replace(
        old,
        conference_id=offer.target.conference_id,
        session_id=offer.target.session_id,
        price=price,
        status=status,
        hold_expires_at=old.hold_expires_at if kept else hold_until(price, now, hold),
        confirmed_at=(old.confirmed_at or now) if status is RegistrationStatus.CONFIRMED else None,
    )


async def hold_still(
    tx: "Transaction", registration: Registration, *targets: Target
) -> Registration:
    """The registration as it stands, and will: who moves one has its attendee locked.

    Conferences come before attendees, so its own is locked first, and those of the targets.
    """
    wanted = (registration.target, *targets)
    await tx.seats.lock_conferences(t.conference_id for t in wanted if t.session_id is None)
    await tx.seats.lock_attendees([registration.attendee_id])
    present = await tx.registrations.find(registration.id)
    assert present is not None, "a registration is never deleted"
    return present


async def lock_targets(
    tx: "Transaction", targets: Sequence[Target], attendee_ids: Sequence[int]
) -> tuple[Mapping[int, Venue], Mapping[int, Person], Mapping[int, Offer]]:
    """Lock what gets scarcer, in the order of the house; then load the facts of all.

    A locked row is read as it is under its lock; the facts of other rows are read after all locks,
    in statements of their own, so that they are not older.
    """
    sessions = [target.session_id for target in targets if target.session_id is not None]
    await tx.seats.lock_conferences(t.conference_id for t in targets if t.session_id is None)
    people = await tx.seats.lock_attendees(attendee_ids)
    offers = await tx.seats.lock_sessions(sessions)
    venues = await tx.seats.venues(target.conference_id for target in targets)
    return venues, people, offers


async def _seen(tx: "Transaction", caller: Caller, registration_id: int) -> Registration:
    registration = await tx.registrations.find(registration_id)
    if registration is None or not can_see(caller, registration):
        raise NotFound
    return registration
