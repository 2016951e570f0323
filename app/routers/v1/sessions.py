"""Sessions over HTTP (seed 000 §5.2)."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import closing, sessions
from app.domain.sessions import Session, SessionChanges, SessionDraft, SessionFilter
from app.domain.times import TimeRange
from app.routers.deps import Me, Now, Uow
from app.routers.fields import (
    Id,
    Instant,
    LongText,
    Name,
    Needle,
    PathId,
    Price,
    QueryId,
    Seats,
    ShortText,
    left_out,
)
from app.routers.v1.envelope import Envelope, ListEnvelope, created, deleted, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/sessions", tags=["Sessions"])

_NAMES = {
    "session_name": "name",
    "conference": "conference_id",
    "start_time": "start",
    "end_time": "end",
    "max_attendees": "capacity",
}


class SessionIn(BaseModel):
    """`max_attendees` null is unlimited; `price` is in the conference's currency."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "session_name": "Keynote: Future of AI",
                    "conference": 1,
                    "speaker": "Jane Doe",
                    "start_time": "2026-09-01T09:00:00Z",
                    "end_time": "2026-09-01T10:30:00Z",
                    "max_attendees": 500,
                    "price": 0.0,
                }
            ]
        },
    )

    session_name: Name
    conference: Id
    speaker: ShortText = ""
    room: ShortText = ""
    description: LongText = ""
    start_time: Instant
    end_time: Instant
    max_attendees: Seats | None = None
    price: Price = Decimal(0)

    def draft(self) -> SessionDraft:
        return SessionDraft(
            conference_id=self.conference,
            name=self.session_name,
            period=TimeRange(start=self.start_time, end=self.end_time),
            description=self.description,
            speaker=self.speaker,
            room=self.room,
            capacity=self.max_attendees,
            price=self.price,
        )


class SessionPatch(BaseModel):
    """Any part of the fields; what is left out stays as it is, and the conference always does."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"start_time": "2026-09-01T11:00:00Z", "end_time": "2026-09-01T12:30:00Z"}]
        },
    )

    session_name: Name = left_out()
    conference: Id = left_out()
    speaker: ShortText = left_out()
    room: ShortText = left_out()
    description: LongText = left_out()
    start_time: Instant = left_out()
    end_time: Instant = left_out()
    max_attendees: Seats | None = None
    price: Price = left_out()

    def changes(self) -> SessionChanges:
        named = {_NAMES.get(field, field): getattr(self, field) for field in self.model_fields_set}
        return cast(SessionChanges, named)


class SessionOut(BaseModel):
    """`remaining` null is unlimited, as `max_attendees` is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 5,
                    "session_name": "Keynote: Future of AI",
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "speaker": "Jane Doe",
                    "room": "Hall A",
                    "description": "",
                    "start_time": "2026-09-01T09:00:00Z",
                    "end_time": "2026-09-01T10:30:00Z",
                    "max_attendees": 500,
                    "price": 0.0,
                    "currency": "USD",
                    "seats_taken": 120,
                    "remaining": 380,
                    "created_at": "2026-05-01T10:00:00Z",
                    "updated_at": "2026-05-01T10:00:00Z",
                }
            ]
        }
    )

    id: int
    session_name: str
    conference: int
    conference_name: str
    speaker: str
    room: str
    description: str
    start_time: datetime
    end_time: datetime
    max_attendees: int | None
    price: float
    currency: str
    seats_taken: int
    remaining: int | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, session: Session) -> "SessionOut":
        return cls(
            id=session.id,
            session_name=session.name,
            conference=session.conference_id,
            conference_name=session.conference_name,
            speaker=session.speaker,
            room=session.room,
            description=session.description,
            start_time=session.period.start,
            end_time=session.period.end,
            max_attendees=session.capacity,
            price=float(session.price.amount),
            currency=session.price.currency,
            seats_taken=session.seats_taken,
            remaining=session.remaining,
            created_at=session.created_at,
            updated_at=session.updated_at,
        )


class SessionsQuery(ListQuery):
    """`start_after` is included, `start_before` is not; `speaker` and `room` are parts of them."""

    ordering: Annotated[str, orderable("start_time", "session_name", "price", "created_at")] = (
        "start_time"
    )
    conference: QueryId | None = None
    speaker: Needle | None = None
    room: Needle | None = None
    start_after: Instant | None = None
    start_before: Instant | None = None
    has_spots: bool | None = None

    def filter(self) -> SessionFilter:
        return SessionFilter(
            conference_id=self.conference,
            speaker=self.speaker,
            room=self.room,
            start_after=self.start_after,
            start_before=self.start_before,
            has_spots=self.has_spots,
        )


@router.get(
    "/",
    summary="List sessions",
    operation_id="listSessions",
    response_model=ListEnvelope[SessionOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(SessionsQuery),
)
async def list_sessions(
    request: Request, me: Me, query: Annotated[SessionsQuery, asked(SessionsQuery)], uow: Uow
) -> Response:
    """Those of every conference one may see, by start."""
    page = await sessions.listed(uow, me, query.filter(), query.page_request())
    return listed([SessionOut.of(item) for item in page.items], page, request)


@router.post(
    "/",
    summary="Create a session",
    operation_id="createSession",
    status_code=201,
    response_model=Envelope[SessionOut],
    responses=errors(400, 401, 403, 409, 422, 429, 503),
)
async def create_session(body: SessionIn, me: Me, uow: Uow, now: Now) -> Response:
    """Within the conference's days, and without overlap unless the conference is `multi_track`."""
    return created(SessionOut.of(await sessions.create(uow, me, body.draft(), now)))


@router.get(
    "/{session_id}/",
    summary="Get a session",
    operation_id="getSession",
    response_model=Envelope[SessionOut],
    responses=errors(401, 404, 503),
)
async def get_session(session_id: PathId, me: Me, uow: Uow) -> Response:
    """One session, with the seats that are left."""
    return ok(SessionOut.of(await sessions.find(uow, me, session_id)))


async def _update(session_id: int, body: SessionPatch, me: Me, uow: Uow, now: datetime) -> Response:
    return ok(SessionOut.of(await sessions.update(uow, me, session_id, body.changes(), now)))


@router.put(
    "/{session_id}/",
    summary="Update a session",
    operation_id="updateSession",
    response_model=Envelope[SessionOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def update_session(
    session_id: PathId, body: SessionPatch, me: Me, uow: Uow, now: Now
) -> Response:
    """Takes any part of the fields. A new time is checked against its attendees' schedules too."""
    return await _update(session_id, body, me, uow, now)


@router.patch(
    "/{session_id}/",
    summary="Update a part of a session",
    operation_id="patchSession",
    response_model=Envelope[SessionOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def patch_session(
    session_id: PathId, body: SessionPatch, me: Me, uow: Uow, now: Now
) -> Response:
    """The same as PUT, which takes a part of the fields too."""
    return await _update(session_id, body, me, uow, now)


@router.delete(
    "/{session_id}/",
    summary="Delete a session",
    operation_id="deleteSession",
    response_model=Envelope[None],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_session(session_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Takes it from sight; its registrations are cancelled, refunded and told."""
    await closing.delete_session(uow, me, session_id, now)
    return deleted()
