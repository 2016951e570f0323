"""SQL of notifications."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from app.domain.notifications import Notification
from app.repositories.base import Repository

# Whoever has no account reads no notifications.
_ADD = text(
    "INSERT INTO notifications"
    " (user_id, kind, conference_id, registration_id, title, message, created_at)"
    " SELECT a.user_id, told.kind, told.conference_id, told.registration_id, told.title,"
    " told.message, :now FROM unnest(CAST(:attendee_id AS bigint[]), CAST(:kind AS text[]),"
    " CAST(:conference_id AS bigint[]), CAST(:registration_id AS bigint[]),"
    " CAST(:title AS text[]), CAST(:message AS text[]))"
    " AS told(attendee_id, kind, conference_id, registration_id, title, message)"
    " JOIN attendees a ON a.id = told.attendee_id WHERE a.user_id IS NOT NULL"
)
_COLUMNS = ("attendee_id", "kind", "conference_id", "registration_id", "title", "message")


class Notifications(Repository):
    async def add(self, notifications: Sequence[Notification], now: datetime) -> None:
        """Keep notifications for the accounts of those who have one."""
        if notifications:
            columns = {name: [getattr(one, name) for one in notifications] for name in _COLUMNS}
            await self._do(_ADD, columns | {"now": now})
