"""Long lists: how many there are in all, and how a page of them is found.

They are counted first. What few answer to is looked up by indexes and sorted; what many answer to
is met soon enough by going along the order. No planner can tell which it is: values are bound.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.domain.pages import PageRequest
from app.repositories.base import Repository, limited, offset_of
from app.repositories.driver import Row
from app.repositories.known_counts import Question, known_counts

# More hits than these are not sorted.
_FEW = 1000
_SHORTEST_INDEXED = 3
_AT_NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list as its indexes know it; its rows have an `id`, their table an alias."""

    alias: str
    # `SELECT … FROM …` with all that is told of a row, and `FROM …` with all that is asked of it.
    shown: str
    asked_of: str
    # The conditions as indexes look them up, and as they are compared along the order.
    looked_up: Sequence[str] = ()
    compared: Sequence[str] = ()
    # Of what is found apart, and nothing is found twice: all for an admin; for others what
    # everybody sees, and what is their own.
    sights: Sequence[str] = ("true",)
    order: str
    # What is raised when as many may no longer be in the first sight; nothing if that is one's own.
    counters: Sequence[str] = ()
    # `SELECT … FROM …` that tells how many there are in the first sight, where that is kept.
    tally: str = ""
    # Whether to find the page before what is told of it: what costs a look-up for each row is not
    # told of those that are passed over.
    ids_first: bool = False


class ListingRepository(Repository):
    async def _page(
        self, listing: Listing, values: Mapping[str, Any], page: PageRequest
    ) -> tuple[Sequence[Row], int]:
        """The rows of the page, and the count of the whole."""
        first = _looked_up(listing, listing.sights[0])
        # What is one's own is little: its own index is enough.
        others = [_along(listing, sight) for sight in listing.sights[1:]]
        end = page.offset + page.size
        counts = [await self._count_all(listing, first, values, end)]
        counts += [await self._count(other, values) for other in others]
        if sum(counts) <= page.offset:
            return [], sum(counts)
        is_few = bool(listing.looked_up) and sum(counts) <= _FEW
        sources = [first, *others] if is_few else [_along(listing, s) for s in listing.sights]
        statement = _text(_found(listing, sources, page, is_few=is_few))
        return await self._rows(statement, {**values, **offset_of(page)}), sum(counts)

    async def _count_all(
        self, listing: Listing, source: str, values: Mapping[str, Any], end: int
    ) -> int:
        """How many there are in the first sight: they are many, or somebody keeps count."""
        if listing.tally:
            return int((await self._do(_text(listing.tally), values)).scalar_one())
        return await self._count(source, values, listing.counters, end=end)

    async def _count(
        self,
        source: str,
        values: Mapping[str, Any],
        counters: Sequence[str] = (),
        *,
        end: int = 0,
    ) -> int:
        """How many `FROM … WHERE …` has; remembered until one of the counters is raised, if any."""
        if not counters:
            return int((await self._do(_text(f"SELECT count(*) {source}"), values)).scalar_one())
        assert self._connection.sync_connection is not None
        counts = known_counts(self._connection.sync_connection.engine)
        question = Question(source=source, counters=tuple(counters), values=values)
        asking = counts.ask(question, _AT_NO_TIME, end=end)
        if asking.known is not None and asking.is_close:
            return asking.known.total
        answer = await self._do(_text(question.statement), {**values, **asking.values})
        return asking.learn(answer.one())


def is_indexed(part: str) -> bool:
    """Less than three letters are in no index."""
    return len(part) >= _SHORTEST_INDEXED


def in_order(ordering: Sequence[str], columns: Mapping[str, str], id: str) -> str:
    """Made unique by the id, which goes the way of what it tells apart: indexes are walked so."""
    keys = [
        f"{columns[name.removeprefix('-')]}{' DESC' if name.startswith('-') else ''}"
        for name in ordering
    ]
    return ", ".join([*keys, f"{id} DESC" if ordering[-1].startswith("-") else id])


def _looked_up(listing: Listing, sight: str) -> str:
    return f"{listing.asked_of} WHERE {' AND '.join([sight, *listing.looked_up])}"


def _along(listing: Listing, sight: str) -> str:
    return f"{listing.asked_of} WHERE {' AND '.join([sight, *listing.compared])}"


def _found(listing: Listing, sources: Sequence[str], page: PageRequest, *, is_few: bool) -> str:
    """Few, or from several sights: put in order where they are found; all else is met along it.

    What is told of them is looked up for those on the page alone.
    """
    order = f"ORDER BY {listing.order}"
    bounds = f"{order} {limited(page)}"
    id = f"{listing.alias}.id"
    if is_few or sources[1:]:
        # Kept from walking along the order: the hits come first.
        reach = "OFFSET 0" if is_few else f"{order} LIMIT {_reach(page)}"
        parts = (f"(SELECT {listing.alias}.* {source} {reach})" for source in sources)
        found = f"FROM ({' UNION ALL '.join(parts)}) {listing.alias}"
    elif listing.ids_first:
        [found] = sources
    else:
        where = sources[0].removeprefix(listing.asked_of)
        return f"{listing.shown}{where} {bounds}"
    return f"{listing.shown} WHERE {id} = ANY(ARRAY(SELECT {id} {found} {bounds})) {order}"


def _reach(page: PageRequest) -> int:
    """As many of each as may be on the page or before it; of few sizes, for each is a statement."""
    return 1 << (page.size + page.offset - 1).bit_length()


@lru_cache(maxsize=1024)
def _text(statement: str) -> TextClause:
    return text(statement)
