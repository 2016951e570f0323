"""SQL of certificates. Whoever issues them has locked their conference."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.certificates import (
    Attendance,
    Award,
    Certificate,
    CertificateFilter,
    Origin,
)
from app.domain.conferences import Conference
from app.domain.errors import NotFound
from app.domain.pages import Page, PageRequest
from app.domain.times import TimeRange
from app.repositories.conferences import COLUMNS as CONFERENCE
from app.repositories.conferences import conference_of
from app.repositories.counting import Listing, ListingRepository, in_order, is_indexed
from app.repositories.driver import Row
from app.repositories.ownership import COMING_AS
from app.repositories.questions import parts_of
from app.repositories.tables import CERTIFICATES

_COLUMNS = (
    "t.id, t.number, t.conference_id, t.conference_name, t.attendee_id, t.attendee_name, t.hours,"
    " t.skill_tags, t.issued_at, t.downloaded_at, c.starts_at, c.ends_at, c.timezone, c.location,"
    f" c.organizer_id, {COMING_AS} AS owner_id"
)
_FROM = (
    " FROM certificates t JOIN conferences c ON c.id = t.conference_id"
    " JOIN attendees a ON a.id = t.attendee_id"
)
_GET = text(f"SELECT {_COLUMNS}{_FROM} WHERE t.id = :id")
_OF_NUMBER = text(f"SELECT {_COLUMNS}{_FROM} WHERE t.number = :number")
_OF_ATTENDEE = text(
    f"SELECT {_COLUMNS}{_FROM}"
    " WHERE t.conference_id = :conference_id AND t.attendee_id = :attendee_id"
)
# The sessions that somebody was checked in to; of whom there are none, those registered for.
# What lies side by side in a schedule, or overlaps in two, is counted once.
_ATTENDANCE = (
    "SELECT attendee_id, name, (SELECT"
    " round(sum(extract(epoch FROM upper(span) - lower(span))) / 3600, 2)"
    " FROM unnest(coalesce(visited, planned)) AS span) AS hours FROM ("
    " SELECT r.attendee_id, coalesce((array_agg(r.guest_name ORDER BY r.id DESC)"
    " FILTER (WHERE r.guest_name <> ''))[1], a.name) AS name,"
    " range_agg(tstzrange(r.starts_at, r.ends_at)) FILTER"
    " (WHERE r.session_id IS NOT NULL AND r.checked_in_at IS NOT NULL) AS visited,"
    " range_agg(tstzrange(r.starts_at, r.ends_at)) FILTER (WHERE r.session_id IS NOT NULL)"
    " AS planned FROM due JOIN registrations r ON r.attendee_id = due.attendee_id"
    " JOIN attendees a ON a.id = r.attendee_id"
    " WHERE r.conference_id = :conference_id AND r.status = 'confirmed'"
    " GROUP BY r.attendee_id, a.name) AS attended ORDER BY attendee_id"
)
_ATTENDANCE_OF = text(
    f"WITH due AS (SELECT CAST(:attendee_id AS bigint) AS attendee_id) {_ATTENDANCE}"
)
_CAME = (
    " FROM registrations came"
    " WHERE came.conference_id = :conference_id AND came.status = 'confirmed'"
    " AND came.checked_in_at IS NOT NULL AND NOT EXISTS (SELECT FROM certificates t"
    " WHERE t.conference_id = :conference_id AND t.attendee_id = came.attendee_id)"
)
_DUE = text(
    f"WITH due AS (SELECT DISTINCT came.attendee_id{_CAME}"
    f" ORDER BY came.attendee_id LIMIT CAST(:most AS int)) {_ATTENDANCE}"
)
_COUNT_DUE = text(f"SELECT count(DISTINCT came.attendee_id){_CAME}")
_ORIGIN = text("SELECT conference_id, issued_by FROM certificates WHERE id = :id")
_ADD = text(
    "INSERT INTO certificates (conference_id, attendee_id, number, hours, skill_tags,"
    " attendee_name, conference_name, issued_by, issued_at)"
    " SELECT c.id, award.attendee_id, award.number, award.hours, c.tags, award.name, c.name,"
    " CAST(:issued_by AS bigint), CAST(:now AS timestamptz)"
    " FROM unnest(CAST(:attendee_ids AS bigint[]), CAST(:names AS text[]),"
    " CAST(:numbers AS text[]), CAST(:hours AS numeric[]))"
    " AS award(attendee_id, name, number, hours)"
    " JOIN conferences c ON c.id = :conference_id RETURNING id"
)
_LOCK_ENDED = text(
    f"SELECT {CONFERENCE} FROM conferences WHERE ends_at > :since AND ends_at <= :now"
    " AND certified_at IS NULL AND deleted_at IS NULL AND status = 'published'"
    " ORDER BY ends_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"
)
# A check-in may have been under way while the conference was marked.
_LOCK_LATE = text(
    f"SELECT {CONFERENCE} FROM conferences WHERE id = (SELECT c.id FROM conferences c"
    " WHERE tstzrange(c.starts_at, c.ends_at) && tstzrange(:since, :now)"
    " AND c.ends_at > :since AND c.ends_at <= :now"
    " AND c.certified_at IS NOT NULL AND c.deleted_at IS NULL AND c.status = 'published'"
    " AND EXISTS (SELECT FROM check_ins k JOIN registrations r ON r.id = k.registration_id"
    " WHERE k.conference_id = c.id AND k.received_at > c.certified_at - interval '1 minute'"
    " AND r.checked_in_at IS NOT NULL AND r.status = 'confirmed'"
    " AND NOT EXISTS (SELECT FROM certificates t"
    " WHERE t.conference_id = c.id AND t.attendee_id = r.attendee_id)) LIMIT 1)"
    " FOR NO KEY UPDATE SKIP LOCKED"
)
_MARK_CERTIFIED = text("UPDATE conferences SET certified_at = :now WHERE id = :id")
_MARK_DOWNLOADED = text(
    "UPDATE certificates SET downloaded_at = coalesce(downloaded_at, :now) WHERE id = :id"
    " RETURNING downloaded_at"
)
_ORDERS = {name: f"t.{name}" for name in ("issued_at", "conference_name", "hours")}
_OWN = (
    "t.id IN (SELECT t.id FROM attendees a JOIN certificates t ON t.attendee_id = a.id"
    f" WHERE a.user_id = :viewer AND {COMING_AS} = :viewer"
    " UNION ALL SELECT issued.id FROM conferences venue"
    " JOIN certificates issued ON issued.conference_id = venue.id"
    " WHERE venue.organizer_id = :viewer)"
)
_INDEXED = f"grams(t.number || chr(10) || t.conference_name) @> {parts_of(':search')}"
_FILTERS = {
    "conference_id": "t.conference_id = :conference_id",
    "is_downloaded": "(t.downloaded_at IS NOT NULL) = :is_downloaded",
    "owner_id": f"a.user_id = :owner_id AND {COMING_AS} = :owner_id",
    "search": (
        "(strpos(lower(t.number), lower(:search)) > 0"
        " OR strpos(lower(t.conference_name), lower(:search)) > 0)"
    ),
}


class Certificates(ListingRepository):
    async def get(self, id: int) -> Certificate:
        """Raises NotFound."""
        row = await self._row(_GET, {"id": id})
        if row is None:
            raise NotFound
        return _certificate(row)

    async def of_number(self, number: str) -> Certificate | None:
        row = await self._row(_OF_NUMBER, {"number": number})
        return None if row is None else _certificate(row)

    async def of_attendee(self, conference_id: int, attendee_id: int) -> Certificate | None:
        """That of somebody at one conference, if it is issued."""
        values = {"conference_id": conference_id, "attendee_id": attendee_id}
        row = await self._row(_OF_ATTENDEE, values)
        return None if row is None else _certificate(row)

    async def attendance(self, conference_id: int, attendee_id: int) -> Attendance | None:
        """How somebody is registered for a conference, if they are."""
        values = {"conference_id": conference_id, "attendee_id": attendee_id}
        row = await self._row(_ATTENDANCE_OF, values)
        return None if row is None else Attendance(**row)

    async def due(self, conference_id: int, most: int) -> Sequence[Attendance]:
        """The first of those who were checked in and have no certificate, in order of id."""
        values = {"conference_id": conference_id, "most": most}
        return [Attendance(**row) for row in await self._rows(_DUE, values)]

    async def count_due(self, conference_id: int) -> int:
        """How many were checked in and have no certificate."""
        found = await self._do(_COUNT_DUE, {"conference_id": conference_id})
        return int(found.scalar_one())

    async def origin(self, id: int) -> Origin | None:
        row = await self._row(_ORIGIN, {"id": id})
        return None if row is None else Origin(**row)

    async def add(
        self, conference_id: int, awards: Sequence[Award], issued_by: int | None, now: datetime
    ) -> Sequence[int]:
        """Write certificates with the conference's name and tags; returns their ids."""
        values = {
            "conference_id": conference_id,
            "attendee_ids": [award.attendee_id for award in awards],
            "names": [award.name for award in awards],
            "numbers": [award.number for award in awards],
            "hours": [award.hours for award in awards],
            "issued_by": issued_by,
            "now": now,
        }
        return sorted(row["id"] for row in await self._rows(_ADD, values))

    async def lock_ended(self, since: datetime, now: datetime) -> Conference | None:
        """Lock one that ended in that time and is not certified, unless all are at work."""
        rows = (await self._do(_LOCK_ENDED, {"since": since, "now": now})).all()
        return conference_of(rows[0]) if rows else None

    async def lock_late(self, since: datetime, now: datetime) -> Conference | None:
        """Lock one that ended in that time and is certified, but for somebody who came in later."""
        rows = (await self._do(_LOCK_LATE, {"since": since, "now": now})).all()
        return conference_of(rows[0]) if rows else None

    async def mark_certified(self, conference_id: int, now: datetime) -> None:
        """Everybody who was checked in has theirs."""
        await self._do(_MARK_CERTIFIED, {"id": conference_id, "now": now})

    async def mark_downloaded(self, id: int, now: datetime) -> datetime:
        """Note that it was taken; returns when it first was."""
        at: datetime = (await self._do(_MARK_DOWNLOADED, {"id": id, "now": now})).scalar_one()
        return at

    async def page(
        self, filter: CertificateFilter, page: PageRequest, viewer_id: int, sees_all: bool
    ) -> Page[Certificate]:
        """A page of what the viewer owns or organizes (or all), and the count of the whole."""
        wanted = {name: value for name in _FILTERS if (value := getattr(filter, name)) is not None}
        values: dict[str, Any] = wanted if sees_all else wanted | {"viewer": viewer_id}
        compared = [_FILTERS[name] for name in wanted]
        if not sees_all:
            compared.append(_OWN)
        is_looked_up = sees_all and filter.search is not None and is_indexed(filter.search)
        # Each has a conference and an attendee: what counts them reads those for the owner alone.
        of_owner = " JOIN attendees a ON a.id = t.attendee_id" if "owner_id" in wanted else ""
        listing = Listing(
            alias="t",
            shown=f"SELECT {_COLUMNS}{_FROM}",
            asked_of=f"FROM certificates t{of_owner}",
            looked_up=[*compared, _INDEXED] if is_looked_up else compared,
            compared=compared,
            order=in_order(page.ordering or ("-issued_at",), _ORDERS, "t.id"),
            counters=[CERTIFICATES] if sees_all and not of_owner else [],
            ids_first=True,
        )
        rows, count = await self._page(listing, values, page)
        return Page(items=[_certificate(row) for row in rows], count=count, request=page)


def _certificate(row: Row) -> Certificate:
    return Certificate(
        id=row["id"],
        number=row["number"],
        conference_id=row["conference_id"],
        conference_name=row["conference_name"],
        attendee_id=row["attendee_id"],
        attendee_name=row["attendee_name"],
        hours=row["hours"],
        skill_tags=row["skill_tags"],
        issued_at=row["issued_at"],
        downloaded_at=row["downloaded_at"],
        period=TimeRange(start=row["starts_at"], end=row["ends_at"]),
        timezone=row["timezone"],
        location=row["location"],
        organizer_id=row["organizer_id"],
        owner_id=row["owner_id"],
    )
