"""Registrations as JSON (seed 004, Event Registration and Registration Management)."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.domain.access import Caller
from app.domain.guests import Comer
from app.domain.own_registrations import OwnRegistration
from app.domain.registrations import Registration, RegistrationStatus

_REGISTRATION: dict[str, Any] = {
    "id": 10,
    "user": 2,
    "event": 1,
    "registered_at": "2024-01-10T15:30:00Z",
    "is_cancelled": False,
    "status": "confirmed",
}
_ATTENDEE: dict[str, Any] = _REGISTRATION | {"id": 5, "user": 3, "name": "Jane Smith"}
_EVENT: dict[str, Any] = {
    "id": 1,
    "title": "Django Conference",
    "date": "2024-06-15T09:00:00Z",
}
_OWN: dict[str, Any] = {
    "id": 1,
    "event": _EVENT,
    "registered_at": "2024-01-01T10:00:00Z",
    "is_cancelled": False,
    "status": "confirmed",
}
_OVER = {RegistrationStatus.CANCELLED, RegistrationStatus.EXPIRED}


class RegistrationOut(BaseModel):
    """`status` is `confirmed`, or `pending` where there is something to be paid."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REGISTRATION]})

    id: int
    user: int
    event: int
    registered_at: datetime
    is_cancelled: bool
    status: RegistrationStatus

    @classmethod
    def of(cls, me: Caller, registration: Registration) -> "RegistrationOut":
        return cls(
            id=registration.id,
            user=me.user_id,
            event=registration.conference_id,
            registered_at=registration.created_at,
            is_cancelled=registration.status in _OVER,
            status=registration.status,
        )


class AttendeeOut(BaseModel):
    """Somebody with a seat; `user` is null for guests without an account."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ATTENDEE]})

    id: int
    user: int | None
    event: int
    registered_at: datetime
    is_cancelled: bool
    status: RegistrationStatus
    name: str

    @classmethod
    def of(cls, event_id: int, comer: Comer) -> "AttendeeOut":
        return cls.model_construct(
            id=comer.registration_id,
            user=comer.user_id,
            event=event_id,
            registered_at=comer.registered_at,
            is_cancelled=comer.status in _OVER,
            status=comer.status,
            name=comer.name,
        )


class EventOfOut(BaseModel):
    """What one is registered for."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EVENT]})

    id: int
    title: str
    date: datetime


class OwnRegistrationOut(BaseModel):
    """One's own registration with its event; what was not paid in time is cancelled, too."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OWN]})

    id: int
    event: EventOfOut
    registered_at: datetime
    is_cancelled: bool
    status: RegistrationStatus

    @classmethod
    def of(cls, own: OwnRegistration) -> "OwnRegistrationOut":
        registration = own.registration
        event = EventOfOut.model_construct(
            id=registration.conference_id,
            title=own.conference_name,
            date=own.conference_period.start,
        )
        return cls.model_construct(
            id=registration.id,
            event=event,
            registered_at=registration.created_at,
            is_cancelled=registration.status in _OVER,
            status=registration.status,
        )


class LeftOut(BaseModel):
    """That it was done, in words."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"detail": "Successfully unregistered from the event."}]}
    )

    detail: str
