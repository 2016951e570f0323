"""Full text: what answers a question."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.domain.access import Caller
from app.domain.conferences import Conference
from app.domain.sessions import Session
from app.repositories import conferences, sessions
from app.repositories.base import Repository
from app.repositories.questions import FEW, MANY, SOME, all_prefixes, hits_of
from app.repositories.visibility import SHOWS_ONLINE_URL, VISIBLE
from app.repositories.visibility import viewer as values_of

_QUERY = "to_tsquery('simple', :words)"
_CONFERENCES = f"SELECT {SHOWS_ONLINE_URL}, {conferences.COLUMNS} FROM conferences c"
_SESSIONS = f"SELECT {sessions.COLUMNS}{sessions.FROM}"


@lru_cache
def _best(shown: str, source: str, hit: str, most: int) -> TextClause:
    """The best of few hits; of what more answer to, the first to begin.

    Those are not ranked: as a question they say little. Where the index tells which they are, they
    are looked at in their order; very many are met soon enough along the order of all.
    """
    ranked = f"ts_rank({hit}.search, {_QUERY})"
    by_start = f"starts_at, {hit}.id LIMIT {most}"
    seen = f"{hit}.deleted_at IS NULL AND {VISIBLE}"
    return text(
        f"WITH {hits_of(source.partition(' ')[0], _QUERY)} {shown} WHERE {hit}.id = ANY(ARRAY("
        f"(SELECT {hit}.id FROM {source} WHERE {seen}"
        f" AND {hit}.id = ANY(ARRAY(SELECT id FROM hits WHERE {FEW}))"
        f" ORDER BY {ranked} DESC, {hit}.{by_start})"
        f" UNION ALL (SELECT {hit}.id"
        f" FROM (SELECT * FROM hits WHERE {SOME} ORDER BY starts_at, id) AS told, {source}"
        f" WHERE {hit}.id = told.id AND {seen} ORDER BY told.starts_at, told.id LIMIT {most})"
        # No index is asked of a case, and nothing is copied to keep it from that.
        f" UNION ALL (SELECT {hit}.id FROM {source} WHERE {seen} AND {MANY}"
        f" AND CASE WHEN {MANY} THEN {hit}.search @@ {_QUERY} END ORDER BY {hit}.{by_start})))"
        f" ORDER BY CASE WHEN {FEW} THEN {ranked} END DESC, {hit}.starts_at, {hit}.id"
    )


class Search(Repository):
    async def conferences(self, question: str, viewer: Caller, most: int) -> Sequence[Conference]:
        """The best hits among the conferences the viewer may see."""
        statement = _best(_CONFERENCES, "conferences c", "c", most)
        rows: Sequence[Any] = (await self._do(statement, _values(question, viewer))).all()
        return [conferences.seen_conference_of(row) for row in rows]

    async def sessions(self, question: str, viewer: Caller, most: int) -> Sequence[Session]:
        """The best hits among the sessions of conferences the viewer may see."""
        source = sessions.FROM.removeprefix(" FROM ")
        statement = _best(_SESSIONS, source, "s", most)
        rows = (await self._do(statement, _values(question, viewer))).all()
        return [sessions.session_of(row) for row in rows]


def _values(question: str, viewer: Caller) -> dict[str, Any]:
    return {"words": all_prefixes(question), **values_of(viewer)}
