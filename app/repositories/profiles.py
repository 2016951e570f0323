"""Profiles: read, searched and changed; and the tokens that prove their addresses."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.access import Caller, fold
from app.domain.accounts import User
from app.domain.pages import Page, PageRequest
from app.domain.profiles import Profile, ProfileChange, ProfileFilter
from app.repositories.accounts import COLUMNS as USER_COLUMNS
from app.repositories.accounts import user_of
from app.repositories.counting import Listing, ListingRepository, in_order, is_indexed
from app.repositories.driver import Row
from app.repositories.questions import parts_of
from app.repositories.tables import ACCOUNTS
from app.repositories.tables.accounts import NAMES

_TEXTS = (
    "first_name",
    "last_name",
    "bio",
    "phone",
    "website",
    "organization",
    "twitter",
    "linkedin",
    "github",
    "facebook",
)
_SWITCHES = ("newsletter_subscribed", "notifications_enabled")
_OWN = ("avatar", *_TEXTS[2:], *_SWITCHES, "verified_at")
_COLUMNS = f"{USER_COLUMNS}, {', '.join(_OWN)}"
_FIND = text(f"SELECT {_COLUMNS} FROM users WHERE id = :id")
_LOCK = text(f"SELECT {_COLUMNS} FROM users WHERE id = :id FOR NO KEY UPDATE")
# Names and addresses are keys: what would be taken in the end is taken at once, and never raised.
_LOCK_KEYS = text(f"SELECT {_COLUMNS} FROM users WHERE id = :id FOR UPDATE")
# One person, one identity: the attendee linked to the account keeps its e-mail. A new address is
# unproven.
_CHANGE = text(
    "WITH changed AS (UPDATE users SET"
    " username = coalesce(:username, username),"
    " username_folded = coalesce(:username_folded, username_folded),"
    " email = coalesce(:email, email),"
    " email_folded = coalesce(:email_folded, email_folded),"
    " verified_at = CASE WHEN coalesce(:email_folded, email_folded) = email_folded"
    " THEN verified_at END,"
    + "".join(f" {name} = coalesce(CAST(:{name} AS text), {name})," for name in _TEXTS)
    + "".join(f" {name} = coalesce(CAST(:{name} AS boolean), {name})," for name in _SWITCHES)
    + f" updated_at = :now WHERE id = :id RETURNING {_COLUMNS}, email_folded),"
    " followed AS (UPDATE attendees SET email = changed.email,"
    " email_folded = changed.email_folded, updated_at = :now FROM changed"
    " WHERE attendees.user_id = changed.id AND attendees.deleted_at IS NULL"
    # Without a new address no attendee is touched, for those are locked before their accounts.
    " AND CAST(:email AS text) IS NOT NULL AND attendees.email <> changed.email)"
    f" SELECT {_COLUMNS} FROM changed"
)
_SET_AVATAR = text(
    f"UPDATE users SET avatar = :avatar, updated_at = :now WHERE id = :id RETURNING {_COLUMNS}"
)
# What was proven to be theirs stays theirs under the next address, and what others registered for
# the person still shows no more than a name: the one it stands under now.
_ADOPT = text(
    "UPDATE registrations SET owner_id = users.id,"
    " guest_name = coalesce(nullif(guest_name, ''), attendees.name) FROM users"
    " JOIN attendees ON attendees.user_id = users.id AND attendees.deleted_at IS NULL"
    " WHERE users.id = :id AND users.verified_at IS NOT NULL"
    " AND registrations.attendee_id = attendees.id AND registrations.owner_id IS NULL"
)
_TAKE_OVER = text(
    "UPDATE attendees SET created_by = users.id FROM users"
    " WHERE users.id = :id AND users.verified_at IS NOT NULL AND attendees.user_id = users.id"
    " AND attendees.deleted_at IS NULL AND attendees.created_by IS DISTINCT FROM users.id"
)
# What was not stays with the address: to carry it along would be to take it.
_LET_GO = text(
    "UPDATE attendees SET user_id = NULL FROM users"
    " WHERE users.id = :id AND users.verified_at IS NULL AND attendees.user_id = users.id"
    " AND attendees.deleted_at IS NULL AND (attendees.created_by IS DISTINCT FROM users.id"
    " OR EXISTS (SELECT FROM registrations r"
    " WHERE r.attendee_id = attendees.id AND r.owner_id IS DISTINCT FROM users.id))"
)
_KEEP_TOKEN = text(
    f"WITH asking AS (SELECT {USER_COLUMNS}, email_folded FROM users"
    " WHERE id = :id AND is_active AND verified_at IS NULL FOR NO KEY UPDATE),"
    " outdated AS (DELETE FROM mailed_tokens WHERE user_id = :id AND expires_at < :now),"
    " kept AS (INSERT INTO mailed_tokens"
    " (user_id, purpose, digest, email_folded, created_at, expires_at)"
    " SELECT id, :purpose, :digest, email_folded, :now, :expires_at FROM asking)"
    f" SELECT {USER_COLUMNS} FROM asking"
)
# The account is locked before its token: whoever changes the address locks the account alone.
_OF_TOKEN = text(
    "SELECT users.id FROM mailed_tokens JOIN users ON users.id = mailed_tokens.user_id"
    " WHERE digest = :digest FOR NO KEY UPDATE OF users"
)
_VERIFY = text(
    "WITH used AS (UPDATE mailed_tokens SET used_at = :now WHERE digest = :digest"
    " AND purpose = :purpose AND used_at IS NULL AND expires_at > :now"
    " RETURNING user_id, email_folded)"
    " UPDATE users SET verified_at = coalesce(verified_at, :now) FROM used"
    " WHERE users.id = used.user_id AND users.email_folded = used.email_folded AND is_active"
    f" RETURNING {_COLUMNS}"
)

_ORDERS = {"id": "id", "username": "username_folded", "date_joined": "created_at"}
_FILTERS = {
    "username": "username_folded = :username",
    "role": "role = :role",
    "search": f"strpos(lower({NAMES}), lower(:search)) > 0",
    "email": "email_folded = :email",
}
# Whoever may not see an address does not find anybody by it either.
_ONESELF = "id = :viewer"
_INDEXED = f"grams({NAMES}) @> {parts_of(':search')}"


class Profiles(ListingRepository):
    async def find(self, id: int) -> Profile | None:
        row = await self._row(_FIND, {"id": id})
        return None if row is None else _profile(row)

    async def get(self, id: int) -> Profile:
        """That of somebody known to have an account."""
        return _known(await self._row(_FIND, {"id": id}))

    async def lock(self, id: int, *, keys: bool = False) -> Profile:
        """Lock an account and read it as it is now; with its `keys` if these are to change."""
        return _known(await self._row(_LOCK_KEYS if keys else _LOCK, {"id": id}))

    async def change(self, id: int, change: ProfileChange, now: datetime) -> Profile:
        """Change what is given; the linked attendee follows a change of e-mail."""
        values: dict[str, Any] = {name: getattr(change, name) for name in (*_TEXTS, *_SWITCHES)}
        for name in ("username", "email"):
            written = getattr(change, name)
            values |= {name: written, f"{name}_folded": None if written is None else fold(written)}
        return _known(await self._row(_CHANGE, values | {"id": id, "now": now}))

    async def set_avatar(self, id: int, name: str, now: datetime) -> Profile:
        return _known(await self._row(_SET_AVATAR, {"id": id, "avatar": name, "now": now}))

    async def settle_registrations(self, id: int) -> None:
        """Before an account leaves its address: what is proven goes with it, the rest stays.

        Its attendee and the account are locked.
        """
        await self._do(_ADOPT, {"id": id})
        await self._do(_TAKE_OVER, {"id": id})
        await self._do(_LET_GO, {"id": id})

    async def keep_token(
        self, id: int, purpose: str, digest: str, now: datetime, *, expires_at: datetime
    ) -> User | None:
        """Keep a token for an unproven address; none for whoever needs none."""
        values = {"id": id, "purpose": purpose, "digest": digest, "expires_at": expires_at}
        row = await self._row(_KEEP_TOKEN, values | {"now": now})
        return None if row is None else user_of(row)

    async def verify(self, purpose: str, digest: str, now: datetime) -> Profile | None:
        """Use a token up; none if it is not good any more, or was mailed to another address."""
        await self._do(_OF_TOKEN, {"digest": digest})
        row = await self._row(_VERIFY, {"purpose": purpose, "digest": digest, "now": now})
        return None if row is None else _profile(row)

    async def page(self, filter: ProfileFilter, page: PageRequest, viewer: Caller) -> Page[Profile]:
        """Those whom the viewer may see, in the order asked for."""
        values = _wanted(filter)
        compared = [_FILTERS[name] for name in values]
        if filter.email is not None and not viewer.is_admin:
            compared.append(_ONESELF)
            values["viewer"] = viewer.user_id
        is_looked_up = filter.search is not None and is_indexed(filter.search)
        listing = Listing(
            alias="users",
            shown=f"SELECT {_COLUMNS} FROM users",
            asked_of="FROM users",
            looked_up=[*compared, _INDEXED] if is_looked_up else compared,
            compared=compared,
            sights=["true" if viewer.is_admin else "is_active"],
            order=in_order(page.ordering or ("id",), _ORDERS, "id"),
            # Names and addresses are one's alone: what they find needs no counting.
            counters=[] if filter.email is not None or filter.username is not None else [ACCOUNTS],
        )
        rows, count = await self._page(listing, values, page)
        return Page(items=[_profile(row) for row in rows], count=count, request=page)


def _wanted(filter: ProfileFilter) -> dict[str, Any]:
    """The filters that are asked for: their name in `_FILTERS` and the value to bind."""
    wanted = {
        "username": None if filter.username is None else fold(filter.username),
        "email": None if filter.email is None else fold(filter.email),
        "role": None if filter.role is None else filter.role.value,
        "search": filter.search,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _known(row: Row | None) -> Profile:
    assert row is not None
    return _profile(row)


def _profile(row: Row) -> Profile:
    return Profile(user=user_of(row), **{name: row[name] for name in _OWN})
