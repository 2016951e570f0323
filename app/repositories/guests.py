"""SQL of guest lists."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.access import Caller
from app.domain.guests import Comer, Guest, GuestFilter, GuestList
from app.domain.pages import Page, PageRequest
from app.domain.registrations import RegistrationStatus
from app.repositories.base import Repository
from app.repositories.driver import Row
from app.repositories.ownership import BY_OTHERS, OWNER, shown_by
from app.repositories.tables import LIVE
from app.repositories.visibility import VISIBLE
from app.repositories.visibility import viewer as values_of

# A conference to which nobody comes is one row without a registration.
_COMING_TO = text(
    "SELECT c.organizer_id, r.id, coalesce(nullif(r.guest_name, ''), a.name), a.email, r.created_at"
    f" FROM conferences c LEFT JOIN (SELECT * FROM registrations WHERE {LIVE}) r"
    " ON r.conference_id = c.id AND r.session_id IS NULL"
    f" LEFT JOIN attendees a ON a.id = r.attendee_id WHERE c.id = :id AND {VISIBLE} ORDER BY r.id"
)
_JOINED = (
    " FROM registrations r JOIN attendees a ON a.id = r.attendee_id"
    " LEFT JOIN ticket_types t ON t.id = r.ticket_type_id"
    " WHERE r.conference_id = :conference_id AND r.session_id IS NULL"
)
_NAME = "coalesce(nullif(r.guest_name, ''), a.name)"
_SEES_EVERYBODY = "CAST(:sees_everybody AS boolean)"
_COMERS = (
    f"SELECT r.id AS registration_id, r.attendee_id, {_NAME} AS name, a.email,"
    f" CASE WHEN {_SEES_EVERYBODY} OR a.deleted_at IS NULL AND {shown_by('r')}"
    " THEN a.phone_number ELSE '' END AS phone,"
    " r.status, r.ticket_type_id, t.name AS ticket_type_name, r.quantity,"
    " r.created_at AS registered_at, r.checked_in_at,"
    # Or else an address would tell whose account it is.
    f" CASE WHEN {_SEES_EVERYBODY} OR NOT {BY_OTHERS} THEN {OWNER} END AS user_id{_JOINED}"
)
_FILTERS = {
    "status": "r.status = :status",
    "ticket_type_id": "r.ticket_type_id = :ticket_type_id",
    "checked_in": "(r.checked_in_at IS NOT NULL) = :checked_in",
    "search": f"(strpos(lower({_NAME}), lower(:search)) > 0"
    " OR strpos(lower(a.email), lower(:search)) > 0)",
}
_ORDERS = {"name": _NAME, "registered_at": "r.created_at", "id": "r.id"}
# One registration each: their account's own first, and the admission where there is one.
_TO_REMIND = text(
    "SELECT DISTINCT ON (c.starts_at, c.id, r.attendee_id) r.id AS registration_id,"
    " c.id AS conference_id, r.attendee_id FROM conferences c"
    " JOIN registrations r ON r.conference_id = c.id"
    " WHERE c.starts_at > :now AND c.starts_at <= :until AND c.status = 'published'"
    f" AND c.deleted_at IS NULL AND r.{LIVE}"
    " AND NOT EXISTS (SELECT FROM outbox told"
    " WHERE told.dedupe_key = 'reminder:' || c.id || ':' || r.attendee_id)"
    " ORDER BY c.starts_at, c.id, r.attendee_id, r.owner_id IS NULL, r.session_id NULLS FIRST, r.id"
    " LIMIT :most"
)


class Guests(Repository):
    async def coming_to(self, conference_id: int, viewer: Caller | None) -> GuestList | None:
        """Who is admitted to a conference that the viewer may see."""
        done = await self._do(_COMING_TO, {"id": conference_id, **values_of(viewer)})
        rows: Sequence[Any] = done.all()
        if not rows:
            return None
        guests = [
            Guest(
                registration_id=row[1],
                conference_id=conference_id,
                name=row[2],
                email=row[3],
                registered_at=row[4],
            )
            for row in rows
            if row[1] is not None
        ]
        return GuestList(organizer_id=rows[0][0], guests=guests)

    async def page(
        self, conference_id: int, filter: GuestFilter, page: PageRequest, *, sees_everybody: bool
    ) -> Page[Comer]:
        """Who is admitted to a conference, in the order of registration unless ordered otherwise.

        Without a status, those with a seat. `sees_everybody` is an admin's sight.
        """
        asked = {name: getattr(filter, name) for name in _FILTERS}
        wanted = {name: value for name, value in asked.items() if value is not None}
        where = "".join(f" AND {_FILTERS[name]}" for name in wanted)
        if filter.status is None:
            where += f" AND r.{LIVE}"
        values = {"conference_id": conference_id, **wanted}
        order = ", ".join([*_order(page.ordering), "r.id"])
        # Whose they are is looked up for those on the page alone.
        ids = f"SELECT r.id{_JOINED}{where} ORDER BY {order} LIMIT :most OFFSET :offset"
        rows = await self._rows(
            text(f"{_COMERS} AND r.id = ANY(ARRAY({ids})) ORDER BY {order}"),
            values | {"sees_everybody": sees_everybody, "most": page.size, "offset": page.offset},
        )
        count = (await self._do(text(f"SELECT count(*){_JOINED}{where}"), values)).scalar_one()
        return Page(items=[_comer(row) for row in rows], count=count, request=page)

    async def to_remind(
        self, now: datetime, until: datetime, most: int
    ) -> Sequence[tuple[int, int, int]]:
        """A registration, its conference and its attendee, for each who is not reminded yet.

        Of what begins after now and by then.
        """
        rows = await self._rows(_TO_REMIND, {"now": now, "until": until, "most": most})
        return [(row["registration_id"], row["conference_id"], row["attendee_id"]) for row in rows]


def _order(ordering: Sequence[str]) -> Sequence[str]:
    return [
        _ORDERS[name.removeprefix("-")] + (" DESC" if name.startswith("-") else "")
        for name in ordering
    ]


def _comer(row: Row) -> Comer:
    return Comer(**{**row, "status": RegistrationStatus(row["status"])})
