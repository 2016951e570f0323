import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.documents.structured import event_of
from app.domain.conferences import Conference, ConferenceStatus
from app.domain.money import Money
from app.domain.ticket_types import TicketType
from app.domain.times import TimeRange, days
from tests.domain.test_calendars import CONFERENCE, CREATED, NOW

URL = "https://plenary.example/api/v1/public/conferences/1/"
MEETING = "https://meet.example/secret"
PAID = Money(minor=9900, currency="USD")
DAYS = days(date(2031, 3, 1), date(2031, 3, 3), "Europe/Berlin")
SUMMIT = replace(CONFERENCE, period=DAYS, capacity=100, seats_taken=40)
KIND = TicketType(
    id=4,
    conference_id=1,
    organizer_id=1,
    name="Early bird",
    description="",
    capacity=50,
    seats_taken=10,
    waiting=0,
    price=PAID,
    sales_start=None,
    sales_end=None,
    created_at=CREATED,
    updated_at=CREATED,
)


def told(conference: Conference = SUMMIT, *kinds: TicketType, **others: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"image": None, "organizer_name": None, "now": NOW}
    event = event_of(conference, url=URL, offers=kinds, **(given | others))
    # What is embedded is what JSON can say.
    again: dict[str, Any] = json.loads(json.dumps(event))
    assert again == event
    return again


def availability(conference: Conference = SUMMIT, *kinds: TicketType, **others: Any) -> list[str]:
    return [
        offer["availability"].removeprefix("https://schema.org/")
        for offer in told(conference, *kinds, **others)["offers"]
    ]


def test_a_conference_is_an_event() -> None:
    event = told(replace(SUMMIT, tags="AI, Python, ai"), organizer_name="Grace Hopper", image="I")
    assert event == {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": URL,
        "url": URL,
        "name": "Tech Summit",
        "description": "Three days of talks.",
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "startDate": "2031-03-01",
        "endDate": "2031-03-03",
        "location": {"@type": "Place", "name": "Leipzig", "address": "Leipzig"},
        "isAccessibleForFree": True,
        "keywords": ["AI", "Python"],
        "offers": [
            {
                "@type": "Offer",
                "price": "0.00",
                "priceCurrency": "USD",
                "url": URL,
                "availability": "https://schema.org/InStock",
            }
        ],
        "image": ["I"],
        "maximumAttendeeCapacity": 100,
        "remainingAttendeeCapacity": 60,
        "organizer": {"@type": "Person", "name": "Grace Hopper"},
    }


def test_what_there_is_not_is_not_told() -> None:
    bare = replace(CONFERENCE, description="", location="", capacity=None, period=DAYS)
    missing = {"description", "location", "keywords", "image", "organizer", "aggregateRating"}
    missing |= {"maximumAttendeeCapacity", "remainingAttendeeCapacity"}
    assert missing.isdisjoint(told(bare))


@pytest.mark.parametrize(
    ("location", "is_online", "mode", "kinds"),
    [
        ("Leipzig", False, "Offline", ["Place"]),
        ("Leipzig", True, "Mixed", ["Place", "VirtualLocation"]),
        ("", True, "Online", ["VirtualLocation"]),
        ("", False, "Offline", []),
    ],
)
def test_where_it_is_and_never_where_to_meet_online(
    location: str, is_online: bool, mode: str, kinds: list[str]
) -> None:
    conference = replace(SUMMIT, location=location, is_online=is_online, online_url=MEETING)
    event = told(conference)
    assert event["eventAttendanceMode"] == f"https://schema.org/{mode}EventAttendanceMode"
    places = event.get("location", [])
    places = places if isinstance(places, list) else [places]
    assert [place["@type"] for place in places] == kinds
    assert "meet.example" not in json.dumps(event)
    for place in places:
        if place["@type"] == "VirtualLocation":
            assert place["url"] == URL


@pytest.mark.parametrize(
    ("start", "timezone", "expected"),
    [
        (datetime(2031, 3, 29, 9, tzinfo=UTC), "Europe/Berlin", "2031-03-29T10:00:00+01:00"),
        (datetime(2031, 3, 31, 8, tzinfo=UTC), "Europe/Berlin", "2031-03-31T10:00:00+02:00"),
        (datetime(2031, 7, 1, 14, tzinfo=UTC), "America/New_York", "2031-07-01T10:00:00-04:00"),
        (datetime(2031, 7, 1, 10, tzinfo=UTC), "UTC", "2031-07-01T10:00:00+00:00"),
    ],
)
def test_moments_are_told_by_the_clocks_there(
    start: datetime, timezone: str, expected: str
) -> None:
    period = TimeRange(start=start, end=start + timedelta(hours=2))
    event = told(replace(SUMMIT, period=period, timezone=timezone))
    assert event["startDate"] == expected
    assert datetime.fromisoformat(event["endDate"]) == period.end


def test_what_is_called_off_says_so_and_offers_nothing() -> None:
    event = told(replace(SUMMIT, status=ConferenceStatus.CANCELLED), KIND)
    assert event["eventStatus"] == "https://schema.org/EventCancelled"
    assert "offers" not in event


def test_each_ticket_type_is_an_offer() -> None:
    yen = replace(KIND, name="Balcony", price=Money(minor=5000, currency="JPY"))
    early, balcony = told(SUMMIT, KIND, yen)["offers"]
    assert (early["name"], early["price"], early["priceCurrency"]) == ("Early bird", "99.00", "USD")
    assert (balcony["price"], balcony["priceCurrency"]) == ("5000", "JPY")
    assert told(SUMMIT, KIND, yen)["isAccessibleForFree"] is False
    assert told(SUMMIT, KIND, replace(KIND, price=SUMMIT.price))["isAccessibleForFree"] is True
    assert told(replace(SUMMIT, price=PAID))["isAccessibleForFree"] is False


def test_offers_say_whether_there_is_one_to_be_had() -> None:
    full = replace(SUMMIT, seats_taken=100)
    assert availability(full) == ["SoldOut"]
    assert availability(full, KIND) == ["SoldOut"]
    assert told(full)["remainingAttendeeCapacity"] == 0
    assert availability(SUMMIT, replace(KIND, seats_taken=50), KIND) == ["SoldOut", "InStock"]
    assert availability(replace(SUMMIT, capacity=None), replace(KIND, capacity=None)) == ["InStock"]


def test_offers_say_when_there_is_one_to_be_had() -> None:
    hour = timedelta(hours=1)
    opens = replace(KIND, sales_start=NOW + hour, sales_end=NOW + 2 * hour)
    [offer] = told(SUMMIT, opens)["offers"]
    assert offer["availability"] == "https://schema.org/PreOrder"
    assert offer["validFrom"] == "2031-01-15T13:00:00+00:00"
    assert offer["validThrough"] == "2031-01-15T14:00:00+00:00"
    assert availability(SUMMIT, opens, now=NOW + hour) == ["InStock"]
    assert availability(SUMMIT, opens, now=NOW + 2 * hour) == ["SoldOut"]
    closing = replace(SUMMIT, registration_deadline=NOW + hour)
    [offer] = told(closing, opens)["offers"]
    assert offer["validThrough"] == "2031-01-15T13:00:00+00:00"
    assert availability(closing, KIND, now=NOW + hour) == ["InStock"]
    assert availability(closing, KIND, now=NOW + 2 * hour) == ["SoldOut"]
    assert availability(SUMMIT, KIND, now=DAYS.end) == ["SoldOut"]


def test_ratings_are_told_once_there_are_some() -> None:
    rated = replace(SUMMIT, reviews_count=3, ratings_sum=13)
    assert told(rated)["aggregateRating"] == {
        "@type": "AggregateRating",
        "ratingValue": 4.33,
        "reviewCount": 3,
        "bestRating": 5,
        "worstRating": 1,
    }
