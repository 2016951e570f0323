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
from app.repositories.driver import Row
from app.repositories.ownership import BY_OTHERS, OWNER_ID

_LOCK_CONFERENCES = text(
    "SELECT id FROM conferences WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id"
    " FOR NO KEY UPDATE"
)
_LOCK_ATTENDEES = text(
    "SELECT id, user_id, created_by, EXISTS (SELECT FROM users proven"
    " WHERE proven.id = user_id AND proven.verified_at IS NOT NULL) AS is_proven FROM attendees"
    " WHERE id = ANY(CAST(:ids AS bigint[])) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE"
)
# A locking statement sees the row it locks as it is after the wait, so the offer is read with it.
_LOCK_SESSIONS = text(
    "SELECT id, conference_id, name, capacity, seats_taken, waiting, price_minor, currency,"
    " starts_at, ends_at, deleted_at IS NULL AS living FROM sessions"
    " WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR NO KEY UPDATE"
)
_VENUES = text(
    "SELECT id, organizer_id, status, visibility, registration_deadline, starts_at, ends_at, name,"
    " capacity, seats_taken, waiting, price_minor, currency"
    " FROM conferences WHERE id = ANY(CAST(:ids AS bigint[])) AND deleted_at IS NULL"
)
_HELD = text(
    "SELECT r.id, r.attendee_id, r.conference_id, r.session_id, r.status, r.starts_at, r.ends_at,"
    f" COALESCE(s.name, c.name) AS name, c.organizer_id, {BY_OTHERS} AS by_others,"
    f" {OWNER_ID} FROM registrations r JOIN conferences c ON c.id = r.conference_id"
    " JOIN attendees a ON a.id = r.attendee_id"
    " LEFT JOIN sessions s ON s.id = r.session_id"
    " WHERE r.attendee_id = ANY(CAST(:ids AS bigint[]))"
    " AND r.status IN ('pending', 'confirmed', 'waitlisted')"
)
# Read under the lock of their conference.
_TICKET_KINDS = text(
    "SELECT id, conference_id, name, capacity, seats_taken, waiting, price_minor, currency,"
    " sales_start, sales_end FROM ticket_types"
    " WHERE conference_id = ANY(CAST(:ids AS bigint[])) AND deleted_at IS NULL ORDER BY id"
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
_MOVE = {
    kind: text(
        f"UPDATE {table} pool SET seats_taken = seats_taken + moved.seats,"
        " waiting = waiting + moved.waits FROM unnest(CAST(:ids AS bigint[]),"
        " CAST(:seats AS int[]), CAST(:waits AS int[])) AS moved(moved_id, seats, waits)"
        f" WHERE pool.id = moved.moved_id RETURNING {target},"
        " pool.waiting > 0 AND (capacity IS NULL OR seats_taken < capacity)"
    )
    for kind, (table, target) in _TABLES.items()
}


class Seats(Repository):
    async def lock_conferences(self, ids: Iterable[int]) -> None:
        wanted = sorted(set(ids))
        if wanted:
            await self._do(_LOCK_CONFERENCES, {"ids": wanted})

    async def lock_attendees(self, ids: Iterable[int]) -> Mapping[int, Person]:
        """Lock living attendees in order of id; returns what registering needs to know of them."""
        locked = await self._do(_LOCK_ATTENDEES, {"ids": sorted(set(ids))})
        return {row[0]: _person(row) for row in locked.all()}

    async def lock_sessions(self, ids: Iterable[int]) -> Mapping[int, Offer]:
        """Lock sessions in order of id; returns the living ones as they are under the lock."""
        wanted = sorted(set(ids))
        rows = await self._rows(_LOCK_SESSIONS, {"ids": wanted}) if wanted else ()
        return {row["id"]: _session_offer(row) for row in rows if row["living"]}

    async def try_lock_attendees(self, ids: Iterable[int]) -> frozenset[int]:
        """Lock living attendees whom nobody else has locked; returns which."""
        wanted = sorted(set(ids))
        rows = await self._rows(_TRY_LOCK_ATTENDEES, {"ids": wanted}) if wanted else ()
        return frozenset(row["id"] for row in rows)

    async def ticket_kinds(self, conference_ids: Iterable[int]) -> Mapping[int, list[TicketKind]]:
        """The living ticket types of conferences that have any."""
        wanted = sorted(set(conference_ids))
        rows = await self._rows(_TICKET_KINDS, {"ids": wanted}) if wanted else ()
        kinds: dict[int, list[TicketKind]] = {}
        for row in rows:
            kinds.setdefault(row["conference_id"], []).append(_ticket_kind(row))
        return kinds

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
                starts_at=row["starts_at"],
                ends_at=row["ends_at"],
                admission=Offer(
                    target=Target(conference_id=row["id"], session_id=None),
                    name=row["name"],
                    unit_price=Money(minor=row["price_minor"], currency=row["currency"]),
                    period=None,
                    stocks=(_stock(PoolKind.CONFERENCE, row),),
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
                by_others=row["by_others"],
                owner_id=row["owner_id"],
            )
            for row in rows
        ]

    async def move(self, shifts: Mapping[Pool, Shift]) -> Sequence[Target]:
        """Move counters; returns the queues in which somebody waits while there is a free seat."""
        calling: list[Target] = []
        for kind, statement in _MOVE.items():
            moved = {pool.id: shift for pool, shift in shifts.items() if pool.kind is kind}
            if not moved:
                continue
            values = {
                "ids": list(moved),
                "seats": [shift.seats for shift in moved.values()],
                "waits": [shift.waiting for shift in moved.values()],
            }
            rows: Sequence[Any] = (await self._do(statement, values)).all()
            calling += [Target(conference_id=row[0], session_id=row[1]) for row in rows if row[2]]
        return calling


def _person(row: Sequence[Any]) -> Person:
    """By place: every registration has one."""
    return Person(id=row[0], user_id=row[1], created_by=row[2], is_proven=row[3])


def _session_offer(row: Row) -> Offer:
    return Offer(
        target=Target(conference_id=row["conference_id"], session_id=row["id"]),
        name=row["name"],
        unit_price=Money(minor=row["price_minor"], currency=row["currency"]),
        period=TimeRange(start=row["starts_at"], end=row["ends_at"]),
        stocks=(_stock(PoolKind.SESSION, row),),
    )


def _ticket_kind(row: Row) -> TicketKind:
    return TicketKind(
        id=row["id"],
        conference_id=row["conference_id"],
        stock=_stock(PoolKind.TICKET_TYPE, row),
        unit_price=Money(minor=row["price_minor"], currency=row["currency"]),
        sales_start=row["sales_start"],
        sales_end=row["sales_end"],
    )


def _stock(kind: PoolKind, row: Row) -> Stock:
    return Stock(
        pool=Pool(kind, row["id"]),
        name=row["name"],
        capacity=row["capacity"],
        seats_taken=row["seats_taken"],
        waiting=row["waiting"],
    )
