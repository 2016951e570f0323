"""Conferences whose organizers think in instants, not in days."""

from datetime import UTC, date, datetime, timedelta

from app.domain.conferences import (
    Conference,
    ConferenceChanges,
    ConferenceStatus,
    Visibility,
)
from app.domain.money import Money
from app.domain.revising import altered
from app.domain.times import TimeRange, days

NOON = datetime(2031, 5, 1, 12, tzinfo=UTC)
CONFERENCE = Conference(
    id=1,
    name="Tech Summit",
    description="",
    location="",
    timezone="Europe/Berlin",
    period=days(date(2031, 3, 1), date(2031, 3, 3), "Europe/Berlin"),
    capacity=None,
    seats_taken=0,
    price=Money(minor=0, currency="USD"),
    multi_track=False,
    status=ConferenceStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    registration_deadline=None,
    organizer_id=2,
    created_at=NOON,
    updated_at=NOON,
)


def moved(**changes: datetime) -> TimeRange:
    named = ConferenceChanges(**changes)  # type: ignore[typeddict-item]
    return altered(CONFERENCE, named).period


def test_a_new_start_keeps_the_length() -> None:
    assert moved(start=NOON) == TimeRange(start=NOON, end=NOON + timedelta(days=3))


def test_the_same_start_changes_nothing() -> None:
    assert moved(start=CONFERENCE.period.start) == CONFERENCE.period


def test_a_new_end_keeps_the_start() -> None:
    end = CONFERENCE.period.start + timedelta(hours=2)
    assert moved(end=end) == TimeRange(start=CONFERENCE.period.start, end=end)


def test_both_may_be_named() -> None:
    end = NOON + timedelta(hours=1)
    assert moved(start=NOON, end=end) == TimeRange(start=NOON, end=end)
