"""Events and those who come to them as JSON (seed 002)."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.domain.conferences import Conference, ConferenceDraft
from app.domain.guests import Guest
from app.domain.registrations import RegistrationStatus
from app.domain.times import TimeRange
from app.routers.compat.numbers import AsNumber
from app.routers.fields import MOST_SEATS, Email, Instant, Name, Seats, ShortText

_IN: dict[str, Any] = {
    # A day to come, so that trying it out makes one: what starts in the past is refused.
    "name": "Global AI Summit 2099",
    "location": "Bengaluru International Exhibition Centre",
    "start_time": "2099-03-15T09:00:00Z",
    "end_time": "2099-03-17T17:00:00Z",
    "max_capacity": 750,
}
_OUT: dict[str, Any] = {"id": 1} | _IN | {"registered": 1, "seats_left": 749}
_GUEST: dict[str, Any] = {"name": "Bob The Builder", "email": "bob@example.com"}
_ATTENDEE: dict[str, Any] = (
    {"id": 1, "event": 1} | _GUEST | {"registered_at": "2099-02-01T10:00:00Z"}
)


class EventIn(BaseModel):
    """`start_time` lies in the future."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    name: Name
    location: Annotated[ShortText, Field(min_length=1)]
    start_time: Instant
    end_time: Instant
    max_capacity: Annotated[Seats, AsNumber]

    def draft(self) -> ConferenceDraft:
        return ConferenceDraft(
            name=self.name,
            location=self.location,
            period=TimeRange(start=self.start_time, end=self.end_time),
            capacity=self.max_capacity,
        )


class EventOut(BaseModel):
    """An event made elsewhere may have no limit: its `max_capacity` is the largest there is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: int
    name: str
    location: str
    start_time: datetime
    end_time: datetime
    max_capacity: int
    registered: int
    seats_left: int

    @classmethod
    def of(cls, event: Conference) -> "EventOut":
        capacity = MOST_SEATS if event.capacity is None else event.capacity
        return cls.model_construct(
            id=event.id,
            name=event.name,
            location=event.location,
            start_time=event.period.start,
            end_time=event.period.end,
            max_capacity=capacity,
            registered=event.seats_taken,
            seats_left=capacity - event.seats_taken,
        )


class GuestIn(BaseModel):
    """Who comes; the e-mail says who it is, the name is kept with this registration."""

    model_config = ConfigDict(json_schema_extra={"examples": [_GUEST]})

    name: Name
    email: Email


class AttendeeOut(BaseModel):
    """`email` is empty for events that belong to an organizer."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ATTENDEE]})

    id: int
    event: int
    name: str
    email: str
    registered_at: datetime

    @classmethod
    def of(cls, guest: Guest) -> "AttendeeOut":
        return cls.model_construct(
            id=guest.registration_id,
            event=guest.conference_id,
            name=guest.name,
            email=guest.email,
            registered_at=guest.registered_at,
        )


class RegisteredOut(AttendeeOut):
    """`status` is `confirmed`, or `pending` where there is something to be paid."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ATTENDEE | {"status": "confirmed"}]})

    status: RegistrationStatus

    @classmethod
    def of_registration(cls, guest: Guest, status: RegistrationStatus) -> "RegisteredOut":
        shown = AttendeeOut.of(guest)
        return cls.model_construct(**dict(shown), status=status)


class EventsQuery(BaseModel):
    """The whole list, unless a page of it is asked for; unknown parameters are ignored."""

    page: int = Field(default=1, ge=1, le=1_000_000)
    page_size: int = Field(default=1000, ge=1, le=1000, description="At most 1000.")
