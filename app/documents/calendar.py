"""Calendars as files (RFC 5545), for the attendee's own calendar program."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

from app.documents.timezones import described, is_utc
from app.domain.calendars import Calendar, Entry
from app.domain.times import first_day, last_day

_ANY_YEAR = 2000
_PRODUCT = "-//Plenary//Plenary//EN"


def ics(calendar: Calendar) -> bytes:
    """All entries, and the time zones they are told in."""
    made = icalendar.Calendar()
    made.add("PRODID", _PRODUCT)
    made.add("VERSION", "2.0")
    made.add("CALSCALE", "GREGORIAN")
    # The name under both of its names: that of RFC 7986, and the one that programs know.
    # Both hold text: what separates values elsewhere is escaped in it.
    for name in ("NAME", "X-WR-CALNAME"):
        made.add(name, icalendar.vText(_lines(calendar.name)))
    if calendar.refresh is not None:
        often = {"VALUE": "DURATION"}
        made.add("REFRESH-INTERVAL", icalendar.vDuration(calendar.refresh), parameters=often)
        made.add("X-PUBLISHED-TTL", icalendar.vDuration(calendar.refresh))
    for timezone in _timezones(calendar):
        made.add_component(timezone)
    for entry in calendar.entries:
        made.add_component(_event(entry))
    return bytes(made.to_ical())


def _timezones(calendar: Calendar) -> list[icalendar.Timezone]:
    """Those that some entry needs, each for the years of all.

    A calendar has to hold something: without an entry it is the zone of nothing in particular.
    """
    if not calendar.entries:
        return [described("UTC", _ANY_YEAR, _ANY_YEAR)]
    named = sorted({entry.timezone for entry in calendar.entries if _is_local(entry)})
    first = min(entry.period.start.year for entry in calendar.entries)
    last = max(entry.period.end.year for entry in calendar.entries)
    return [described(timezone, first, last) for timezone in named]


def _event(entry: Entry) -> icalendar.Event:
    made = icalendar.Event()
    made.add("UID", entry.uid)
    made.add("DTSTAMP", entry.revised_at.astimezone(UTC))
    made.add("LAST-MODIFIED", entry.revised_at.astimezone(UTC))
    made.add("SEQUENCE", entry.revision)
    made.add("STATUS", entry.status.value.upper())
    made.add("SUMMARY", _lines(entry.name))
    # Programs that know no addresses of meetings know places and notes.
    online = f"Online: {entry.online_url}" if entry.online_url else ""
    if place := entry.place or entry.online_url:
        made.add("LOCATION", _lines(place))
    if notes := "\n".join(filter(None, (entry.notes, online))):
        made.add("DESCRIPTION", _lines(notes))
    if entry.online_url:
        met = {"VALUE": "URI", "LABEL": "Online"}
        made.add("CONFERENCE", icalendar.vUri(entry.online_url), parameters=met)
    if entry.is_whole_days:
        made.add("DTSTART", first_day(entry.period, entry.timezone))
        made.add("DTEND", last_day(entry.period, entry.timezone) + timedelta(days=1))
    else:
        made.add("DTSTART", _told(entry.period.start, entry.timezone))
        made.add("DTEND", _told(entry.period.end, entry.timezone))
    return made


def _is_local(entry: Entry) -> bool:
    """Whether the entry is told by the clock on some wall."""
    return not entry.is_whole_days and not is_utc(entry.timezone)


def _told(at: datetime, timezone: str) -> datetime:
    """In its own zone, but for UTC and for what the clocks there show a second time."""
    if is_utc(timezone):
        return at.astimezone(UTC)
    local = at.astimezone(ZoneInfo(timezone))
    return at.astimezone(UTC) if local.fold else local


def _lines(text: str) -> str:
    """With line feeds alone: whatever else ends a line would end that of the file."""
    return "\n".join(text.splitlines())
