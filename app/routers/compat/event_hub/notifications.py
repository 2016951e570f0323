"""What one is told (seed 003, Notifications)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from app.domain import notifications
from app.domain.notifications import Notice, NotificationFilter, NotificationKind
from app.domain.pages import PageRequest
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.flags import QueryFlag
from app.routers.compat.frame import ItemId, bare
from app.routers.deps import Me, Now, Uow
from app.routers.fields import QueryId

router = APIRouter(prefix="/api/notifications", tags=["Notifications"])

_OUT: dict[str, Any] = {
    "id": 1,
    "user": 2,
    "user_name": "John Doe",
    "event": 1,
    "event_title": "Test Workshop",
    "notification_type": "booking_confirmation",
    "title": "Booking Confirmation",
    "message": "Your booking has been confirmed",
    "is_read": False,
    "created_at": "2025-12-20T12:00:00Z",
    "read_at": None,
}


class NotificationOut(BaseModel):
    """`event` is null where it is about none."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: int
    user: int
    user_name: str
    event: int | None
    event_title: str
    notification_type: NotificationKind
    title: str
    message: str
    is_read: bool
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notice: Notice) -> "NotificationOut":
        return cls.model_construct(
            id=notice.id,
            user=notice.user_id,
            user_name=notice.user_name,
            event=notice.conference_id,
            event_title=notice.conference_name,
            notification_type=notice.kind,
            title=notice.title,
            message=notice.message,
            is_read=notice.is_read,
            created_at=notice.created_at,
            read_at=notice.read_at,
        )


class MarkedOut(BaseModel):
    """How many were unread until now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"marked": 5, "unread_count": 0}]})

    marked: int
    unread_count: int


class UnreadOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"unread_count": 5}]})

    unread_count: int


class NotificationsQuery(ListQuery):
    """One's own, the newest first."""

    notification_type: NotificationKind | None = None
    is_read: QueryFlag | None = None
    event: QueryId | None = None
    ordering: Literal["created_at", "-created_at"] = "-created_at"

    def filter(self) -> NotificationFilter:
        return NotificationFilter(
            kind=self.notification_type, is_read=self.is_read, conference_id=self.event
        )

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering)


@router.get(
    "/",
    operation_id="listNotifications",
    summary="List user's notifications",
    response_model=list[NotificationOut],
    responses=errors(400, 401, 503, fault="is_read", wrong="A valid boolean is required."),
)
async def list_notifications(
    me: Me, query: Annotated[NotificationsQuery, Query()], uow: Uow
) -> Response:
    """One's own alone."""
    page = await notifications.listed(uow, me, query.filter(), query.page_request())
    return bare([NotificationOut.of(notice) for notice in page.items])


@router.post(
    "/mark_all_as_read/",
    operation_id="markAllNotificationsRead",
    summary="Mark all notifications as read",
    response_model=MarkedOut,
    responses=errors(401, 409, 422, 429, 503),
)
async def mark_all_notifications_read(me: Me, uow: Uow, now: Now) -> Response:
    """All of one's own; the first time counts."""
    return bare(MarkedOut(marked=await notifications.read_all(uow, me, now), unread_count=0))


@router.get(
    "/unread_count/",
    operation_id="countUnreadNotifications",
    summary="Get unread count",
    response_model=UnreadOut,
    responses=errors(401, 503),
)
async def count_unread_notifications(me: Me, uow: Uow) -> Response:
    """How many of one's own are unread."""
    return bare(UnreadOut(unread_count=await notifications.unread(uow, me)))


@router.post(
    "/{id:int}/mark_as_read/",
    operation_id="markNotificationRead",
    summary="Mark notification as read",
    response_model=NotificationOut,
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def mark_notification_read(notification_id: ItemId, me: Me, uow: Uow, now: Now) -> Response:
    """One of one's own; the first time counts."""
    return bare(NotificationOut.of(await notifications.read(uow, me, notification_id, now)))
