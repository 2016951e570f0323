"""Seats: the locked facts that admission decides on, and the counters it moves."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import RowMapping, text

from app.domain.admission import Held, Offer, Target
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.money import Money
from app.domain.registrations import Person, RegistrationStatus, Venue
from app.domain.times import TimeRange
from app.repositories.base import Repository

_LOCK_CONFERENCES = text(
    "SELECT id FROM conferences WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id"
    " FOR NO KEY UPDATE"
)
_LOCK_ATTENDEES = text(
    "SELECT id, user_id, created_by FROM attendees"
    " WHERE id = ANY(CAST(:ids AS bigint[])) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE"
)
# A locking statement sees the row it locks as it is after the wait, so the offer is read with it.
_LOCK_SESSIONS = text(
    "SELECT id, conference_id, name, capacity, seats_taken, price_minor, currency, starts_at,"
    " ends_at, deleted_at IS NULL AS living FROM sessions WHERE id = ANY(CAST(:ids AS bigint[]))"
    " ORDER BY id FOR NO KEY UPDATE"
)
_LOCK_SESSIONS_OF = text(
    "SELECT id FROM sessions WHERE conference_id = :id AND deleted_at IS NULL ORDER BY id"
    " FOR NO KEY UPDATE"
)
_VENUES = text(
    "SELECT id, organizer_id, status, visibility, registration_deadline, ends_at, name,"
    " capacity, seats_taken, price_minor, currency"
    " FROM conferences WHERE id = ANY(CAST(:ids AS bigint[])) AND deleted_at IS NULL"
)
_HELD = text(
    "SELECT r.id, r.attendee_id, r.conference_id, r.session_id, r.status, r.starts_at, r.ends_at,"
    " COALESCE(s.name, c.name) AS name, c.organizer_id"
    " FROM registrations r JOIN conferences c ON c.id = r.conference_id"
    " LEFT JOIN sessions s ON s.id = r.session_id"
    " WHERE r.attendee_id = ANY(CAST(:ids AS bigint[]))"
    " AND r.status IN ('pending', 'confirmed', 'waitlisted')"
)
_MOVE_SESSIONS = text(
    "UPDATE sessions SET seats_taken = seats_taken + moved.seats"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:seats AS int[])) AS moved(id, seats)"
    " WHERE sessions.id = moved.id"
)
_MOVE_CONFERENCES = text(
    "UPDATE conferences SET seats_taken = seats_taken + moved.seats"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:seats AS int[])) AS moved(id, seats)"
    " WHERE conferences.id = moved.id"
)


class Seats(Repository):
    async def lock_conferences(self, ids: Iterable[int]) -> None:
        wanted = sorted(set(ids))
        if wanted:
            await self._do(_LOCK_CONFERENCES, {"ids": wanted})

    async def lock_attendees(self, ids: Iterable[int]) -> Mapping[int, Person]:
        """Lock living attendees in order of id; returns what registering needs to know of them."""
        rows = await self._rows(_LOCK_ATTENDEES, {"ids": sorted(set(ids))})
        return {row["id"]: Person(**row) for row in rows}

    async def lock_sessions(self, ids: Iterable[int]) -> Mapping[int, Offer]:
        """Lock sessions in order of id; returns the living ones as they are under the lock."""
        wanted = sorted(set(ids))
        rows = await self._rows(_LOCK_SESSIONS, {"ids": wanted}) if wanted else ()
        return {row["id"]: _session_offer(row) for row in rows if row["living"]}

    async def lock_sessions_of(self, conference_id: int) -> None:
        """Lock every living session of a conference, in order of id."""
        await self._do(_LOCK_SESSIONS_OF, {"id": conference_id})

    async def venues(self, ids: Iterable[int]) -> Mapping[int, Venue]:
        """The living conferences, each with its own admission on offer."""
        rows = await self._rows(_VENUES, {"ids": sorted(set(ids))})
        return {
            row["id"]: Venue(
                id=row["id"],
                organizer_id=row["organizer_id"],
                status=ConferenceStatus(row["status"]),
                visibility=Visibility(row["visibility"]),
                registration_deadline=row["registration_deadline"],
                ends_at=row["ends_at"],
                admission=Offer(
                    target=Target(conference_id=row["id"], session_id=None),
                    name=row["name"],
                    capacity=row["capacity"],
                    seats_taken=row["seats_taken"],
                    unit_price=Money(minor=row["price_minor"], currency=row["currency"]),
                    period=None,
                ),
            )
            for row in rows
        }

    async def held(self, attendee_ids: Iterable[int]) -> Sequence[Held]:
        """Every live or waitlisted registration of these attendees."""
        rows = await self._rows(_HELD, {"ids": sorted(set(attendee_ids))})
        return [
            Held(
                registration_id=row["id"],
                attendee_id=row["attendee_id"],
                target=Target(conference_id=row["conference_id"], session_id=row["session_id"]),
                name=row["name"],
                period=TimeRange(start=row["starts_at"], end=row["ends_at"])
                if row["starts_at"]
                else None,
                is_live=row["status"] != RegistrationStatus.WAITLISTED,
                organizer_id=row["organizer_id"],
            )
            for row in rows
        ]

    async def move(self, seats: Mapping[Target, int]) -> None:
        """Add to the seats taken of each target; a negative number gives seats back."""
        sessions = {t.session_id: n for t, n in seats.items() if t.session_id is not None and n}
        conferences = {t.conference_id: n for t, n in seats.items() if t.session_id is None and n}
        for statement, moved in ((_MOVE_CONFERENCES, conferences), (_MOVE_SESSIONS, sessions)):
            if moved:
                await self._do(
                    statement, {"ids": list(moved.keys()), "seats": list(moved.values())}
                )


def _session_offer(row: RowMapping) -> Offer:
    return Offer(
        target=Target(conference_id=row["conference_id"], session_id=row["id"]),
        name=row["name"],
        capacity=row["capacity"],
        seats_taken=row["seats_taken"],
        unit_price=Money(minor=row["price_minor"], currency=row["currency"]),
        period=TimeRange(start=row["starts_at"], end=row["ends_at"]),
    )
