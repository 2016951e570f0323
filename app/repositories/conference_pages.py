"""SQL of a page of conferences: which they are, in which order, and how many there are in all.

What everybody sees and what is the viewer's own are looked for apart, each by indexes of its own,
and put together. What planners cannot know is decided here: a text that few hold is looked up in
its index and the hits are sorted; what many hold is met soon enough by going along the order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.alchemy import AsyncConnection
from app.domain.access import Caller
from app.domain.conferences import ConferenceFilter
from app.domain.pages import PageRequest
from app.repositories.base import Repository
from app.repositories.changes import turns
from app.repositories.conference_filters import (
    BY_SEATS,
    BY_THE_CLOCK,
    FEW_AT_ALL,
    TEXTUAL,
    wanted,
    where,
)
from app.repositories.known_counts import Count, Question, known_counts
from app.repositories.tables import COUNTS, FACTS, PUBLIC
from app.repositories.visibility import HIDDEN, SHOWS_ONLINE_URL
from app.repositories.visibility import viewer as values_of

# What a page is ordered by, by the name it is asked for, and the type of what is compared.
ORDERS: Mapping[str, tuple[str, str]] = {
    "start_date": ("starts_at", "timestamptz"),
    "end_date": ("ends_at", "timestamptz"),
    "conference_name": ("name", "text"),
    "created_at": ("created_at", "timestamptz"),
    "price": ("price", "numeric"),
}
RELEVANCE = "relevance"
_RANK = "-ts_rank(c.search, to_tsquery('simple', :search))"
_BY_START = ("start_date",)
# More hits than these are no longer ranked or sorted: they are met in the order of their start.
_FEW = 1000
_EVERYTHING = "deleted_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A row of a page: the version that was found, and what may be told of it."""

    xmin: int
    shows_online_url: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What makes one statement differ from another; all else is bound."""

    conditions: tuple[str, ...]
    ordering: tuple[str, ...]
    size: int
    # As many rows of each part as may be on the page or before it.
    reach: int
    place: str
    sees: str
    few: bool


class ConferencePages(Repository):
    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(connection)
        assert connection.sync_connection is not None
        self._engine = connection.sync_connection.engine

    async def find(
        self, viewer: Caller | None, filter: ConferenceFilter, page: PageRequest, now: datetime
    ) -> tuple[Mapping[int, Found], int, bool]:
        """What is on the page, by id and in order; the count of the whole, and if it is exact."""
        asked = wanted(filter)
        names, sees = tuple(asked), _sees(viewer)
        values = {name: value for name, value in asked.items() if value is not None}
        question = _question(names, sees, values)
        end = page.offset + page.size
        asking = known_counts(self._engine).ask(question, now, end=end)
        if not BY_THE_CLOCK.isdisjoint(names):
            values["now"] = now
        few = await self._are_few(names, values, asking.known)
        shape = _Shape(
            conditions=names,
            ordering=_ordering(page, few=few),
            size=page.size,
            reach=1 << (end - 1).bit_length(),
            place=_place_of(page),
            sees=sees,
            few=few,
        )
        values |= {**values_of(viewer), **_places(page), **asking.values}
        rows: Sequence[Any] = (await self._do(_statement(shape, question.statement), values)).all()
        counted, own = asking.learn(rows[0][3:8]), rows[0][8]
        # A page past the end is one row with the count and no conference.
        found = {row[0]: Found(xmin=row[1], shows_online_url=row[2]) for row in rows if row[0]}
        return found, counted + own, asking.is_exact

    async def _are_few(
        self, names: tuple[str, ...], values: Mapping[str, Any], known: Count | None
    ) -> bool:
        """Whether an index finds so few that they are best looked up, and sorted."""
        if not FEW_AT_ALL.isdisjoint(names):
            return True
        if TEXTUAL.isdisjoint(names):
            return False
        if known is not None:
            return known.total <= _FEW
        return bool((await self._do(_hits_statement(names), values)).scalar_one() <= _FEW)


def _sees(viewer: Caller | None) -> str:
    if viewer is None:
        return "public"
    return "all" if viewer.is_admin else "own"


def _question(names: tuple[str, ...], sees: str, values: Mapping[str, Any]) -> Question:
    """How many everybody sees, or an admin, and what is raised when that may differ."""
    until = turns(upcoming="upcoming" in names)
    return Question(
        source=f"FROM conferences c WHERE {_seen(sees)} AND {where(names, by_index=True)}",
        counters=(FACTS,) if BY_SEATS.isdisjoint(names) else (FACTS, COUNTS),
        values=dict(values),
        until="NULL" if BY_THE_CLOCK.isdisjoint(names) else until,
    )


def _seen(sees: str) -> str:
    return _EVERYTHING if sees == "all" else PUBLIC


def _ordering(page: PageRequest, *, few: bool) -> tuple[str, ...]:
    ordering = page.ordering or _BY_START
    return _BY_START if ordering == (RELEVANCE,) and not few else ordering


def _place_of(page: PageRequest) -> str:
    if page.after is not None:
        return "after"
    return "offset" if page.offset else "first"


def _places(page: PageRequest) -> dict[str, Any]:
    if page.after is not None:
        return {f"after_{place}": value for place, value in enumerate(page.after)}
    return {"offset": page.offset} if page.offset else {}


@lru_cache(maxsize=256)
def _hits_statement(names: tuple[str, ...]) -> TextClause:
    hits = f"SELECT FROM conferences c WHERE {PUBLIC} AND {where(names, by_index=True)}"
    return text(f"SELECT count(*) FROM ({hits} LIMIT {_FEW + 1}) AS hits")


@lru_cache(maxsize=512)
def _statement(shape: _Shape, counted: str) -> TextClause:
    """Sizes are written out: what plans a query can do little with a limit it does not know."""
    asked = where(shape.conditions, by_index=shape.few or shape.sees == "all")
    behind = f" AND {_behind(shape.ordering)}" if shape.place == "after" else ""
    parts = [_part(shape, f"{_seen(shape.sees)} AND {asked}{behind}")]
    own = "0"
    if shape.sees == "own":
        hidden = f"{HIDDEN} AND {where(shape.conditions, by_index=False)}"
        parts.append(_part(shape, f"{hidden}{behind}"))
        own = f"(SELECT count(*) FROM conferences c WHERE {hidden})"
    order = _outer_order(shape.ordering)
    offset = " OFFSET :offset" if shape.place == "offset" else ""
    return text(
        "SELECT page.id, page.version, page.shown, whole.version, whole.counted, whole.oldest,"
        f" whole.mark, whole.until, {own} FROM ({counted}) AS whole"
        f" LEFT JOIN (SELECT part.*, row_number() OVER (ORDER BY {order}) AS place"
        f" FROM ({' UNION ALL '.join(parts)}) AS part ORDER BY {order} LIMIT {shape.size}{offset})"
        " AS page ON true ORDER BY page.place"
    )


def _part(shape: _Shape, conditions: str) -> str:
    """What meets the conditions, as much of it as may come to be on the page."""
    keys = ", ".join(f"{_by(name)} AS key_{at}" for at, name in enumerate(shape.ordering))
    found = (
        f"SELECT c.id, c.xmin AS version, {SHOWS_ONLINE_URL} AS shown, {keys}, c.starts_at"
        f" FROM conferences c WHERE {conditions}"
    )
    order = [f"{_by(name)}{_direction(name)}" for name in shape.ordering]
    if shape.few:
        # Kept from walking along the order: the hits come first.
        found = f"SELECT * FROM ({found} OFFSET 0) AS hits"
        order = [f"key_{at}{_direction(name)}" for at, name in enumerate(shape.ordering)]
        last = ["starts_at", "id"] if shape.ordering == (RELEVANCE,) else [f"id{_last(shape)}"]
    else:
        last = [f"c.id{_last(shape)}"]
    return f"({found} ORDER BY {', '.join([*order, *last])} LIMIT {shape.reach})"


def _last(shape: _Shape) -> str:
    """Ids go the way of what they tell apart: an index is walked in one direction."""
    return _direction(shape.ordering[-1])


def _outer_order(ordering: Sequence[str]) -> str:
    """Made unique by the id; of what is as relevant, the first to begin comes first."""
    keys = [f"part.key_{at}{_direction(name)}" for at, name in enumerate(ordering)]
    if ordering == (RELEVANCE,):
        keys.append("part.starts_at")
    return ", ".join([*keys, f"part.id{_direction(ordering[-1])}"])


def _by(name: str) -> str:
    plain = name.removeprefix("-")
    return _RANK if plain == RELEVANCE else f"c.{ORDERS[plain][0]}"


def _direction(name: str) -> str:
    return " DESC" if name.startswith("-") else ""


def _behind(ordering: Sequence[str]) -> str:
    """What comes after the place that is bound: later in the first that differs."""
    terms = [
        (_by(name), name.startswith("-"), _bound(name, at)) for at, name in enumerate(ordering)
    ]
    last = ordering[-1].startswith("-")
    terms.append(("c.id", last, f"CAST(:after_{len(ordering)} AS bigint)"))
    ways = [
        " AND ".join(
            [
                *(f"{term} = {value}" for term, _, value in terms[:at]),
                f"{terms[at][0]} {'<' if terms[at][1] else '>'} {terms[at][2]}",
            ]
        )
        for at in range(len(terms))
    ]
    first, falling, value = terms[0]
    return f"{first} {'<=' if falling else '>='} {value} AND ({' OR '.join(ways)})"


def _bound(name: str, at: int) -> str:
    return f"CAST(:after_{at} AS {ORDERS[name.removeprefix('-')][1]})"
