"""`…/history/`: who changed what, when, from what to what."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain import histories
from app.domain.histories import HistoryEntry, HistoryFilter, Kind
from app.domain.pages import Page
from app.domain.trail import ActorKind
from app.routers.deps import Me, Now, Uow
from app.routers.fields import Instant, PathId, QueryId
from app.routers.v1.envelope import ListEnvelope, listed
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented
from app.routers.v1.paths import V1

router = APIRouter(prefix=V1, tags=["History"])


class ActorOut(BaseModel):
    """In whose name: a `user` with their id, or a guest, the worker, the gateway and so on."""

    kind: ActorKind
    user: int | None
    username: str | None


# What it was, and what it has become; secrets are `***`, e-mail addresses cut short.
Change = dict[Literal["from", "to"], Any]


class HistoryEntryOut(BaseModel):
    """One change; `object_id` 0 means that all of this kind were removed at once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 211,
                    "kind": "registration",
                    "object_id": 15,
                    "verb": "cancelled",
                    "changes": {"status": {"from": "confirmed", "to": "cancelled"}},
                    "actor": {"kind": "user", "user": 3, "username": "ada"},
                    "at": "2026-09-01T09:00:00.123456Z",
                    "request_id": "5f0c1e3a9b7d4c1f8e2a6b4d0c9e7f31",
                }
            ]
        }
    )

    id: int
    kind: Kind
    object_id: int
    verb: str
    changes: dict[str, Change]
    actor: ActorOut
    at: datetime
    request_id: str | None

    @classmethod
    def of(cls, entry: HistoryEntry) -> "HistoryEntryOut":
        return cls.model_construct(
            id=entry.id,
            kind=Kind(entry.kind),
            object_id=entry.object_id,
            verb=entry.verb,
            changes={
                name: {"from": was, "to": becomes} for name, (was, becomes) in entry.changes.items()
            },
            actor=ActorOut.model_construct(
                kind=entry.actor.kind,
                user=entry.actor.user_id,
                username=entry.username or None,
            ),
            at=entry.at,
            request_id=entry.actor.request_id or None,
        )


class HistoryQuery(ListQuery):
    """The newest first, always."""

    page_size: int = Field(default=100, ge=1, le=1000, description="At most 1000.")


class AllHistoryQuery(HistoryQuery):
    kind: Kind | None = None
    id: QueryId | None = Field(default=None, description="Of which object, by its kind.")
    actor: ActorKind | None = None
    user: QueryId | None = Field(default=None, description="By whose account.")
    since: Instant | None = Field(default=None, description="From this time on.")
    until: Instant | None = Field(default=None, description="Before this time.")

    def filter(self) -> HistoryFilter:
        return HistoryFilter(
            kind=self.kind,
            object_id=self.id,
            actor=self.actor,
            actor_id=self.user,
            since=self.since,
            until=self.until,
        )


Asked = Annotated[HistoryQuery, asked(HistoryQuery)]


@router.get(
    "/conferences/{conference_id}/history/",
    summary="Tell the history of a conference",
    operation_id="listConferenceHistory",
    response_model=ListEnvelope[HistoryEntryOut],
    responses=errors(400, 401, 403, 404, 503),
    openapi_extra=documented(HistoryQuery),
)
async def list_conference_history(
    conference_id: PathId, request: Request, me: Me, query: Asked, uow: Uow
) -> Response:
    """From what to what, by whom and when, the newest first. For its organizer and admins."""
    page = await histories.of(uow, me, Kind.CONFERENCE, conference_id, query.page_request())
    return _told(page, request)


@router.get(
    "/sessions/{session_id}/history/",
    summary="Tell the history of a session",
    operation_id="listSessionHistory",
    response_model=ListEnvelope[HistoryEntryOut],
    responses=errors(400, 401, 403, 404, 503),
    openapi_extra=documented(HistoryQuery),
)
async def list_session_history(
    session_id: PathId, request: Request, me: Me, query: Asked, uow: Uow
) -> Response:
    """From what to what, by whom and when, the newest first. For organizer and admins."""
    page = await histories.of(uow, me, Kind.SESSION, session_id, query.page_request())
    return _told(page, request)


@router.get(
    "/registrations/{registration_id}/history/",
    summary="Tell the history of a registration",
    operation_id="listRegistrationHistory",
    response_model=ListEnvelope[HistoryEntryOut],
    responses=errors(400, 401, 404, 503),
    openapi_extra=documented(HistoryQuery),
)
async def list_registration_history(
    registration_id: PathId, request: Request, me: Me, query: Asked, uow: Uow
) -> Response:
    """From what to what, by whom and when, the newest first. For owner, organizer, admins."""
    page = await histories.of(uow, me, Kind.REGISTRATION, registration_id, query.page_request())
    return _told(page, request)


@router.get(
    "/payments/{payment_id}/history/",
    summary="Tell the history of a payment",
    operation_id="listPaymentHistory",
    response_model=ListEnvelope[HistoryEntryOut],
    responses=errors(400, 401, 404, 503),
    openapi_extra=documented(HistoryQuery),
)
async def list_payment_history(
    payment_id: PathId, request: Request, me: Me, query: Asked, uow: Uow
) -> Response:
    """From what to what, by whom and when, the newest first. For owner, organizer, admins."""
    page = await histories.of(uow, me, Kind.PAYMENT, payment_id, query.page_request())
    return _told(page, request)


@router.get(
    "/attendees/{attendee_id}/history/",
    summary="Tell the history of an attendee",
    operation_id="listAttendeeHistory",
    response_model=ListEnvelope[HistoryEntryOut],
    responses=errors(400, 401, 404, 503),
    openapi_extra=documented(HistoryQuery),
)
async def list_attendee_history(
    attendee_id: PathId, request: Request, me: Me, query: Asked, uow: Uow
) -> Response:
    """From what to what, by whom and when, the newest first. For whoever may see the person."""
    page = await histories.of(uow, me, Kind.ATTENDEE, attendee_id, query.page_request())
    return _told(page, request)


@router.get(
    "/users/{user_id}/history/",
    summary="Tell the history of an account",
    operation_id="listUserHistory",
    response_model=ListEnvelope[HistoryEntryOut],
    responses=errors(400, 401, 404, 503),
    openapi_extra=documented(HistoryQuery),
)
async def list_user_history(
    user_id: PathId, request: Request, me: Me, query: Asked, uow: Uow
) -> Response:
    """From what to what, by whom and when, the newest first. For its owner and admins."""
    page = await histories.of(uow, me, Kind.USER, user_id, query.page_request())
    return _told(page, request)


@router.get(
    "/history/",
    summary="Tell the history of everything",
    operation_id="listHistory",
    response_model=ListEnvelope[HistoryEntryOut],
    responses=errors(400, 401, 403, 503),
    openapi_extra=documented(AllHistoryQuery),
)
async def list_history(
    request: Request,
    me: Me,
    query: Annotated[AllHistoryQuery, asked(AllHistoryQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """The trail of all that people change, the newest first; for admins."""
    page = await histories.listed(uow, me, query.filter(), query.page_request(), now)
    return _told(page, request)


def _told(page: Page[HistoryEntry], request: Request) -> Response:
    return listed([HistoryEntryOut.of(entry) for entry in page.items], page, request)
