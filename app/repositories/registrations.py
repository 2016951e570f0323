"""Registrations: stored, found, and changed by sets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.errors import NotFound
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.registrations import Registration, RegistrationFilter, RegistrationStatus
from app.domain.times import TimeRange
from app.repositories.counting import Listing, ListingRepository, in_order
from app.repositories.driver import Row
from app.repositories.ownership import OWNER_ID, all_concerning, owned_by
from app.repositories.tables import CLAIMING, CLAIMS

COLUMNS = (
    "r.id, r.conference_id, r.session_id, r.attendee_id, r.status, r.quantity, r.price_minor,"
    " r.currency, r.hold_expires_at, r.created_at, r.confirmed_at, r.ended_at, r.end_reason,"
    f" c.organizer_id, {OWNER_ID}, r.ticket_type_id, r.ticket_code, r.checked_in_at,"
    " r.guest_name, r.special_requirements"
)
JOINED = (
    " FROM registrations r JOIN conferences c ON c.id = r.conference_id"
    " JOIN attendees a ON a.id = r.attendee_id"
)
_FIND = text(f"SELECT {COLUMNS}{JOINED} WHERE r.id = :id")
_LOCK = text(f"SELECT {COLUMNS}{JOINED} WHERE r.id = :id FOR NO KEY UPDATE OF r")
# What is over is not one's any more: at most one of these is left.
_ADMISSION_OF = text(
    f"SELECT {COLUMNS}{JOINED} WHERE r.id IN {owned_by(':user_id')} AND r.session_id IS NULL"
    f" AND r.conference_id = :conference_id AND r.{CLAIMING} ORDER BY r.id DESC LIMIT 1"
)
_DUE = text(
    f"SELECT {COLUMNS}{JOINED} WHERE r.status = 'pending' AND r.hold_expires_at <= :now"
    " ORDER BY r.hold_expires_at, r.id LIMIT :most"
)
_LOCK_DUE = text(
    f"SELECT {COLUMNS}{JOINED} WHERE r.id = ANY(CAST(:ids AS bigint[]))"
    " AND r.status = 'pending' AND r.hold_expires_at <= :now"
    " ORDER BY r.id FOR NO KEY UPDATE OF r"
)
_CLAIMS = f"SELECT {COLUMNS}{JOINED} WHERE r.status IN ('pending', 'confirmed', 'waitlisted')"
_CLAIMS_ON = text(f"{_CLAIMS} AND r.conference_id = :id ORDER BY r.id LIMIT :most")
_CONFIRM = text(
    "UPDATE registrations SET status = 'confirmed', confirmed_at = :now, hold_expires_at = NULL,"
    " ended_at = NULL, end_reason = '' WHERE id = :id"
)
_END = text(
    "UPDATE registrations SET status = :status, ended_at = :now, end_reason = :reason,"
    " hold_expires_at = NULL WHERE id = ANY(CAST(:ids AS bigint[]))"
)
_PROMOTE = text(
    "UPDATE registrations SET status = seated.status, price_minor = seated.price_minor,"
    " currency = seated.currency, hold_expires_at = seated.hold_expires_at,"
    " confirmed_at = seated.confirmed_at FROM unnest(CAST(:id AS bigint[]),"
    " CAST(:status AS text[]), CAST(:price_minor AS bigint[]), CAST(:currency AS text[]),"
    " CAST(:hold_expires_at AS timestamptz[]), CAST(:confirmed_at AS timestamptz[]))"
    " AS seated(id, status, price_minor, currency, hold_expires_at, confirmed_at)"
    " WHERE registrations.id = seated.id"
)
_PROMOTED = ("status", "price_minor", "currency", "hold_expires_at", "confirmed_at")
_MOVE = text(
    "UPDATE registrations SET conference_id = :conference_id, session_id = :session_id,"
    " ticket_type_id = :ticket_type_id,"
    " starts_at = :starts_at, ends_at = :ends_at, price_minor = :price_minor,"
    " currency = :currency, status = :status, hold_expires_at = :hold_expires_at,"
    " confirmed_at = :confirmed_at, moved_at = :now WHERE id = :id"
)

_CONCERNING = all_concerning(":viewer")
_NEVER_MOVED = ("attendee_id", "quantity", "created_at", "guest_name", "special_requirements")
_ORDERS = {"created_at": "r.created_at", "id": "r.id", "status": "r.status"}
_NEWEST = ("-id",)
_NARROW = ("conference_id", "session_id", "attendee_id")


class Registrations(ListingRepository):
    async def find(self, id: int) -> Registration | None:
        row = await self._row(_FIND, {"id": id})
        return None if row is None else registration_of(row)

    async def lock(self, id: int) -> Registration:
        """Lock one and read it as it is now. Raises NotFound."""
        row = await self._row(_LOCK, {"id": id})
        if row is None:
            raise NotFound
        return registration_of(row)

    async def admission_of(self, user_id: int, conference_id: int) -> Registration | None:
        """By which an account is admitted to a conference, or waits to be."""
        values = {"user_id": user_id, "conference_id": conference_id}
        row = await self._row(_ADMISSION_OF, values)
        return None if row is None else registration_of(row)

    async def lock_claims(
        self,
        *,
        conference_id: int | None = None,
        session_id: int | None = None,
        attendee_id: int | None = None,
        most: int | None = None,
    ) -> Sequence[Registration]:
        """Lock the live and waitlisted ones that match, in order of id, `most` of them or all."""
        wanted = {
            "conference_id": conference_id,
            "session_id": session_id,
            "attendee_id": attendee_id,
        }
        values = {name: value for name, value in wanted.items() if value is not None}
        matching = "".join(f" AND r.{name} = :{name}" for name in values)
        bounded = f"{matching} ORDER BY r.id LIMIT CAST(:most AS bigint) FOR NO KEY UPDATE OF r"
        rows = await self._rows(text(f"{_CLAIMS}{bounded}"), {**values, "most": most})
        return [registration_of(row) for row in rows]

    async def claims_on(self, conference_id: int, most: int) -> Sequence[Registration]:
        """Up to `most` live and waitlisted ones of a conference and its sessions, by id."""
        rows = await self._rows(_CLAIMS_ON, {"id": conference_id, "most": most})
        return [registration_of(row) for row in rows]

    async def due(self, now: datetime, most: int) -> Sequence[Registration]:
        """Up to `most` holds that have run out, the longest overdue first."""
        return [registration_of(row) for row in await self._rows(_DUE, {"now": now, "most": most})]

    async def lock_due(self, ids: Sequence[int], now: datetime) -> Sequence[Registration]:
        """Lock those of the named that are still overdue."""
        rows = await self._rows(_LOCK_DUE, {"ids": list(ids), "now": now})
        return [registration_of(row) for row in rows]

    async def confirm(self, id: int, now: datetime) -> None:
        await self._do(_CONFIRM, {"id": id, "now": now})

    async def end(
        self, ids: Sequence[int], status: RegistrationStatus, reason: str, now: datetime
    ) -> None:
        values = {"ids": list(ids), "status": status.value, "reason": reason, "now": now}
        await self._do(_END, values)

    async def promote(self, seated: Sequence[Registration]) -> None:
        """Store the state of those who waited and now have a seat."""
        columns = columns_of(seated, [None] * len(seated))
        values = {name: columns[name] for name in _PROMOTED}
        await self._do(_PROMOTE, values | {"id": [one.id for one in seated]})

    async def move(self, moved: Registration, period: TimeRange | None, now: datetime) -> None:
        """Store a registration's new target, price and state."""
        columns = columns_of([moved], [period])
        values = {name: column[0] for name, column in columns.items()}
        for unchanged in _NEVER_MOVED:
            del values[unchanged]
        await self._do(_MOVE, values | {"id": moved.id, "now": now})

    async def page(
        self, filter: RegistrationFilter, page: PageRequest, viewer_id: int, sees_all: bool
    ) -> Page[Registration]:
        """What the viewer owns or organizes (or all), newest first unless ordered otherwise."""
        where, values = _where(filter, viewer_id, sees_all)
        listing = Listing(
            alias="r",
            shown=f"SELECT {COLUMNS}{JOINED}",
            asked_of="FROM registrations r" if sees_all else f"FROM {_CONCERNING} r",
            looked_up=where,
            compared=where,
            order=in_order(page.ordering or _NEWEST, _ORDERS, "r.id"),
            counters=[CLAIMS] if sees_all and filter.owner_id is None else [],
            ids_first=True,
            tally=_tally(filter) if sees_all else "",
        )
        rows, count = await self._page(listing, values, page)
        return Page(items=[registration_of(row) for row in rows], count=count, request=page)


def _where(
    filter: RegistrationFilter, viewer_id: int, sees_all: bool
) -> tuple[list[str], dict[str, Any]]:
    parts: list[str] = []
    values: dict[str, Any] = {}
    if not sees_all:
        values["viewer"] = viewer_id
    parts.append(_of_status(filter))
    if filter.statuses:
        values["statuses"] = sorted(status.value for status in filter.statuses)
    elif filter.status is not None:
        values["status"] = filter.status.value
    if filter.admissions:
        parts.append("r.session_id IS NULL")
    if filter.owner_id is not None:
        parts.append(f"r.id IN {owned_by(':owner_id')}")
        values["owner_id"] = filter.owner_id
    for name in _NARROW:
        wanted = getattr(filter, name)
        if wanted is not None:
            parts.append(f"r.{name} = :{name}")
            values[name] = wanted
    return parts, values


def _of_status(filter: RegistrationFilter) -> str:
    if filter.statuses:
        return "r.status = ANY(CAST(:statuses AS text[]))"
    return f"r.{CLAIMING}" if filter.status is None else "r.status = :status"


def _tally(filter: RegistrationFilter) -> str:
    """What tells how many there are in all; nothing where they are narrowed down further."""
    if filter.owner_id is not None or any(getattr(filter, name) is not None for name in _NARROW):
        return ""
    kind = " AND r.is_admission" if filter.admissions else ""
    return (
        f"SELECT coalesce(sum(r.n), 0) FROM registration_tallies r WHERE {_of_status(filter)}{kind}"
    )


def columns_of(
    drafts: Sequence[Registration], periods: Sequence[TimeRange | None]
) -> dict[str, list[Any]]:
    """Column name → the values of all drafts, as unnest takes them."""
    return {
        "conference_id": [draft.conference_id for draft in drafts],
        "session_id": [draft.session_id for draft in drafts],
        "attendee_id": [draft.attendee_id for draft in drafts],
        "status": [draft.status.value for draft in drafts],
        "quantity": [draft.quantity for draft in drafts],
        "price_minor": [draft.price.minor for draft in drafts],
        "currency": [draft.price.currency for draft in drafts],
        "starts_at": [period and period.start for period in periods],
        "ends_at": [period and period.end for period in periods],
        "hold_expires_at": [draft.hold_expires_at for draft in drafts],
        "created_at": [draft.created_at for draft in drafts],
        "confirmed_at": [draft.confirmed_at for draft in drafts],
        "ticket_type_id": [draft.ticket_type_id for draft in drafts],
        "guest_name": [draft.guest_name for draft in drafts],
        "special_requirements": [draft.special_requirements for draft in drafts],
        "owner_id": [draft.owner_id for draft in drafts],
    }


def registration_of(row: Row) -> Registration:
    return Registration(
        id=row["id"],
        conference_id=row["conference_id"],
        session_id=row["session_id"],
        attendee_id=row["attendee_id"],
        status=RegistrationStatus(row["status"]),
        quantity=row["quantity"],
        price=Money(minor=row["price_minor"], currency=row["currency"]),
        hold_expires_at=row["hold_expires_at"],
        created_at=row["created_at"],
        confirmed_at=row["confirmed_at"],
        ended_at=row["ended_at"],
        end_reason=row["end_reason"],
        organizer_id=row["organizer_id"],
        owner_id=row["owner_id"],
        ticket_type_id=row["ticket_type_id"],
        ticket_code=str(row["ticket_code"]),
        checked_in_at=row["checked_in_at"],
        guest_name=row["guest_name"],
        special_requirements=row["special_requirements"],
    )
