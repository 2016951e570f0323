"""SQL of notifications, and of the counter of unread ones that each account has."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text

from app.domain.notifications import Notice, Notification, NotificationFilter, NotificationKind
from app.domain.pages import Page, PageRequest
from app.repositories.base import Repository
from app.repositories.driver import Row
from app.repositories.ownership import OWNER

# In order of id, so that two who tell the same people wait for each other and do not lock up.
_LOCK_ACCOUNTS = text(
    "SELECT u.id AS user_id, asked.attendee_id FROM ("
    " SELECT a.id AS attendee_id, a.user_id FROM attendees a"
    " WHERE a.id = ANY(CAST(:attendees AS bigint[])) AND a.user_id IS NOT NULL"
    " UNION ALL SELECT NULL, id FROM unnest(CAST(:users AS bigint[])) AS named(id)) AS asked"
    " JOIN users u ON u.id = asked.user_id ORDER BY u.id FOR NO KEY UPDATE OF u"
)
_ADD = text(
    "WITH added AS (INSERT INTO notifications"
    " (user_id, kind, conference_id, registration_id, title, message, dedupe_key, created_at)"
    " SELECT *, :now FROM unnest(CAST(:user_id AS bigint[]), CAST(:kind AS text[]),"
    " CAST(:conference_id AS bigint[]), CAST(:registration_id AS bigint[]),"
    " CAST(:title AS text[]), CAST(:message AS text[]), CAST(:dedupe_key AS text[]))"
    " AS told(user_id, kind, conference_id, registration_id, title, message, dedupe_key)"
    # What was registered for an address that its account has not proven is not told to it.
    " WHERE NOT EXISTS (SELECT FROM registrations r JOIN attendees a ON a.id = r.attendee_id"
    " WHERE r.id = told.registration_id AND a.user_id = told.user_id"
    f" AND {OWNER} IS DISTINCT FROM told.user_id)"
    " ON CONFLICT (dedupe_key) DO NOTHING RETURNING user_id),"
    " counted AS (SELECT user_id, count(*) AS more FROM added GROUP BY user_id)"
    " UPDATE users SET unread_notifications = unread_notifications + counted.more"
    " FROM counted WHERE users.id = counted.user_id RETURNING counted.more"
)
_COLUMNS = ("kind", "conference_id", "registration_id", "title", "message", "dedupe_key")
_MARK_READ = text(
    "WITH marked AS (UPDATE notifications SET read_at = :now WHERE user_id = :user"
    " AND read_at IS NULL AND id = coalesce(CAST(:id AS bigint), id) RETURNING id),"
    " counted AS (SELECT count(*) AS fewer FROM marked)"
    " UPDATE users SET unread_notifications = unread_notifications - counted.fewer"
    " FROM counted WHERE users.id = :user AND counted.fewer > 0 RETURNING counted.fewer"
)
_UNREAD = text("SELECT unread_notifications FROM users WHERE id = :user")
_NOTICE = (
    "SELECT n.id, n.user_id, coalesce(nullif(btrim(u.first_name || ' ' || u.last_name), ''),"
    " u.username) AS user_name, n.kind, n.conference_id,"
    " coalesce(c.name, '') AS conference_name, n.registration_id, n.title, n.message,"
    " n.created_at, n.read_at FROM notifications n JOIN users u ON u.id = n.user_id"
    " LEFT JOIN conferences c ON c.id = n.conference_id WHERE n.user_id = :user"
)
_FIND = text(f"{_NOTICE} AND n.id = :id")
_FILTERS = {
    "kind": "n.kind = :kind",
    "is_read": "(n.read_at IS NOT NULL) = :is_read",
    "conference_id": "n.conference_id = :conference_id",
}
_ORDERS = {"created_at": "n.created_at", "kind": "n.kind"}


class Notifications(Repository):
    async def lock_accounts(
        self, attendees: Sequence[int], users: Sequence[int]
    ) -> Mapping[int, int]:
        """Lock the accounts of these attendees, and these users; the former by attendee."""
        rows = await self._rows(
            _LOCK_ACCOUNTS, {"attendees": list(attendees), "users": list(users)}
        )
        return {
            row["attendee_id"]: row["user_id"] for row in rows if row["attendee_id"] is not None
        }

    async def add(self, addressed: Sequence[tuple[int, Notification]], now: datetime) -> int:
        """Write notifications to locked accounts; one whose dedupe key is spent is left out."""
        if not addressed:
            return 0
        columns = {name: [getattr(one, name) for _, one in addressed] for name in _COLUMNS}
        values = columns | {"user_id": [user_id for user_id, _ in addressed], "now": now}
        return sum((await self._do(_ADD, values)).scalars())

    async def mark_read(self, user_id: int, id: int | None, now: datetime) -> int:
        """Mark one, or all, of a locked account as read; returns how many were unread."""
        values = {"user": user_id, "id": id, "now": now}
        return (await self._do(_MARK_READ, values)).scalar_one_or_none() or 0

    async def unread(self, user_id: int) -> int:
        """What the account has counted."""
        return (await self._do(_UNREAD, {"user": user_id})).scalar_one_or_none() or 0

    async def find(self, user_id: int, id: int) -> Notice | None:
        """One of a user's notifications."""
        row = await self._row(_FIND, {"user": user_id, "id": id})
        return None if row is None else _notice(row)

    async def page(
        self, user_id: int, filter: NotificationFilter, page: PageRequest
    ) -> Page[Notice]:
        """A page of a user's notifications, the newest first, and the count of the whole."""
        values = {name: value for name in _FILTERS if (value := getattr(filter, name)) is not None}
        where = "".join(f" AND {_FILTERS[name]}" for name in values)
        own = f"FROM notifications n WHERE n.user_id = :user{where}"
        order = f"ORDER BY {_order(page.ordering)}"
        ids = f"SELECT n.id {own} {order} LIMIT :most OFFSET :offset"
        rows = await self._rows(
            text(f"{_NOTICE} AND n.id = ANY(ARRAY({ids})) {order}"),
            values | {"user": user_id, "most": page.size, "offset": page.offset},
        )
        counted = await self._do(text(f"SELECT count(*) {own}"), values | {"user": user_id})
        return Page(items=[_notice(row) for row in rows], count=counted.scalar_one(), request=page)


def _order(ordering: tuple[str, ...]) -> str:
    chosen = [
        f"{_ORDERS[name.removeprefix('-')]}{' DESC' if name.startswith('-') else ''}"
        for name in ordering
    ]
    return ", ".join([*chosen, "n.id DESC"])


def _notice(row: Row) -> Notice:
    return Notice(**{**row, "kind": NotificationKind(row["kind"])})
