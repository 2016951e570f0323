"""The waitlist over HTTP: one's own places in line, and an organizer's queues."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import endings, promotion, waitlist
from app.domain.waitlist import Entry, Waiting, WaitlistEvent, WaitlistFilter
from app.routers.deps import Me, Now, Uow
from app.routers.fields import Id, PathId, QueryId
from app.routers.v1.envelope import Envelope, ListEnvelope, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented
from app.routers.v1.paths import V1
from app.routers.v1.registrations import RegistrationOut

router = APIRouter(prefix=V1, tags=["Waitlist"])


class WaitingOut(BaseModel):
    """A registration in line; `position` counts from 1 among those who wait for the same."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 31,
                    "position": 2,
                    "conference": 1,
                    "session": None,
                    "ticket_type": 1,
                    "attendee": 10,
                    "quantity": 1,
                    "waiting_since": "2026-08-01T10:00:00Z",
                }
            ]
        }
    )

    id: int
    position: int
    conference: int
    session: int | None
    ticket_type: int | None
    attendee: int
    quantity: int
    waiting_since: datetime

    @classmethod
    def of(cls, waiting: Waiting) -> "WaitingOut":
        registration = waiting.registration
        return cls(
            id=registration.id,
            position=waiting.position,
            conference=registration.conference_id,
            session=registration.session_id,
            ticket_type=registration.ticket_type_id,
            attendee=registration.attendee_id,
            quantity=registration.quantity,
            waiting_since=registration.created_at,
        )


class EntryOut(BaseModel):
    """What happened to one who waited; `reason` is what freed the seat, or why they were passed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "registration": 31,
                    "conference": 1,
                    "session": None,
                    "ticket_type": 1,
                    "event": "promoted",
                    "reason": "cancelled",
                    "at": "2026-08-02T09:30:00Z",
                }
            ]
        }
    )

    registration: int
    conference: int
    session: int | None
    ticket_type: int | None
    event: WaitlistEvent
    reason: str
    at: datetime

    @classmethod
    def of(cls, entry: Entry) -> "EntryOut":
        return cls(
            registration=entry.registration_id,
            conference=entry.conference_id,
            session=entry.session_id,
            ticket_type=entry.ticket_type_id,
            event=entry.event,
            reason=entry.reason,
            at=entry.at,
        )


class CallIn(BaseModel):
    """Which queue: a session's, or that of the admissions."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"session": None}]})

    session: Id | None = None


class CallOut(BaseModel):
    """How many got a seat."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"promoted": 3}]})

    promoted: int


class OwnQuery(ListQuery):
    """In order of arrival."""


class QueueQuery(ListQuery):
    """Without `session` and `ticket_type`, every queue of the conference."""

    session: QueryId | None = None
    ticket_type: QueryId | None = None

    def filter(self, conference_id: int) -> WaitlistFilter:
        return WaitlistFilter(
            conference_id=conference_id,
            session_id=self.session,
            ticket_type_id=self.ticket_type,
        )


@router.get(
    "/waitlist/",
    summary="List what one waits for",
    operation_id="listMyWaitlist",
    response_model=ListEnvelope[WaitingOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(OwnQuery),
)
async def list_my_waitlist(
    request: Request, me: Me, query: Annotated[OwnQuery, asked(OwnQuery)], uow: Uow
) -> Response:
    """One's own places in line. One joins by registering with `"waitlist": true`."""
    page = await waitlist.mine(uow, me, query.page_request())
    return listed([WaitingOut.of(item) for item in page.items], page, request)


@router.post(
    "/waitlist/{registration_id}/leave/",
    summary="Leave a waitlist",
    operation_id="leaveWaitlist",
    response_model=Envelope[RegistrationOut],
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def leave_waitlist(registration_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Those behind move up. What has a seat already is cancelled as a registration."""
    return ok(RegistrationOut.of(await endings.leave(uow, me, registration_id, now)))


@router.get(
    "/conferences/{conference_id}/waitlist/",
    summary="List who waits",
    operation_id="listWaitlist",
    response_model=ListEnvelope[WaitingOut],
    responses=errors(400, 401, 403, 404, 503),
    openapi_extra=documented(QueueQuery),
)
async def list_waitlist(
    conference_id: PathId,
    request: Request,
    me: Me,
    query: Annotated[QueueQuery, asked(QueueQuery)],
    uow: Uow,
) -> Response:
    """For the organizer and admins, in order of arrival."""
    filter = query.filter(conference_id)
    page = await waitlist.of_conference(uow, me, filter, query.page_request())
    return listed([WaitingOut.of(item) for item in page.items], page, request)


@router.get(
    "/conferences/{conference_id}/waitlist/log/",
    summary="List what became of those who waited",
    operation_id="listWaitlistLog",
    response_model=ListEnvelope[EntryOut],
    responses=errors(400, 401, 403, 404, 503),
    openapi_extra=documented(QueueQuery),
)
async def list_waitlist_log(
    conference_id: PathId,
    request: Request,
    me: Me,
    query: Annotated[QueueQuery, asked(QueueQuery)],
    uow: Uow,
) -> Response:
    """Who joined, got a seat, was passed over or left, and why; the newest first."""
    filter = query.filter(conference_id)
    page = await waitlist.history(uow, me, filter, query.page_request())
    return listed([EntryOut.of(item) for item in page.items], page, request)


@router.post(
    "/conferences/{conference_id}/waitlist/call/",
    summary="Give free seats to those who wait",
    operation_id="callWaitlist",
    response_model=Envelope[CallOut],
    responses=errors(401, 403, 404, 422, 429, 503),
)
async def call_waitlist(
    conference_id: PathId, body: CallIn, me: Me, uow: Uow, now: Now
) -> Response:
    """What happens by itself when a seat becomes free, at the organizer's word."""
    promoted = await promotion.call(uow, me, conference_id, body.session, now)
    return ok(CallOut(promoted=promoted))
