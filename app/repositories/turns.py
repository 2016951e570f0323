"""Turns: processes that want the same rows go one after the other, each with all who wait by then.

Where one waits for rows that another holds, it has chosen already whom to serve, and whoever comes
meanwhile waits for the next time: batches become small, and there are many.
"""

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.repositories.base import Repository
from app.repositories.failures import waited_too_long

# The first half of a two-part advisory lock key: a space that nothing else uses.
_SPACE = 0x70AD
# A batch takes some hundredths of a second: whoever has the turn for so long stands still.
_PATIENCE = "500ms"
# Columns are found from left to right; what is waited for afterwards is waited for as long as ever.
_TAKE = text(
    "SELECT set_config('lock_timeout', one.usual, true) FROM ("
    "SELECT current_setting('lock_timeout') AS usual,"
    " set_config('lock_timeout', :patience, true) AS patience,"
    " pg_advisory_xact_lock(:space, :lane) AS turn) AS one"
)


class Turns(Repository):
    async def take(self, lane: int) -> None:
        """Wait for the turn, in order of arrival; it ends with the transaction.

        The first thing in a transaction. Where the turn does not come, it goes on without: turns
        are for speed, and rows are locked all the same.
        """
        try:
            await self._do(_TAKE, {"patience": _PATIENCE, "space": _SPACE, "lane": lane})
        except DBAPIError as error:
            if not waited_too_long(error):
                raise
            await self._connection.rollback()
