"""Registrations: an attendee's claim on a conference or on one of its sessions (seed 000 §5.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.access import Caller, manages
from app.domain.admission import Pool, PoolKind, Target
from app.domain.errors import NotFound, PaymentState, RegistrationState
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.trail import Ways

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
WAYS = Ways(
    beginnings=LIVE | {RegistrationStatus.WAITLISTED},
    steps=frozenset(
        {
            (RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED),
            (RegistrationStatus.PENDING, RegistrationStatus.EXPIRED),
            (RegistrationStatus.PENDING, RegistrationStatus.CANCELLED),
            (RegistrationStatus.CONFIRMED, RegistrationStatus.CANCELLED),
            (RegistrationStatus.WAITLISTED, RegistrationStatus.PENDING),
            (RegistrationStatus.WAITLISTED, RegistrationStatus.CONFIRMED),
            (RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED),
            # Paid for too late, and the seat was still to be had.
            (RegistrationStatus.EXPIRED, RegistrationStatus.CONFIRMED),
        }
    ),
    # From what is free to what has a price.
    moves=frozenset({(RegistrationStatus.CONFIRMED, RegistrationStatus.PENDING)}),
)


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
    special_requirements: str = ""

    @property
    def is_live(self) -> bool:
        """Live registrations take seats."""
        return self.status in LIVE

    @property
    def is_waiting(self) -> bool:
        return self.status is RegistrationStatus.WAITLISTED

    @property
    def target(self) -> Target:
        return Target(conference_id=self.conference_id, session_id=self.session_id)

    @property
    def pools(self) -> tuple[Pool, ...]:
        """Where its seats are counted, or its waiting."""
        if self.session_id is not None:
            return (Pool(PoolKind.SESSION, self.session_id),)
        of_all = Pool(PoolKind.CONFERENCE, self.conference_id)
        if self.ticket_type_id is None:
            return (of_all,)
        return (of_all, Pool(PoolKind.TICKET_TYPE, self.ticket_type_id))


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much the counters of a pool move: seats taken, and registrations that wait."""

    seats: int = 0
    waiting: int = 0

    def __add__(self, other: "Shift") -> "Shift":
        return Shift(self.seats + other.seats, self.waiting + other.waiting)


def shifts(before: Sequence[Registration], after: Sequence[Registration]) -> Mapping[Pool, Shift]:
    """How the counters get from what was claimed before to what is claimed after."""
    moved: dict[Pool, Shift] = {}
    for sign, claims in ((-1, before), (1, after)):
        for claim in claims:
            seats = sign * claim.quantity if claim.is_live else 0
            waits = sign if claim.is_waiting else 0
            for pool in claim.pools:
                moved[pool] = moved.get(pool, Shift()) + Shift(seats, waits)
    return {pool: shift for pool, shift in moved.items() if shift != Shift()}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFilter:
    """None means any; without `status` or `statuses`, cancelled and expired ones are left out.

    `admissions` leaves out those of sessions.
    """

    conference_id: int | None = None
    session_id: int | None = None
    attendee_id: int | None = None
    owner_id: int | None = None
    status: RegistrationStatus | None = None
    statuses: frozenset[RegistrationStatus] = frozenset()
    admissions: bool = False


def can_see(caller: Caller, registration: Registration) -> bool:
    """A registration is seen by its owner, the conference's organizer and admins (`not_found`)."""
    return registration.owner_id == caller.user_id or manages(caller, registration)


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


async def find(uow: "UnitOfWork", caller: Caller, registration_id: int) -> Registration:
    """One registration, cancelled ones included. Raises NotFound."""
    async with uow.reading() as tx:
        return await seen(tx, caller, registration_id)


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
        await seen(tx, caller, registration_id)
        registration = await tx.registrations.lock(registration_id)
        if registration.status is not RegistrationStatus.PENDING:
            raise RegistrationState(f"The registration is {registration.status.value}.")
        if not registration.price.is_free:
            raise PaymentState("A priced registration is confirmed by its payment.")
        await tx.registrations.confirm(registration.id, now)
        told = Message(kind=MessageKind.REGISTERED, subject=registration.id)
        await tx.announce([told], now)
        registration = replace(
            registration,
            status=RegistrationStatus.CONFIRMED,
            confirmed_at=now,
            hold_expires_at=None,
        )
        await tx.keep(registration)
    return registration


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


async def seen(tx: "Transaction", caller: Caller, registration_id: int) -> Registration:
    registration = await tx.registrations.find(registration_id)
    if registration is None or not can_see(caller, registration):
        raise NotFound
    return registration
