"""Users and the families of tokens their logins opened."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import TextClause, text

from app.domain.access import Caller, Role, fold
from app.domain.accounts import SignUp, User
from app.domain.logins import Credentials, Family, OpenLogin
from app.domain.pages import Page, PageRequest
from app.repositories.base import Repository, limited, offset_of
from app.repositories.driver import Row
from app.repositories.together import Question, Rows

COLUMNS = "id, username, email, first_name, last_name, role, is_active, created_at, updated_at"
_ADD = text(
    "INSERT INTO users (username, username_folded, email, email_folded, password_hash,"
    " first_name, last_name, role, created_at, updated_at, verified_at)"
    " VALUES (:username, :username_folded, :email, :email_folded, :password_hash,"
    f" :first_name, :last_name, :role, :now, :now, :verified_at) RETURNING {COLUMNS}"
)
_GET = text(f"SELECT {COLUMNS} FROM users WHERE id = :id")
_CREDENTIALS = f"SELECT {COLUMNS}, password_hash FROM users"
_BY_NAME = text(f"{_CREDENTIALS} WHERE username_folded = :name")
_BY_NAME_LOCKED = text(f"{_CREDENTIALS} WHERE username_folded = :name FOR NO KEY UPDATE")
_BY_ID = text(f"{_CREDENTIALS} WHERE id = :id")
_BY_ID_LOCKED = text(f"{_CREDENTIALS} WHERE id = :id FOR NO KEY UPDATE")
_SET_PASSWORD = text("UPDATE users SET password_hash = :hash, updated_at = :now WHERE id = :id")
_DEACTIVATE = text(
    f"UPDATE users SET is_active = false, updated_at = :now WHERE id = :id RETURNING {COLUMNS}"
)
_APPOINT = text(
    "UPDATE users SET role = 'organizer', updated_at = :now WHERE id = :id AND role = 'attendee'"
)
_TAKEN = text(
    "SELECT coalesce(bool_or(username_folded = :username), false) AS username,"
    " coalesce(bool_or(email_folded = :email), false) AS email FROM users"
    " WHERE username_folded = :username OR email_folded = :email"
)
_OPEN_FAMILY = text(
    "INSERT INTO token_families (id, user_id, current_jti, rotated_at, created_at, expires_at)"
    " VALUES (:id, :user_id, :jti, :now, :now, :expires_at)"
)
_LOCK_FAMILY = text(
    "SELECT family.id, user_id, current_jti, previous_jti, family.created_at, rotated_at,"
    " revoked_at IS NULL AND expires_at > :now AND is_active AS is_open"
    " FROM token_families AS family JOIN users ON users.id = user_id"
    " WHERE family.id = :id FOR NO KEY UPDATE OF family"
)
_ROTATE = text(
    "UPDATE token_families SET previous_jti = current_jti, current_jti = :jti,"
    " rotated_at = :now, expires_at = :expires_at WHERE id = :id"
)
_REVOKE = text("UPDATE token_families SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL")
_REVOKE_ALL = text(
    "UPDATE token_families SET revoked_at = :now WHERE user_id = :id AND revoked_at IS NULL"
)
_REVOKE_ONE = text(
    "UPDATE token_families SET revoked_at = :now WHERE id = :id AND user_id = :user_id"
    " AND revoked_at IS NULL AND expires_at > :now"
)
_REVOKE_OTHERS = text(
    "UPDATE token_families SET revoked_at = :now WHERE user_id = :user_id AND id <> :id"
    " AND revoked_at IS NULL"
)
_OPEN = " FROM token_families WHERE user_id = :user_id AND revoked_at IS NULL AND expires_at > :now"
_COUNT_OPEN = text(f"SELECT count(*){_OPEN}")
_IS_THERE = text("SELECT EXISTS (SELECT FROM users WHERE id = :id)")
_CALLERS = (
    "SELECT CAST(family.id AS text) AS family, users.id AS user_id, username, email_folded, role"
    " FROM token_families AS family JOIN users ON users.id = user_id"
    " WHERE family.id = ANY(CAST(:families AS uuid[]))"
    " AND revoked_at IS NULL AND expires_at > now() AND is_active"
)


class Accounts(Repository):
    async def add(
        self,
        draft: SignUp,
        password_hash: str,
        now: datetime,
        *,
        verified_at: datetime | None = None,
    ) -> User:
        """Write a new account; its name and e-mail are taken from then on."""
        row = await self._row(
            _ADD,
            {
                "username": draft.username,
                "username_folded": fold(draft.username),
                "email": draft.email,
                "email_folded": fold(draft.email),
                "password_hash": password_hash,
                "first_name": draft.first_name,
                "last_name": draft.last_name,
                "role": draft.role.value,
                "now": now,
                "verified_at": verified_at,
            },
        )
        return user_of(row)

    async def get(self, id: int) -> User:
        """The account of somebody known to have one."""
        return user_of(await self._row(_GET, {"id": id}))

    async def credentials(self, name_folded: str, *, lock: bool = False) -> Credentials | None:
        statement = _BY_NAME_LOCKED if lock else _BY_NAME
        return await self._credentials(statement, {"name": name_folded})

    async def credentials_of(self, id: int, *, lock: bool = False) -> Credentials | None:
        return await self._credentials(_BY_ID_LOCKED if lock else _BY_ID, {"id": id})

    async def set_password(self, id: int, password_hash: str, now: datetime) -> None:
        await self._do(_SET_PASSWORD, {"id": id, "hash": password_hash, "now": now})

    async def deactivate(self, id: int, now: datetime) -> User:
        return user_of(await self._row(_DEACTIVATE, {"id": id, "now": now}))

    async def appoint(self, id: int, now: datetime) -> None:
        """Make an organizer of an attendee's account; any other role stays."""
        await self._do(_APPOINT, {"id": id, "now": now})

    async def taken(self, username: str, email: str) -> Mapping[str, bool]:
        """Whether there are accounts of this name, and of this address."""
        values = {"username": fold(username), "email": fold(email)}
        row = await self._row(_TAKEN, values)
        assert row is not None
        return dict(row)

    async def open_family(
        self, id: str, user_id: int, jti: str, now: datetime, expires_at: datetime
    ) -> None:
        """Begin a login."""
        values = {"id": id, "user_id": user_id, "jti": jti, "now": now, "expires_at": expires_at}
        await self._do(_OPEN_FAMILY, values)

    async def lock_family(self, id: str, now: datetime) -> Family | None:
        """The family of tokens, held until the transaction ends."""
        row = await self._row(_LOCK_FAMILY, {"id": id, "now": now})
        return None if row is None else Family(**{**row, "id": str(row["id"])})

    async def rotate(self, id: str, jti: str, now: datetime, expires_at: datetime) -> None:
        """The refresh token `jti` is the one that is good from now on."""
        await self._do(_ROTATE, {"id": id, "jti": jti, "now": now, "expires_at": expires_at})

    async def revoke_family(self, id: str, now: datetime) -> None:
        await self._do(_REVOKE, {"id": id, "now": now})

    async def revoke_families_of(self, user_id: int, now: datetime) -> None:
        await self._do(_REVOKE_ALL, {"id": user_id, "now": now})

    async def revoke_one(self, user_id: int, id: str, now: datetime) -> bool:
        """End one open login of a user; says whether there was one."""
        values = {"user_id": user_id, "id": id, "now": now}
        return await self._change(_REVOKE_ONE, values) > 0

    async def revoke_others(self, user_id: int, id: str, now: datetime) -> None:
        """End all logins of a user but this one."""
        await self._do(_REVOKE_OTHERS, {"user_id": user_id, "id": id, "now": now})

    async def open_logins(self, user_id: int, page: PageRequest, now: datetime) -> Page[OpenLogin]:
        """A page of a user's open logins, the latest used first."""
        values = {"user_id": user_id, "now": now}
        rows = await self._rows(
            text(
                "SELECT CAST(id AS text) AS id, created_at, rotated_at AS used_at, expires_at"
                f"{_OPEN} ORDER BY rotated_at DESC, id {limited(page)}"
            ),
            values | offset_of(page),
        )
        count = (await self._do(_COUNT_OPEN, values)).scalar_one()
        return Page(items=[OpenLogin(**row) for row in rows], count=count, request=page)

    async def is_there(self, id: int) -> bool:
        """Whether there is such an account, closed or not."""
        return bool((await self._do(_IS_THERE, {"id": id})).scalar_one())

    async def callers(self, families: Sequence[str]) -> Mapping[str, Caller]:
        """Who is behind each open family, in one query for all of them."""
        return await self._answer(self.about_callers(families))

    def about_callers(self, families: Sequence[str]) -> Question[Mapping[str, Caller]]:
        """What `callers` asks."""
        return Question(_CALLERS, {"families": list(set(families))}, _callers)

    async def _credentials(
        self, statement: TextClause, values: Mapping[str, object]
    ) -> Credentials | None:
        row = await self._row(statement, values)
        if row is None:
            return None
        return Credentials(user=user_of(row), password_hash=row["password_hash"])


def _callers(rows: Rows) -> Mapping[str, Caller]:
    return {
        family: Caller(
            family=family,
            user_id=user_id,
            username=username,
            email_folded=email_folded,
            role=Role(role),
        )
        for family, user_id, username, email_folded, role in rows
    }


def user_of(row: Row | None) -> User:
    assert row is not None
    return User(
        id=row["id"],
        username=row["username"],
        email=row["email"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        role=Role(row["role"]),
        is_active=row["is_active"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
