"""The auditor: asks a database for what breaks a promise."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from app.repositories.audit.promise import Check
from app.repositories.base import Repository

# More is counted, and not told one by one.
MOST = 1000

# For this transaction alone: whole tables are read and sorted.
_PREPARE = text(
    "SELECT set_config('statement_timeout', '300s', true), set_config('work_mem', '128MB', true),"
    " set_config('plan_cache_mode', 'force_custom_plan', true)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """What breaks a promise: by which of its checks it was found, and what is said of it."""

    check: int
    id: int
    said: str


class Auditor(Repository):
    async def prepare(self) -> None:
        """Give this transaction the time and memory to read everything."""
        await self._do(_PREPARE)

    async def look(self, checks: Sequence[Check], grace: timedelta) -> tuple[int, Sequence[Broken]]:
        """How much is broken by these checks, and what: the first of it, by id."""
        statement = text(_united(checks))
        values = {"grace": grace} if "grace" in statement.compile().params else {}
        rows = await self._rows(statement, values)
        found = [Broken(check=row["place"], id=row["id"], said=row["said"]) for row in rows]
        return (rows[0]["many"] if rows else 0), found


def _united(checks: Iterable[Check]) -> str:
    parts = " UNION ALL ".join(
        f"SELECT {place} AS place, id, said FROM ({check.query}) AS broken{place}"
        for place, check in enumerate(checks)
    )
    return (
        f"SELECT place, id, said, count(*) OVER () AS many FROM ({parts}) AS broken"
        f" ORDER BY place, id LIMIT {MOST}"
    )
