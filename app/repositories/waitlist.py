"""The waitlist: queues, places in line, and the log of what became of those who waited."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.admission import Target
from app.domain.pages import Page, PageRequest
from app.domain.registrations import Registration
from app.domain.waitlist import Entry, Standing, Waiting, WaitlistEvent, WaitlistFilter
from app.repositories.base import Repository
from app.repositories.driver import Row
from app.repositories.ownership import owned_by
from app.repositories.registrations import COLUMNS, JOINED, registration_of

# Two statements, because each kind of queue has an index of its own.
_HEADS_OF_SESSIONS = text(
    "SELECT queued.* FROM unnest(CAST(:ids AS bigint[]), CAST(:after AS bigint[]))"
    " AS wanted(id, after) CROSS JOIN LATERAL"
    f" (SELECT {COLUMNS}{JOINED} WHERE r.status = 'waitlisted' AND r.session_id = wanted.id"
    " AND r.id > wanted.after ORDER BY r.id LIMIT :most) AS queued ORDER BY queued.id"
)
_HEADS_OF_CONFERENCES = text(
    "SELECT queued.* FROM unnest(CAST(:ids AS bigint[]), CAST(:after AS bigint[]))"
    " AS wanted(id, after) CROSS JOIN LATERAL"
    f" (SELECT {COLUMNS}{JOINED} WHERE r.status = 'waitlisted' AND r.session_id IS NULL"
    " AND r.conference_id = wanted.id AND r.id > wanted.after"
    # Whoever waits for a ticket type without a seat is not looked at.
    " AND (r.ticket_type_id IS NULL OR r.ticket_type_id <> ALL(CAST(:sold_out AS bigint[])))"
    " ORDER BY r.id LIMIT :most) AS queued ORDER BY queued.id"
)
# Only where somebody would get a seat: a queue that cannot move must not stand before one that can.
_DUE = text(
    "SELECT s.conference_id, s.id AS session_id FROM sessions s"
    " JOIN conferences c ON c.id = s.conference_id"
    " WHERE s.has_queue AND (s.capacity IS NULL OR s.seats_taken < s.capacity)"
    " AND s.deleted_at IS NULL AND s.ends_at > :now AND c.status = 'published'"
    " AND EXISTS (SELECT FROM registrations r WHERE r.session_id = s.id"
    " AND r.status = 'waitlisted'"
    " AND (s.capacity IS NULL OR s.seats_taken + r.quantity <= s.capacity)"
    " AND NOT EXISTS (SELECT FROM registrations held WHERE held.attendee_id = r.attendee_id"
    " AND held.session_id IS NOT NULL AND held.status IN ('pending', 'confirmed')"
    " AND tstzrange(held.starts_at, held.ends_at) && tstzrange(s.starts_at, s.ends_at)))"
    " UNION ALL SELECT c.id, NULL FROM conferences c WHERE c.has_queue"
    " AND (c.capacity IS NULL OR c.seats_taken < c.capacity)"
    " AND c.deleted_at IS NULL AND c.ends_at > :now AND c.status = 'published'"
    " AND EXISTS (SELECT FROM registrations r LEFT JOIN ticket_types t ON t.id = r.ticket_type_id"
    " WHERE r.conference_id = c.id AND r.session_id IS NULL AND r.status = 'waitlisted'"
    " AND (c.capacity IS NULL OR c.seats_taken + r.quantity <= c.capacity)"
    " AND (t.capacity IS NULL OR t.seats_taken + r.quantity <= t.capacity)) LIMIT :most"
)
_AWAITED = (
    "SELECT DISTINCT w.conference_id, w.session_id FROM registrations w"
    " WHERE w.status = 'waitlisted' AND w.session_id IS NOT NULL AND w.attendee_id"
)
_AWAITED_BY = text(f"{_AWAITED} = ANY(CAST(:ids AS bigint[]))")
# Of those who have a seat in what is about to go: what else they wait for.
_AWAITED_BECAUSE_OF = text(
    f"{_AWAITED} IN (SELECT attendee_id FROM registrations WHERE session_id = :session_id"
    " AND status IN ('pending', 'confirmed')) AND w.session_id <> :session_id"
)
_LENGTH = text(
    "SELECT count(*) FROM registrations WHERE status = 'waitlisted'"
    " AND conference_id = :conference_id AND session_id IS NOT DISTINCT FROM :session_id"
)
# The place among those who wait for the same: by session, or by ticket type.
_AHEAD = (
    "SELECT count(*) FROM registrations ahead WHERE ahead.status = 'waitlisted'"
    " AND ahead.id <= r.id AND "
)
_IN_LINE = (
    f"CASE WHEN r.session_id IS NOT NULL THEN ({_AHEAD} ahead.session_id = r.session_id)"
    f" ELSE ({_AHEAD} ahead.session_id IS NULL AND ahead.conference_id = r.conference_id"
    " AND ahead.ticket_type_id IS NOT DISTINCT FROM r.ticket_type_id) END"
)
_POSITION = f"{_IN_LINE} AS position"
_PLACE = text(
    f"SELECT {_POSITION} FROM registrations r WHERE r.id = :id AND r.status = 'waitlisted'"
)
_WAITING = "FROM registrations r WHERE r.status = 'waitlisted' AND "
_WITH_POSITION = f"SELECT {COLUMNS}, {_POSITION}{JOINED} WHERE r.id"
# Whoever does not wait has no place, and none is looked for.
_ADMISSIONS_OF = text(
    f"SELECT {COLUMNS}, CASE WHEN r.status = 'waitlisted' THEN {_IN_LINE} END AS position{JOINED}"
    f" WHERE r.id IN {owned_by(':user_id')} AND r.session_id IS NULL"
    " AND r.status IN ('pending', 'confirmed', 'waitlisted') ORDER BY r.id DESC"
)
_NOTE = text(
    "INSERT INTO waitlist_log"
    " (registration_id, conference_id, session_id, ticket_type_id, event, reason, at)"
    " SELECT * FROM unnest(CAST(:registration_id AS bigint[]), CAST(:conference_id AS bigint[]),"
    " CAST(:session_id AS bigint[]), CAST(:ticket_type_id AS bigint[]), CAST(:event AS text[]),"
    " CAST(:reason AS text[]), CAST(:at AS timestamptz[]))"
)
_NOTED = (
    "registration_id",
    "conference_id",
    "session_id",
    "ticket_type_id",
    "event",
    "reason",
    "at",
)


class Waitlist(Repository):
    async def heads(
        self, after: Mapping[Target, int], sold_out: Sequence[int], most: int
    ) -> Sequence[Registration]:
        """Up to `most` of each queue that come after an id, in order; without `sold_out` types."""
        found: list[Registration] = []
        sessions = {t.session_id: id for t, id in after.items() if t.session_id is not None}
        conferences = {t.conference_id: id for t, id in after.items() if t.session_id is None}
        if conferences:
            values = {"ids": list(conferences), "after": list(conferences.values()), "most": most}
            rows = await self._rows(_HEADS_OF_CONFERENCES, values | {"sold_out": list(sold_out)})
            found += [registration_of(row) for row in rows]
        if sessions:
            values = {"ids": list(sessions), "after": list(sessions.values()), "most": most}
            found += [registration_of(row) for row in await self._rows(_HEADS_OF_SESSIONS, values)]
        return found

    async def due(self, now: datetime, most: int) -> Sequence[Target]:
        """Queues in which somebody waits although there is a free seat."""
        return _targets(await self._rows(_DUE, {"now": now, "most": most}))

    async def awaited_by(self, attendee_ids: Sequence[int]) -> Sequence[Target]:
        """The sessions that these attendees wait for."""
        return _targets(await self._rows(_AWAITED_BY, {"ids": list(attendee_ids)}))

    async def awaited_because_of(self, session_id: int) -> Sequence[Target]:
        """The other sessions awaited by those who have a seat in this one."""
        return _targets(await self._rows(_AWAITED_BECAUSE_OF, {"session_id": session_id}))

    async def length(self, target: Target) -> int:
        """How many registrations are in a queue."""
        values = {"conference_id": target.conference_id, "session_id": target.session_id}
        return int((await self._do(_LENGTH, values)).scalar_one())

    async def position(self, registration_id: int) -> int | None:
        """The place in line, from 1; None for whoever does not wait."""
        row = await self._row(_PLACE, {"id": registration_id})
        return None if row is None else int(row["position"])

    async def note(self, entries: Sequence[Entry]) -> None:
        """Write lines to the log."""
        if entries:
            await self._do(
                _NOTE, {name: [getattr(entry, name) for entry in entries] for name in _NOTED}
            )

    async def of_user(self, user_id: int, page: PageRequest) -> Page[Waiting]:
        """What an account waits for, the longest first."""
        return await self._waiting(f"r.id IN {owned_by(':user_id')}", {"user_id": user_id}, page)

    async def admissions_of(self, user_id: int) -> Sequence[Standing]:
        """What an account is admitted to, or waits to be, with its places; the newest first."""
        rows = await self._rows(_ADMISSIONS_OF, {"user_id": user_id})
        return [Standing(registration=registration_of(r), position=r["position"]) for r in rows]

    async def page(self, filter: WaitlistFilter, page: PageRequest) -> Page[Waiting]:
        """Who waits for a conference or what is in it, the longest first."""
        return await self._waiting(*_where(filter, "r"), page)

    async def history(self, filter: WaitlistFilter, page: PageRequest) -> Page[Entry]:
        """The log of a conference, the newest first."""
        where, values = _where(filter, "l")
        rows = await self._rows(
            text(
                f"SELECT {', '.join(_NOTED)} FROM waitlist_log l WHERE {where}"
                " ORDER BY l.id DESC LIMIT :most OFFSET :offset"
            ),
            values | {"most": page.size, "offset": page.offset},
        )
        counted = text(f"SELECT count(*) FROM waitlist_log l WHERE {where}")
        count = (await self._do(counted, values)).scalar_one()
        return Page(items=[_entry(row) for row in rows], count=count, request=page)

    async def _waiting(
        self, where: str, values: Mapping[str, Any], page: PageRequest
    ) -> Page[Waiting]:
        waiting = f"{_WAITING}{where}"
        # The places are counted of those on the page alone.
        ids = f"SELECT r.id {waiting} ORDER BY r.id LIMIT :most OFFSET :offset"
        rows = await self._rows(
            text(f"{_WITH_POSITION} = ANY(ARRAY({ids})) ORDER BY r.id"),
            {**values, "most": page.size, "offset": page.offset},
        )
        count = (await self._do(text(f"SELECT count(*) {waiting}"), values)).scalar_one()
        items = [Waiting(registration=registration_of(r), position=r["position"]) for r in rows]
        return Page(items=items, count=count, request=page)


def _where(filter: WaitlistFilter, table: str) -> tuple[str, dict[str, Any]]:
    wanted = {
        "conference_id": filter.conference_id,
        "session_id": filter.session_id,
        "ticket_type_id": filter.ticket_type_id,
    }
    values = {name: value for name, value in wanted.items() if value is not None}
    return " AND ".join(f"{table}.{name} = :{name}" for name in values), values


def _targets(rows: Sequence[Row]) -> Sequence[Target]:
    return [Target(**row) for row in rows]


def _entry(row: Row) -> Entry:
    return Entry(**{**row, "event": WaitlistEvent(row["event"])})
