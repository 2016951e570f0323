"""Changes: how to know that nothing changed, without looking at everything again.

Three counters are raised by whoever writes, before the writing is committed. That they stand where
they stood is therefore not enough: somebody may have raised one, and not committed yet.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Version:
    """Where the counters stand: of what conferences are, what else is told of them, and seats."""

    facts: int
    programmes: int
    counts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one look at the database tells.

    Every transaction before `oldest` had ended. `mark` is later than any that had begun, where the
    look was to set one. What it saw lies before `written` in the log that replicas follow. At
    `turns_at` the clock alone changes what is told of some conference: it begins, ends or closes.
    """

    version: Version
    oldest: int
    mark: int | None
    written: int
    turns_at: datetime | None


class Settling:
    """Whether all who raised the counters to where they stand have come to their end.

    At the first look that finds a version, those who made it may be under way. The second look sets
    a mark: each of them has begun before it. Once every transaction up to the mark has ended, what
    is read is all there is of this version.
    """

    def __init__(self) -> None:
        self.version: object = None
        self._mark: int | None = None

    @property
    def wants_mark(self) -> bool:
        """Whether the next look is to set one; few do, for a mark costs a transaction's number."""
        return self.version is not None and self._mark is None

    def observe(self, version: object, oldest: int, mark: int | None, *, known: object) -> bool:
        """Whether what was read by this look is all there is of its version, for good.

        `known` is what `version` was when the look began: looks may overlap.
        """
        if version != self.version:
            self.version, self._mark = version, None
            return False
        if self._mark is None:
            self._mark = mark if known == version else None
            return False
        return oldest > self._mark
