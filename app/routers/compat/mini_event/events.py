"""Events, registering for one, and who is coming; nobody logs in (seed 002)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.domain import conferences, guests, opening, walk_ins
from app.domain.conferences import ConferenceFilter, Phase, Visibility
from app.domain.guests import Guest
from app.domain.pages import PageRequest
from app.domain.walk_ins import WalkIn
from app.routers.compat.drf import errors
from app.routers.compat.frame import bare
from app.routers.compat.mini_event.event_models import (
    AttendeeOut,
    EventIn,
    EventOut,
    EventsQuery,
    GuestIn,
    RegisteredOut,
)
from app.routers.deps import Now, Rt, Uow
from app.routers.fields import PathId

router = APIRouter(prefix="/api/events", tags=["Events"])

# Published, and not begun: what a conference is before it is ongoing.
_UPCOMING = ConferenceFilter(phase=Phase.PUBLISHED, visibility=Visibility.PUBLIC)


@router.post(
    "/",
    operation_id="createEvent",
    summary="Create a new event",
    status_code=201,
    response_model=EventOut,
    responses=errors(400, 409, 422, 429, 503, fault="name"),
)
async def create_event(body: EventIn, uow: Uow, now: Now) -> Response:
    """Everybody may; the event belongs to nobody, and admins look after it."""
    return bare(EventOut.of(await opening.create_open(uow, body.draft(), now)), 201)


@router.get(
    "/",
    operation_id="listEvents",
    summary="List all upcoming events",
    response_model=list[EventOut],
    responses=errors(400, 503, fault="page", wrong="A whole number is required."),
)
async def list_events(query: Annotated[EventsQuery, Query()], uow: Uow, now: Now) -> Response:
    """Those that start in the future, by start; at most 1,000, and `page` leads to the next."""
    wanted = PageRequest(number=query.page, size=query.page_size, ordering=("start_date",))
    page = await conferences.listed(uow, None, _UPCOMING, wanted, now)
    return bare([EventOut.of(event) for event in page.items])


@router.get(
    "/{event_id}/",
    operation_id="getEvent",
    summary="Get event details",
    response_model=EventOut,
    responses=errors(404, 503),
)
async def get_event(event_id: PathId, uow: Uow) -> Response:
    """One event, past ones too."""
    return bare(EventOut.of(await conferences.find(uow, None, event_id)))


@router.post(
    "/{event_id}/register/",
    operation_id="registerAttendee",
    summary="Register an attendee for an event",
    status_code=201,
    response_model=RegisteredOut,
    responses=errors(400, 404, 409, 422, 429, 503, fault="email"),
)
async def register(event_id: PathId, body: GuestIn, uow: Uow, rt: Rt, now: Now) -> Response:
    """One registration per e-mail, whoever it was made by and wherever; no more than there are
    seats. What costs something is `pending` until it is paid.
    """
    await conferences.find(uow, None, event_id)
    walk_in = WalkIn(name=body.name, email=body.email, conference_id=event_id, claim=uow.claim)
    registration = await walk_ins.register(rt.unit_of_work, rt.registrations, walk_in, now)
    # What was sent, not what is known of the person: whoever asks has not logged in.
    said = Guest(
        registration_id=registration.id,
        conference_id=event_id,
        name=body.name,
        email=body.email,
        registered_at=registration.created_at,
    )
    return bare(RegisteredOut.of_registration(said, registration.status), 201)


@router.get(
    "/{event_id}/attendees/",
    operation_id="listAttendees",
    summary="Get all registered attendees for an event",
    response_model=list[AttendeeOut],
    responses=errors(404, 503),
)
async def list_attendees(event_id: PathId, uow: Uow) -> Response:
    """Who has a seat, in the order in which they registered, all of them.

    E-mail addresses are shown for events that were put up here; those of an organizer are the
    organizer's to see.
    """
    return bare([AttendeeOut.of(guest) for guest in await guests.coming_to(uow, None, event_id)])
