"""Full text: what answers a question."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from app.domain.access import Caller
from app.domain.conferences import Conference
from app.domain.sessions import Session
from app.repositories import conferences, sessions
from app.repositories.base import Repository
from app.repositories.questions import all_prefixes
from app.repositories.visibility import SHOWS_ONLINE_URL, VISIBLE
from app.repositories.visibility import viewer as values_of

_QUERY = "to_tsquery('simple', :words)"
_CONFERENCES = (
    f"SELECT {SHOWS_ONLINE_URL}, {conferences.COLUMNS} FROM conferences c"
    f" WHERE c.search @@ {_QUERY} AND {VISIBLE}"
    f" ORDER BY ts_rank(c.search, {_QUERY}) DESC, c.starts_at, c.id"
)
_SESSIONS = (
    f"SELECT {sessions.COLUMNS}{sessions.FROM}"
    f" WHERE s.search @@ {_QUERY} AND s.deleted_at IS NULL AND {VISIBLE}"
    f" ORDER BY ts_rank(s.search, {_QUERY}) DESC, s.starts_at, s.id"
)


class Search(Repository):
    async def conferences(self, question: str, viewer: Caller, most: int) -> Sequence[Conference]:
        """The best hits among the conferences the viewer may see."""
        done = await self._do(text(f"{_CONFERENCES} LIMIT {most}"), _values(question, viewer))
        rows: Sequence[Any] = done.all()
        return [conferences.seen_conference_of(row) for row in rows]

    async def sessions(self, question: str, viewer: Caller, most: int) -> Sequence[Session]:
        """The best hits among the sessions of conferences the viewer may see."""
        rows = (await self._do(text(f"{_SESSIONS} LIMIT {most}"), _values(question, viewer))).all()
        return [sessions.session_of(row) for row in rows]


def _values(question: str, viewer: Caller) -> dict[str, Any]:
    return {"words": all_prefixes(question), **values_of(viewer)}
