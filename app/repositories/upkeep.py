"""What keeps the tables small: old rows are dropped, in bites that hold no lock for long."""

from datetime import datetime

from sqlalchemy import text

from app.repositories.base import Repository

# The first half of a two-part advisory lock key: a space that nothing else uses.
_SPACE = 0x5EEB

_ALONE = text("SELECT pg_try_advisory_xact_lock(:space, :chore) AS got")
_FORGET_FAMILIES = text(
    "DELETE FROM token_families WHERE id IN (SELECT id FROM token_families"
    " WHERE expires_at < :before LIMIT :most FOR UPDATE SKIP LOCKED)"
)
# A dedupe key is good for ever: its row stays.
_FORGET_MESSAGES = text(
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 'done'"
    " AND done_at < :before AND dedupe_key IS NULL LIMIT :most FOR UPDATE SKIP LOCKED)"
)


class Upkeep(Repository):
    async def alone(self, chore: int) -> bool:
        """Whether nobody else does this chore now; nobody will until the transaction ends."""
        row = await self._row(_ALONE, {"space": _SPACE, "chore": chore})
        return row is not None and bool(row["got"])

    async def forget_families(self, before: datetime, most: int) -> int:
        """Drop logins whose refresh tokens have all expired; returns how many."""
        return (await self._do(_FORGET_FAMILIES, {"before": before, "most": most})).rowcount

    async def forget_messages(self, before: datetime, most: int) -> int:
        """Drop messages that were done before that time; returns how many."""
        return (await self._do(_FORGET_MESSAGES, {"before": before, "most": most})).rowcount
