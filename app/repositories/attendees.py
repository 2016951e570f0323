"""Attendees: stored, found, and shown to those who may see them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.access import fold
from app.domain.attendees import Attendee, AttendeeDraft, AttendeeFilter, Sight
from app.domain.errors import NotFound
from app.domain.pages import Page, PageRequest
from app.domain.records import Record, Showing
from app.repositories.counting import Listing, ListingRepository, in_order, is_indexed
from app.repositories.driver import Row
from app.repositories.ownership import OWNER, PROVEN, people_of, self_of
from app.repositories.questions import parts_of
from app.repositories.tables import CLAIMING, CLAIMS, PEOPLE

_FIELDS = (
    *("id", "name", "email", "phone_number", "organization", "user_id", "created_by"),
    *("created_at", "updated_at"),
)
_COLUMNS = ", ".join(f"a.{field}" for field in _FIELDS)
_LIVING = f"SELECT {_COLUMNS} FROM attendees a WHERE a.deleted_at IS NULL"
# One row per kind of registration for the viewer's conferences; one without, where there is none.
_KNOWN = text(
    f"SELECT {_COLUMNS}, {PROVEN} AS is_proven, showing.owner_id, showing.is_guests"
    " FROM attendees a LEFT JOIN LATERAL"
    " (SELECT DISTINCT r.owner_id, r.guest_name <> '' AS is_guests FROM registrations r"
    " JOIN conferences c ON c.id = r.conference_id WHERE r.attendee_id = a.id"
    " AND c.organizer_id = :viewer AND c.deleted_at IS NULL) showing ON true"
    " WHERE a.deleted_at IS NULL AND a.id = :id"
)
_LOCK = text(f"{_LIVING} AND a.id = :id FOR NO KEY UPDATE")
# Whoever an account is, or may be linked to by one of these addresses.
_LOCK_KNOWN = text(
    "SELECT id FROM attendees WHERE deleted_at IS NULL"
    " AND (user_id = :user_id OR email_folded = ANY(CAST(:folded AS text[])))"
    " ORDER BY id FOR NO KEY UPDATE"
)
_OF_EMAIL = text(f"{_LIVING} AND a.email_folded = :email_folded")
_OF_USER = text(f"{_LIVING} AND a.user_id = :user_id")
_HOLD_EMAIL = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('attendee e-mail ' || :email_folded, 0))"
)
# The account with that e-mail, unless it is somebody else already.
_ACCOUNT = (
    "(SELECT account.id FROM users account WHERE account.email_folded = :email_folded"
    " AND NOT EXISTS (SELECT FROM attendees other"
    " WHERE other.user_id = account.id AND other.deleted_at IS NULL))"
)
_ADD = text(
    "INSERT INTO attendees AS a (name, email, email_folded, phone_number, organization, user_id,"
    " created_by, created_at, updated_at) VALUES (:name, :email, :email_folded, :phone_number,"
    f" :organization, {_ACCOUNT}, :created_by, :now, :now) RETURNING {_COLUMNS}"
)
# Taken in one order by all, so that no two wait for each other.
_HOLD_EMAILS = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('attendee e-mail ' || email_folded, 0))"
    " FROM (SELECT email_folded FROM unnest(CAST(:folded AS text[])) AS wanted(email_folded)"
    " ORDER BY email_folded) AS in_order"
)
_ENTER = text(
    "WITH wanted AS (SELECT * FROM unnest(CAST(:names AS text[]), CAST(:emails AS text[]),"
    " CAST(:folded AS text[])) AS brought(name, email, email_folded)),"
    " known AS (SELECT a.id, a.email_folded FROM attendees a"
    " WHERE a.email_folded = ANY(CAST(:folded AS text[])) AND a.deleted_at IS NULL),"
    " added AS (INSERT INTO attendees (name, email, email_folded, user_id, created_by, created_at,"
    " updated_at) SELECT wanted.name, wanted.email, wanted.email_folded, account.id,"
    " CAST(:created_by AS bigint), CAST(:now AS timestamptz), CAST(:now AS timestamptz) FROM wanted"
    " LEFT JOIN users account ON account.email_folded = wanted.email_folded AND NOT EXISTS"
    " (SELECT FROM attendees other WHERE other.user_id = account.id AND other.deleted_at IS NULL)"
    " WHERE wanted.email_folded NOT IN (SELECT email_folded FROM known)"
    " RETURNING id, email_folded)"
    " SELECT id, email_folded FROM known UNION ALL SELECT id, email_folded FROM added"
)
_CHANGE = text(
    "UPDATE attendees a SET name = :name, email = :email, email_folded = :email_folded,"
    " phone_number = :phone_number, organization = :organization,"
    f" user_id = coalesce(a.user_id, {_ACCOUNT}), updated_at = :now WHERE a.id = :id"
    f" RETURNING {_COLUMNS}"
)
_OTHERS_CLAIMS = text(
    "SELECT EXISTS (SELECT FROM registrations r JOIN attendees a ON a.id = r.attendee_id"
    f" WHERE a.id = :id AND r.{CLAIMING} AND {OWNER} IS DISTINCT FROM :user_id)"
)
_DELETE = text("UPDATE attendees SET deleted_at = :now, updated_at = :now WHERE id = :id")
_LOCK_WHOLLY = text("SELECT FROM attendees WHERE id = :id FOR UPDATE")
_TAKE_BACK = text(
    "DELETE FROM attendees a WHERE a.id = :id AND a.created_by IS NULL"
    " AND NOT EXISTS (SELECT FROM registrations r WHERE r.attendee_id = a.id)"
)
_LINK = text(
    "UPDATE attendees SET user_id = :user_id WHERE email_folded = :email_folded"
    " AND deleted_at IS NULL AND user_id IS NULL AND NOT EXISTS (SELECT FROM attendees other"
    " WHERE other.user_id = :user_id AND other.deleted_at IS NULL)"
)

_ORDERS = {"attendee_name": "lower(a.name)", "created_at": "a.created_at", "id": "a.id"}
# Of which the parts are in an index.
_PARTS = {"organization": "a.organization", "search": "a.name"}
_FILTERS = {
    "email": "a.email_folded = :email",
    "organization": "strpos(lower(a.organization), lower(:organization)) > 0",
    "search": "strpos(lower(a.name), lower(:search)) > 0",
    "conference": (
        "a.id IN (SELECT held.attendee_id FROM registrations held"
        " WHERE held.conference_id = :conference"
        " AND held.status IN ('pending', 'confirmed', 'waitlisted'))"
    ),
}


class Attendees(ListingRepository):
    async def known(self, id: int, viewer_id: int) -> tuple[Attendee, Record] | None:
        """The living attendee, and what decides whether the viewer sees it."""
        rows = await self._rows(_KNOWN, {"id": id, "viewer": viewer_id})
        if not rows:
            return None
        showings = [_showing(row) for row in rows if row["is_guests"] is not None]
        attendee = Attendee(**{name: rows[0][name] for name in _FIELDS})
        return attendee, _record(attendee, showings, is_proven=rows[0]["is_proven"])

    async def lock(self, id: int) -> Attendee:
        """Lock a living attendee and read it as it is now. Raises NotFound."""
        row = await self._row(_LOCK, {"id": id})
        if row is None:
            raise NotFound
        return _attendee(row)

    async def of_email(self, email_folded: str) -> Attendee | None:
        row = await self._row(_OF_EMAIL, {"email_folded": email_folded})
        return None if row is None else _attendee(row)

    async def of_user(self, user_id: int) -> Attendee | None:
        """The attendee that an account is."""
        row = await self._row(_OF_USER, {"user_id": user_id})
        return None if row is None else _attendee(row)

    async def hold_email(self, email_folded: str) -> None:
        """Whoever wants to enter or link this address waits until this transaction ends."""
        await self._do(_HOLD_EMAIL, {"email_folded": email_folded})

    async def hold_emails(self, folded: Collection[str]) -> None:
        """Hold several addresses, in their order."""
        await self._do(_HOLD_EMAILS, {"folded": list(folded)})

    async def lock_known(self, user_id: int, folded: Collection[str]) -> None:
        """Lock who this account is, and who is known under these addresses, which are held."""
        await self._do(_LOCK_KNOWN, {"user_id": user_id, "folded": list(folded)})

    async def add(self, draft: AttendeeDraft, created_by: int | None, now: datetime) -> Attendee:
        """Write a new attendee, linked to the account of the same e-mail if there is one."""
        values = {
            "name": draft.name,
            "email": draft.email,
            "email_folded": fold(draft.email),
            "phone_number": draft.phone_number,
            "organization": draft.organization,
            "created_by": created_by,
            "now": now,
        }
        return await self._written(_ADD, values)

    async def enter(
        self, people: Sequence[AttendeeDraft], created_by: int | None, now: datetime
    ) -> Mapping[str, int]:
        """Find people by e-mail and add who is missing; returns ids by folded e-mail.

        Of several with one e-mail the first counts; who is an account's is linked to it.
        """
        first = {fold(person.email): person for person in reversed(people)}
        values = {
            "names": [person.name for person in first.values()],
            "emails": [person.email for person in first.values()],
            "folded": list(first),
            "created_by": created_by,
            "now": now,
        }
        await self.hold_emails(first)
        rows = await self._rows(_ENTER, values)
        return {row["email_folded"]: row["id"] for row in rows}

    async def change(self, attendee: Attendee, now: datetime) -> Attendee:
        """Store an attendee's fields; a new e-mail may be that of an account, which is linked."""
        values = {
            "id": attendee.id,
            "name": attendee.name,
            "email": attendee.email,
            "email_folded": fold(attendee.email),
            "phone_number": attendee.phone_number,
            "organization": attendee.organization,
            "now": now,
        }
        return await self._written(_CHANGE, values)

    async def has_others_claims(self, id: int, user_id: int) -> bool:
        """Whether the person holds registrations that are not this account's (yet)."""
        found = await self._do(_OTHERS_CLAIMS, {"id": id, "user_id": user_id})
        return bool(found.scalar_one())

    async def delete(self, id: int, now: datetime) -> None:
        await self._do(_DELETE, {"id": id, "now": now})

    async def take_back(self, id: int) -> None:
        """Remove somebody nobody answers for, unless they have registered for anything since.

        Whoever is registering them holds their row: it is looked at when that is over.
        """
        await self._do(_LOCK_WHOLLY, {"id": id})
        await self._do(_TAKE_BACK, {"id": id})

    async def link(self, email_folded: str, user_id: int) -> None:
        """Make the account's attendee of whoever is known under its e-mail, which is held."""
        await self._do(_LINK, {"email_folded": email_folded, "user_id": user_id})

    async def page(
        self, filter: AttendeeFilter, page: PageRequest, sight: Sight, viewer_id: int
    ) -> Page[Attendee]:
        """Those whom the sight shows to the viewer, newest first unless ordered otherwise."""
        values = _wanted(filter)
        compared = _compared(sight, [_FILTERS[name] for name in values])
        indexed = [
            f"grams({column}) @> {parts_of(f':{name}')}"
            for name, column in _PARTS.items()
            if sight is Sight.EVERYBODY and name in values and is_indexed(values[name])
        ]
        counters = [PEOPLE, CLAIMS] if filter.conference_id is not None else [PEOPLE]
        if sight is not Sight.EVERYBODY:
            values["viewer"] = viewer_id
        listing = Listing(
            alias="a",
            shown=f"SELECT {_COLUMNS} FROM attendees a",
            asked_of="FROM attendees a",
            looked_up=[*compared, *indexed],
            compared=compared,
            sights=["a.deleted_at IS NULL"],
            order=in_order(page.ordering or ("-id",), _ORDERS, "a.id"),
            counters=counters if sight is Sight.EVERYBODY and filter.email is None else [],
        )
        rows, count = await self._page(listing, values, page)
        return Page(items=[_attendee(row) for row in rows], count=count, request=page)

    async def _written(self, statement: Any, values: dict[str, Any]) -> Attendee:
        [row] = await self._rows(statement, values)
        return _attendee(row)


def _wanted(filter: AttendeeFilter) -> dict[str, Any]:
    """The filters that are asked for: their name in `_FILTERS` and the value to bind."""
    wanted = {
        "email": None if filter.email is None else fold(filter.email),
        "organization": filter.organization,
        "search": filter.search,
        "conference": filter.conference_id,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _compared(sight: Sight, wanted: Sequence[str]) -> Sequence[str]:
    """The conditions on whom the viewer sees of those who are wanted."""
    match sight:
        case Sight.EVERYBODY:
            return wanted
        case Sight.OWN_PEOPLE:
            return [f"a.id IN ({people_of(':viewer', *wanted)})"]
        case Sight.ONESELF:
            return [self_of(":viewer"), *wanted]


def _attendee(row: Row) -> Attendee:
    return Attendee(**row)


def _showing(row: Row) -> Showing:
    return Showing(owner_id=row["owner_id"], is_guests=row["is_guests"])


def _record(attendee: Attendee, showings: Sequence[Showing], *, is_proven: bool) -> Record:
    return Record(
        user_id=attendee.user_id,
        created_by=attendee.created_by,
        is_proven=is_proven,
        showings=showings,
    )
