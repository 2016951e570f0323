"""Events and their life (seed 003, Events)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import (
    categories,
    closing,
    conferences,
    cover_images,
    guests,
    names,
    opening,
    programmes,
    revising,
    statistics,
)
from app.domain.access import ensure_organizer
from app.domain.conferences import Conference
from app.domain.errors import UnknownReference
from app.domain.guests import Guest
from app.domain.pages import PageRequest
from app.domain.programmes import Programme
from app.routers import uploads
from app.routers.compat import bodies
from app.routers.compat.event_hub.asking import MOST
from app.routers.compat.event_hub.event_models import (
    EventChangeIn,
    EventIn,
    EventOut,
    EventsQuery,
    ListedEventOut,
    StatisticsOut,
)
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.frame import OPTIONAL_TOKEN, ItemId, bare
from app.routers.deps import MaybeMe, Me, Now, Rt, Uow
from app.runtime import Runtime

router = APIRouter(prefix="/api/events", tags=["Events"])

_COVER = "cover_image"

_ATTENDEE: dict[str, Any] = {
    "id": 1,
    "event": 1,
    "user_name": "John Doe",
    "email": "",
    "registered_at": "2025-12-20T12:00:00Z",
}


class AttendeeOut(BaseModel):
    """Somebody with a seat; `id` is the booking's, `email` the organizer's and admins' to see."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ATTENDEE]})

    id: int
    event: int
    user_name: str
    email: str
    registered_at: datetime

    @classmethod
    def of(cls, guest: Guest) -> "AttendeeOut":
        return cls.model_construct(
            id=guest.registration_id,
            event=guest.conference_id,
            user_name=guest.name,
            email=guest.email,
            registered_at=guest.registered_at,
        )


@router.get(
    "/",
    operation_id="listEvents",
    summary="List events",
    response_model=list[ListedEventOut],
    responses=errors(400, 401, 503, fault="is_online", wrong="A valid boolean is required."),
    openapi_extra=OPTIONAL_TOKEN,
)
async def list_events(
    request: Request,
    me: MaybeMe,
    query: Annotated[EventsQuery, Query()],
    uow: Uow,
    rt: Rt,
    now: Now,
) -> Response:
    """Those that one may see, one's own drafts too; `search` looks into title, text and tags."""
    page = await conferences.listed(uow, me, query.filter(), query.page_request(), now)
    return bare(await shown_in_list(rt, page.items, str(request.base_url), now))


@router.post(
    "/",
    operation_id="createEvent",
    summary="Create event (organizers only)",
    status_code=201,
    response_model=EventOut,
    responses=errors(400, 401, 403, 409, 413, 422, 429, 503, fault="title"),
    openapi_extra=bodies.documented(EventIn, picture=_COVER),
)
async def create_event(request: Request, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Puts up a draft; nobody else sees it until it is published.

    A form may bring a picture as `cover_image`.
    """
    ensure_organizer(me)
    sent = await bodies.read(request, EventIn, picture=_COVER)
    category_id = await _category_id(rt, sent.body.category)
    async with uploads.kept(rt, sent.picture, field=_COVER) as cover:
        made = await opening.create(uow, me, sent.body.draft(category_id, cover), now)
    await uploads.tidy(rt, made, cover)
    programme = Programme(conference=made, sessions=(), ticket_types=())
    return bare(await _detailed(rt, programme, request, now), 201)


@router.get(
    "/{id:int}/",
    operation_id="getEvent",
    summary="Get event details",
    response_model=EventOut,
    responses=errors(401, 404, 503),
    openapi_extra=OPTIONAL_TOKEN,
)
async def get_event(
    event_id: ItemId, request: Request, me: MaybeMe, uow: Uow, rt: Rt, now: Now
) -> Response:
    """With its sessions. Drafts are their organizer's alone."""
    return bare(await _detailed(rt, await programmes.find(uow, me, event_id), request, now))


@router.put(
    "/{id:int}/",
    operation_id="updateEvent",
    summary="Update event",
    response_model=EventOut,
    responses=errors(400, 401, 403, 404, 409, 413, 422, 429, 503, fault="title"),
    openapi_extra=bodies.documented(EventChangeIn, picture=_COVER),
)
@router.patch(
    "/{id:int}/",
    operation_id="patchEvent",
    summary="Update a part of an event",
    response_model=EventOut,
    responses=errors(400, 401, 403, 404, 409, 413, 422, 429, 503, fault="title"),
    openapi_extra=bodies.documented(EventChangeIn, picture=_COVER),
)
async def update_event(
    event_id: ItemId, request: Request, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """For its organizer; what is left out stays as it is.

    A form may bring a new picture as `cover_image`; null takes it away.
    """
    old = await cover_images.managed(uow, me, event_id)
    sent = await bodies.read(request, EventChangeIn, picture=_COVER)
    changes = sent.body.changes()
    if sent.body.category:
        changes["category_id"] = await _category_id(rt, sent.body.category)
    async with uploads.kept(rt, sent.picture, field=_COVER) as cover:
        if cover or sent.body.takes_cover_away:
            changes["cover_image"] = cover
        changed = await revising.update_conference(uow, me, event_id, changes, now)
    await uploads.tidy(rt, changed, cover, old.cover_image)
    return bare(await _with_programme(rt, changed, request, now))


@router.delete(
    "/{id:int}/",
    operation_id="deleteEvent",
    summary="Delete event",
    status_code=204,
    response_class=Response,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_event(event_id: ItemId, me: Me, uow: Uow, now: Now) -> Response:
    """Takes it from sight; bookings are cancelled, refunded if paid, and told."""
    await closing.delete_conference(uow, me, event_id, now)
    return Response(status_code=204)


@router.post(
    "/{id:int}/publish/",
    operation_id="publishEvent",
    summary="Publish event",
    response_model=EventOut,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def publish_event(
    event_id: ItemId, request: Request, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """For its organizer; everybody sees it then, and may book."""
    published = await opening.publish(uow, me, event_id, now)
    return bare(await _with_programme(rt, published, request, now))


@router.post(
    "/{id:int}/cancel/",
    operation_id="cancelEvent",
    summary="Cancel event",
    response_model=EventOut,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def cancel_event(
    event_id: ItemId, request: Request, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """For its organizer; all bookings are cancelled, refunded if paid, and told."""
    cancelled = await closing.cancel_conference(uow, me, event_id, now)
    return bare(await _with_programme(rt, cancelled, request, now))


@router.get(
    "/{id:int}/attendees/",
    operation_id="listEventAttendees",
    summary="Get event attendees",
    response_model=list[AttendeeOut],
    responses=errors(401, 404, 503),
    openapi_extra=OPTIONAL_TOKEN,
)
async def list_event_attendees(event_id: ItemId, me: MaybeMe, uow: Uow) -> Response:
    """Those with a seat, in the order in which they booked."""
    coming = await guests.coming_to(uow, me, event_id)
    return bare([AttendeeOut.of(guest) for guest in coming])


@router.get(
    "/{id:int}/statistics/",
    operation_id="getEventStatistics",
    summary="Get event statistics",
    response_model=StatisticsOut,
    responses=errors(401, 404, 503),
    openapi_extra=OPTIONAL_TOKEN,
)
async def get_event_statistics(event_id: ItemId, me: MaybeMe, uow: Uow) -> Response:
    """Seats, the waitlist, reviews, and what it earned."""
    return bare(StatisticsOut.of(await statistics.of_conference(uow, me, event_id)))


async def shown_in_list(
    rt: Runtime, events: Sequence[Conference], here: str, now: datetime
) -> list[ListedEventOut]:
    """Events with the names that belong to them."""
    known = await names.of(
        rt.unit_of_work(),
        users={event.organizer_id for event in events},
        categories={event.category_id for event in events},
    )
    return [ListedEventOut.of(event, known, here, now) for event in events]


async def _with_programme(
    rt: Runtime, event: Conference, request: Request, now: datetime
) -> EventOut:
    return await _detailed(rt, await programmes.of(rt.unit_of_work(), event), request, now)


async def _detailed(rt: Runtime, programme: Programme, request: Request, now: datetime) -> EventOut:
    event = programme.conference
    known = await names.of(
        rt.unit_of_work(), users=[event.organizer_id], categories=[event.category_id]
    )
    return EventOut.detailed(event, programme.sessions, known, str(request.base_url), now)


async def _category_id(rt: Runtime, word: str) -> int:
    """The category that a word stands for; admins may have taken it away."""
    page = await categories.listed(rt.unit_of_work(), PageRequest(size=MOST))
    found = next((category.id for category in page.items if category.slug == word), None)
    if found is None:
        raise UnknownReference(f"There is no category {word} any more.", field="category")
    return found
