"""Reports: the page is chosen first, so that only what is on it is counted."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.reports import ConferenceReport, ReportFilter, SessionReport, TicketTypeReport
from app.repositories.base import limited, offset_of
from app.repositories.counting import ListingRepository
from app.repositories.driver import Row
from app.repositories.tables import FACTS, LIVE, PROGRAMMES

_CONFERENCES_FROM = "FROM conferences c WHERE"
_SESSIONS_FROM = (
    "FROM sessions s JOIN conferences c ON c.id = s.conference_id WHERE s.deleted_at IS NULL AND"
)
_TICKET_TYPES_FROM = (
    "FROM ticket_types t JOIN conferences c ON c.id = t.conference_id"
    " WHERE t.deleted_at IS NULL AND"
)
_CONFERENCES = (
    f"WITH page AS (SELECT c.id, c.name, c.starts_at {_CONFERENCES_FROM} {{reported}}"
    " ORDER BY c.starts_at, c.id {limit})"
    " SELECT page.id AS conference_id, page.name, programme.total_sessions,"
    " guests.unique_attendees FROM page"
    " CROSS JOIN LATERAL (SELECT count(*) AS total_sessions FROM sessions"
    " WHERE conference_id = page.id AND deleted_at IS NULL) programme"
    " CROSS JOIN LATERAL (SELECT count(DISTINCT attendee_id) AS unique_attendees"
    f" FROM registrations WHERE conference_id = page.id AND {LIVE}) guests"
    " ORDER BY page.starts_at, page.id"
)
_SESSIONS = (
    "WITH page AS (SELECT s.id, s.name, s.conference_id, c.name AS conference_name, s.starts_at,"
    f" s.capacity - s.seats_taken AS remaining_capacity, s.currency {_SESSIONS_FROM} {{reported}}"
    " ORDER BY s.starts_at, s.id {limit})"
    " SELECT page.id AS session_id, page.name, page.conference_id, page.conference_name,"
    " page.remaining_capacity, page.currency, taken.total_registrations, taken.revenue FROM page"
    " CROSS JOIN LATERAL (SELECT count(*) AS total_registrations,"
    " CAST(coalesce(sum(paid.amount_minor - paid.refunded_minor), 0) AS bigint) AS revenue"
    " FROM registrations LEFT JOIN payments paid"
    " ON paid.registration_id = registrations.id AND paid.status = 'paid'"
    f" WHERE session_id = page.id AND registrations.{LIVE}) taken"
    " ORDER BY page.starts_at, page.id"
)

_TICKET_TYPES = (
    "WITH page AS (SELECT t.id, t.name, t.conference_id, c.name AS conference_name, c.starts_at,"
    f" t.capacity, t.seats_taken, t.waiting, t.currency {_TICKET_TYPES_FROM} {{reported}}"
    " ORDER BY c.starts_at, t.conference_id, t.id {limit})"
    " SELECT page.*, page.capacity - page.seats_taken AS remaining, taken.revenue FROM page"
    " CROSS JOIN LATERAL (SELECT"
    " CAST(coalesce(sum(paid.amount_minor - paid.refunded_minor), 0) AS bigint) AS revenue"
    " FROM registrations JOIN payments paid"
    " ON paid.registration_id = registrations.id AND paid.status = 'paid'"
    f" WHERE ticket_type_id = page.id AND registrations.{LIVE}) taken"
    " ORDER BY page.starts_at, page.conference_id, page.id"
)


_FILTERS = {
    "organizer_id": "c.organizer_id = :organizer_id",
    "conference_id": "c.id = :conference_id",
}


class Reports(ListingRepository):
    async def conferences(self, filter: ReportFilter, page: PageRequest) -> Page[ConferenceReport]:
        """A page of conferences by start, each with its sessions and attendees counted."""
        rows = await self._rows_of(_CONFERENCES, filter, page)
        return Page(
            items=[ConferenceReport(**row) for row in rows],
            count=await self._reported(_CONFERENCES_FROM, filter, page),
            request=page,
        )

    async def sessions(self, filter: ReportFilter, page: PageRequest) -> Page[SessionReport]:
        """A page of sessions by start, each with its registrations and payments summed up."""
        rows = await self._rows_of(_SESSIONS, filter, page)
        return Page(
            items=[
                SessionReport(
                    session_id=row["session_id"],
                    name=row["name"],
                    conference_id=row["conference_id"],
                    conference_name=row["conference_name"],
                    total_registrations=row["total_registrations"],
                    remaining_capacity=row["remaining_capacity"],
                    revenue=Money(minor=row["revenue"], currency=row["currency"]),
                )
                for row in rows
            ],
            count=await self._reported(_SESSIONS_FROM, filter, page),
            request=page,
        )

    async def ticket_types(self, filter: ReportFilter, page: PageRequest) -> Page[TicketTypeReport]:
        """A page of ticket types by their conferences' start, each with its payments summed up."""
        rows = await self._rows_of(_TICKET_TYPES, filter, page)
        return Page(
            items=[
                TicketTypeReport(
                    ticket_type_id=row["id"],
                    name=row["name"],
                    conference_id=row["conference_id"],
                    conference_name=row["conference_name"],
                    capacity=row["capacity"],
                    sold=row["seats_taken"],
                    waiting=row["waiting"],
                    remaining=row["remaining"],
                    revenue=Money(minor=row["revenue"], currency=row["currency"]),
                )
                for row in rows
            ],
            count=await self._reported(_TICKET_TYPES_FROM, filter, page),
            request=page,
        )

    async def _rows_of(
        self, statement: str, filter: ReportFilter, page: PageRequest
    ) -> Sequence[Row]:
        reported, values = _reported(filter)
        asked = text(statement.format(reported=reported, limit=limited(page)))
        return await self._rows(asked, values | offset_of(page))

    async def _reported(self, source: str, filter: ReportFilter, page: PageRequest) -> int:
        reported, values = _reported(filter)
        # One organizer's or one conference's are few.
        counters = [] if values else [FACTS, PROGRAMMES]
        end = page.offset + page.size
        return await self._count(f"{source} {reported}", values, counters, end=end)


def _reported(filter: ReportFilter) -> tuple[str, dict[str, Any]]:
    """Said only where it is asked for: what may be null is looked up in no index."""
    values = {name: value for name in _FILTERS if (value := getattr(filter, name)) is not None}
    parts = ["c.deleted_at IS NULL AND c.status <> 'cancelled'"]
    return " AND ".join([*parts, *(_FILTERS[name] for name in values)]), values
