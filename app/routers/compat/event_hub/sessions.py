"""The programme of events (seed 003, Sessions)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.domain import closing
from app.domain import sessions as programme
from app.routers.compat.drf import references
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.event_hub.session_models import SessionIn, SessionOut, SessionsQuery
from app.routers.compat.frame import OPTIONAL_TOKEN, ItemId, bare
from app.routers.deps import MaybeMe, Me, Now, Uow

router = APIRouter(prefix="/api/sessions", tags=["Sessions"])


@router.get(
    "/",
    operation_id="listSessions",
    summary="List sessions",
    response_model=list[SessionOut],
    responses=errors(400, 401, 503, fault="event", wrong="A whole number is required."),
    openapi_extra=OPTIONAL_TOKEN,
)
async def list_sessions(
    me: MaybeMe, query: Annotated[SessionsQuery, Query()], uow: Uow
) -> Response:
    """Those of the events that one may see, by start."""
    page = await programme.listed(uow, me, query.filter(), query.page_request())
    return bare([SessionOut.of(session) for session in page.items])


@router.post(
    "/",
    operation_id="createSession",
    summary="Create session",
    status_code=201,
    response_model=SessionOut,
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503, fault="title"),
)
async def create_session(body: SessionIn, me: Me, uow: Uow, now: Now) -> Response:
    """For the event's organizer; it lies within the event."""
    with references(place="conference"):
        return bare(SessionOut.of(await programme.create(uow, me, body.draft(), now)), 201)


@router.get(
    "/{id:int}/",
    operation_id="getSession",
    summary="Get session details",
    response_model=SessionOut,
    responses=errors(401, 404, 503),
    openapi_extra=OPTIONAL_TOKEN,
)
async def get_session(session_id: ItemId, me: MaybeMe, uow: Uow) -> Response:
    """One of an event that one may see."""
    return bare(SessionOut.of(await programme.find(uow, me, session_id)))


@router.delete(
    "/{id:int}/",
    operation_id="deleteSession",
    summary="Delete session",
    status_code=204,
    response_class=Response,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_session(session_id: ItemId, me: Me, uow: Uow, now: Now) -> Response:
    """Takes it from sight, for the event's organizer."""
    await closing.delete_session(uow, me, session_id, now)
    return Response(status_code=204)
