from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.times import TimeRange, days, first_day, is_whole_days, last_day, utc_now

NINE = datetime(2026, 9, 1, 9, tzinfo=UTC)
ZONES = st.sampled_from(sorted(available_timezones()))
DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 12, 31))
# Close together, so that they often meet.
PERIODS = st.builds(
    lambda start, length: hours(start, start + length),
    st.integers(min_value=0, max_value=20),
    st.integers(min_value=1, max_value=8),
)


def hours(start: float, end: float) -> TimeRange:
    return TimeRange(start=NINE + timedelta(hours=start), end=NINE + timedelta(hours=end))


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (hours(0, 1), True),
        (hours(-1, 0), False),
        (hours(1, 2), False),
        (hours(-1, 0.1), True),
        (hours(0.9, 2), True),
        (hours(0.4, 0.6), True),
        (hours(-1, 2), True),
        (hours(3, 4), False),
    ],
)
def test_periods_overlap_unless_they_only_touch(other: TimeRange, shared: bool) -> None:
    assert hours(0, 1).overlaps(other) is shared


@given(PERIODS, PERIODS)
def test_overlap_is_mutual(one: TimeRange, other: TimeRange) -> None:
    assert one.overlaps(other) == other.overlaps(one)


@given(PERIODS, PERIODS)
def test_overlap_means_a_shared_instant(one: TimeRange, other: TimeRange) -> None:
    latest_start = max(one.start, other.start)
    inside_both = all(each.start <= latest_start < each.end for each in (one, other))
    assert one.overlaps(other) == inside_both


@given(PERIODS, st.integers(0, 5), st.integers(0, 5))
def test_what_lies_within_overlaps(inner: TimeRange, before: int, after: int) -> None:
    outer = TimeRange(
        start=inner.start - timedelta(hours=before), end=inner.end + timedelta(hours=after)
    )
    assert inner.within(outer)
    assert inner.overlaps(outer)
    assert outer.within(inner) == (outer == inner)


@given(PERIODS)
def test_a_period_lies_within_itself(period: TimeRange) -> None:
    assert period.within(period)


def exists(day: date, timezone: str) -> bool:
    """Whether the zone has that day at all: where the date line moved, one was left out."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(timezone))
    return noon.astimezone(UTC).astimezone(ZoneInfo(timezone)).date() == day


@given(DAYS, st.integers(min_value=0, max_value=30), ZONES)
def test_days_come_back_as_they_were_given(first: date, more: int, timezone: str) -> None:
    last = first + timedelta(days=more)
    assume(exists(first, timezone) and exists(last, timezone))
    period = days(first, last, timezone)
    assert first_day(period, timezone) == first
    assert last_day(period, timezone) == last
    assert period.start.tzinfo is UTC
    assert period.end.tzinfo is UTC


@given(DAYS, ZONES)
def test_a_day_touches_the_next_one(day: date, timezone: str) -> None:
    today = days(day, day, timezone)
    tomorrow = days(day + timedelta(days=1), day + timedelta(days=1), timezone)
    assert today.end == tomorrow.start
    assert not today.overlaps(tomorrow)


def test_days_begin_at_midnight_of_their_zone() -> None:
    period = days(date(2026, 9, 1), date(2026, 9, 3), "America/Los_Angeles")
    assert period.start == datetime(2026, 9, 1, 7, tzinfo=UTC)
    assert period.end == datetime(2026, 9, 4, 7, tzinfo=UTC)


def test_a_day_on_which_the_clocks_change_is_longer() -> None:
    period = days(date(2026, 10, 25), date(2026, 10, 25), "Europe/Berlin")
    assert period.end - period.start == timedelta(hours=25)


@given(DAYS, st.integers(min_value=0, max_value=30), ZONES)
def test_whole_days_last_from_midnight_to_midnight(first: date, more: int, timezone: str) -> None:
    last = first + timedelta(days=more)
    assume(exists(first, timezone) and exists(last, timezone))
    whole = days(first, last, timezone)
    assert is_whole_days(whole, timezone)
    later, earlier = timedelta(minutes=1), timedelta(minutes=-1)
    for start, end in ((later, timedelta(0)), (timedelta(0), earlier), (later, earlier)):
        assert not is_whole_days(
            TimeRange(start=whole.start + start, end=whole.end + end), timezone
        )


def test_whole_days_are_those_of_one_zone() -> None:
    period = days(date(2026, 9, 1), date(2026, 9, 3), "Asia/Tokyo")
    assert is_whole_days(period, "Asia/Tokyo")
    assert not is_whole_days(period, "UTC")


def test_the_present_is_told_in_utc() -> None:
    assert utc_now().tzinfo is UTC
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(minutes=1)
