"""Counts that are remembered, looked after beside the requests that ask for them."""

import time
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from app.repositories.base import Repository
from app.repositories.changes import raised
from app.repositories.known_counts import KnownCounts, Question, known_counts
from app.repositories.tables import COUNTERS

_LOOK = text(f"SELECT {', '.join(f'{raised(name)} AS {name}' for name in COUNTERS)}")


class Recounts(Repository):
    async def doubtful(self, now: datetime) -> Sequence[Question]:
        """What may have changed of all that is asked for; the last that was asked comes first."""
        at = time.monotonic()
        row = await self._row(_LOOK)
        assert row is not None
        return self._counts.confirm(dict(row), at, now)

    async def take(self, question: Question, now: datetime) -> None:
        """Count anew."""
        asking = self._counts.ask(question, now)
        values = {**question.values, **asking.values, "now": now}
        asking.learn((await self._do(text(question.statement), values)).one())

    @property
    def _counts(self) -> KnownCounts:
        assert self._connection.sync_connection is not None
        return known_counts(self._connection.sync_connection.engine)
