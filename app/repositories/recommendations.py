"""What recommendations are made from: the sessions somebody chose, and those still open to them."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.domain.access import Caller
from app.domain.recommendations import Attended
from app.domain.sessions import Session
from app.repositories import sessions
from app.repositories.base import Repository
from app.repositories.questions import ARE_FEW, any_word, few_hits
from app.repositories.tables import CLAIMING, LIVE
from app.repositories.visibility import VISIBLE
from app.repositories.visibility import viewer as values_of

_MOST_ATTENDED = 200

_ATTENDED = text(
    "SELECT s.name, s.description, s.speaker FROM registrations r"
    f" JOIN sessions s ON s.id = r.session_id WHERE r.attendee_id = :attendee_id AND r.{LIVE}"
    " ORDER BY r.starts_at DESC, r.id DESC LIMIT :most"
)
_OPEN = (
    "s.deleted_at IS NULL AND s.starts_at > :now"
    " AND (s.capacity IS NULL OR s.seats_taken < s.capacity)"
    " AND c.deleted_at IS NULL AND c.status = 'published'"
    " AND (c.registration_deadline IS NULL OR c.registration_deadline >= :now)"
    " AND (c.visibility = 'public' OR c.id IN (SELECT conference_id FROM held))"
    " AND NOT EXISTS (SELECT FROM held WHERE held.session_id = s.id"
    " OR held.is_live AND held.starts_at < s.ends_at AND s.starts_at < held.ends_at)"
)


@lru_cache
def _candidates(seen: str, most: int) -> TextClause:
    """The soonest that may match, and the soonest at all: not all matches are in the index."""
    one_kind = f"SELECT s.id{sessions.FROM} WHERE {_OPEN} AND {seen}"
    soonest = f"ORDER BY s.starts_at, s.id LIMIT {most}"
    words = "to_tsquery('simple', :words)"
    return text(
        "WITH held AS MATERIALIZED (SELECT conference_id, session_id, starts_at, ends_at,"
        f" {LIVE} AS is_live FROM registrations WHERE attendee_id = :attendee_id AND {CLAIMING}),"
        f" {few_hits('sessions', words, ' AND starts_at > :now')}"
        f" SELECT {sessions.COLUMNS}{sessions.FROM} WHERE s.id = ANY(ARRAY("
        f"({one_kind} AND s.id = ANY(ARRAY(SELECT id FROM hits WHERE {ARE_FEW})) {soonest})"
        f" UNION ({one_kind} AND (s.search || '') @@ {words} AND NOT {ARE_FEW} {soonest})"
        f" UNION ({one_kind} {soonest})))"
    )


class Recommendations(Repository):
    async def attended(self, attendee_id: int) -> Sequence[Attended]:
        """The latest sessions the attendee holds a live registration for, past ones too."""
        values = {"attendee_id": attendee_id, "most": _MOST_ATTENDED}
        return [Attended(**row) for row in await self._rows(_ATTENDED, values)]

    async def candidates(
        self,
        attendee_id: int,
        words: Sequence[str],
        now: datetime,
        viewer: Caller | None,
        most: int,
    ) -> Sequence[Session]:
        """Sessions open to the attendee, and visible to the viewer where there is one.

        The `most` soonest of those that hold one of the words, and the `most` soonest of all.
        """
        values: dict[str, Any] = {
            "attendee_id": attendee_id,
            "words": any_word(words),
            "now": now,
        }
        if viewer is None:
            rows = await self._do(_candidates("true", most), values)
        else:
            rows = await self._do(_candidates(VISIBLE, most), values | values_of(viewer))
        return [sessions.session_of(row) for row in rows.all()]
