"""Counts that are remembered: how many there are of a kind is asked anew only when it may differ.

A page of twenty is found by an index; counting all that it is a page of is what grows. The count is
part of the page's own statement, under a condition: it is skipped while the counter of changes
stands where it stood when the count was taken. So a change shows in the very next answer.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from app.domain.changes import Settling

_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many there were at `version`; `until` is when the clock alone makes it differ."""

    total: int
    version: int
    until: datetime | None


class KnownCounts:
    """Of one database, for one counter of changes."""

    def __init__(self) -> None:
        self._counts: dict[Any, Count] = {}
        self._settling = Settling()

    @property
    def version(self) -> object:
        """The last that was seen: to be given back with what a statement then tells."""
        return self._settling.version

    @property
    def wants_mark(self) -> bool:
        """Whether the next statement is to set a mark."""
        return self._settling.wants_mark

    def offered(self, key: Any, now: datetime) -> Count | None:
        """What is remembered, and may still hold."""
        count = self._counts.get(key)
        if count is None or (count.until is not None and count.until <= now):
            return None
        return count

    def learn(
        self, key: Any, count: Count, oldest: int, mark: int | None, *, known: object
    ) -> None:
        """Remember what a statement counted, if that is all there is of its version."""
        if self._settling.observe(count.version, oldest, mark, known=known):
            if len(self._counts) >= _MOST:
                self._counts.clear()
            self._counts[key] = count


_of: WeakKeyDictionary[Engine, dict[str, KnownCounts]] = WeakKeyDictionary()


def known_counts(engine: Engine, counter: str) -> KnownCounts:
    """Those of this database that this counter, by its name, tells the changes of."""
    return _of.setdefault(engine, {}).setdefault(counter, KnownCounts())
