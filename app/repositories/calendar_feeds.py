"""Calendar feeds: whose they are, and what is in them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from app.domain.calendar_feeds import CalendarFeed, Listed
from app.repositories.base import Repository
from app.repositories.ownership import owned_by
from app.repositories.tables import CLAIMING, LIVE
from app.repositories.tickets import COLUMNS, JOINED, ticket_of

_FIND = text("SELECT nonce, created_at FROM calendar_feeds WHERE user_id = :user_id")
_PUT = text(
    "INSERT INTO calendar_feeds (user_id, nonce, created_at)"
    " VALUES (:user_id, CAST(:nonce AS uuid), :created_at) ON CONFLICT (user_id)"
    " DO UPDATE SET nonce = excluded.nonce, created_at = excluded.created_at"
)
_REMOVE = text("DELETE FROM calendar_feeds WHERE user_id = :user_id")
# Accounts that were closed have no feed.
_USER_OF = text(
    "SELECT user_id FROM calendar_feeds JOIN users ON users.id = user_id"
    " WHERE nonce = CAST(:nonce AS uuid) AND is_active"
)
# What one left, and sees no longer: nothing is told of it that may have changed since.
_IS_HIDDEN = (
    f"NOT r.{LIVE} AND c.deleted_at IS NULL AND (c.status = 'draft' OR c.visibility = 'private')"
    " AND c.organizer_id IS DISTINCT FROM CAST(:user_id AS bigint) AND NOT EXISTS (SELECT FROM own"
    " JOIN registrations claim ON claim.id = own.id"
    f" WHERE claim.conference_id = c.id AND claim.{CLAIMING})"
)
_REGISTRATIONS = text(
    f"WITH own AS MATERIALIZED {owned_by('CAST(:user_id AS bigint)')}"
    f" SELECT {COLUMNS}, CASE WHEN {_IS_HIDDEN} THEN r.ended_at END AS left_at{JOINED}"
    f" JOIN own ON own.id = r.id WHERE r.{LIVE} OR r.ended_at > :since"
    # Whoever only waited was never in it.
    " AND NOT EXISTS (SELECT FROM waitlist_log waited WHERE waited.registration_id = r.id"
    " AND waited.event = 'left')"
    " ORDER BY starts_at DESC, r.id LIMIT :most"
)


class CalendarFeeds(Repository):
    async def find(self, user_id: int) -> CalendarFeed | None:
        row = await self._row(_FIND, {"user_id": user_id})
        if row is None:
            return None
        return CalendarFeed(user_id=user_id, nonce=str(row["nonce"]), created_at=row["created_at"])

    async def put(self, feed: CalendarFeed) -> None:
        """The account's only one: another that it may have is gone."""
        values = {"user_id": feed.user_id, "nonce": feed.nonce, "created_at": feed.created_at}
        await self._do(_PUT, values)

    async def remove(self, user_id: int) -> None:
        await self._do(_REMOVE, {"user_id": user_id})

    async def user_of(self, nonce: str) -> int | None:
        """The account whose feed has this nonce; an open one."""
        row = await self._row(_USER_OF, {"nonce": nonce})
        return None if row is None else int(row["user_id"])

    async def registrations(self, user_id: int, since: datetime, most: int) -> Sequence[Listed]:
        """What the account owns for certain and is live, or had a seat and ended since then."""
        values = {"user_id": user_id, "since": since, "most": most}
        rows = await self._rows(_REGISTRATIONS, values)
        return [Listed(ticket=ticket_of(row), left_at=row["left_at"]) for row in rows]
