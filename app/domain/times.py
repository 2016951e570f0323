"""Time in the domain: aware, UTC, and periods that include their start and not their end."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2101, 1, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange:
    """A period `[start, end)` of aware times; `start < end` is a rule, not a given."""

    start: datetime
    end: datetime

    def overlaps(self, other: "TimeRange") -> bool:
        """Whether the two share an instant; touching ends do not."""
        return self.start < other.end and other.start < self.end

    def within(self, other: "TimeRange") -> bool:
        """Whether this period lies wholly in the other."""
        return other.start <= self.start and self.end <= other.end


def utc_now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def days(first: date, last: date, timezone: str) -> TimeRange:
    """From 00:00 of `first` to the end of `last`, in the named zone (seed 000 §5.1)."""
    zone = ZoneInfo(timezone)
    return TimeRange(
        start=datetime.combine(first, time.min, zone).astimezone(UTC),
        end=datetime.combine(last + timedelta(days=1), time.min, zone).astimezone(UTC),
    )


def first_day(period: TimeRange, timezone: str) -> date:
    """The calendar day on which the period starts, in the named zone."""
    return period.start.astimezone(ZoneInfo(timezone)).date()


def last_day(period: TimeRange, timezone: str) -> date:
    """The calendar day of the period's last instant, in the named zone."""
    return (period.end - INSTANT).astimezone(ZoneInfo(timezone)).date()


def is_whole_days(period: TimeRange, timezone: str) -> bool:
    """Whether the period lasts from midnight to midnight, in the named zone."""
    whole = days(first_day(period, timezone), last_day(period, timezone), timezone)
    return period == whole
