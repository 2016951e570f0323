"""Conferences over HTTP (seed 000 §5.1)."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import closing, conferences
from app.domain.conferences import (
    Conference,
    ConferenceChanges,
    ConferenceDraft,
    ConferenceFilter,
    ConferenceStatus,
    Phase,
    Visibility,
    phase,
)
from app.domain.pages import Page
from app.domain.times import days, first_day, last_day
from app.routers.deps import Me, Now, Uow
from app.routers.v1.envelope import (
    Envelope,
    Json,
    ListEnvelope,
    created,
    deleted,
    json,
    listed,
    ok,
)
from app.routers.v1.errors import errors
from app.routers.v1.fields import (
    Currency,
    Day,
    Flag,
    Instant,
    LongText,
    Name,
    Needle,
    PathId,
    Price,
    QueryId,
    Seats,
    ShortText,
    Timezone,
    left_out,
)
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/conferences", tags=["Conferences"])

_NAMES = {
    "conference_name": "name",
    "start_date": "first_day",
    "end_date": "last_day",
}


class ConferenceIn(BaseModel):
    """Days are those of `timezone`; `capacity` null is unlimited; `status` says draft or not."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "conference_name": "Tech Summit 2026",
                    "start_date": "2026-09-01",
                    "end_date": "2026-09-03",
                    "location": "San Francisco",
                    "description": "Global tech/AI summit.",
                }
            ]
        },
    )

    conference_name: Name
    start_date: Day
    end_date: Day
    location: ShortText = ""
    description: LongText = ""
    timezone: Timezone = "UTC"
    capacity: Seats | None = None
    price: Price = Decimal(0)
    currency: Currency = "USD"
    multi_track: Flag = False
    status: Literal["draft", "published"] = "published"
    visibility: Visibility = Visibility.PUBLIC
    registration_deadline: Instant | None = None

    def draft(self) -> ConferenceDraft:
        return ConferenceDraft(
            name=self.conference_name,
            period=days(self.start_date, self.end_date, self.timezone),
            location=self.location,
            description=self.description,
            timezone=self.timezone,
            capacity=self.capacity,
            price=self.price,
            currency=self.currency,
            multi_track=self.multi_track,
            status=ConferenceStatus(self.status),
            visibility=self.visibility,
            registration_deadline=self.registration_deadline,
        )


class ConferencePatch(BaseModel):
    """Any part of the fields; what is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"location": "Oakland", "capacity": 800}]},
    )

    conference_name: Name = left_out()
    start_date: Day = left_out()
    end_date: Day = left_out()
    location: ShortText = left_out()
    description: LongText = left_out()
    timezone: Timezone = left_out()
    capacity: Seats | None = None
    price: Price = left_out()
    currency: Currency = left_out()
    multi_track: Flag = left_out()
    visibility: Visibility = left_out()
    registration_deadline: Instant | None = None

    def changes(self) -> ConferenceChanges:
        named = {_NAMES.get(field, field): getattr(self, field) for field in self.model_fields_set}
        return cast(ConferenceChanges, named)


class ConferenceOut(BaseModel):
    """`status` is told by the clock too; `starts_at` and `ends_at` are the days as instants."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "conference_name": "Tech Summit 2026",
                    "start_date": "2026-09-01",
                    "end_date": "2026-09-03",
                    "location": "San Francisco",
                    "description": "Global tech/AI summit.",
                    "timezone": "UTC",
                    "starts_at": "2026-09-01T00:00:00Z",
                    "ends_at": "2026-09-04T00:00:00Z",
                    "capacity": None,
                    "seats_taken": 0,
                    "price": 0.0,
                    "currency": "USD",
                    "multi_track": False,
                    "status": "published",
                    "visibility": "public",
                    "registration_deadline": None,
                    "organizer": 2,
                    "created_at": "2026-05-01T10:00:00Z",
                    "updated_at": "2026-05-01T10:00:00Z",
                }
            ]
        }
    )

    id: int
    conference_name: str
    start_date: date
    end_date: date
    location: str
    description: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    seats_taken: int
    price: float
    currency: str
    multi_track: bool
    status: Phase
    visibility: Visibility
    registration_deadline: datetime | None
    organizer: int | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conference: Conference, now: datetime) -> "ConferenceOut":
        return cls.at(conference, phase(conference, now))

    @classmethod
    def at(cls, conference: Conference, status: Phase) -> "ConferenceOut":
        return cls(
            id=conference.id,
            conference_name=conference.name,
            start_date=first_day(conference.period, conference.timezone),
            end_date=last_day(conference.period, conference.timezone),
            location=conference.location,
            description=conference.description,
            timezone=conference.timezone,
            starts_at=conference.period.start,
            ends_at=conference.period.end,
            capacity=conference.capacity,
            seats_taken=conference.seats_taken,
            price=float(conference.price.amount),
            currency=conference.price.currency,
            multi_track=conference.multi_track,
            status=status,
            visibility=conference.visibility,
            registration_deadline=conference.registration_deadline,
            organizer=conference.organizer_id,
            created_at=conference.created_at,
            updated_at=conference.updated_at,
        )


class ConferencesQuery(ListQuery):
    """`start_after` and `start_before` name days and include them; `location` is a part of it."""

    ordering: Annotated[
        str, orderable("start_date", "end_date", "conference_name", "created_at")
    ] = "start_date"
    status: Phase | None = None
    location: Needle | None = None
    start_after: Day | None = None
    start_before: Day | None = None
    multi_track: bool | None = None

    def filter(self) -> ConferenceFilter:
        return ConferenceFilter(
            phase=self.status,
            location=self.location,
            start_after=self.start_after,
            start_before=self.start_before,
            multi_track=self.multi_track,
        )


class AllConferencesQuery(ConferencesQuery):
    """`organizer` is the id of a user."""

    organizer: QueryId | None = None

    def filter(self) -> ConferenceFilter:
        return replace(super().filter(), organizer_id=self.organizer)


@lru_cache(maxsize=1024)
def _json(conference: Conference, status: Phase) -> Json:
    """A conference in a list, written once and again only when something about it changes."""
    return json(ConferenceOut.at(conference, status))


def _listed(page: Page[Conference], request: Request, now: datetime) -> Response:
    return listed([_json(item, phase(item, now)) for item in page.items], page, request)


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
    uow: Uow,
    now: Now,
) -> Response:
    """All that one may see, by start: drafts and private ones are for those they concern."""
    page = await conferences.listed(uow, me, query.filter(), query.page_request(), now)
    return _listed(page, request, now)


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
    conference = await conferences.create(uow, me, body.draft(), now)
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
    return _listed(page, request, now)


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
    return _listed(page, request, now)


@router.get(
    "/{conference_id}/",
    summary="Get a conference",
    operation_id="getConference",
    response_model=Envelope[ConferenceOut],
    responses=errors(401, 404, 503),
)
async def get_conference(conference_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """One conference, with the seats taken by admissions."""
    conference = await conferences.find(uow, me, conference_id)
    return ok(ConferenceOut.of(conference, now))


@router.put(
    "/{conference_id}/",
    summary="Update a conference",
    operation_id="updateConference",
    response_model=Envelope[ConferenceOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
@router.patch(
    "/{conference_id}/",
    summary="Update a part of a conference",
    operation_id="patchConference",
    response_model=Envelope[ConferenceOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def update_conference(
    conference_id: PathId, body: ConferencePatch, me: Me, uow: Uow, now: Now
) -> Response:
    """Takes any part of the fields. New days must hold every session, a new capacity every seat."""
    conference = await conferences.update(uow, me, conference_id, body.changes(), now)
    return ok(ConferenceOut.of(conference, now))


@router.delete(
    "/{conference_id}/",
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
    return ok(ConferenceOut.of(await conferences.publish(uow, me, conference_id, now), now))


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
