"""Seats: the locked facts that admission decides on, and the counters it moves."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import text

from app.domain.admission import Held, Offer, Pool, PoolKind, Stock, Target
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.money import Money
from app.domain.registrations import RegistrationStatus, Shift
from app.domain.supply import Person, TicketKind, Venue
from app.domain.times import TimeRange
from app.repositories.base import Repository
from app.repositories.ownership import BY_OTHERS, OWNER_ID
from app.repositories.together import Question, Rows

Kinds = Mapping[int, Sequence[TicketKind]]

_LOCK_CONFERENCES = text(
    "SELECT id FROM conferences WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id"
    " FOR NO KEY UPDATE"
)
_ATTENDEES = (
    "SELECT id, user_id, created_by, EXISTS (SELECT FROM users proven"
    " WHERE proven.id = user_id AND proven.verified_at IS NOT NULL) AS is_proven FROM attendees"
    " WHERE id = ANY(CAST(:attendee_ids AS bigint[])) AND deleted_at IS NULL"
)
# A locking statement sees the row it locks as it is after the wait, so the offer is read with it.
_SESSIONS = (
    "SELECT id, conference_id, name, capacity, seats_taken, waiting, price_minor, currency,"
    " starts_at, ends_at, deleted_at IS NULL AS living FROM sessions"
    " WHERE id = ANY(CAST(:session_ids AS bigint[]))"
)
_HOLD = " ORDER BY id FOR NO KEY UPDATE"
_LOCK_ATTENDEES = text(f"{_ATTENDEES}{_HOLD}")
_LOCK_SESSIONS = text(f"{_SESSIONS}{_HOLD}")
# Counted before a session is looked for: all attendees are locked first.
_LOCK_BOTH = text(
    f"WITH people AS MATERIALIZED ({_ATTENDEES}{_HOLD}), offers AS MATERIALIZED"
    f" ({_SESSIONS} AND (SELECT count(*) FROM people) >= 0{_HOLD})"
    " SELECT ARRAY(SELECT ROW(people.*) FROM people), ARRAY(SELECT ROW(offers.*) FROM offers)"
)
_VENUES = (
    "SELECT id, organizer_id, status, visibility, registration_deadline, starts_at, ends_at, name,"
    " capacity, seats_taken, waiting, price_minor, currency"
    " FROM conferences WHERE id = ANY(CAST(:conference_ids AS bigint[])) AND deleted_at IS NULL"
)
_HELD = (
    "SELECT r.id, r.attendee_id, r.conference_id, r.session_id, r.status, r.starts_at, r.ends_at,"
    f" COALESCE(s.name, c.name) AS name, c.organizer_id, {BY_OTHERS} AS by_others,"
    f" {OWNER_ID} FROM registrations r JOIN conferences c ON c.id = r.conference_id"
    " JOIN attendees a ON a.id = r.attendee_id"
    " LEFT JOIN sessions s ON s.id = r.session_id"
    " WHERE r.attendee_id = ANY(CAST(:attendee_ids AS bigint[]))"
    " AND r.status IN ('pending', 'confirmed', 'waitlisted')"
)
# Read under the lock of their conference.
_TICKET_KINDS = (
    "SELECT id, conference_id, name, capacity, seats_taken, waiting, price_minor, currency,"
    " sales_start, sales_end FROM ticket_types"
    " WHERE conference_id = ANY(CAST(:kinds_of AS bigint[])) AND deleted_at IS NULL ORDER BY id"
)
# Whoever is busy elsewhere is not waited for: that is what a deadlock is made of.
_TRY_LOCK_ATTENDEES = text(
    "SELECT id FROM attendees WHERE id = ANY(CAST(:ids AS bigint[])) AND deleted_at IS NULL"
    " ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
)
_TABLES = {
    PoolKind.CONFERENCE: ("conferences", "id, NULL"),
    PoolKind.SESSION: ("sessions", "conference_id, id"),
    PoolKind.TICKET_TYPE: ("ticket_types", "conference_id, NULL"),
}


def move_of(kind: PoolKind) -> str:
    """The statement that moves the counters of one kind of pool; `moves_of` is what it binds.

    It returns where somebody waits while there is a free seat.
    """
    table, target = _TABLES[kind]
    return (
        f"UPDATE {table} pool SET seats_taken = seats_taken + moved.seats,"
        f" waiting = waiting + moved.waits FROM unnest(CAST(:{kind}_ids AS bigint[]),"
        f" CAST(:{kind}_seats AS int[]), CAST(:{kind}_waits AS int[])) AS moved(moved_id, seats,"
        f" waits) WHERE pool.id = moved.moved_id RETURNING {target},"
        " pool.waiting > 0 AND (capacity IS NULL OR seats_taken < capacity)"
    )


def moves_of(shifts: Mapping[Pool, Shift]) -> Mapping[PoolKind, Mapping[str, list[int]]]:
    """The kinds of pools of which counters move, always in the same order, and what each binds."""
    sorted_out = {
        kind: {pool.id: shift for pool, shift in shifts.items() if pool.kind is kind}
        for kind in _TABLES
    }
    return {
        kind: {
            f"{kind}_ids": list(moved),
            f"{kind}_seats": [shift.seats for shift in moved.values()],
            f"{kind}_waits": [shift.waiting for shift in moved.values()],
        }
        for kind, moved in sorted_out.items()
        if moved
    }


_MOVE = {kind: text(move_of(kind)) for kind in _TABLES}


class Seats(Repository):
    async def lock_conferences(self, ids: Iterable[int]) -> None:
        wanted = sorted(set(ids))
        if wanted:
            await self._do(_LOCK_CONFERENCES, {"ids": wanted})

    async def lock_attendees(self, ids: Iterable[int]) -> Mapping[int, Person]:
        """Lock living attendees in order of id; returns what registering needs to know of them."""
        locked = await self._do(_LOCK_ATTENDEES, {"attendee_ids": sorted(set(ids))})
        return _people(locked.all())

    async def lock_attendees_and_sessions(
        self, attendee_ids: Iterable[int], session_ids: Iterable[int]
    ) -> tuple[Mapping[int, Person], Mapping[int, Offer]]:
        """Both of the above in this order, at once."""
        values = {
            "attendee_ids": sorted(set(attendee_ids)),
            "session_ids": sorted(set(session_ids)),
        }
        people, offers = (await self._do(_LOCK_BOTH, values)).one()
        return _people(people), _living(offers)

    async def lock_sessions(self, ids: Iterable[int]) -> Mapping[int, Offer]:
        """Lock sessions in order of id; returns the living ones as they are under the lock."""
        wanted = sorted(set(ids))
        if not wanted:
            return {}
        return _living((await self._do(_LOCK_SESSIONS, {"session_ids": wanted})).all())

    async def try_lock_attendees(self, ids: Iterable[int]) -> frozenset[int]:
        """Lock living attendees whom nobody else has locked; returns which."""
        wanted = sorted(set(ids))
        rows = await self._rows(_TRY_LOCK_ATTENDEES, {"ids": wanted}) if wanted else ()
        return frozenset(row["id"] for row in rows)

    async def ticket_kinds(self, conference_ids: Iterable[int]) -> Kinds:
        """The living ticket types of conferences that have any."""
        wanted = sorted(set(conference_ids))
        return await self._answer(self.about_ticket_kinds(wanted)) if wanted else {}

    def about_ticket_kinds(self, conference_ids: Iterable[int]) -> Question[Kinds]:
        """What `ticket_kinds` asks."""
        return Question(_TICKET_KINDS, {"kinds_of": sorted(set(conference_ids))}, _kinds)

    async def venues(self, ids: Iterable[int]) -> Mapping[int, Venue]:
        """The living conferences, each with its own admission on offer."""
        return await self._answer(self.about_venues(ids))

    def about_venues(self, ids: Iterable[int]) -> Question[Mapping[int, Venue]]:
        """What `venues` asks."""
        return Question(_VENUES, {"conference_ids": sorted(set(ids))}, _venues)

    async def held(self, attendee_ids: Iterable[int]) -> Sequence[Held]:
        """Every live or waitlisted registration of these attendees."""
        return await self._answer(self.about_held(attendee_ids))

    def about_held(self, attendee_ids: Iterable[int]) -> Question[Sequence[Held]]:
        """What `held` asks."""
        return Question(_HELD, {"attendee_ids": sorted(set(attendee_ids))}, _held)

    async def move(self, shifts: Mapping[Pool, Shift]) -> Sequence[Target]:
        """Move counters; returns the queues in which somebody waits while there is a free seat."""
        calling: list[Target] = []
        for kind, values in moves_of(shifts).items():
            rows: Sequence[Any] = (await self._do(_MOVE[kind], values)).all()
            calling += [Target(conference_id=row[0], session_id=row[1]) for row in rows if row[2]]
        return calling


def _people(rows: Rows) -> Mapping[int, Person]:
    return {
        id: Person(id=id, user_id=user_id, created_by=created_by, is_proven=is_proven)
        for id, user_id, created_by, is_proven in rows
    }


def _living(rows: Rows) -> Mapping[int, Offer]:
    """The sessions that are not deleted, by id."""
    return {row[0]: _session_offer(row) for row in rows if row[-1]}


def _session_offer(row: Sequence[Any]) -> Offer:
    id, conference_id, name, capacity, seats_taken, waiting, minor, currency, start, end, _ = row
    return Offer(
        target=Target(conference_id=conference_id, session_id=id),
        name=name,
        unit_price=Money(minor=minor, currency=currency),
        period=TimeRange(start=start, end=end),
        stocks=(_stock(Pool(PoolKind.SESSION, id), name, (capacity, seats_taken, waiting)),),
    )


def _venues(rows: Rows) -> Mapping[int, Venue]:
    return {row[0]: _venue(row) for row in rows}


def _venue(row: Sequence[Any]) -> Venue:
    id, organizer_id, status, visibility, deadline, starts_at, ends_at, name, *stock = row
    capacity, seats_taken, waiting, minor, currency = stock
    return Venue(
        id=id,
        organizer_id=organizer_id,
        status=ConferenceStatus(status),
        visibility=Visibility(visibility),
        registration_deadline=deadline,
        starts_at=starts_at,
        ends_at=ends_at,
        admission=Offer(
            target=Target(conference_id=id, session_id=None),
            name=name,
            unit_price=Money(minor=minor, currency=currency),
            period=None,
            stocks=(_stock(Pool(PoolKind.CONFERENCE, id), name, (capacity, seats_taken, waiting)),),
        ),
    )


def _held(rows: Rows) -> Sequence[Held]:
    return [
        Held(
            registration_id=id,
            attendee_id=attendee_id,
            target=Target(conference_id=conference_id, session_id=session_id),
            name=name,
            period=TimeRange(start=start, end=end) if start else None,
            is_live=status != RegistrationStatus.WAITLISTED,
            organizer_id=organizer_id,
            by_others=by_others,
            owner_id=owner_id,
        )
        for (
            id,
            attendee_id,
            conference_id,
            session_id,
            status,
            start,
            end,
            name,
            organizer_id,
            by_others,
            owner_id,
        ) in rows
    ]


def _kinds(rows: Rows) -> Kinds:
    kinds: dict[int, list[TicketKind]] = {}
    for row in rows:
        kinds.setdefault(row[1], []).append(_ticket_kind(row))
    return kinds


def _ticket_kind(row: Sequence[Any]) -> TicketKind:
    id, conference_id, name, capacity, seats_taken, waiting, minor, currency, start, end = row
    return TicketKind(
        id=id,
        conference_id=conference_id,
        stock=_stock(Pool(PoolKind.TICKET_TYPE, id), name, (capacity, seats_taken, waiting)),
        unit_price=Money(minor=minor, currency=currency),
        sales_start=start,
        sales_end=end,
    )


def _stock(pool: Pool, name: str, counted: tuple[int | None, int, int]) -> Stock:
    capacity, seats_taken, waiting = counted
    return Stock(pool=pool, name=name, capacity=capacity, seats_taken=seats_taken, waiting=waiting)
