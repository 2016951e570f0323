"""Events as JSON: what is sent to put one up, and what is shown of it (seed 004)."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.domain.conferences import (
    Conference,
    ConferenceChanges,
    ConferenceDraft,
    ConferenceFilter,
)
from app.domain.names import Names
from app.domain.pages import PageRequest
from app.domain.showing import available_spots, has_begun, is_active
from app.domain.times import LATEST, TimeRange
from app.routers.compat.flags import QueryFlag
from app.routers.compat.jointoit.paging import ListQuery
from app.routers.compat.numbers import AsNumber
from app.routers.fields import (
    Day,
    Instant,
    LongText,
    Name,
    Needle,
    QueryId,
    Seats,
    ShortText,
    left_out,
)

# An event here has one instant; how long it lasts is not asked.
_LASTS = timedelta(hours=2)
_A_DAY = timedelta(days=1)

_IN: dict[str, Any] = {
    "title": "Python Workshop",
    "description": "Hands-on Python programming workshop for beginners",
    "date": "2024-07-20T14:00:00Z",
    "location": "Tech Hub, New York",
    "max_attendees": 30,
}
_LISTED: dict[str, Any] = {
    "id": 1,
    "title": "Django Conference 2024",
    "description": "Annual Django developers conference",
    "date": "2024-06-15T09:00:00Z",
    "location": "San Francisco, CA",
    "organizer_name": "John Doe",
    "attendees_count": 45,
    "available_spots": 55,
    "is_active": True,
    "is_past": False,
}
_EVENT: dict[str, Any] = _LISTED | {
    "organizer": 1,
    "max_attendees": 100,
    "created_at": "2024-01-01T10:00:00Z",
    "updated_at": "2024-01-05T15:30:00Z",
}
_NAMES = {"title": "name", "date": "start", "max_attendees": "capacity"}
_ORDERS = {"date": "start_date", "created_at": "created_at", "title": "conference_name"}
_ORDER = f"-?({'|'.join(_ORDERS)})"

MaxAttendees = Annotated[Seats | None, AsNumber]


class EventChangeIn(BaseModel):
    """What is left out stays as it is; a new `date` moves the event, as long as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"max_attendees": 200, "location": "Updated location"}]}
    )

    title: Name = left_out()
    description: LongText = left_out()
    date: Instant = left_out()
    location: ShortText = left_out()
    max_attendees: MaxAttendees = None

    def changes(self) -> ConferenceChanges:
        named: Any = {
            _NAMES.get(field, field): getattr(self, field) for field in self.model_fields_set
        }
        changes: ConferenceChanges = named
        return changes


class EventIn(EventChangeIn):
    """`date` is when it begins. Without `max_attendees`, or with null, there is no limit."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    title: Name
    description: LongText = ""
    date: Instant
    location: Annotated[ShortText, Field(min_length=1)]

    def draft(self) -> ConferenceDraft:
        end = min(self.date + _LASTS, LATEST)
        return ConferenceDraft(
            name=self.title,
            description=self.description,
            period=TimeRange(start=self.date, end=end),
            location=self.location,
            capacity=self.max_attendees,
        )


class ListedEventOut(BaseModel):
    """`available_spots` is null where there is no limit."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LISTED]})

    id: int
    title: str
    description: str
    date: datetime
    location: str
    organizer_name: str
    attendees_count: int
    available_spots: int | None
    is_active: bool
    is_past: bool

    @classmethod
    def of(cls, event: Conference, names: Names, now: datetime) -> "ListedEventOut":
        return cls.model_construct(**_shown(event, names, now))


class EventOut(BaseModel):
    """`organizer` is null where an event was put up without a login; admins look after it.

    `max_attendees` and `available_spots` are null where there is no limit.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EVENT]})

    id: int
    title: str
    description: str
    date: datetime
    location: str
    organizer: int | None
    organizer_name: str
    max_attendees: int | None
    attendees_count: int
    available_spots: int | None
    is_active: bool
    is_past: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, event: Conference, names: Names, now: datetime) -> "EventOut":
        return cls.model_construct(
            **_shown(event, names, now),
            organizer=event.organizer_id,
            max_attendees=event.capacity,
            created_at=event.created_at,
            updated_at=event.updated_at,
        )


class EventsQuery(ListQuery):
    """By date unless ordered otherwise; filters combine."""

    search: Needle | None = Field(
        default=None, description="Words, or their beginnings, in title, description, location."
    )
    title: Needle | None = Field(default=None, description="The whole title, in any case.")
    location: Needle | None = Field(default=None, description="A part of it, in any case.")
    date_after: Day | None = Field(default=None, description="On this day (UTC) or after.")
    date_before: Day | None = Field(default=None, description="On this day (UTC) or before.")
    organizer: QueryId | None = None
    has_spots: QueryFlag | None = None
    is_past: QueryFlag | None = None
    is_active: QueryFlag | None = None
    ordering: str = Field(
        default="date",
        pattern=f"^{_ORDER}(,{_ORDER}){{0,{len(_ORDERS) - 1}}}$",
        description="By date, created_at or title; `-` before a name means descending.",
    )

    def filter(self) -> ConferenceFilter:
        return ConferenceFilter(
            search=self.search,
            title=self.title,
            location=self.location,
            starts_from=_midnight(self.date_after),
            starts_until=_midnight(self.date_before and self.date_before + _A_DAY),
            organizer_id=self.organizer,
            has_spots=self.has_spots,
            is_past=self.is_past,
            is_active=self.is_active,
        )

    def asked(self) -> PageRequest:
        """The page, in the domain's words for what is ordered by."""
        named = [(name[:1] == "-", name.removeprefix("-")) for name in self.ordering.split(",")]
        return self.page_request(*(f"{'-' * down}{_ORDERS[name]}" for down, name in named))


def _midnight(day: Any) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _shown(event: Conference, names: Names, now: datetime) -> dict[str, Any]:
    return {
        "id": event.id,
        "title": event.name,
        "description": event.description,
        "date": event.period.start,
        "location": event.location,
        "organizer_name": names.user(event.organizer_id),
        "attendees_count": event.seats_taken,
        "available_spots": available_spots(event),
        "is_active": is_active(event, now),
        "is_past": has_begun(event, now),
    }
