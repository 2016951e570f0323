"""SQL that tells whether anything changed: one round trip, whatever the number of conferences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.changes import Look, Version
from app.repositories.base import Repository
from app.repositories.tables import COUNTS, FACTS, PROGRAMMES, PUBLIC

# Numbers of transactions, which grow. None from `newest` of a snapshot on had ended, but some may
# have begun: only a number of one's own is later than all of those.
OLDEST = "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)"
MARK = (
    "CASE WHEN CAST(:mark AS boolean) THEN CAST(CAST(pg_current_xact_id() AS text) AS bigint) END"
)


def raised(counter: str) -> str:
    """How often a counter was raised; one that never was stands where the first raise puts it."""
    return f"(SELECT last_value + CAST(is_called AS int) FROM {counter})"


_MOMENTS = ("starts_at", "ends_at", "registration_deadline")
_NEXT = "(SELECT min({moment}) FROM conferences WHERE {public} AND {moment} > :now{more})"
# When the day on which one begins is over, where it is.
_DAY_AFTER = (
    "CAST(CAST(starts_at AT TIME ZONE timezone AS date) + 1 AS timestamp) AT TIME ZONE timezone"
)
_LATELY = " AND starts_at BETWEEN :now - interval '26 hours' AND :now"


def turns(*, upcoming: bool = False) -> str:
    """When the clock alone changes, next, what is told of a public conference; null for never."""
    moments = [_NEXT.format(moment=moment, public=PUBLIC, more="") for moment in _MOMENTS]
    if upcoming:
        moments.append(_NEXT.format(moment=_DAY_AFTER, public=PUBLIC, more=_LATELY))
    return f"least({', '.join(moments)})"


# Both are told as bytes of the log, which only grow. Whatever can be seen has been flushed, unless
# commits are told not to wait for that.
_WRITTEN = (
    "CAST(CASE current_setting('synchronous_commit') WHEN 'off' THEN pg_current_wal_insert_lsn()"
    " ELSE pg_current_wal_flush_lsn() END - '0/0' AS bigint)"
)
_REPLAYED = "CAST(pg_last_wal_replay_lsn() - '0/0' AS bigint)"
_LOOK = text(
    f"SELECT {raised(FACTS)}, {raised(PROGRAMMES)}, {raised(COUNTS)}, {OLDEST}, {MARK}, {_WRITTEN},"
    f" {turns()}"
)
_KNOWS = text(f"SELECT CASE WHEN pg_is_in_recovery() THEN {_REPLAYED} END")


class Changes(Repository):
    async def look(self, now: datetime, *, mark: bool) -> Look:
        """Where the counters stand, and when the clock turns something next."""
        row: Sequence[Any] = (await self._do(_LOOK, {"now": now, "mark": mark})).one()
        return Look(
            version=Version(facts=row[0], programmes=row[1], counts=row[2]),
            oldest=row[3],
            mark=row[4],
            written=row[5],
            turns_at=row[6],
        )

    async def replayed(self) -> int | None:
        """How much of the log a replica knows; None where there is no replica."""
        known: int | None = (await self._do(_KNOWS)).scalar_one()
        return known
