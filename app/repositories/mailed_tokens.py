"""SQL of mailed tokens: whether one is good, and how one replaces a forgotten password.

The link itself is kept nowhere.
"""

from datetime import datetime

from sqlalchemy import text

from app.domain.accounts import User
from app.repositories.accounts import COLUMNS, user_of
from app.repositories.base import Repository

# One row, whether there is one or not: what is answered takes as long.
_ACCOUNT_OF = text(
    "SELECT coalesce((SELECT id FROM users WHERE email_folded = :email_folded), 0) AS id"
)
_KEEP = text(
    f"WITH asking AS (SELECT {COLUMNS}, email_folded FROM users"
    " WHERE id = :id AND is_active FOR NO KEY UPDATE),"
    " outdated AS (DELETE FROM mailed_tokens WHERE user_id = :id AND expires_at < :now),"
    " kept AS (INSERT INTO mailed_tokens"
    " (user_id, purpose, digest, email_folded, created_at, expires_at)"
    " SELECT id, 'reset_password', :digest, email_folded, :now, :expires_at FROM asking)"
    f" SELECT {COLUMNS} FROM asking"
)
_GOOD_FOR = (
    "token.digest = :digest AND token.purpose = {} AND token.used_at IS NULL"
    " AND token.expires_at > :now AND users.id = token.user_id"
    " AND users.email_folded = token.email_folded AND users.is_active"
)
_GOOD = _GOOD_FOR.format("'reset_password'")
_IS_GOOD = text(
    f"SELECT EXISTS (SELECT FROM mailed_tokens token, users WHERE {_GOOD_FOR.format(':purpose')})"
)
_RESET_FOR = text(f"SELECT username FROM mailed_tokens token, users WHERE {_GOOD}")
# The account is locked before its token, as by whoever changes its address or its password.
_LOCK = text(
    "SELECT users.id FROM mailed_tokens token JOIN users ON users.id = token.user_id"
    " WHERE token.digest = :digest FOR NO KEY UPDATE OF users"
)
# Who chose the password by the mail has read it: that proves the address.
_USE = text(
    "WITH used AS (UPDATE mailed_tokens token SET used_at = :now FROM users"
    f" WHERE {_GOOD} RETURNING token.user_id)"
    " UPDATE users SET verified_at = coalesce(verified_at, :now) FROM used"
    " WHERE users.id = used.user_id RETURNING users.id"
)
_VOID = text(
    "DELETE FROM mailed_tokens WHERE user_id = :id AND purpose = 'reset_password'"
    " AND used_at IS NULL"
)


class MailedTokens(Repository):
    async def account_of(self, email_folded: str) -> int:
        """The account that has this address, closed or not; 0 where nobody has it."""
        return int((await self._do(_ACCOUNT_OF, {"email_folded": email_folded})).scalar_one())

    async def is_good(self, purpose: str, digest: str, now: datetime) -> bool:
        """Whether a token can still be used for what it was mailed for."""
        values = {"purpose": purpose, "digest": digest, "now": now}
        return bool((await self._do(_IS_GOOD, values)).scalar_one())

    async def keep_reset(
        self, id: int, digest: str, now: datetime, *, expires_at: datetime
    ) -> User | None:
        """Keep a token for the present address of an account that is not closed."""
        values = {"id": id, "digest": digest, "now": now, "expires_at": expires_at}
        row = await self._row(_KEEP, values)
        return None if row is None else user_of(row)

    async def reset_for(self, digest: str, now: datetime) -> str | None:
        """The username of the account whose password a token replaces; none if it is not good."""
        done = await self._do(_RESET_FOR, {"digest": digest, "now": now})
        found: str | None = done.scalar_one_or_none()
        return found

    async def use_reset(self, digest: str, now: datetime) -> int | None:
        """Use a token up: its account, whose address it proves; none if it is not good any more."""
        await self._do(_LOCK, {"digest": digest})
        done = await self._do(_USE, {"digest": digest, "now": now})
        found: int | None = done.scalar_one_or_none()
        return found

    async def void_resets(self, user_id: int) -> None:
        """No token that was mailed until now replaces this account's password."""
        await self._do(_VOID, {"id": user_id})
