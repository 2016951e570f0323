"""SQL of what is to be told of conferences and sessions, and to whom."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import text

from app.domain.news import News, Told, Whereabouts
from app.domain.times import TimeRange
from app.repositories.base import Repository
from app.repositories.driver import Row
from app.repositories.tables import LIVE

_PARTS = ("starts_at", "ends_at", "timezone", "place", "is_online", "online_url")
_KINDS = ("timestamptz", "timestamptz", "text", "text", "boolean", "text")
_WAS = tuple(f"was_{part}" for part in _PARTS)
_BECAME = tuple(f"became_{part}" for part in _PARTS)
# What is told together is due together. Answers when that was, before anything was added.
_OPEN = text(
    "WITH pending AS (SELECT min(due_at) AS due_at FROM news"
    " WHERE conference_id = :conference_id AND told_as IS NULL),"
    f" opened AS (INSERT INTO news (conference_id, session_id, {', '.join(_WAS)}, due_at)"
    " SELECT CAST(:conference_id AS bigint), CAST(:session_id AS bigint),"
    + "".join(f" CAST(:{part} AS {kind})," for part, kind in zip(_PARTS, _KINDS, strict=True))
    + " coalesce(pending.due_at, :due_at) FROM pending"
    " ON CONFLICT (conference_id, session_id) WHERE told_as IS NULL DO NOTHING)"
    " SELECT due_at FROM pending"
)
_IS_SETTLED = text("SELECT EXISTS (SELECT FROM news WHERE told_as = :message_id)")
_DUE = text(
    f"SELECT id, session_id, {', '.join(_WAS)} FROM news WHERE conference_id = :conference_id"
    " AND told_as IS NULL AND due_at <= :now ORDER BY id"
)
_SETTLE = text(
    f"UPDATE news SET {', '.join(f'became_{part} = settled.{part}' for part in _PARTS)},"
    " told_as = :message_id, told_at = :now FROM unnest(CAST(:ids AS bigint[]),"
    + ",".join(f" CAST(:{part} AS {kind}[])" for part, kind in zip(_PARTS, _KINDS, strict=True))
    + f") AS settled(id, {', '.join(_PARTS)}) WHERE news.id = settled.id"
)
_FORGET = text("DELETE FROM news WHERE id = ANY(CAST(:ids AS bigint[]))")
# One registration each: their account's own first, and the admission where there is one. Who was
# told has a message of that key.
_CONCERNED = text(
    "SELECT DISTINCT ON (r.attendee_id) r.id, r.attendee_id FROM registrations r"
    " JOIN conferences c ON c.id = r.conference_id WHERE r.conference_id ="
    " (SELECT min(conference_id) FROM news WHERE told_as = :message_id)"
    f" AND r.attendee_id > :after AND r.{LIVE} AND c.status = 'published' AND c.deleted_at IS NULL"
    " AND (EXISTS (SELECT FROM news WHERE told_as = :message_id AND session_id IS NULL)"
    " OR r.session_id IN (SELECT session_id FROM news WHERE told_as = :message_id))"
    " AND NOT EXISTS (SELECT FROM outbox told"
    " WHERE told.dedupe_key = 'change:' || CAST(:message_id AS bigint) || ':' || r.attendee_id)"
    " ORDER BY r.attendee_id, r.owner_id IS NULL, r.session_id NULLS FIRST, r.id LIMIT :most"
)
# To each what is theirs: of the conference, and of the sessions they come to, as long as they do.
_TOLD_TO = text(
    "SELECT asked.message_id, asked.registration_id, coalesce(s.name, c.name) AS name,"
    f" {', '.join(f'news.{name}' for name in (*_WAS, *_BECAME))}"
    " FROM unnest(CAST(:message_ids AS bigint[]), CAST(:registration_ids AS bigint[]))"
    " AS asked(message_id, registration_id)"
    " JOIN registrations r ON r.id = asked.registration_id"
    " JOIN news ON news.told_as = asked.message_id"
    " JOIN conferences c ON c.id = news.conference_id"
    " LEFT JOIN sessions s ON s.id = news.session_id"
    " WHERE EXISTS (SELECT FROM registrations own WHERE own.attendee_id = r.attendee_id"
    " AND own.conference_id = news.conference_id"
    f" AND (news.session_id IS NULL OR own.session_id = news.session_id) AND own.{LIVE})"
    " ORDER BY news.session_id IS NOT NULL, news.became_starts_at, news.id"
)


class AllNews(Repository):
    async def open(
        self, conference_id: int, session_id: int | None, was: Whereabouts, due_at: datetime
    ) -> datetime | None:
        """Keep how it was, unless it is known; when what was open is due, None for nothing."""
        values = {"conference_id": conference_id, "session_id": session_id, "due_at": due_at}
        done = await self._do(_OPEN, values | _parts(was))
        found: datetime | None = done.scalar_one()
        return found

    async def is_settled(self, message_id: int) -> bool:
        """Whether anything is told by that message already."""
        return bool((await self._do(_IS_SETTLED, {"message_id": message_id})).scalar_one())

    async def due(self, conference_id: int, now: datetime) -> Sequence[News]:
        """What is open of a conference and its sessions, and due."""
        rows = await self._rows(_DUE, {"conference_id": conference_id, "now": now})
        return [
            News(id=row["id"], session_id=row["session_id"], was=_whereabouts(row, "was"))
            for row in rows
        ]

    async def settle(self, told: Sequence[News], message_id: int, now: datetime) -> None:
        """Write down how it became, and by which message it is told."""
        parts = [_parts(one.became) for one in told if one.became is not None]
        if parts:
            columns = {name: [part[name] for part in parts] for name in _PARTS}
            values = {"ids": [one.id for one in told], "message_id": message_id, "now": now}
            await self._do(_SETTLE, values | columns)

    async def forget(self, ids: Collection[int]) -> None:
        if ids:
            await self._do(_FORGET, {"ids": sorted(ids)})

    async def concerned(self, message_id: int, after: int, most: int) -> Sequence[tuple[int, int]]:
        """A registration and its attendee, for each who comes and has not been told; by attendee.

        Those who come to a session that changed; all, where the conference did.
        """
        values = {"message_id": message_id, "after": after, "most": most}
        return [(row["id"], row["attendee_id"]) for row in await self._rows(_CONCERNED, values)]

    async def told_to(
        self, asked: Sequence[tuple[int, int]]
    ) -> Mapping[tuple[int, int], Sequence[Told]]:
        """What a message tells to the attendee of a registration, by the ids of both."""
        values = {
            "message_ids": [message_id for message_id, _ in asked],
            "registration_ids": [registration_id for _, registration_id in asked],
        }
        told: dict[tuple[int, int], list[Told]] = {}
        for row in await self._rows(_TOLD_TO, values):
            one = Told(
                name=row["name"],
                was=_whereabouts(row, "was"),
                became=_whereabouts(row, "became"),
            )
            told.setdefault((row["message_id"], row["registration_id"]), []).append(one)
        return told


def _parts(whereabouts: Whereabouts) -> dict[str, object]:
    return {
        "starts_at": whereabouts.period.start,
        "ends_at": whereabouts.period.end,
        "timezone": whereabouts.timezone,
        "place": whereabouts.place,
        "is_online": whereabouts.is_online,
        "online_url": whereabouts.online_url,
    }


def _whereabouts(row: Row, when: str) -> Whereabouts:
    return Whereabouts(
        period=TimeRange(start=row[f"{when}_starts_at"], end=row[f"{when}_ends_at"]),
        timezone=row[f"{when}_timezone"],
        place=row[f"{when}_place"],
        is_online=row[f"{when}_is_online"],
        online_url=row[f"{when}_online_url"],
    )
