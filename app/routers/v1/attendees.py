"""Attendees and what is recommended to them, over HTTP (seed 000 §5.3)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from app.domain import attendees, recommendations
from app.domain.access import Caller
from app.domain.attendees import (
    Attendee,
    AttendeeChange,
    AttendeeDraft,
    AttendeeFilter,
    shows_account,
)
from app.domain.recommendations import Mailing, Recommendation
from app.routers.deps import Me, Now, Uow
from app.routers.fields import (
    Email,
    Name,
    Needle,
    PathId,
    Phone,
    QueryId,
    ShortText,
    left_out,
)
from app.routers.v1.envelope import (
    SUCCESSFUL,
    Envelope,
    ListEnvelope,
    created,
    deleted,
    listed,
    ok,
)
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1
from app.routers.v1.sessions import SessionOut

router = APIRouter(prefix=f"{V1}/attendees", tags=["Attendees"])

_JOHN: JsonDict = {
    "attendee_name": "John Smith",
    "email": "john@example.com",
    "phone_number": "123-456-7890",
    "organization": "Innovate Corp",
}
_NAMES = {"attendee_name": "name"}
_MESSAGES = {
    Mailing.NOT_ASKED: SUCCESSFUL,
    Mailing.QUEUED: "The recommendations are being sent by e-mail.",
    Mailing.SENT_TODAY: "The recommendations were sent by e-mail already today.",
}


class AttendeeIn(BaseModel):
    """Who comes; the phone number is kept as it is written."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_JOHN]})

    attendee_name: Name
    email: Email
    phone_number: Phone | None = ""
    organization: ShortText | None = ""

    def draft(self) -> AttendeeDraft:
        return AttendeeDraft(
            name=self.attendee_name,
            email=self.email,
            phone_number=self.phone_number or "",
            organization=self.organization or "",
        )


class AttendeePatch(BaseModel):
    """Any part of the fields; what is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"organization": "Innovate Corp"}]}
    )

    attendee_name: Name = left_out()
    email: Email = left_out()
    phone_number: Phone | None = None
    organization: ShortText | None = None

    def change(self) -> AttendeeChange:
        # null empties what may be empty.
        named = {_NAMES.get(f, f): getattr(self, f) or "" for f in self.model_fields_set}
        return AttendeeChange(**named)


class AttendeeOut(BaseModel):
    """`user` is the account the person logs in with: shown to itself and to admins, else null."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 10,
                    **_JOHN,
                    "user": None,
                    "created_at": "2026-08-01T10:00:00Z",
                    "updated_at": "2026-08-01T10:00:00Z",
                }
            ]
        }
    )

    id: int
    attendee_name: str
    email: str
    phone_number: str
    organization: str
    user: int | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, attendee: Attendee, viewer: Caller) -> "AttendeeOut":
        return cls(
            id=attendee.id,
            attendee_name=attendee.name,
            email=attendee.email,
            phone_number=attendee.phone_number,
            organization=attendee.organization,
            user=attendee.user_id if shows_account(viewer, attendee) else None,
            created_at=attendee.created_at,
            updated_at=attendee.updated_at,
        )


class RecommendationOut(SessionOut):
    """A session, and why it is recommended: `speaker: …` or `topic: …`, the best reason first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 6,
                    "session_name": "AI in Practice",
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "speaker": "Jane Doe",
                    "room": "Hall B",
                    "description": "",
                    "start_time": "2026-09-02T09:00:00Z",
                    "end_time": "2026-09-02T10:00:00Z",
                    "max_attendees": 80,
                    "price": 0.0,
                    "currency": "USD",
                    "seats_taken": 12,
                    "remaining": 68,
                    "created_at": "2026-05-01T10:00:00Z",
                    "updated_at": "2026-05-01T10:00:00Z",
                    "reasons": ["speaker: Jane Doe", "topic: ai"],
                }
            ]
        }
    )

    reasons: list[str]

    @classmethod
    def recommended(cls, recommendation: Recommendation) -> "RecommendationOut":
        session = SessionOut.of(recommendation.session)
        return cls(**dict(session), reasons=[str(reason) for reason in recommendation.reasons])


class AttendeesQuery(ListQuery):
    """`email` is the whole address, in any case; `organization` and `search` are parts."""

    ordering: Annotated[str, orderable("attendee_name", "created_at")] = "-created_at"
    email: Needle | None = None
    organization: Needle | None = None
    search: Needle | None = Field(default=None, description="A part of the name.")
    conference: QueryId | None = Field(
        default=None, description="Who is registered there; for those who manage it."
    )

    def filter(self) -> AttendeeFilter:
        return AttendeeFilter(
            email=self.email,
            organization=self.organization,
            search=self.search,
            conference_id=self.conference,
        )


class RecommendationsQuery(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    email: bool = Field(
        default=False, description="Send them by e-mail too, at most once a day to an attendee."
    )


@router.get(
    "/",
    summary="List attendees",
    operation_id="listAttendees",
    response_model=ListEnvelope[AttendeeOut],
    responses=errors(400, 401, 403, 503),
    openapi_extra=documented(AttendeesQuery),
)
async def list_attendees(
    request: Request, me: Me, query: Annotated[AttendeesQuery, asked(AttendeesQuery)], uow: Uow
) -> Response:
    """All for admins; whom they entered or have as guests for organizers; oneself for others."""
    page = await attendees.listed(uow, me, query.filter(), query.page_request())
    return listed([AttendeeOut.of(item, me) for item in page.items], page, request)


@router.post(
    "/",
    summary="Create an attendee",
    operation_id="createAttendee",
    status_code=201,
    response_model=Envelope[AttendeeOut],
    responses=errors(400, 401, 403, 409, 422, 429, 503),
)
async def create_attendee(body: AttendeeIn, me: Me, uow: Uow, now: Now) -> Response:
    """Organizers enter anybody, others themselves. An account of that e-mail is linked."""
    return created(AttendeeOut.of(await attendees.create(uow, me, body.draft(), now), me))


@router.get(
    "/{attendee_id}/",
    summary="Get an attendee",
    operation_id="getAttendee",
    response_model=Envelope[AttendeeOut],
    responses=errors(401, 404, 503),
)
async def get_attendee(attendee_id: PathId, me: Me, uow: Uow) -> Response:
    """One attendee; whom one may not see is not found."""
    return ok(AttendeeOut.of(await attendees.find(uow, me, attendee_id), me))


async def _update(
    attendee_id: int, body: AttendeePatch, me: Me, uow: Uow, now: datetime
) -> Response:
    changed = await attendees.update(uow, me, attendee_id, body.change(), now)
    return ok(AttendeeOut.of(changed, me))


@router.put(
    "/{attendee_id}/",
    summary="Update an attendee",
    operation_id="updateAttendee",
    response_model=Envelope[AttendeeOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def update_attendee(
    attendee_id: PathId, body: AttendeePatch, me: Me, uow: Uow, now: Now
) -> Response:
    """Takes any part of the fields. Who has an account changes the e-mail address there."""
    return await _update(attendee_id, body, me, uow, now)


@router.patch(
    "/{attendee_id}/",
    summary="Update a part of an attendee",
    operation_id="patchAttendee",
    response_model=Envelope[AttendeeOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def patch_attendee(
    attendee_id: PathId, body: AttendeePatch, me: Me, uow: Uow, now: Now
) -> Response:
    """The same as PUT, which takes a part of the fields too."""
    return await _update(attendee_id, body, me, uow, now)


@router.delete(
    "/{attendee_id}/",
    summary="Delete an attendee",
    operation_id="deleteAttendee",
    response_model=Envelope[None],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_attendee(attendee_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Takes the person from sight; their registrations are cancelled, the e-mail is free again."""
    await attendees.delete(uow, me, attendee_id, now)
    return deleted()


@router.get(
    "/{attendee_id}/recommendations/",
    summary="Get recommended sessions",
    operation_id="listRecommendations",
    response_model=Envelope[list[RecommendationOut]],
    responses=errors(400, 401, 404, 503),
    openapi_extra=documented(RecommendationsQuery),
)
async def list_recommendations(
    attendee_id: PathId,
    me: Me,
    query: Annotated[RecommendationsQuery, asked(RecommendationsQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """Up to 20 upcoming sessions with a free seat and no clash, best first, each with its reasons.

    They share a speaker or a topic with sessions the attendee is or was registered for; without
    any such session they are the most popular ones, without reasons. `email=true` sends one mail
    per day at most, and `message` says whether it does.
    """
    answer = await recommendations.ask(uow, me, attendee_id, now, by_mail=query.email)
    found = [RecommendationOut.recommended(item) for item in answer.recommendations]
    return ok(found, _MESSAGES[answer.mailing])
