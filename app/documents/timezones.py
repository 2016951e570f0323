"""Time zones as calendars carry them along: when the clocks change, and by how much."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_STEP = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_NONE = timedelta(0)


def is_utc(timezone: str) -> bool:
    """Whether the zone is UTC by any of its names."""
    return ZoneInfo(timezone).utcoffset(None) == _NONE


@lru_cache(maxsize=128)
def described(timezone: str, first_year: int, last_year: int) -> Timezone:
    """The zone as it is in these years, and in one more at either end.

    The icalendar package can make this too, but puts the beginning of summer time an hour late:
    a change is told by the clock as it stood before.
    """
    zone = ZoneInfo(timezone)
    start = datetime(first_year - 1, 1, 1, tzinfo=UTC)
    end = datetime(last_year + 2, 1, 1, tzinfo=UTC)
    made = Timezone()
    made.add("TZID", timezone)
    made.add_component(_observance(start, start, zone))
    for before, after in _changes(zone, start, end):
        made.add_component(_observance(before, after, zone))
    return made


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The last second before each change and the first one after it."""
    while start < end:
        later = start + _STEP
        if _clock(start, zone) != _clock(later, zone):
            yield _narrowed(start, later, zone)
        start = later


def _narrowed(before: datetime, after: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        if _clock(middle, zone) == _clock(before, zone):
            before = middle
        else:
            after = middle
    return before, after


def _clock(at: datetime, zone: ZoneInfo) -> tuple[timedelta | None, str | None]:
    local = at.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _observance(
    before: datetime, after: datetime, zone: ZoneInfo
) -> TimezoneStandard | TimezoneDaylight:
    """What holds from `after` on."""
    old, new = before.astimezone(zone), after.astimezone(zone)
    made = TimezoneDaylight() if new.dst() else TimezoneStandard()
    offset = old.utcoffset() or _NONE
    made.DTSTART = (after + offset).replace(tzinfo=None)
    made.TZOFFSETFROM = offset
    made.TZOFFSETTO = new.utcoffset() or _NONE
    made.add("TZNAME", new.tzname() or str(zone))
    return made
