"""Turns: processes that want the same rows go one after the other, each with all who wait by then.

Where one waits for rows that another holds, it has chosen already whom to serve, and whoever comes
meanwhile waits for the next time: batches become small, and there are many.
"""

from sqlalchemy import text

from app.repositories.base import Repository

# The first half of a two-part advisory lock key: a space that nothing else uses.
_SPACE = 0x70AD
_TAKE = text("SELECT pg_advisory_xact_lock(:space, :lane)")


class Turns(Repository):
    async def take(self, lane: int) -> None:
        """Wait for the turn, in order of arrival; it ends with the transaction."""
        await self._do(_TAKE, {"space": _SPACE, "lane": lane})
