"""Events as JSON: what is sent to put one up, and what is shown of it (seed 003, Events)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict

from app.domain.conferences import (
    Conference,
    ConferenceChanges,
    ConferenceDraft,
    ConferenceFilter,
    ConferenceStatus,
    Phase,
    phase,
)
from app.domain.names import Names
from app.domain.pages import PageRequest
from app.domain.sessions import Session
from app.domain.showing import available_spots, is_registration_open
from app.domain.statistics import Statistics
from app.domain.times import TimeRange
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.compat.event_hub.session_models import SessionOut
from app.routers.compat.flags import QueryFlag
from app.routers.compat.numbers import AsNumber
from app.routers.fields import (
    MOST_SEATS,
    Instant,
    LongText,
    Name,
    Needle,
    Price,
    Seats,
    ShortText,
    left_out,
)
from app.routers.media import cover_path

Word = Literal["workshop", "webinar", "conference", "masterclass", "meetup", "training"]
USUAL: Word = "conference"
_WORDS: tuple[Word, ...] = get_args(Word)
_UNUSUAL = tuple(word for word in _WORDS if word != USUAL)

_IN: dict[str, Any] = {
    "title": "Advanced Python Workshop",
    "description": "Learn advanced Python concepts",
    "category": "workshop",
    "location": "Virtual",
    "is_online": True,
    "online_url": "https://zoom.us/...",
    "start_date": "2025-12-27T14:00:00Z",
    "end_date": "2025-12-27T17:00:00Z",
    "registration_deadline": "2025-12-26T14:00:00Z",
    "max_attendees": 30,
    "price": "29.99",
    "tags": "python, programming, advanced",
}
_LISTED: dict[str, Any] = {
    "id": 1,
    "title": "Test Workshop",
    "category": "workshop",
    "organizer_name": "Admin User",
    "location": "Test Location",
    "is_online": False,
    "status": "published",
    "start_date": "2025-12-27T12:00:00Z",
    "end_date": "2025-12-27T14:00:00Z",
    "max_attendees": 50,
    "attendees_count": 0,
    "price": "0.00",
    "cover_image": None,
}
_EVENT: dict[str, Any] = _LISTED | {
    "description": "A test workshop",
    "organizer": 1,
    "online_url": "",
    "registration_deadline": "2025-12-25T12:00:00Z",
    "available_spots": 50,
    "is_registration_open": True,
    "tags": "",
    "sessions": [],
    "created_at": "2025-12-20T12:00:00Z",
    "updated_at": "2025-12-20T12:00:00Z",
}
_NAMES = {
    "title": "name",
    "start_date": "start",
    "end_date": "end",
    "max_attendees": "capacity",
}

Capacity = Annotated[Seats, AsNumber]
# In a form, what is empty stands for nothing.
Deadline = Annotated[Instant | None, BeforeValidator(lambda sent: None if sent == "" else sent)]


class EventIn(BaseModel):
    """Put up as a draft, which its organizer publishes."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    title: Name
    description: LongText = ""
    category: Word = USUAL
    location: ShortText = ""
    is_online: QueryFlag = False
    online_url: ShortText = ""
    start_date: Instant
    end_date: Instant
    registration_deadline: Deadline = None
    max_attendees: Capacity
    price: Price = Decimal(0)
    tags: ShortText = ""

    def draft(self, category_id: int, cover_image: str) -> ConferenceDraft:
        return ConferenceDraft(
            name=self.title,
            description=self.description,
            category_id=category_id,
            cover_image=cover_image,
            location=self.location,
            is_online=self.is_online,
            online_url=self.online_url,
            period=TimeRange(start=self.start_date, end=self.end_date),
            registration_deadline=self.registration_deadline,
            capacity=self.max_attendees,
            price=self.price,
            tags=self.tags,
            status=ConferenceStatus.DRAFT,
            # Nothing is said of tracks here, so sessions may run side by side.
            multi_track=True,
        )


class EventChangeIn(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    title: Name = left_out()
    description: LongText = left_out()
    category: Word = left_out()
    location: ShortText = left_out()
    is_online: QueryFlag = left_out()
    online_url: ShortText = left_out()
    start_date: Instant = left_out()
    end_date: Instant = left_out()
    registration_deadline: Deadline = None
    max_attendees: Capacity = left_out()
    price: Price = left_out()
    tags: ShortText = left_out()
    # An address that was shown before changes nothing; nothing takes the picture away.
    cover_image: str | None = left_out()

    @property
    def takes_cover_away(self) -> bool:
        return "cover_image" in self.model_fields_set and not self.cover_image

    def changes(self) -> ConferenceChanges:
        named: Any = {
            _NAMES.get(field, field): getattr(self, field)
            for field in self.model_fields_set - {"category", "cover_image"}
        }
        changes: ConferenceChanges = named
        return changes


class ListedEventOut(BaseModel):
    """An event made elsewhere may have no limit: its `max_attendees` is the largest there is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LISTED]})

    id: int
    title: str
    category: Word
    organizer_name: str
    location: str
    is_online: bool
    status: Phase
    start_date: datetime
    end_date: datetime
    max_attendees: int
    attendees_count: int
    price: str
    cover_image: str | None

    @classmethod
    def of(cls, event: Conference, names: Names, here: str, now: datetime) -> "ListedEventOut":
        """`here` is the address of this server, as the one who asks knows it."""
        return cls.model_construct(**_listed(event, names, here, now))


class EventOut(ListedEventOut):
    """`online_url` is shown to those with a seat, the organizer and admins."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EVENT]})

    description: str
    organizer: int | None
    online_url: str
    registration_deadline: datetime | None
    available_spots: int
    is_registration_open: bool
    tags: str
    sessions: list[SessionOut]
    created_at: datetime
    updated_at: datetime

    @classmethod
    def detailed(
        cls,
        event: Conference,
        sessions: Sequence[Session],
        names: Names,
        here: str,
        now: datetime,
    ) -> "EventOut":
        return cls.model_construct(
            **_listed(event, names, here, now),
            description=event.description,
            organizer=event.organizer_id,
            online_url=event.online_url,
            registration_deadline=event.registration_deadline,
            available_spots=_limited(available_spots(event)),
            is_registration_open=is_registration_open(event, now),
            tags=event.tags,
            sessions=[SessionOut.of(session) for session in sessions],
            created_at=event.created_at,
            updated_at=event.updated_at,
        )


class StatisticsOut(BaseModel):
    """`total_revenue` is the organizer's and admins' to know; others see 0.0."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "total_attendees": 0,
                    "available_spots": 50,
                    "waitlist_count": 0,
                    "reviews_count": 0,
                    "average_rating": 0.0,
                    "total_revenue": 0.0,
                }
            ]
        }
    )

    total_attendees: int
    available_spots: int
    waitlist_count: int
    reviews_count: int
    average_rating: float
    total_revenue: float

    @classmethod
    def of(cls, found: Statistics) -> "StatisticsOut":
        return cls.model_construct(
            total_attendees=found.total_attendees,
            available_spots=_limited(found.available_spots),
            waitlist_count=found.waitlist_count,
            reviews_count=found.reviews_count,
            average_rating=found.average_rating,
            total_revenue=float(found.total_revenue.amount),
        )


class EventsQuery(ListQuery):
    """The latest first unless ordered otherwise; unknown parameters are ignored."""

    category: Word | None = None
    status: Phase | None = None
    is_online: QueryFlag | None = None
    search: Needle | None = None
    ordering: Literal[
        "start_date", "-start_date", "created_at", "-created_at", "price", "-price"
    ] = "-start_date"

    def filter(self) -> ConferenceFilter:
        # What is of another category is shown as the usual one, and found as that.
        usual = self.category == USUAL
        return ConferenceFilter(
            category_slug=None if usual else self.category,
            but_slugs=_UNUSUAL if usual else None,
            phase=self.status,
            is_online=self.is_online,
            search=self.search,
        )

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering)


def _limited(seats: int | None) -> int:
    """Always a number here, as clients of this contract expect."""
    return MOST_SEATS if seats is None else seats


def _listed(event: Conference, names: Names, here: str, now: datetime) -> dict[str, Any]:
    cover = cover_path(event.cover_image)
    slug = names.slug(event.category_id)
    return {
        "id": event.id,
        "title": event.name,
        "category": slug if slug in _WORDS else USUAL,
        "organizer_name": names.user(event.organizer_id),
        "location": event.location,
        "is_online": event.is_online,
        "status": phase(event, now),
        "start_date": event.period.start,
        "end_date": event.period.end,
        "max_attendees": _limited(event.capacity),
        "attendees_count": event.seats_taken,
        "price": f"{event.price.amount:f}",
        "cover_image": cover and f"{here.rstrip('/')}{cover}",
    }
