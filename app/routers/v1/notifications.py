"""Notifications over HTTP: what one was told, read or not."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import notifications
from app.domain.notifications import Notice, NotificationFilter, NotificationKind
from app.routers.deps import Me, Now, Uow
from app.routers.fields import PathId, QueryId
from app.routers.v1.envelope import Envelope, ListEnvelope, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/notifications", tags=["Notifications"])


class NotificationOut(BaseModel):
    """`conference` and `registration` are what it is about, where it is about any."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "kind": "booking_confirmation",
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "registration": 55,
                    "title": "Booking confirmed",
                    "message": "Your place is confirmed: “Tech Summit 2026”.",
                    "is_read": False,
                    "created_at": "2026-05-01T10:00:00Z",
                    "read_at": None,
                }
            ]
        }
    )

    id: int
    kind: NotificationKind
    conference: int | None
    conference_name: str
    registration: int | None
    title: str
    message: str
    is_read: bool
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notice: Notice) -> "NotificationOut":
        return cls(
            id=notice.id,
            kind=notice.kind,
            conference=notice.conference_id,
            conference_name=notice.conference_name,
            registration=notice.registration_id,
            title=notice.title,
            message=notice.message,
            is_read=notice.is_read,
            created_at=notice.created_at,
            read_at=notice.read_at,
        )


class UnreadOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"unread_count": 5}]})

    unread_count: int


class MarkedOut(BaseModel):
    """How many were unread until now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"marked": 5}]})

    marked: int


class NotificationsQuery(ListQuery):
    ordering: Annotated[str, orderable("created_at", "kind")] = "-created_at"
    kind: NotificationKind | None = None
    is_read: bool | None = None
    conference: QueryId | None = None

    def filter(self) -> NotificationFilter:
        return NotificationFilter(
            kind=self.kind, is_read=self.is_read, conference_id=self.conference
        )


@router.get(
    "/",
    summary="List one's notifications",
    operation_id="listNotifications",
    response_model=ListEnvelope[NotificationOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(NotificationsQuery),
)
async def list_notifications(
    request: Request,
    me: Me,
    query: Annotated[NotificationsQuery, asked(NotificationsQuery)],
    uow: Uow,
) -> Response:
    """One's own, the newest first; nobody reads somebody else's."""
    page = await notifications.listed(uow, me, query.filter(), query.page_request())
    return listed([NotificationOut.of(item) for item in page.items], page, request)


@router.get(
    "/unread-count/",
    summary="Count unread notifications",
    operation_id="countUnreadNotifications",
    response_model=Envelope[UnreadOut],
    responses=errors(401, 503),
)
async def count_unread_notifications(me: Me, uow: Uow) -> Response:
    """Kept with the account: asking costs the same however many there are."""
    return ok(UnreadOut(unread_count=await notifications.unread(uow, me)))


@router.post(
    "/read-all/",
    summary="Mark all notifications as read",
    operation_id="readAllNotifications",
    response_model=Envelope[MarkedOut],
    responses=errors(401, 409, 422, 429, 503),
)
async def read_all_notifications(me: Me, uow: Uow, now: Now) -> Response:
    """All that are there by now; those that come meanwhile stay unread."""
    return ok(MarkedOut(marked=await notifications.read_all(uow, me, now)))


@router.post(
    "/{notification_id}/read/",
    summary="Mark a notification as read",
    operation_id="readNotification",
    response_model=Envelope[NotificationOut],
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def read_notification(notification_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Read once, it stays read: `read_at` is that of the first time."""
    return ok(NotificationOut.of(await notifications.read(uow, me, notification_id, now)))
