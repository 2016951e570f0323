"""SQL of sessions, and of the rooms and speakers they name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.domain.access import Caller, fold
from app.domain.conferences import Conference
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.sessions import Session, SessionDraft, SessionFilter, Slot
from app.domain.times import TimeRange
from app.repositories.base import Repository
from app.repositories.session_pages import SessionPages
from app.repositories.visibility import VISIBLE
from app.repositories.visibility import viewer as values_of

COLUMNS = (
    "s.id, s.conference_id, c.name AS conference_name, c.organizer_id, s.name, s.description,"
    " s.speaker, s.room, s.starts_at, s.ends_at, s.capacity, s.seats_taken, s.price_minor,"
    " s.currency, s.created_at, s.updated_at, s.speaker_user_id"
)
FROM = " FROM sessions s JOIN conferences c ON c.id = s.conference_id"
# A name met for the first time is written down; one met before answers with its id. The
# conference is locked by whoever schedules, so no two do this at once.
_NAMED = (
    "WITH named_room AS (INSERT INTO rooms (conference_id, name, name_folded)"
    " SELECT CAST(:conference_id AS bigint), :room, :room_folded WHERE :room_folded <> ''"
    " ON CONFLICT (conference_id, name_folded) DO UPDATE SET name_folded = excluded.name_folded"
    " RETURNING id),"
    " named_speaker AS (INSERT INTO speakers (conference_id, name, name_folded)"
    " SELECT CAST(:conference_id AS bigint), :speaker, :speaker_folded WHERE :speaker_folded <> ''"
    " ON CONFLICT (conference_id, name_folded) DO UPDATE SET name_folded = excluded.name_folded"
    " RETURNING id)"
)

_FIND = text(f"SELECT {COLUMNS}{FROM} WHERE s.id = :id AND s.deleted_at IS NULL AND {VISIBLE}")
_FIND_ANY = text(
    f"SELECT {COLUMNS}{FROM} WHERE s.id = :id AND s.deleted_at IS NULL AND c.deleted_at IS NULL"
)
_OF_IDS = text(
    f"SELECT {COLUMNS}{FROM} WHERE s.id = ANY(CAST(:ids AS bigint[]))"
    " AND s.deleted_at IS NULL AND c.deleted_at IS NULL"
)
_OF_CONFERENCES = text(
    f"SELECT {COLUMNS}{FROM} WHERE s.conference_id = ANY(CAST(:ids AS bigint[]))"
    " AND s.deleted_at IS NULL ORDER BY s.starts_at, s.id"
)
_PROGRAMME = text(
    "SELECT id, name, speaker, room, starts_at, ends_at FROM sessions"
    " WHERE conference_id = :conference_id AND deleted_at IS NULL ORDER BY starts_at, id"
)
_SLOTS_IN = text(
    "SELECT id, name, speaker, room, starts_at, ends_at FROM sessions"
    " WHERE conference_id = :conference_id AND deleted_at IS NULL"
    " AND starts_at < :ends_at AND ends_at > :starts_at ORDER BY starts_at, id"
)
_ADD = text(
    f"{_NAMED} INSERT INTO sessions (conference_id, multi_track, name, description, speaker, room,"
    " speaker_id, room_id, starts_at, ends_at, capacity, price_minor, currency, created_at,"
    " updated_at, speaker_user_id)"
    " VALUES (:conference_id, :multi_track, :name, :description, :speaker, :room,"
    " (SELECT id FROM named_speaker), (SELECT id FROM named_room), :starts_at, :ends_at, :capacity,"
    " :price_minor, :currency, :now, :now, :speaker_user_id) RETURNING id"
)
_SAVE = text(
    f"{_NAMED} UPDATE sessions SET name = :name, description = :description, speaker = :speaker,"
    " room = :room, speaker_id = (SELECT id FROM named_speaker),"
    " room_id = (SELECT id FROM named_room), speaker_user_id = :speaker_user_id,"
    " starts_at = :starts_at, ends_at = :ends_at,"
    " capacity = :capacity, price_minor = :price_minor, currency = :currency, updated_at = :now"
    " WHERE id = :id"
)
_DELETE = text("UPDATE sessions SET deleted_at = :now, updated_at = :now WHERE id = :id")
_DELETE_ALL_OF = text(
    "UPDATE sessions SET deleted_at = :now, updated_at = :now"
    " WHERE conference_id = :conference_id AND deleted_at IS NULL"
)
_IDS_OF = text("SELECT id FROM sessions WHERE conference_id = :id AND deleted_at IS NULL")
_ATTENDEE_IDS = text(
    "SELECT attendee_id FROM registrations"
    " WHERE session_id = :id AND status IN ('pending', 'confirmed')"
)
_MOVE_REGISTRATIONS = text(
    "UPDATE registrations SET starts_at = :starts_at, ends_at = :ends_at"
    " WHERE session_id = :id AND status IN ('pending', 'confirmed', 'waitlisted')"
)


class Sessions(Repository):
    async def find(self, id: int, viewer: Caller | None) -> Session | None:
        """One whose conference the viewer may see."""
        rows = (await self._do(_FIND, {"id": id, **values_of(viewer)})).all()
        return session_of(rows[0]) if rows else None

    async def find_any(self, id: int) -> Session | None:
        """One that is not deleted, whoever asks."""
        rows = (await self._do(_FIND_ANY, {"id": id})).all()
        return session_of(rows[0]) if rows else None

    async def of_ids(self, ids: Sequence[int]) -> Mapping[int, Session]:
        """Those of them that are there, whoever asks."""
        if not ids:
            return {}
        rows: Sequence[Any] = (await self._do(_OF_IDS, {"ids": ids})).all()
        return {row[0]: session_of(row) for row in rows}

    async def of_conferences(self, ids: Sequence[int]) -> Mapping[int, Sequence[Session]]:
        """All of each conference, by start, in one statement for any number."""
        found: dict[int, list[Session]] = {id: [] for id in ids}
        if ids:
            rows: Sequence[Any] = (await self._do(_OF_CONFERENCES, {"ids": ids})).all()
            for row in rows:
                found[row[1]].append(session_of(row))
        return found

    async def page(
        self, viewer: Caller | None, filter: SessionFilter, page: PageRequest
    ) -> Page[Session]:
        """A page of what the viewer may see, and the count of the whole, in one statement."""
        rows, count = await SessionPages(self._connection).find(COLUMNS, viewer, filter, page)
        return Page(items=[session_of(row) for row in rows], count=count, request=page)

    async def programme(self, conference_id: int) -> Sequence[Slot]:
        """Every slot of the conference, by start."""
        rows = (await self._do(_PROGRAMME, {"conference_id": conference_id})).all()
        return [_slot(row) for row in rows]

    async def slots_in(self, conference_id: int, period: TimeRange) -> Sequence[Slot]:
        """The slots of the conference that overlap with the period, by start."""
        values = {
            "conference_id": conference_id,
            "starts_at": period.start,
            "ends_at": period.end,
        }
        return [_slot(row) for row in (await self._do(_SLOTS_IN, values)).all()]

    async def add(
        self, draft: SessionDraft, conference: Conference, price: Money, now: datetime
    ) -> Session:
        """Insert a session of a conference, which is locked."""
        values = _values(draft, conference.id, price) | {
            "multi_track": conference.multi_track,
            "now": now,
        }
        id = (await self._do(_ADD, values)).scalar_one()
        return Session(
            id=id,
            conference_id=conference.id,
            conference_name=conference.name,
            organizer_id=conference.organizer_id,
            name=draft.name,
            description=draft.description,
            speaker=draft.speaker,
            room=draft.room,
            period=draft.period,
            capacity=draft.capacity,
            seats_taken=0,
            price=price,
            created_at=now,
            updated_at=now,
            speaker_user_id=draft.speaker_user_id,
        )

    async def save(self, session: Session) -> None:
        """Store what can be changed; the seats taken are counted elsewhere."""
        values = _values(session, session.conference_id, session.price)
        await self._do(_SAVE, values | {"id": session.id, "now": session.updated_at})

    async def delete(self, id: int, now: datetime) -> None:
        """Take it from sight; its slot is free again."""
        await self._do(_DELETE, {"id": id, "now": now})

    async def delete_all_of(self, conference_id: int, now: datetime) -> None:
        """Take every session of a conference from sight."""
        await self._do(_DELETE_ALL_OF, {"conference_id": conference_id, "now": now})

    async def ids_of(self, conference_id: int) -> Sequence[int]:
        """Of every living session of a conference."""
        return (await self._do(_IDS_OF, {"id": conference_id})).scalars()

    async def attendee_ids(self, id: int) -> Sequence[int]:
        """Who holds a live registration for it."""
        return (await self._do(_ATTENDEE_IDS, {"id": id})).scalars()

    async def move_registrations(self, id: int, period: TimeRange) -> None:
        """Copy the session's new period to the registrations that claim it."""
        values = {"id": id, "starts_at": period.start, "ends_at": period.end}
        await self._do(_MOVE_REGISTRATIONS, values)


def _values(source: Session | SessionDraft, conference_id: int, price: Money) -> dict[str, Any]:
    return {
        "conference_id": conference_id,
        "name": source.name,
        "description": source.description,
        "speaker": source.speaker,
        "speaker_folded": fold(source.speaker),
        "speaker_user_id": source.speaker_user_id,
        "room": source.room,
        "room_folded": fold(source.room),
        "starts_at": source.period.start,
        "ends_at": source.period.end,
        "capacity": source.capacity,
        "price_minor": price.minor,
        "currency": price.currency,
    }


def _slot(row: Sequence[Any]) -> Slot:
    return Slot(
        id=row[0],
        name=row[1],
        speaker=row[2],
        room=row[3],
        period=TimeRange(start=row[4], end=row[5]),
    )


def session_of(row: Sequence[Any]) -> Session:
    """By place, not by name: this is on the hot path of lists."""
    return Session(
        id=row[0],
        conference_id=row[1],
        conference_name=row[2],
        organizer_id=row[3],
        name=row[4],
        description=row[5],
        speaker=row[6],
        room=row[7],
        period=TimeRange(start=row[8], end=row[9]),
        capacity=row[10],
        seats_taken=row[11],
        price=Money(minor=row[12], currency=row[13]),
        created_at=row[14],
        updated_at=row[15],
        speaker_user_id=row[16],
    )
