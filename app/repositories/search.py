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
from app.repositories.questions import ARE_FEW, all_prefixes, few_hits
from app.repositories.visibility import SHOWS_ONLINE_URL, VISIBLE
from app.repositories.visibility import viewer as values_of

_QUERY = "to_tsquery('simple', :words)"
_CONFERENCES = f"SELECT {SHOWS_ONLINE_URL}, {conferences.COLUMNS} FROM conferences c"
_SESSIONS = f"SELECT {sessions.COLUMNS}{sessions.FROM}"


@lru_cache
def _best(shown: str, source: str, hit: str, most: int) -> TextClause:
    """The best of few hits; of what very many answer to, the first to begin.

    Many are met along the order of their start, and not ranked: as a question they say little.
    """
    ranked = f"ts_rank({hit}.search, {_QUERY})"
    by_start = f"{hit}.starts_at, {hit}.id LIMIT {most}"
    seen = f"FROM {source} WHERE {hit}.deleted_at IS NULL AND {VISIBLE}"
    table = source.partition(" ")[0]
    return text(
        f"WITH {few_hits(table, _QUERY)} {shown} WHERE {hit}.id = ANY(ARRAY("
        f"(SELECT {hit}.id {seen} AND {hit}.id = ANY(ARRAY(SELECT id FROM hits WHERE {ARE_FEW}))"
        f" ORDER BY {ranked} DESC, {by_start})"
        f" UNION ALL (SELECT {hit}.id {seen} AND ({hit}.search || '') @@ {_QUERY} AND NOT {ARE_FEW}"
        f" ORDER BY {by_start})))"
        f" ORDER BY CASE WHEN {ARE_FEW} THEN {ranked} END DESC, {hit}.starts_at, {hit}.id"
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
