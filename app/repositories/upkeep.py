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
_FORGET_TOKENS = text(
    "DELETE FROM mailed_tokens WHERE id IN (SELECT id FROM mailed_tokens"
    " WHERE expires_at < :before LIMIT :most FOR UPDATE SKIP LOCKED)"
)
# A dedupe key is good for ever: its row stays. But for keys that name what is over: the minute in
# which something was asked, the change that was told.
_OF_THE_MOMENT = "('verification_asked', 'password_reset_asked', 'concerned_by_change')"
_FORGET_MESSAGES = text(
    "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 'done'"
    f" AND done_at < :before AND (dedupe_key IS NULL OR kind IN {_OF_THE_MOMENT})"
    " LIMIT :most FOR UPDATE SKIP LOCKED)"
)
_FORGET_NEWS = text(
    "DELETE FROM news WHERE id IN (SELECT id FROM news WHERE told_at < :before"
    " AND NOT EXISTS (SELECT FROM outbox WHERE outbox.id = news.told_as)"
    " LIMIT :most FOR UPDATE SKIP LOCKED)"
)
# Few are summed as fast as one. Whoever is writing adds rows of their own, which stay.
_FOLD_TALLIES = text(
    "WITH folded AS (DELETE FROM registration_tallies"
    " WHERE (SELECT count(*) FROM registration_tallies) > :most RETURNING status, is_admission, n)"
    " INSERT INTO registration_tallies (status, is_admission, n)"
    " SELECT status, is_admission, sum(n) FROM folded GROUP BY status, is_admission"
    " HAVING sum(n) <> 0"
)


class Upkeep(Repository):
    async def alone(self, chore: int) -> bool:
        """Whether nobody else does this chore now; nobody will until the transaction ends."""
        row = await self._row(_ALONE, {"space": _SPACE, "chore": chore})
        return row is not None and bool(row["got"])

    async def forget_families(self, before: datetime, most: int) -> int:
        """Drop logins whose refresh tokens have all expired; returns how many."""
        return await self._change(_FORGET_FAMILIES, {"before": before, "most": most})

    async def forget_tokens(self, before: datetime, most: int) -> int:
        """Drop mailed tokens that had expired by then; returns how many."""
        return await self._change(_FORGET_TOKENS, {"before": before, "most": most})

    async def forget_messages(self, before: datetime, most: int) -> int:
        """Drop messages that were done before that time; returns how many."""
        return await self._change(_FORGET_MESSAGES, {"before": before, "most": most})

    async def forget_news(self, before: datetime, most: int) -> int:
        """Drop what was told before that time, and by whom; returns how many."""
        return await self._change(_FORGET_NEWS, {"before": before, "most": most})

    async def fold_tallies(self, most: int) -> None:
        """Sum up the tallies of registrations if there are more rows of them than that."""
        await self._do(_FOLD_TALLIES, {"most": most})
