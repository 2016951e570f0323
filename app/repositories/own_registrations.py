"""SQL of one's own registrations: found by their owner, never by a scan."""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.own_registrations import OwnFilter, OwnRegistration
from app.domain.pages import Page, PageRequest
from app.domain.times import TimeRange
from app.repositories.base import Repository
from app.repositories.driver import Row
from app.repositories.ownership import owned_by
from app.repositories.registrations import COLUMNS, JOINED, registration_of
from app.repositories.tables import CLAIMING

_OWN = f"{JOINED} LEFT JOIN sessions s ON s.id = r.session_id WHERE r.id IN {owned_by(':viewer')}"
_SHOWN = (
    f"SELECT {COLUMNS}, c.name AS conference_name, c.starts_at AS conference_starts_at,"
    " c.ends_at AS conference_ends_at, c.location, c.timezone, s.name AS session_name,"
    f" s.starts_at AS session_starts_at, s.ends_at AS session_ends_at{_OWN}"
)
_STARTS = "coalesce(s.starts_at, c.starts_at)"
_FILTERS = {
    "is_standing": f"(r.{CLAIMING}) = CAST(:is_standing AS boolean)",
    "is_over": "(coalesce(s.ends_at, c.ends_at) <= :now) = CAST(:is_over AS boolean)",
    "has_begun": "(c.starts_at < :now) = CAST(:has_begun AS boolean)",
    "status": "r.status = :status",
    "conference_id": "r.conference_id = :conference_id",
}
_ORDERS = {"start_time": _STARTS, "created_at": "r.created_at", "id": "r.id"}


class OwnRegistrations(Repository):
    async def page(
        self, viewer_id: int, filter: OwnFilter, page: PageRequest, now: datetime
    ) -> Page[OwnRegistration]:
        """A page of them in the order asked for, and the count of the whole."""
        asked = {name: getattr(filter, name) for name in _FILTERS}
        wanted = {name: value for name, value in asked.items() if value is not None}
        where = "".join(f" AND {_FILTERS[name]}" for name in wanted)
        if filter.admissions:
            where += " AND r.session_id IS NULL"
        values: dict[str, Any] = wanted | {"viewer": viewer_id}
        if ":now" in where:
            values["now"] = now
        rows = await self._rows(
            text(f"{_SHOWN}{where} ORDER BY {_order(page)} LIMIT :most OFFSET :offset"),
            values | {"most": page.size, "offset": page.offset},
        )
        count = (await self._do(text(f"SELECT count(*){_OWN}{where}"), values)).scalar_one()
        return Page(items=[_own(row) for row in rows], count=count, request=page)


def _order(page: PageRequest) -> str:
    """The last key makes the order total."""
    chosen = [
        _ORDERS[name.removeprefix("-")] + (" DESC" if name.startswith("-") else "")
        for name in page.ordering
    ]
    return ", ".join([*chosen, "r.id DESC"])


def _own(row: Row) -> OwnRegistration:
    of_session = row["session_starts_at"] is not None
    return OwnRegistration(
        registration=registration_of(row),
        conference_name=row["conference_name"],
        conference_period=TimeRange(
            start=row["conference_starts_at"], end=row["conference_ends_at"]
        ),
        location=row["location"],
        timezone=row["timezone"],
        session_name=row["session_name"] or "",
        session_period=TimeRange(start=row["session_starts_at"], end=row["session_ends_at"])
        if of_session
        else None,
    )
