"""Events and their categories (seed 001 §2)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.domain import categories, closing, cover_images, opening, programmes, revising
from app.domain.access import ensure_organizer
from app.domain.pages import PageRequest
from app.domain.programmes import Programme
from app.routers import uploads
from app.routers.compat import bodies
from app.routers.compat.drf import errors, references
from app.routers.compat.event_management.event_models import (
    CategoryOut,
    EventChangeIn,
    EventIn,
    EventOut,
    EventsQuery,
)
from app.routers.compat.frame import OPTIONAL_TOKEN, bare
from app.routers.deps import MaybeMe, Me, Now, Rt, Uow
from app.routers.fields import PathId

router = APIRouter(prefix="/api/events", tags=["Events"])

_IMAGE = "image"
_MOST_CATEGORIES = PageRequest(size=1000)


@router.get(
    "/categories/",
    operation_id="listCategories",
    summary="List categories",
    response_model=list[CategoryOut],
    responses=errors(503),
)
async def list_categories(uow: Uow) -> Response:
    """All of them; no token is needed."""
    page = await categories.listed(uow, _MOST_CATEGORIES)
    return bare([CategoryOut.of(category) for category in page.items])


@router.get(
    "/",
    operation_id="listEvents",
    summary="List events",
    response_model=list[EventOut],
    responses=errors(400, 401, 503, fault="page", wrong="A whole number is required."),
    openapi_extra=OPTIONAL_TOKEN,
)
async def list_events(
    request: Request, me: MaybeMe, query: Annotated[EventsQuery, Query()], uow: Uow, now: Now
) -> Response:
    """Public ones, by start; with a token also one's own private ones, and those one is coming to.

    The list has no pages unless `page` and `page_size` are named, and 1,000 events at most.
    """
    page = await programmes.listed(uow, me, query.filter(), query.page_request(), now)
    here = str(request.base_url)
    return bare([EventOut.of(programme, here) for programme in page.items])


@router.post(
    "/create/",
    operation_id="createEvent",
    summary="Create event (organizer only)",
    response_model=EventOut,
    responses=errors(400, 401, 403, 409, 413, 422, 429, 503),
    openapi_extra=bodies.documented(EventIn, picture=_IMAGE),
)
async def create_event(request: Request, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """For organizers. It is published at once; a form may bring a picture as `image`."""
    ensure_organizer(me)
    sent = await bodies.read(request, EventIn, picture=_IMAGE)
    async with uploads.kept(rt, sent.picture) as cover:
        with references(category=sent.body.category):
            made = await opening.create(uow, me, sent.body.draft(cover), now)
    await uploads.tidy(rt, made, cover)
    bare_event = Programme(conference=made, sessions=(), ticket_types=())
    return bare(EventOut.of(bare_event, str(request.base_url)))


@router.get(
    "/{event_id:int}/",
    operation_id="getEvent",
    summary="Get single event",
    response_model=EventOut,
    responses=errors(401, 404, 503),
    openapi_extra=OPTIONAL_TOKEN,
)
async def get_event(event_id: PathId, request: Request, me: MaybeMe, uow: Uow) -> Response:
    """A private one is there for its organizer and for those who are registered."""
    programme = await programmes.find(uow, me, event_id)
    return bare(EventOut.of(programme, str(request.base_url)))


@router.put(
    "/{event_id:int}/update/",
    operation_id="updateEvent",
    summary="Update event (organizer only)",
    response_model=EventOut,
    responses=errors(400, 401, 403, 404, 409, 413, 422, 429, 503),
    openapi_extra=bodies.documented(EventChangeIn, picture=_IMAGE),
)
@router.patch(
    "/{event_id:int}/update/",
    operation_id="patchEvent",
    summary="Update a part of an event (organizer only)",
    response_model=EventOut,
    responses=errors(400, 401, 403, 404, 409, 413, 422, 429, 503),
    openapi_extra=bodies.documented(EventChangeIn, picture=_IMAGE),
)
async def update_event(
    event_id: PathId, request: Request, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """For the event's own organizer; what is left out stays as it is, and the length does too."""
    old = await cover_images.managed(uow, me, event_id)
    sent = await bodies.read(request, EventChangeIn, picture=_IMAGE)
    changes = sent.body.changes()
    async with uploads.kept(rt, sent.picture) as cover:
        if cover or sent.body.takes_image_away:
            changes["cover_image"] = cover
        with references(category=sent.body.category):
            changed = await revising.update_conference(uow, me, event_id, changes, now)
    await uploads.tidy(rt, changed, cover, old.cover_image)
    programme = await programmes.of(uow, changed)
    return bare(EventOut.of(programme, str(request.base_url)))


@router.delete(
    "/{event_id:int}/delete/",
    operation_id="deleteEvent",
    summary="Delete event (organizer only)",
    status_code=204,
    response_class=Response,
    responses=errors(401, 403, 404, 409, 422, 429, 503, fault=None),
)
async def delete_event(event_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Takes it from sight; registrations are cancelled, refunded if paid, and told."""
    await closing.delete_conference(uow, me, event_id, now)
    return Response(status_code=204)
