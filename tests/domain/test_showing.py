from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.access import Caller, Role
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.money import Money
from app.domain.showing import (
    available_spots,
    average_rating,
    has_begun,
    is_active,
    is_registration_open,
    shows_online_url,
    tags_of,
    without_online_url,
)
from app.domain.statistics import shows_revenue
from app.domain.times import days

NOW = datetime(2026, 9, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MEETUP = Conference(
    id=1,
    name="Meetup",
    description="",
    location="Virtual",
    timezone="UTC",
    period=days(date(2026, 9, 1), date(2026, 9, 3), "UTC"),
    capacity=None,
    seats_taken=0,
    price=Money(minor=0, currency="USD"),
    multi_track=False,
    status=ConferenceStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    registration_deadline=None,
    organizer_id=7,
    created_at=NOW,
    updated_at=NOW,
    is_online=True,
    online_url="https://meet.example/1",
)


def caller(user_id: int = 1, role: Role = Role.ATTENDEE) -> Caller:
    return Caller(user_id=user_id, username="u", email_folded="u@example.com", role=role, family="")


@pytest.mark.parametrize("status", list(ConferenceStatus))
def test_registration_is_open_for_what_is_published_and_not_over(status: ConferenceStatus) -> None:
    conference = replace(MEETUP, status=status)
    published = status is ConferenceStatus.PUBLISHED
    assert is_registration_open(conference, NOW) is published
    assert is_registration_open(conference, MEETUP.period.end - SECOND) is published
    assert not is_registration_open(conference, MEETUP.period.end)


@pytest.mark.parametrize("status", list(ConferenceStatus))
def test_active_is_what_is_published_and_not_over(status: ConferenceStatus) -> None:
    conference = replace(MEETUP, status=status)
    published = status is ConferenceStatus.PUBLISHED
    assert is_active(conference, MEETUP.period.start - SECOND) is published
    assert is_active(conference, NOW) is published
    assert not is_active(conference, MEETUP.period.end)


def test_past_is_what_has_begun() -> None:
    assert not has_begun(MEETUP, MEETUP.period.start)
    assert has_begun(MEETUP, MEETUP.period.start + SECOND)


def test_registration_is_open_to_the_very_deadline() -> None:
    conference = replace(MEETUP, registration_deadline=NOW)
    assert is_registration_open(conference, NOW)
    assert not is_registration_open(conference, NOW + SECOND)


def test_spots_are_what_is_left_and_none_is_no_limit() -> None:
    assert available_spots(MEETUP) is None
    assert available_spots(replace(MEETUP, capacity=5, seats_taken=2)) == 3
    assert available_spots(replace(MEETUP, capacity=5, seats_taken=5)) == 0


@pytest.mark.parametrize(
    ("reviews", "ratings", "average"), [(0, 0, 0.0), (3, 13, 4.33), (3, 14, 4.67), (8, 37, 4.63)]
)
def test_ratings_are_averaged_to_two_decimals(reviews: int, ratings: int, average: float) -> None:
    assert average_rating(reviews, ratings) == average


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("", []),
        (" , ,", []),
        ("python, programming,advanced", ["python", "programming", "advanced"]),
        ("AI,  open   source , ai,AI", ["AI", "open source"]),
    ],
)
def test_tags_are_told_once_and_trimmed(written: str, tags: list[str]) -> None:
    assert tags_of(replace(MEETUP, tags=written)) == tags


@pytest.mark.parametrize("seated", [False, True])
@pytest.mark.parametrize(
    ("viewer", "manages"),
    [
        (None, False),
        (caller(), False),
        (caller(8, Role.ORGANIZER), False),
        (caller(7, Role.ORGANIZER), True),
        (caller(9, Role.ADMIN), True),
    ],
)
def test_the_address_is_for_those_with_a_seat_and_who_manages(
    viewer: Caller | None, manages: bool, seated: bool
) -> None:
    assert shows_online_url(viewer, MEETUP, seated=seated) is (manages or seated)
    assert shows_revenue(viewer, MEETUP) is manages


def test_without_its_address_nothing_else_is_missing() -> None:
    assert without_online_url(MEETUP) == replace(MEETUP, online_url="")
