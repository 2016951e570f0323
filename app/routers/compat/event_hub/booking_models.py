"""Bookings and places in line as JSON (seed 003, Bookings and Waitlist)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict

from app.domain.access import Caller
from app.domain.names import Names
from app.domain.pages import PageRequest
from app.domain.registrations import (
    Registration,
    RegistrationFilter,
    RegistrationStatus,
)
from app.domain.waitlist import Waiting
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.compat.numbers import AsNumber
from app.routers.fields import Id, LongText, QueryId, Seats

_BOOKING: dict[str, Any] = {
    "id": 1,
    "event": 1,
    "event_title": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "status": "pending",
    "number_of_tickets": 1,
    "total_price": "0.00",
    "special_requirements": "Need vegetarian meals",
    "registered_at": "2025-12-20T12:00:00Z",
    "confirmed_at": None,
    "cancelled_at": None,
}
_WAITING: dict[str, Any] = {
    "id": 3,
    "event": 1,
    "event_title": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "position": 1,
    "joined_at": "2025-12-20T12:00:00Z",
}

Word = Literal["pending", "confirmed", "cancelled"]
# A hold that has run out is over, as a cancelled booking is; who waits has no booking yet.
_STATUSES: dict[Word, frozenset[RegistrationStatus]] = {
    "pending": frozenset({RegistrationStatus.PENDING}),
    "confirmed": frozenset({RegistrationStatus.CONFIRMED}),
    "cancelled": frozenset({RegistrationStatus.CANCELLED, RegistrationStatus.EXPIRED}),
}
_WORDS = {status: word for word, statuses in _STATUSES.items() for status in statuses}
_WORDS[RegistrationStatus.WAITLISTED] = "pending"
_EVERY = frozenset(RegistrationStatus) - {RegistrationStatus.WAITLISTED}

EventId = Annotated[Id, AsNumber]


class BookingIn(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event": 1,
                    "number_of_tickets": 1,
                    "special_requirements": "Need vegetarian meals",
                }
            ]
        }
    )

    event: EventId
    number_of_tickets: Annotated[Seats, AsNumber] = 1
    special_requirements: LongText = ""


class BookingOut(BaseModel):
    """`total_price` is for all tickets, in units of the event's currency."""

    model_config = ConfigDict(json_schema_extra={"examples": [_BOOKING]})

    id: int
    event: int
    event_title: str
    user: int | None
    user_name: str
    status: Word
    number_of_tickets: int
    total_price: str
    special_requirements: str
    registered_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None

    @classmethod
    def of(cls, registration: Registration, names: Names) -> "BookingOut":
        return cls.model_construct(
            id=registration.id,
            event=registration.conference_id,
            event_title=names.conference(registration.conference_id),
            user=registration.owner_id,
            user_name=names.registered(registration),
            status=_WORDS[registration.status],
            number_of_tickets=registration.quantity,
            total_price=f"{registration.price.amount:f}",
            special_requirements=registration.special_requirements,
            registered_at=registration.created_at,
            confirmed_at=registration.confirmed_at,
            cancelled_at=registration.ended_at,
        )


class BookingsQuery(ListQuery):
    """One's own, the newest first."""

    event: QueryId | None = None
    status: Word | None = None
    ordering: Literal["registered_at", "-registered_at"] = "-registered_at"

    def filter(self, me: Caller) -> RegistrationFilter:
        return RegistrationFilter(
            conference_id=self.event,
            owner_id=me.user_id,
            statuses=_EVERY if self.status is None else _STATUSES[self.status],
            admissions=True,
        )

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering, {"registered_at": "created_at"})


class WaitlistIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"event": 1}]})

    event: EventId


class WaitingOut(BaseModel):
    """`position` counts from 1; the `id` is that of the booking it becomes with a seat."""

    model_config = ConfigDict(json_schema_extra={"examples": [_WAITING]})

    id: int
    event: int
    event_title: str
    user: int | None
    user_name: str
    position: int | None
    joined_at: datetime

    @classmethod
    def of(cls, waiting: Waiting, names: Names) -> "WaitingOut":
        return cls.at(waiting.registration, waiting.position, names)

    @classmethod
    def at(cls, registration: Registration, position: int | None, names: Names) -> "WaitingOut":
        return cls.model_construct(
            id=registration.id,
            event=registration.conference_id,
            event_title=names.conference(registration.conference_id),
            user=registration.owner_id,
            user_name=names.registered(registration),
            position=position,
            joined_at=registration.created_at,
        )


class WaitlistQuery(ListQuery):
    """One's own places in line."""

    event: QueryId | None = None
    ordering: Literal["position", "-position"] = "position"
