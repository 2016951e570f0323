"""Events as JSON: what is sent to put one up, and what is shown of it (seed 001 §2)."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.categories import Category
from app.domain.conferences import (
    ConferenceChanges,
    ConferenceDraft,
    ConferenceFilter,
    ConferenceStatus,
    Visibility,
)
from app.domain.pages import PageRequest
from app.domain.programmes import Programme
from app.domain.sessions import Session
from app.domain.ticket_types import TicketType
from app.domain.times import LATEST, TimeRange
from app.routers.compat.numbers import AsNumber, AsNumberOrNone
from app.routers.fields import (
    MOST_SEATS,
    Id,
    Instant,
    LongText,
    Name,
    Needle,
    QueryId,
    Seats,
    ShortText,
    left_out,
)
from app.routers.media import cover_path

# An event here has one instant; how long it lasts is not asked.
_LASTS = timedelta(hours=2)
_MOST = 1000

_IN: dict[str, Any] = {
    "title": "Tech Conference 2025",
    "description": "Future of AI and Web",
    "date_time": "2025-12-15T10:00:00Z",
    "location": "New York",
    "capacity": 100,
    "visibility": "public",
    "category": 1,
}
_OUT: dict[str, Any] = {
    "id": 4,
    "title": "Tech Conference 2025",
    "description": "Future of AI and Web",
    "date_time": "2025-12-15T10:00:00Z",
    "location": "New York",
    "capacity": 100,
    "created_at": "2025-09-04T13:21:45.475714Z",
    "organizer": 1,
    "visibility": "public",
    "image": None,
    "category": 1,
    "sessions": [],
    "ticket_types": [
        {"id": 1, "name": "General", "price": "50.00", "quantity": 80},
        {"id": 2, "name": "VIP", "price": "150.00", "quantity": 20},
    ],
}
_NAMES = {
    "title": "name",
    "date_time": "start",
    "end_time": "end",
    "category": "category_id",
}


CategoryId = Annotated[Id | None, AsNumberOrNone]
Capacity = Annotated[Seats, AsNumber]


def _limited(capacity: int | None) -> int:
    """Always a number here, as clients of this contract expect."""
    return MOST_SEATS if capacity is None else capacity


class EventIn(BaseModel):
    """`date_time` is when it begins; it lasts two hours unless `end_time` says otherwise."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    title: Name
    description: LongText = ""
    date_time: Instant
    end_time: Instant | None = None
    location: ShortText = ""
    capacity: Capacity
    visibility: Visibility = Visibility.PUBLIC
    category: CategoryId = None

    def draft(self, cover_image: str) -> ConferenceDraft:
        end = self.end_time or min(self.date_time + _LASTS, LATEST)
        return ConferenceDraft(
            name=self.title,
            description=self.description,
            period=TimeRange(start=self.date_time, end=end),
            location=self.location,
            capacity=self.capacity,
            visibility=self.visibility,
            category_id=self.category,
            cover_image=cover_image,
        )


class EventChangeIn(BaseModel):
    """What is left out stays as it is; a new `date_time` moves the event, as long as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN]})

    title: Name = left_out()
    description: LongText = left_out()
    date_time: Instant = left_out()
    end_time: Instant = left_out()
    location: ShortText = left_out()
    capacity: Capacity = left_out()
    visibility: Visibility = left_out()
    category: CategoryId = None
    # An address that was shown before changes nothing; nothing takes the picture away.
    image: str | None = left_out()

    @property
    def takes_image_away(self) -> bool:
        return "image" in self.model_fields_set and not self.image

    def changes(self) -> ConferenceChanges:
        named: Any = {
            _NAMES.get(field, field): getattr(self, field)
            for field in self.model_fields_set - {"image"}
        }
        changes: ConferenceChanges = named
        return changes


class CategoryOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": 1, "name": "Technology", "slug": "technology"}]}
    )

    id: int
    name: str
    slug: str

    @classmethod
    def of(cls, category: Category) -> "CategoryOut":
        return cls(id=category.id, name=category.name, slug=category.slug)


class SessionOut(BaseModel):
    id: int
    title: str
    speaker: str
    room: str
    start_time: datetime
    end_time: datetime
    capacity: int | None

    @classmethod
    def of(cls, session: Session) -> "SessionOut":
        return cls.model_construct(
            id=session.id,
            title=session.name,
            speaker=session.speaker,
            room=session.room,
            start_time=session.period.start,
            end_time=session.period.end,
            capacity=session.capacity,
        )


class TicketTypeOut(BaseModel):
    """`price` is a decimal string; where there is no end of them, `quantity` is the largest."""

    id: int
    name: str
    price: str
    quantity: int

    @classmethod
    def of(cls, ticket_type: TicketType) -> "TicketTypeOut":
        return cls.model_construct(
            id=ticket_type.id,
            name=ticket_type.name,
            price=f"{ticket_type.price.amount:f}",
            quantity=_limited(ticket_type.capacity),
        )


class EventOut(BaseModel):
    """An event made elsewhere may have no limit: its `capacity` is the largest there is."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: int
    title: str
    description: str
    date_time: datetime
    location: str
    capacity: int
    created_at: datetime
    organizer: int | None
    visibility: Visibility
    image: str | None
    category: int | None
    sessions: list[SessionOut]
    ticket_types: list[TicketTypeOut]

    @classmethod
    def of(cls, programme: Programme, here: str) -> "EventOut":
        """`here` is the address of this server, as the one who asks knows it."""
        event = programme.conference
        cover = cover_path(event.cover_image)
        return cls.model_construct(
            id=event.id,
            title=event.name,
            description=event.description,
            date_time=event.period.start,
            location=event.location,
            capacity=_limited(event.capacity),
            created_at=event.created_at,
            organizer=event.organizer_id,
            visibility=event.visibility,
            image=cover and f"{here.rstrip('/')}{cover}",
            category=event.category_id,
            sessions=[SessionOut.of(session) for session in programme.sessions],
            ticket_types=[TicketTypeOut.of(sold) for sold in programme.ticket_types],
        )


class EventsQuery(BaseModel):
    """The whole list unless a page of it is asked for; unknown parameters are ignored."""

    page: int = Field(default=1, ge=1, le=1_000_000)
    page_size: int = Field(default=_MOST, ge=1, le=_MOST, description="At most 1000.")
    ordering: Literal["date_time", "-date_time", "created_at", "-created_at"] = "date_time"
    category: QueryId | None = None
    organizer: QueryId | None = None
    location: Needle | None = Field(default=None, description="A part of it.")

    def filter(self) -> ConferenceFilter:
        return ConferenceFilter(
            status=ConferenceStatus.PUBLISHED,
            location=self.location,
            organizer_id=self.organizer,
            category_id=self.category,
        )

    def page_request(self) -> PageRequest:
        ordering = self.ordering.replace("date_time", "start_date")
        return PageRequest(number=self.page, size=self.page_size, ordering=(ordering,))
