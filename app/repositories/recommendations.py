"""What recommendations are made from: the sessions somebody chose, and those still open to them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.domain.access import Caller
from app.domain.recommendations import Attended, Candidate
from app.repositories import sessions
from app.repositories.base import Repository
from app.repositories.questions import all_words
from app.repositories.tables import CLAIMING, LIVE
from app.repositories.visibility import VISIBLE
from app.repositories.visibility import viewer as values_of

_MOST_ATTENDED = 200
# As many that begin next are looked through, and no more: where all seats are taken for years, it
# takes no longer to find that out.
_HORIZON = 5000
# More hits than these are not looked up.
_FEW = 2000

_ATTENDED = text(
    "SELECT s.name, s.description, s.speaker FROM (SELECT id, session_id, starts_at"
    f" FROM registrations WHERE attendee_id = :attendee_id AND session_id IS NOT NULL AND {LIVE}"
    " ORDER BY starts_at DESC, id DESC LIMIT :most) AS r JOIN sessions s ON s.id = r.session_id"
    " ORDER BY r.starts_at DESC, r.id DESC"
)
# In the order of a candidate's parts.
_COLUMNS = "s.id, s.name, s.description, s.speaker, s.starts_at, s.seats_taken"
_OPEN = (
    "s.deleted_at IS NULL AND s.starts_at > :now"
    " AND (s.capacity IS NULL OR s.seats_taken < s.capacity)"
    " AND c.deleted_at IS NULL AND c.status = 'published'"
    " AND (c.registration_deadline IS NULL OR c.registration_deadline >= :now)"
    " AND (c.visibility = 'public' OR c.id IN (SELECT conference_id FROM held))"
    " AND NOT EXISTS (SELECT FROM ahead WHERE ahead.session_id = s.id"
    " OR ahead.is_live AND ahead.starts_at < s.ends_at AND s.starts_at < ahead.ends_at)"
)
_HELD = (
    "held AS MATERIALIZED (SELECT conference_id, session_id, starts_at, ends_at,"
    f" {LIVE} AS is_live FROM registrations WHERE attendee_id = :attendee_id AND {CLAIMING}),"
    # What is over is in the way of nothing.
    " ahead AS MATERIALIZED (SELECT * FROM held WHERE ends_at > :now)"
)
_ARE_FEW = "(SELECT few FROM kind)"


def _next(condition: str = "") -> str:
    """The sessions that begin next, whatever they are, each with its conference."""
    return (
        f" FROM (SELECT * FROM sessions WHERE deleted_at IS NULL AND starts_at > :now{condition}"
        f" ORDER BY starts_at, id LIMIT {_HORIZON}) AS s"
        " JOIN conferences c ON c.id = s.conference_id"
    )


@lru_cache
def _soonest(seen: str, most: int) -> TextClause:
    return text(
        f"WITH {_HELD} SELECT {_COLUMNS}{_next()} WHERE {_OPEN} AND {seen}"
        f" ORDER BY s.starts_at, s.id LIMIT {most}"
    )


@lru_cache
def _holding(seen: str, most: int) -> TextClause:
    """By the index where it has few hits; along the order where it has many, or nobody knows.

    The index is asked for one text after the other: for all at once, it would weigh every session
    that holds a word of one of them against all the others.
    """
    fitting = f"{_OPEN} AND {seen} ORDER BY s.starts_at, s.id LIMIT {most}"
    return text(
        f"WITH {_HELD}, hits AS MATERIALIZED (SELECT hit.id, hit.starts_at"
        " FROM unnest(CAST(:queries AS text[])) AS asked, LATERAL (SELECT id, starts_at"
        f" FROM sessions WHERE search @@ to_tsquery('simple', asked) LIMIT {_FEW + 1}) AS hit"
        f" LIMIT {_FEW + 1}), kind AS MATERIALIZED (SELECT count(*) <= {_FEW} AS few FROM hits)"
        f" (SELECT {_COLUMNS}{sessions.FROM}"
        f" WHERE s.id = ANY(ARRAY(SELECT id FROM hits WHERE {_ARE_FEW}"
        f" AND starts_at > :now)) AND {fitting})"
        f" UNION ALL (SELECT {_COLUMNS}{_next(f' AND NOT {_ARE_FEW}')}"
        f" WHERE s.search @@ to_tsquery('simple', :any) AND {fitting})"
    )


class Recommendations(Repository):
    async def attended(self, attendee_id: int) -> Sequence[Attended]:
        """The latest sessions the attendee holds a live registration for, past ones too."""
        values = {"attendee_id": attendee_id, "most": _MOST_ATTENDED}
        return [Attended(**row) for row in await self._rows(_ATTENDED, values)]

    async def soonest(
        self, attendee_id: int, now: datetime, viewer: Caller | None, most: int
    ) -> Sequence[Candidate]:
        """The soonest that are open to the attendee, and visible to the viewer if there is one."""
        values = {"attendee_id": attendee_id, "now": now}
        return await self._candidates(_soonest, values, viewer, most)

    async def holding(
        self,
        attendee_id: int,
        texts: Sequence[str],
        now: datetime,
        viewer: Caller | None,
        most: int,
    ) -> Sequence[Candidate]:
        """The same, of those whose name or speaker holds all words of one of these texts."""
        queries = [query for query in map(all_words, texts) if query]
        values = {
            "attendee_id": attendee_id,
            "now": now,
            "queries": queries,
            "any": " | ".join(f"({query})" for query in queries),
        }
        return await self._candidates(_holding, values, viewer, most)

    async def _candidates(
        self,
        statement: Callable[[str, int], TextClause],
        values: dict[str, Any],
        viewer: Caller | None,
        most: int,
    ) -> Sequence[Candidate]:
        if viewer is None:
            rows = (await self._do(statement("true", most), values)).all()
        else:
            rows = (await self._do(statement(VISIBLE, most), values | values_of(viewer))).all()
        return [Candidate._make(row) for row in rows]
