"""Registering for an event, and what one is registered for (seed 001 §2)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from app.domain import attendees, registering, waitlist
from app.domain.access import Caller
from app.domain.admission import Target, Wish
from app.domain.registering import Ask
from app.domain.registrations import Registration, RegistrationStatus
from app.routers.compat.drf import errors, references
from app.routers.compat.frame import bare
from app.routers.compat.numbers import AsNumberOrNone
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import Id, PathId

router = APIRouter(tags=["Registrations"])

_TICKET: dict[str, Any] = {
    "code": "5e2a4d53-7b31-4d80-8b61-12ecf0eaa999",
    "issued_at": "2025-09-04T12:30:00Z",
    "is_checked_in": False,
}
_REGISTRATION: dict[str, Any] = {
    "id": 1,
    "user": 2,
    "event": 1,
    "ticket_type": 1,
    "registered_at": "2025-09-04T12:30:00Z",
    "is_waitlisted": False,
    "ticket": _TICKET,
    "status": "confirmed",
    "position": None,
}


class RegisterIn(BaseModel):
    """`ticket_type` may be left out where the event has none."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ticket_type": 1}]})

    ticket_type: Annotated[Id | None, AsNumberOrNone] = None


class TicketOut(BaseModel):
    """`code` is what the door reads."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TICKET]})

    code: str
    issued_at: datetime
    is_checked_in: bool

    @classmethod
    def of(cls, registration: Registration) -> "TicketOut | None":
        if not registration.is_live:
            return None
        return cls(
            code=registration.ticket_code,
            issued_at=registration.confirmed_at or registration.created_at,
            is_checked_in=registration.checked_in_at is not None,
        )


class RegistrationOut(BaseModel):
    """`position` is the place in line of whoever is waitlisted, and has no ticket yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [_REGISTRATION]})

    id: int
    user: int
    event: int
    ticket_type: int | None
    registered_at: datetime
    is_waitlisted: bool
    ticket: TicketOut | None
    status: RegistrationStatus
    position: int | None

    @classmethod
    def of(cls, me: Caller, registration: Registration, position: int | None) -> "RegistrationOut":
        return cls(
            id=registration.id,
            user=me.user_id,
            event=registration.conference_id,
            ticket_type=registration.ticket_type_id,
            registered_at=registration.created_at,
            is_waitlisted=registration.is_waiting,
            ticket=TicketOut.of(registration),
            status=registration.status,
            position=position,
        )


@router.post(
    "/api/registrations/{event_id:int}/register/",
    operation_id="registerForEvent",
    summary="Register for event",
    response_model=RegistrationOut,
    responses=errors(400, 401, 404, 409, 422, 429, 503, fault="ticket_type"),
)
async def register_for_event(
    event_id: PathId, me: Me, uow: Uow, rt: Rt, now: Now, body: RegisterIn | None = None
) -> Response:
    """For oneself. Where the event or the ticket type is full, one is waitlisted.

    A ticket type that has a price is `pending` at first, and has its ticket already; the door
    lets in whoever has paid.
    """
    wanted = body or RegisterIn()
    attendee = await attendees.own(rt.unit_of_work(), me, now)
    wish = Wish(
        attendee_id=attendee.id,
        target=Target(conference_id=event_id, session_id=None),
        ticket_type_id=wanted.ticket_type,
        may_wait=True,
    )
    with references(place="conference", ticket_type=wanted.ticket_type):
        made = await registering.register(
            rt.registrations, Ask(caller=me, wish=wish, claim=uow.claim)
        )
    position = await waitlist.position(rt.unit_of_work(), made)
    return bare(RegistrationOut.of(me, made, position))


@router.get(
    "/registrations/me/",
    operation_id="listMyRegistrations",
    summary="My registrations",
    response_model=list[RegistrationOut],
    responses=errors(401, 503),
)
@router.get("/api/registrations/me/", include_in_schema=False)
async def list_my_registrations(me: Me, uow: Uow) -> Response:
    """What one is registered for or waits for, the newest first."""
    standings = await waitlist.admissions(uow, me)
    return bare([RegistrationOut.of(me, one.registration, one.position) for one in standings])
