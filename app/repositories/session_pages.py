"""SQL of a page of sessions: which they are, in which order, and how many there are in all."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.alchemy import AsyncConnection
from app.domain.access import Caller
from app.domain.pages import PageRequest
from app.domain.sessions import SessionFilter
from app.repositories.base import Repository, limited, offset_of
from app.repositories.conferences import ordered
from app.repositories.known_counts import Question, known_counts
from app.repositories.questions import parts_of
from app.repositories.tables import COUNTS, FACTS, PROGRAMMES, PUBLIC
from app.repositories.visibility import HIDDEN, VISIBLE
from app.repositories.visibility import viewer as values_of

# What a page is ordered by, by the name it is asked for; each has its index.
ORDERS: Mapping[str, str] = {
    "start_time": "starts_at",
    "session_name": "name",
    "price": "price_minor",
    "created_at": "created_at",
}
_BY_START = ("start_time",)
_PART = "strpos(lower(s.{column}), lower(:{name})) > 0"
_FILTERS: Mapping[str, str] = {
    "conference_id": "s.conference_id = :conference_id",
    "speaker": _PART.format(column="speaker", name="speaker"),
    # By an index, which holds nothing shorter than three letters; asked for first, so that no plan
    # leafs through all of them in order until it has met enough.
    "long_speaker": (
        "s.id = ANY(ARRAY(SELECT named.id FROM sessions named"
        f" WHERE grams(named.speaker) @> {parts_of(':long_speaker')}"
        " AND strpos(lower(named.speaker), lower(:long_speaker)) > 0))"
    ),
    "room": _PART.format(column="room", name="room"),
    "start_after": "s.starts_at >= :start_after",
    "start_before": "s.starts_at < :start_before",
    "speaker_user_id": "s.speaker_user_id = :speaker_user_id",
    "has_spots": "(s.capacity IS NULL OR s.seats_taken < s.capacity) = :has_spots",
}
_SHORTEST_INDEXED = 3
_AT_NO_TIME = datetime.min.replace(tzinfo=UTC)
# Asked once, where everybody sees all but a few of them.
_OF_PUBLIC = f"s.conference_id IN (SELECT id FROM conferences WHERE {PUBLIC})"


class SessionPages(Repository):
    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        self._engine = connection.sync_connection.engine  # type: ignore[union-attr]

    async def find(
        self, columns: str, viewer: Caller | None, filter: SessionFilter, page: PageRequest
    ) -> tuple[Sequence[Any], int]:
        """The rows of the page, and the count of the whole, in one statement.

        How many there are of public conferences is remembered while nothing changes.
        """
        asked = _wanted(filter)
        shape = tuple(asked)
        question = Question(source=_public(shape), counters=_counters(shape), values=asked)
        counts = known_counts(self._engine)
        asking = counts.ask(question, _AT_NO_TIME, end=page.offset + page.size)
        values = {**asked, **values_of(viewer), **asking.values, **offset_of(page)}
        ordering = page.ordering or _BY_START
        statement = _statement(columns, shape, question.statement, ordering, limited(page))
        rows: Sequence[Any] = (await self._do(statement, values)).all()
        public, hidden = asking.learn(rows[0][:5]), rows[0][5]
        # A page past the end is one row with the count and no session.
        return [row[6:] for row in rows if row[6] is not None], public + hidden


def _counters(shape: Sequence[str]) -> tuple[str, ...]:
    """What is raised when as many may no longer answer to these conditions."""
    return (FACTS, PROGRAMMES, COUNTS) if "has_spots" in shape else (FACTS, PROGRAMMES)


def _wanted(filter: SessionFilter) -> dict[str, Any]:
    """The filters that are set, and their values."""
    asked: dict[str, Any] = {
        "conference_id": filter.conference_id,
        "room": filter.room,
        "start_after": filter.start_after,
        "start_before": filter.start_before,
        "speaker_user_id": filter.speaker_user_id,
        "has_spots": filter.has_spots,
    }
    if filter.speaker is not None:
        is_long = len(filter.speaker) >= _SHORTEST_INDEXED
        asked["long_speaker" if is_long else "speaker"] = filter.speaker
    return {name: value for name, value in asked.items() if value is not None}


def _asked(shape: Sequence[str]) -> str:
    return " AND ".join(["s.deleted_at IS NULL", *(_FILTERS[name] for name in shape)])


def _public(shape: Sequence[str]) -> str:
    return f"FROM sessions s WHERE {_OF_PUBLIC} AND {_asked(shape)}"


@lru_cache(maxsize=256)
def _statement(
    columns: str, shape: tuple[str, ...], counted: str, ordering: tuple[str, ...], limit: str
) -> TextClause:
    asked = _asked(shape)
    joined = "FROM sessions s JOIN conferences c ON c.id = s.conference_id"
    return text(
        "SELECT whole.version, whole.counted, whole.oldest, whole.mark, whole.until,"
        f" (SELECT count(*) {joined} WHERE {HIDDEN} AND {asked}) AS hidden, page.*"
        f" FROM ({counted}) AS whole"
        f" LEFT JOIN (SELECT {columns} {joined} WHERE {VISIBLE} AND {asked}"
        f" ORDER BY {ordered(ordering, ORDERS, 's')} {limit}) AS page ON true"
        f" ORDER BY {ordered(ordering, ORDERS, 'page')}"
    )
