"""Ticket types: the kinds of admission that a conference sells. How they change: `revising.py`."""

from collections.abc import Iterable, Sized
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from app.domain.access import Caller, fold
from app.domain.conferences import ensure_not_cancelled, lock_managed
from app.domain.errors import (
    ConferenceState,
    InvalidPeriod,
    NameTaken,
    NotFound,
    NotOnSale,
    Other,
    TicketTypeInUse,
)
from app.domain.idempotency import once
from app.domain.money import Money, exact
from app.domain.pages import Page, PageRequest

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

MOST_TYPES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    """`capacity` None means unlimited; `waiting` counts those who wait for one of it.

    `organizer_id` is that of its conference. It is sold from `sales_start` until `sales_end`,
    where these are given.
    """

    id: int
    conference_id: int
    organizer_id: int | None
    name: str
    description: str
    capacity: int | None
    seats_taken: int
    waiting: int
    price: Money
    sales_start: datetime | None
    sales_end: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def remaining(self) -> int | None:
        """What is left of it; None where there is no end of them."""
        return None if self.capacity is None else self.capacity - self.seats_taken


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTypeDraft:
    """A ticket type as it is asked for; `price` is in units of its conference's currency."""

    name: str
    price: Decimal
    capacity: int | None
    description: str = ""
    sales_start: datetime | None = None
    sales_end: datetime | None = None


class TicketTypeChanges(TypedDict, total=False):
    """What is to become different; what is not named stays as it is."""

    name: str
    description: str
    capacity: int | None
    price: Decimal
    sales_start: datetime | None
    sales_end: datetime | None


def is_on_sale(sales_start: datetime | None, sales_end: datetime | None, now: datetime) -> bool:
    """Whether it can be bought: from the first moment of the window to just before its end."""
    return (sales_start is None or sales_start <= now) and (sales_end is None or now < sales_end)


def ensure_on_sale(
    sales_start: datetime | None, sales_end: datetime | None, now: datetime, name: str
) -> None:
    """A ticket type is sold within its sales window, its end not included (`not_on_sale`)."""
    if sales_start is not None and now < sales_start:
        raise NotOnSale(f"“{name}” is on sale from {sales_start:%Y-%m-%d %H:%M} UTC.")
    if sales_end is not None and sales_end <= now:
        raise NotOnSale(f"“{name}” was on sale until {sales_end:%Y-%m-%d %H:%M} UTC.")


def ensure_sales_forward(sales_start: datetime | None, sales_end: datetime | None) -> None:
    """Sales start before they end (`invalid_period`)."""
    if sales_start is not None and sales_end is not None and not sales_start < sales_end:
        raise InvalidPeriod("Sales end before they start.", field="sales_end")


def ensure_named_apart(name: str, others: Iterable[TicketType]) -> None:
    """Ticket types of a conference differ by name; case does not tell two apart (`name_taken`)."""
    for other in others:
        if fold(other.name) == fold(name):
            raise NameTaken(other=Other(kind="ticket_type", id=other.id, name=other.name))


def ensure_few(types: Sized) -> None:
    """A conference has so many ticket types that people can choose (`conference_state`)."""
    if len(types) >= MOST_TYPES:
        raise ConferenceState(f"A conference has at most {MOST_TYPES} ticket types.")


def ensure_unused(ticket_type: TicketType) -> None:
    """A ticket type that somebody holds, or waits for, is not deleted (`ticket_type_in_use`)."""
    if ticket_type.seats_taken or ticket_type.waiting:
        raise TicketTypeInUse


def named_in(types: Iterable[TicketType], ticket_type_id: int) -> TicketType:
    """The one of this id. Raises NotFound."""
    for ticket_type in types:
        if ticket_type.id == ticket_type_id:
            return ticket_type
    raise NotFound


def retyped(ticket_type: TicketType, changes: TicketTypeChanges) -> TicketType:
    """The ticket type as the changes would have it; no rule is asked but that of the price."""
    return replace(
        ticket_type,
        name=changes.get("name", ticket_type.name),
        description=changes.get("description", ticket_type.description),
        capacity=changes.get("capacity", ticket_type.capacity),
        price=exact(changes.get("price", ticket_type.price.amount), ticket_type.price.currency),
        sales_start=changes.get("sales_start", ticket_type.sales_start),
        sales_end=changes.get("sales_end", ticket_type.sales_end),
    )


async def find(
    uow: "UnitOfWork", caller: Caller | None, conference_id: int, ticket_type_id: int
) -> TicketType:
    """One ticket type of a conference the caller may see. Raises NotFound."""
    async with uow.reading() as tx:
        ticket_type = await tx.ticket_types.find(conference_id, ticket_type_id, caller)
    if ticket_type is None:
        raise NotFound
    return ticket_type


async def listed(
    uow: "UnitOfWork", caller: Caller | None, conference_id: int, page: PageRequest
) -> Page[TicketType]:
    """The ticket types of a conference the caller may see, as they were added. Raises NotFound."""
    async with uow.reading() as tx:
        if await tx.conferences.find(conference_id, caller) is None:
            raise NotFound
        return await tx.ticket_types.page(conference_id, page)


@once
async def create(
    uow: "UnitOfWork", caller: Caller, conference_id: int, draft: TicketTypeDraft, now: datetime
) -> TicketType:
    """Offer one more ticket type.

    Raises NotFound, Forbidden, ConferenceState, InvalidPeriod, NameTaken.
    """
    ensure_sales_forward(draft.sales_start, draft.sales_end)
    async with uow as tx:
        conference = await lock_managed(tx, caller, conference_id)
        ensure_not_cancelled(conference)
        price = exact(draft.price, conference.price.currency)
        types = await tx.ticket_types.of_conference(conference_id)
        ensure_few(types)
        ensure_named_apart(draft.name, types)
        ticket_type = await tx.ticket_types.add(draft, conference, price, now)
        await tx.keep(ticket_type)
    return ticket_type


@once
async def delete(
    uow: "UnitOfWork", caller: Caller, conference_id: int, ticket_type_id: int, now: datetime
) -> None:
    """Take one out of sale and sight. Raises NotFound, Forbidden, TicketTypeInUse."""
    async with uow as tx:
        await lock_managed(tx, caller, conference_id)
        types = await tx.ticket_types.of_conference(conference_id)
        ensure_unused(named_in(types, ticket_type_id))
        await tx.ticket_types.delete(ticket_type_id, now)
        await tx.keep(None)
