"""Conferences over HTTP (seed 000 §5.1)."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.domain import closing, conferences, opening, revising
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import PathId
from app.routers.v1.conference_models import ConferenceIn, ConferenceOut, ConferencePatch
from app.routers.v1.conference_pages import WrittenPages, conference_written, conferences_listed
from app.routers.v1.conference_queries import AllConferencesQuery, ConferencesQuery
from app.routers.v1.envelope import (
    Envelope,
    ListEnvelope,
    created,
    deleted,
    ok,
)
from app.routers.v1.errors import errors
from app.routers.v1.listing import asked, documented
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/conferences", tags=["Conferences"])
written = WrittenPages()


@router.get(
    "/",
    summary="List conferences",
    operation_id="listConferences",
    response_model=ListEnvelope[ConferenceOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(AllConferencesQuery),
)
async def list_conferences(
    request: Request,
    me: Me,
    query: Annotated[AllConferencesQuery, asked(AllConferencesQuery)],
    rt: Rt,
    now: Now,
) -> Response:
    """All that one may see, by start: drafts and private ones are for those they concern."""
    asked_for = query.filter(), query.page_request()
    page = await rt.conferences.listed(rt.unit_of_work(), me, *asked_for, now)
    return written.again(page, request, now)


@router.post(
    "/",
    summary="Create a conference",
    operation_id="createConference",
    status_code=201,
    response_model=Envelope[ConferenceOut],
    responses=errors(400, 401, 403, 409, 422, 429, 503),
)
async def create_conference(body: ConferenceIn, me: Me, uow: Uow, now: Now) -> Response:
    """For organizers; published at once unless `status` is `draft`."""
    conference = await opening.create(uow, me, body.draft(), now)
    return created(ConferenceOut.of(conference, now))


@router.get(
    "/upcoming/",
    summary="List upcoming conferences",
    operation_id="listUpcomingConferences",
    response_model=ListEnvelope[ConferenceOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(AllConferencesQuery),
)
async def list_upcoming_conferences(
    request: Request,
    me: Me,
    query: Annotated[AllConferencesQuery, asked(AllConferencesQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """Those that start today, in their own time zone, or later."""
    filter = replace(query.filter(), upcoming=True)
    page = await conferences.listed(uow, me, filter, query.page_request(), now)
    return conferences_listed(page, request, now)


@router.get(
    "/mine/",
    summary="List one's own conferences",
    operation_id="listMyConferences",
    response_model=ListEnvelope[ConferenceOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(ConferencesQuery),
)
async def list_my_conferences(
    request: Request,
    me: Me,
    query: Annotated[ConferencesQuery, asked(ConferencesQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """Those one organizes, drafts and private ones included."""
    filter = replace(query.filter(), organizer_id=me.user_id)
    page = await conferences.listed(uow, me, filter, query.page_request(), now)
    return conferences_listed(page, request, now)


@router.get(
    "/{conference_id:int}/",
    summary="Get a conference",
    operation_id="getConference",
    response_model=Envelope[ConferenceOut],
    responses=errors(401, 404, 503),
)
async def get_conference(conference_id: PathId, me: Me, rt: Rt, now: Now) -> Response:
    """One conference, with the seats taken by admissions."""
    conference = await rt.conferences.find(rt.unit_of_work(), me, conference_id)
    return ok(conference_written(conference, now))


@router.put(
    "/{conference_id:int}/",
    summary="Update a conference",
    operation_id="updateConference",
    response_model=Envelope[ConferenceOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
@router.patch(
    "/{conference_id:int}/",
    summary="Update a part of a conference",
    operation_id="patchConference",
    response_model=Envelope[ConferenceOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def update_conference(
    conference_id: PathId, body: ConferencePatch, me: Me, uow: Uow, now: Now
) -> Response:
    """Takes any part of the fields. New days must hold every session, a new capacity every seat."""
    conference = await revising.update_conference(uow, me, conference_id, body.changes(), now)
    return ok(ConferenceOut.of(conference, now))


@router.delete(
    "/{conference_id:int}/",
    summary="Delete a conference",
    operation_id="deleteConference",
    response_model=Envelope[None],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_conference(conference_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Takes it and its sessions from sight; registrations are cancelled, refunded and told."""
    await closing.delete_conference(uow, me, conference_id, now)
    return deleted()


@router.post(
    "/{conference_id}/publish/",
    summary="Publish a draft",
    operation_id="publishConference",
    response_model=Envelope[ConferenceOut],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def publish_conference(conference_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """From now on it is seen by those it is meant for, and open for registration."""
    return ok(ConferenceOut.of(await opening.publish(uow, me, conference_id, now), now))


@router.post(
    "/{conference_id}/cancel/",
    summary="Cancel a conference",
    operation_id="cancelConference",
    response_model=Envelope[ConferenceOut],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def cancel_conference(conference_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Calls it off; it stays to be seen. Registrations are cancelled, refunded and told."""
    return ok(ConferenceOut.of(await closing.cancel_conference(uow, me, conference_id, now), now))
