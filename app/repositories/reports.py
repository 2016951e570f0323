"""Reports: the page is chosen first, so that only what is on it is counted."""

from typing import Any

from sqlalchemy import TextClause, text

from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.reports import ConferenceReport, ReportFilter, SessionReport, TicketTypeReport
from app.repositories.base import Repository
from app.repositories.tables import LIVE

_REPORTED = (
    "c.deleted_at IS NULL AND c.status <> 'cancelled'"
    " AND (CAST(:organizer_id AS bigint) IS NULL OR c.organizer_id = :organizer_id)"
    " AND (CAST(:conference_id AS bigint) IS NULL OR c.id = :conference_id)"
)
_CONFERENCES_FROM = f"FROM conferences c WHERE {_REPORTED}"
_SESSIONS_FROM = (
    "FROM sessions s JOIN conferences c ON c.id = s.conference_id"
    f" WHERE s.deleted_at IS NULL AND {_REPORTED}"
)
_TICKET_TYPES_FROM = (
    "FROM ticket_types t JOIN conferences c ON c.id = t.conference_id"
    f" WHERE t.deleted_at IS NULL AND {_REPORTED}"
)
_COUNT_CONFERENCES = text(f"SELECT count(*) {_CONFERENCES_FROM}")
_COUNT_SESSIONS = text(f"SELECT count(*) {_SESSIONS_FROM}")
_COUNT_TICKET_TYPES = text(f"SELECT count(*) {_TICKET_TYPES_FROM}")
_CONFERENCES = text(
    f"WITH page AS (SELECT c.id, c.name, c.starts_at {_CONFERENCES_FROM}"
    " ORDER BY c.starts_at, c.id LIMIT :most OFFSET :offset)"
    " SELECT page.id AS conference_id, page.name, programme.total_sessions,"
    " guests.unique_attendees FROM page"
    " CROSS JOIN LATERAL (SELECT count(*) AS total_sessions FROM sessions"
    " WHERE conference_id = page.id AND deleted_at IS NULL) programme"
    " CROSS JOIN LATERAL (SELECT count(DISTINCT attendee_id) AS unique_attendees"
    f" FROM registrations WHERE conference_id = page.id AND {LIVE}) guests"
    " ORDER BY page.starts_at, page.id"
)
_SESSIONS = text(
    "WITH page AS (SELECT s.id, s.name, s.conference_id, c.name AS conference_name, s.starts_at,"
    f" s.capacity - s.seats_taken AS remaining_capacity, s.currency {_SESSIONS_FROM}"
    " ORDER BY s.starts_at, s.id LIMIT :most OFFSET :offset)"
    " SELECT page.id AS session_id, page.name, page.conference_id, page.conference_name,"
    " page.remaining_capacity, page.currency, taken.total_registrations, taken.revenue FROM page"
    " CROSS JOIN LATERAL (SELECT count(*) AS total_registrations,"
    " CAST(coalesce(sum(paid.amount_minor - paid.refunded_minor), 0) AS bigint) AS revenue"
    " FROM registrations LEFT JOIN payments paid"
    " ON paid.registration_id = registrations.id AND paid.status = 'paid'"
    f" WHERE session_id = page.id AND registrations.{LIVE}) taken"
    " ORDER BY page.starts_at, page.id"
)

_TICKET_TYPES = text(
    "WITH page AS (SELECT t.id, t.name, t.conference_id, c.name AS conference_name, c.starts_at,"
    f" t.capacity, t.seats_taken, t.waiting, t.currency {_TICKET_TYPES_FROM}"
    " ORDER BY c.starts_at, t.conference_id, t.id LIMIT :most OFFSET :offset)"
    " SELECT page.*, page.capacity - page.seats_taken AS remaining, taken.revenue FROM page"
    " CROSS JOIN LATERAL (SELECT"
    " CAST(coalesce(sum(paid.amount_minor - paid.refunded_minor), 0) AS bigint) AS revenue"
    " FROM registrations JOIN payments paid"
    " ON paid.registration_id = registrations.id AND paid.status = 'paid'"
    f" WHERE ticket_type_id = page.id AND registrations.{LIVE}) taken"
    " ORDER BY page.starts_at, page.conference_id, page.id"
)


class Reports(Repository):
    async def conferences(self, filter: ReportFilter, page: PageRequest) -> Page[ConferenceReport]:
        """A page of conferences by start, each with its sessions and attendees counted."""
        rows = await self._rows(_CONFERENCES, _values(filter, page))
        return Page(
            items=[ConferenceReport(**row) for row in rows],
            count=await self._count(_COUNT_CONFERENCES, filter),
            request=page,
        )

    async def sessions(self, filter: ReportFilter, page: PageRequest) -> Page[SessionReport]:
        """A page of sessions by start, each with its registrations and payments summed up."""
        rows = await self._rows(_SESSIONS, _values(filter, page))
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
            count=await self._count(_COUNT_SESSIONS, filter),
            request=page,
        )

    async def ticket_types(self, filter: ReportFilter, page: PageRequest) -> Page[TicketTypeReport]:
        """A page of ticket types by their conferences' start, each with its payments summed up."""
        rows = await self._rows(_TICKET_TYPES, _values(filter, page))
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
            count=await self._count(_COUNT_TICKET_TYPES, filter),
            request=page,
        )

    async def _count(self, statement: TextClause, filter: ReportFilter) -> int:
        return int((await self._do(statement, _scope(filter))).scalar_one())


def _scope(filter: ReportFilter) -> dict[str, Any]:
    return {"organizer_id": filter.organizer_id, "conference_id": filter.conference_id}


def _values(filter: ReportFilter, page: PageRequest) -> dict[str, Any]:
    return _scope(filter) | {"most": page.size, "offset": page.offset}
