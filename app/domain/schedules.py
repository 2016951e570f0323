"""Schedules: a public programme day by day and room by room, as the apps of conferences read it.

The formats are those of Pentabarf and frab, which many programs write and more of them read. Ids in
them are made of our own, and never change.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from app.domain.access import fold
from app.domain.calendars import uid
from app.domain.conferences import Conference, ConferenceStatus
from app.domain.errors import NotFound
from app.domain.sessions import Session
from app.domain.times import INSTANT, TimeRange, first_day

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

# What begins past midnight belongs to the evening before.
DAY_BREAK = timedelta(hours=4)
# A longer conference tells of those days alone on which there is something.
MOST_DAYS = 366
_A_DAY = timedelta(days=1)
_NAMESPACE = UUID("6f0b3c0e-95ad-5b1e-8c55-2d6a2c3f7d51")
_LONGEST_SLUG = 60
_SHORTEST_SLUG = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A room, or somebody who speaks; the same name within a conference has the same id."""

    guid: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A session; `period` is told by the clocks of its conference."""

    guid: UUID
    id: int
    slug: str
    name: str
    abstract: str
    room: Named
    speakers: Sequence[Named]
    period: TimeRange

    @property
    def minutes(self) -> int:
        """How long it takes, whatever the clocks show meanwhile; what is begun counts."""
        length = self.period.end.astimezone(UTC) - self.period.start.astimezone(UTC)
        return -(-length // timedelta(minutes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """From one break of day to the next; `rooms` are those in which there is something."""

    index: int
    date: date
    period: TimeRange
    rooms: Sequence[tuple[Named, Sequence[Talk]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """`version` is another whenever anything in it is; `cover_image` is the name of a file."""

    conference_id: int
    acronym: str
    title: str
    description: str
    timezone: str
    cover_image: str
    rooms: Sequence[Named]
    days: Sequence[Day]
    version: str = ""

    @property
    def first(self) -> date:
        return self.days[0].date

    @property
    def last(self) -> date:
        return self.days[-1].date


def of_conference(conference: Conference, programme: Sequence[Session]) -> Schedule:
    """Its programme; when it is called off, the title says so and nothing takes place."""
    is_off = conference.status is ConferenceStatus.CANCELLED
    talks = [] if is_off else [_talk(session, conference) for session in programme]
    # Each as it was written first.
    written = {talk.room.guid: talk.room for talk in reversed(talks)}
    rooms = sorted(written.values(), key=lambda room: (fold(room.name), room.guid))
    schedule = Schedule(
        conference_id=conference.id,
        acronym=_acronym(conference),
        title=f"Cancelled: {conference.name}" if is_off else conference.name,
        description=conference.description,
        timezone=conference.timezone,
        cover_image=conference.cover_image,
        rooms=rooms,
        days=_days(conference, talks, rooms),
    )
    return replace(schedule, version=sha256(repr(schedule).encode()).hexdigest()[:12])


async def find(uow: "UnitOfWork", conference_id: int) -> Schedule:
    """The schedule of a conference that anybody may see. Raises NotFound."""
    async with uow.reading() as tx:
        conference = await tx.conferences.find(conference_id, None)
        if conference is None:
            raise NotFound
        programmes = await tx.sessions.of_conferences([conference_id])
    return of_conference(conference, programmes[conference_id])


def _talk(session: Session, conference: Conference) -> Talk:
    zone = ZoneInfo(conference.timezone)
    speakers = [_named("speaker", session.speaker, conference)] if session.speaker else []
    return Talk(
        guid=uuid5(_NAMESPACE, uid("session", session.id, session.created_at)),
        id=session.id,
        slug=f"{_acronym(conference)}-{session.id}-{_slug(session.name)}",
        name=session.name,
        abstract=session.description,
        room=_named("room", session.room or _somewhere(conference), conference),
        speakers=speakers,
        period=TimeRange(
            start=session.period.start.astimezone(zone), end=session.period.end.astimezone(zone)
        ),
    )


def _somewhere(conference: Conference) -> str:
    """The room of what names none."""
    return conference.location or ("Online" if conference.is_online else conference.name)


def _named(kind: str, name: str, conference: Conference) -> Named:
    whole = uid("conference", conference.id, conference.created_at)
    return Named(guid=uuid5(_NAMESPACE, f"{whole} {kind} {fold(name)}"), name=name)


def _acronym(conference: Conference) -> str:
    return f"conference_{conference.id}"


def _slug(name: str) -> str:
    """The letters and digits of a name that addresses are made of."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain)[:_LONGEST_SLUG].strip("_")
    return slug if len(slug) >= _SHORTEST_SLUG else f"session_{slug}".rstrip("_")


def _days(conference: Conference, talks: Sequence[Talk], rooms: Sequence[Named]) -> Sequence[Day]:
    """From its first to its last, whether or not there is something."""
    first = first_day(conference.period, conference.timezone)
    # Unless it begins there: no evening comes before.
    early = any(
        talk.period.start.date() == first and _clock(talk.period.start) < DAY_BREAK
        for talk in talks
    )
    day_break = timedelta(0) if early else DAY_BREAK
    by_day: dict[date, dict[UUID, list[Talk]]] = {}
    for talk in talks:
        on = _date_of(talk.period.start, day_break)
        by_day.setdefault(on, {}).setdefault(talk.room.guid, []).append(talk)
    return [
        Day(
            index=index,
            date=on,
            period=_period(on, day_break, conference.timezone),
            rooms=[
                (room, by_day[on][room.guid]) for room in rooms if room.guid in by_day.get(on, ())
            ],
        )
        for index, on in _numbered(first, _last(conference, day_break), by_day)
    ]


def _numbered(first: date, last: date, busy: Mapping[date, object]) -> Sequence[tuple[int, date]]:
    count = max((last - first).days, 0) + 1
    every = range(count) if count <= MOST_DAYS else sorted({0, *((on - first).days for on in busy)})
    return [(number + 1, first + number * _A_DAY) for number in every]


def _last(conference: Conference, day_break: timedelta) -> date:
    """That of its last instant: the evening before, if it ends past midnight."""
    ended = (conference.period.end - INSTANT).astimezone(ZoneInfo(conference.timezone))
    return _date_of(ended, day_break)


def _date_of(at: datetime, day_break: timedelta) -> date:
    """By the clock on the wall, whatever was done to it that night."""
    return at.date() if _clock(at) >= day_break else at.date() - _A_DAY


def _clock(at: datetime) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)


def _period(on: date, day_break: timedelta, timezone: str) -> TimeRange:
    return TimeRange(
        start=_break_of(on, day_break, timezone), end=_break_of(on + _A_DAY, day_break, timezone)
    )


def _break_of(on: date, day_break: timedelta, timezone: str) -> datetime:
    """There and back, because a clock may jump over it."""
    zone = ZoneInfo(timezone)
    return (datetime.combine(on, time.min, zone) + day_break).astimezone(UTC).astimezone(zone)
