"""Events (seed 004, Event Management Endpoints)."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.domain import closing, conferences, names, opening, revising
from app.domain.access import Caller
from app.domain.conferences import Conference, ConferenceChanges, ConferenceFilter
from app.domain.pages import PageRequest
from app.routers.compat.frame import OPTIONAL_TOKEN, ItemId, bare
from app.routers.compat.jointoit.event_models import (
    EventChangeIn,
    EventIn,
    EventOut,
    EventsQuery,
    ListedEventOut,
)
from app.routers.compat.jointoit.manner import errors
from app.routers.compat.jointoit.paging import Paged, paged
from app.routers.deps import MaybeMe, Me, Now, Rt, Uow
from app.runtime import Runtime

router = APIRouter(prefix="/api/events", tags=["Events"])

Asked = Annotated[EventsQuery, Query()]
_WRONG = "A valid boolean is required."


@router.get(
    "/",
    operation_id="listEvents",
    summary="List events",
    response_model=Paged[ListedEventOut],
    responses=errors(400, 401, 404, 503, fault="has_spots", wrong=_WRONG),
    openapi_extra=OPTIONAL_TOKEN,
)
async def list_events(request: Request, me: MaybeMe, query: Asked, rt: Rt, now: Now) -> Response:
    """Those that one may see; no token is needed. `search` looks for words and their beginnings."""
    return await _listed(request, rt, me, query.filter(), query.asked(), now)


@router.post(
    "/",
    operation_id="createEvent",
    summary="Create event",
    status_code=201,
    response_model=EventOut,
    responses=errors(400, 401, 409, 422, 429, 503, fault="title"),
)
async def create_event(body: EventIn, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """For everybody who logs in; one becomes an organizer by that. It is active at once."""
    made = await opening.put_up(uow, me, body.draft(), now)
    return bare(await _detailed(rt, made, now), 201)


@router.get(
    "/upcoming/",
    operation_id="listUpcomingEvents",
    summary="Get upcoming events",
    response_model=Paged[ListedEventOut],
    responses=errors(400, 401, 404, 503, fault="has_spots", wrong=_WRONG),
    openapi_extra=OPTIONAL_TOKEN,
)
async def list_upcoming_events(
    request: Request, me: MaybeMe, query: Asked, rt: Rt, now: Now
) -> Response:
    """Those that are active and lie in the future; they can be filtered as all others."""
    wanted = replace(query.filter(), is_active=True, is_past=False)
    return await _listed(request, rt, me, wanted, query.asked(), now)


@router.get(
    "/my_events/",
    operation_id="listMyEvents",
    summary="Get my organized events",
    response_model=Paged[ListedEventOut],
    responses=errors(400, 401, 404, 503, fault="has_spots", wrong=_WRONG),
)
async def list_my_events(request: Request, me: Me, query: Asked, rt: Rt, now: Now) -> Response:
    """Those that one organizes, whether anybody else sees them or not."""
    wanted = replace(query.filter(), organizer_id=me.user_id)
    return await _listed(request, rt, me, wanted, query.asked(), now)


@router.get(
    "/{id:int}/",
    operation_id="getEvent",
    summary="Get event details",
    response_model=EventOut,
    responses=errors(401, 404, 503),
    openapi_extra=OPTIONAL_TOKEN,
)
async def get_event(event_id: ItemId, me: MaybeMe, uow: Uow, rt: Rt, now: Now) -> Response:
    """Past and inactive ones are there, too."""
    return bare(await _detailed(rt, await conferences.find(uow, me, event_id), now))


@router.put(
    "/{id:int}/",
    operation_id="updateEvent",
    summary="Update event (organizer only)",
    response_model=EventOut,
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503, fault="title"),
)
async def update_event(
    event_id: ItemId, body: EventIn, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """All of it. A new `date` moves the event; it lasts as long as before."""
    return await _changed(event_id, body.changes(), me, uow, rt, now)


@router.patch(
    "/{id:int}/",
    operation_id="patchEvent",
    summary="Partially update event (organizer only)",
    response_model=EventOut,
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503, fault="max_attendees"),
)
async def patch_event(
    event_id: ItemId, body: EventChangeIn, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """What is left out stays as it is."""
    return await _changed(event_id, body.changes(), me, uow, rt, now)


@router.delete(
    "/{id:int}/",
    operation_id="deleteEvent",
    summary="Delete event (organizer only)",
    status_code=204,
    response_class=Response,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_event(event_id: ItemId, me: Me, uow: Uow, now: Now) -> Response:
    """Takes it from sight; registrations are cancelled, refunded if paid, and told."""
    await closing.delete_conference(uow, me, event_id, now)
    return Response(status_code=204)


async def _listed(
    request: Request,
    rt: Runtime,
    me: Caller | None,
    wanted: ConferenceFilter,
    asked: PageRequest,
    now: datetime,
) -> Response:
    page = await conferences.listed(rt.unit_of_work(), me, wanted, asked, now)
    known = await names.of(rt.unit_of_work(), users={event.organizer_id for event in page.items})
    return paged([ListedEventOut.of(event, known, now) for event in page.items], page, request)


async def _changed(
    event_id: int, changes: ConferenceChanges, me: Caller, uow: Uow, rt: Runtime, now: datetime
) -> Response:
    changed = await revising.update_conference(uow, me, event_id, changes, now)
    return bare(await _detailed(rt, changed, now))


async def _detailed(rt: Runtime, event: Conference, now: datetime) -> EventOut:
    known = await names.of(rt.unit_of_work(), users=[event.organizer_id])
    return EventOut.of(event, known, now)
