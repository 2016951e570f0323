"""Conferences as JSON: what is sent to put one up, what lists are asked for, what is shown."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict

from app.domain.conferences import (
    Conference,
    ConferenceChanges,
    ConferenceDraft,
    ConferenceStatus,
    Phase,
    Visibility,
    phase,
)
from app.domain.showing import (
    available_spots,
    average_rating,
    is_registration_open,
    tags_of,
)
from app.domain.times import days, first_day, last_day
from app.routers.fields import (
    Currency,
    Day,
    Flag,
    Id,
    Instant,
    Link,
    LongText,
    Name,
    Price,
    Seats,
    ShortText,
    Tags,
    Timezone,
    left_out,
)
from app.routers.media import cover_path

_NAMES = {
    "conference_name": "name",
    "start_date": "first_day",
    "end_date": "last_day",
    "category": "category_id",
}


class ConferenceIn(BaseModel):
    """Days are those of `timezone`; `capacity` null is unlimited; `status` says draft or not.

    `category` is the id of one; `tags` are separated by commas.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "conference_name": "Tech Summit 2026",
                    "start_date": "2026-09-01",
                    "end_date": "2026-09-03",
                    "location": "San Francisco",
                    "description": "Global tech/AI summit.",
                }
            ]
        },
    )

    conference_name: Name
    start_date: Day
    end_date: Day
    location: ShortText = ""
    description: LongText = ""
    timezone: Timezone = "UTC"
    capacity: Seats | None = None
    price: Price = Decimal(0)
    currency: Currency = "USD"
    multi_track: Flag = False
    status: Literal["draft", "published"] = "published"
    visibility: Visibility = Visibility.PUBLIC
    registration_deadline: Instant | None = None
    category: Id | None = None
    is_online: Flag = False
    online_url: Link = ""
    tags: Tags = ""

    def draft(self) -> ConferenceDraft:
        return ConferenceDraft(
            name=self.conference_name,
            period=days(self.start_date, self.end_date, self.timezone),
            location=self.location,
            description=self.description,
            timezone=self.timezone,
            capacity=self.capacity,
            price=self.price,
            currency=self.currency,
            multi_track=self.multi_track,
            status=ConferenceStatus(self.status),
            visibility=self.visibility,
            registration_deadline=self.registration_deadline,
            category_id=self.category,
            is_online=self.is_online,
            online_url=self.online_url,
            tags=self.tags,
        )


class ConferencePatch(BaseModel):
    """Any part of the fields; what is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"location": "Oakland", "capacity": 800}]},
    )

    conference_name: Name = left_out()
    start_date: Day = left_out()
    end_date: Day = left_out()
    location: ShortText = left_out()
    description: LongText = left_out()
    timezone: Timezone = left_out()
    capacity: Seats | None = None
    price: Price = left_out()
    currency: Currency = left_out()
    multi_track: Flag = left_out()
    visibility: Visibility = left_out()
    registration_deadline: Instant | None = None
    category: Id | None = None
    is_online: Flag = left_out()
    online_url: Link = left_out()
    tags: Tags = left_out()

    def changes(self) -> ConferenceChanges:
        named = {_NAMES.get(field, field): getattr(self, field) for field in self.model_fields_set}
        return cast(ConferenceChanges, named)


class ConferenceOut(BaseModel):
    """`status` is told by the clock too; `starts_at` and `ends_at` are the days as instants.

    `waiting` counts those who wait for an admission; `available_spots` null is no limit;
    `cover_image` is the path of a picture. `online_url` is there for those with a seat, the
    organizer and admins. `average_rating` is 0 while there is no review.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "conference_name": "Tech Summit 2026",
                    "start_date": "2026-09-01",
                    "end_date": "2026-09-03",
                    "location": "San Francisco",
                    "description": "Global tech/AI summit.",
                    "timezone": "UTC",
                    "starts_at": "2026-09-01T00:00:00Z",
                    "ends_at": "2026-09-04T00:00:00Z",
                    "capacity": None,
                    "seats_taken": 0,
                    "waiting": 0,
                    "available_spots": None,
                    "is_registration_open": True,
                    "price": 0.0,
                    "currency": "USD",
                    "multi_track": False,
                    "status": "published",
                    "visibility": "public",
                    "registration_deadline": None,
                    "organizer": 2,
                    "category": 4,
                    "cover_image": "/media/covers/8f14e45fceea167a5a36dedd4bea2543.jpg",
                    "is_online": False,
                    "online_url": "",
                    "tags": "python, programming",
                    "reviews_count": 2,
                    "average_rating": 4.5,
                    "created_at": "2026-05-01T10:00:00Z",
                    "updated_at": "2026-05-01T10:00:00Z",
                }
            ]
        }
    )

    id: int
    conference_name: str
    start_date: date
    end_date: date
    location: str
    description: str
    timezone: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    seats_taken: int
    waiting: int
    available_spots: int | None
    is_registration_open: bool
    price: float
    currency: str
    multi_track: bool
    status: Phase
    visibility: Visibility
    registration_deadline: datetime | None
    organizer: int | None
    category: int | None
    cover_image: str | None
    is_online: bool
    online_url: str
    tags: str
    reviews_count: int
    average_rating: float
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conference: Conference, now: datetime) -> "ConferenceOut":
        return cls.at(conference, phase(conference, now), is_registration_open(conference, now))

    @classmethod
    def at(cls, conference: Conference, status: Phase, is_open: bool) -> "ConferenceOut":
        return cls(
            id=conference.id,
            conference_name=conference.name,
            start_date=first_day(conference.period, conference.timezone),
            end_date=last_day(conference.period, conference.timezone),
            location=conference.location,
            description=conference.description,
            timezone=conference.timezone,
            starts_at=conference.period.start,
            ends_at=conference.period.end,
            capacity=conference.capacity,
            seats_taken=conference.seats_taken,
            waiting=conference.waiting,
            available_spots=available_spots(conference),
            is_registration_open=is_open,
            price=float(conference.price.amount),
            currency=conference.price.currency,
            multi_track=conference.multi_track,
            status=status,
            visibility=conference.visibility,
            registration_deadline=conference.registration_deadline,
            organizer=conference.organizer_id,
            category=conference.category_id,
            cover_image=cover_path(conference.cover_image),
            is_online=conference.is_online,
            online_url=conference.online_url,
            tags=", ".join(tags_of(conference)),
            reviews_count=conference.reviews_count,
            average_rating=average_rating(conference.reviews_count, conference.ratings_sum),
            created_at=conference.created_at,
            updated_at=conference.updated_at,
        )
