"""Counts that are remembered: how many there are of a kind is asked anew only when it may differ.

A page of twenty is found by an index; counting all that it is a page of is what grows. The count is
part of the page's own statement, under a condition: it is skipped while the counter of changes
stands where it stood when the count was taken. So a change shows in the very next answer.

But where a thousand and more follow the page, a count that was right a moment ago is good enough.
Those that somebody asks for are taken anew beside the requests (`app/recounting.py`), so that it
nearly always was; otherwise the request counts.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from app.domain.changes import Settling
from app.repositories.changes import MARK, OLDEST, raised

# As many at least follow a page whose count may be a moment old.
MANY = 1000
# How long a moment is. What is asked for is looked after more often.
MOMENT = 0.7
# What nobody has asked for in so many seconds is not looked after.
_ASKED_FOR = 300.0
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How many `FROM … WHERE …` has, where these values are bound, and `now`.

    One of the `counters` is raised when that may differ; `until` is SQL for when the clock alone
    makes it differ.
    """

    source: str
    counters: tuple[str, ...]
    values: Mapping[str, Any]
    until: str = "NULL"

    @property
    def key(self) -> tuple[str, ...]:
        return (self.source, *map(str, self.values.values()))

    @property
    def statement(self) -> str:
        """One row: `version, counted, oldest, mark, until`, in this order."""
        version = " + ".join(raised(name) for name in self.counters)
        return (
            "SELECT now.version, CASE WHEN now.version = :known_at OR CAST(:is_close AS boolean)"
            f" THEN CAST(:known AS bigint) ELSE (SELECT count(*) {self.source}) END AS counted,"
            f" {OLDEST} AS oldest, {MARK} AS mark, CASE WHEN now.version = :known_at"
            f" OR CAST(:is_close AS boolean) THEN NULL ELSE {self.until} END AS until"
            f" FROM (SELECT {version} AS version) AS now"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many there were at `version`, and on the monotonic clock at `at`, the last we know.

    It `is_whole` when all who made this version have ended. `until` is when the clock alone makes
    it differ.
    """

    total: int
    version: int
    at: float
    is_whole: bool
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is right for as long as its version stands."""
        return self.is_whole and (self.until is None or self.until > now)


class Asking:
    """A question on its way: what its statement binds, and what becomes of the answer."""

    def __init__(
        self, counts: "KnownCounts", question: Question, now: datetime, end: int | None
    ) -> None:
        self._counts = counts
        self._question = question
        self._at = time.monotonic()
        self._settling = counts.settling(question.counters)
        self._known_to_settle = self._settling.version
        self.known = counts.get(question)
        self._exact = self.known if self.known is not None and self.known.holds(now) else None
        self.is_close = self.known is not None and end is not None and self._is_close(end)
        # Whether what was learnt is how it is now.
        self.is_exact = True
        self.values: Mapping[str, Any] = {
            "known": self.known.total if self.known else 0,
            "known_at": self._exact.version if self._exact else -1,
            "is_close": self.is_close,
            "mark": self._settling.wants_mark,
        }

    def learn(self, answer: Sequence[Any]) -> int:
        """How many there are, by the row of the question's statement, which is remembered."""
        version, total, oldest, mark, until = answer
        is_whole = self._settling.observe(version, oldest, mark, known=self._known_to_settle)
        if self._exact is not None and self._exact.version == version:
            is_whole, until = True, self._exact.until
        elif self.is_close:
            self.is_exact = False
            return int(total)
        count = Count(total=total, version=version, at=self._at, is_whole=is_whole, until=until)
        self._counts.keep(self._question, count)
        return int(total)

    def _is_close(self, end: int) -> bool:
        assert self.known is not None
        return self.known.total - end >= MANY and self._at - self.known.at < MOMENT


class KnownCounts:
    """Of one database; where not every change is seen, all is counted each time."""

    def __init__(self, *, remembers: bool = True) -> None:
        self._remembers = remembers
        self._counts: dict[tuple[str, ...], tuple[Question, Count]] = {}
        self._asked: dict[tuple[str, ...], float] = {}
        self._settling: dict[tuple[str, ...], Settling] = {}

    def ask(self, question: Question, now: datetime, *, end: int | None = None) -> Asking:
        """Begin to ask how many there are, for a page that ends there, or to be sure."""
        if end is not None and question.key in self._counts:
            self._asked[question.key] = time.monotonic()
        return Asking(self, question, now, end)

    def get(self, question: Question) -> Count | None:
        kept = self._counts.get(question.key)
        return None if kept is None else kept[1]

    def keep(self, question: Question, count: Count) -> None:
        """Remember it, unless a later one is known."""
        known = self.get(question)
        if not self._remembers or (known is not None and known.at > count.at):
            return
        if known is None and len(self._counts) >= _MOST:
            self._counts.clear()
            self._asked.clear()
        self._asked.setdefault(question.key, count.at)
        self._counts[question.key] = question, count

    def settling(self, counters: tuple[str, ...]) -> Settling:
        if not self._remembers:
            return Settling()
        return self._settling.setdefault(counters, Settling())

    def looked_after(self) -> Sequence[Question]:
        """Of which there are many, and which were asked for of late: the last comes first."""
        since = time.monotonic() - _ASKED_FOR
        asked = sorted(self._asked, key=self._asked.__getitem__, reverse=True)
        return list(self._many(key for key in asked if self._asked[key] > since))

    def confirm(self, raised: Mapping[str, int], at: float, now: datetime) -> Sequence[Question]:
        """What was whole and has not changed was right at that time; the others are returned."""
        doubtful = []
        for question in self.looked_after():
            _, count = self._counts[question.key]
            version = sum(raised[name] for name in question.counters)
            if count.version == version and count.holds(now):
                fresh = Count(
                    total=count.total, version=version, at=at, is_whole=True, until=count.until
                )
                self.keep(question, fresh)
            else:
                doubtful.append(question)
        return doubtful

    def _many(self, keys: Iterator[tuple[str, ...]]) -> Iterator[Question]:
        for key in keys:
            kept = self._counts.get(key)
            if kept is not None and kept[1].total >= MANY:
                yield kept[0]


_of: WeakKeyDictionary[Engine, KnownCounts] = WeakKeyDictionary()


def known_counts(engine: Engine) -> KnownCounts:
    """Those of this database, as these connections see it."""
    return _of.setdefault(engine, KnownCounts())


def count_every_time(engine: Engine) -> None:
    """Of a replica: sequences, which count changes, arrive there in leaps."""
    _of[engine] = KnownCounts(remembers=False)
