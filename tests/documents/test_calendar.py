"""Calendars read by another library than the one that wrote them."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import vobject

from app.documents.calendar import ics
from app.domain.calendars import Calendar, Entry, EntryStatus, of_ticket
from app.domain.times import TimeRange
from tests.documents.samples import CODE, NOW, a_ticket, an_admission

HOUR = timedelta(hours=1)
_numbers = count(1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def an_entry(start: datetime, timezone: str, **changes: Any) -> Entry:
    facts: dict[str, Any] = {
        "uid": f"session-1-{start:%Y%m%dT%H%M}@plenary",
        "revision": 0,
        "revised_at": NOW,
        "name": "Keynote",
        "period": TimeRange(start=start, end=start + HOUR),
        "timezone": timezone,
        "place": "Hall A",
        "notes": "",
        "status": EntryStatus.CONFIRMED,
    }
    return Entry(**(facts | changes))


def written(*entries: Entry) -> bytes:
    return ics(Calendar(name="Tech Summit", entries=entries))


def read(content: bytes) -> list[Any]:
    """The events, as vobject understands them.

    The zones get names that nobody knows: what it makes of them it has from the file alone.
    """
    number = next(_numbers)
    text = re.sub(r"TZID([=:])(\S+?)([:\r])", rf"TZID\1Unknown-{number}/\2\3", content.decode())
    return list(vobject.readOne(text).vevent_list)


def start_of(event: Any) -> datetime:
    value: datetime = event.dtstart.value
    return value


@pytest.mark.parametrize(
    ("timezone", "start", "local"),
    [
        # Summer time begins on 30 March 2031 in Berlin, and ends on 26 October.
        ("Europe/Berlin", "2031-03-29T09:00", "2031-03-29T10:00"),
        ("Europe/Berlin", "2031-03-30T00:30", "2031-03-30T01:30"),
        ("Europe/Berlin", "2031-03-30T01:30", "2031-03-30T03:30"),
        ("Europe/Berlin", "2031-03-31T08:00", "2031-03-31T10:00"),
        ("Europe/Berlin", "2031-10-25T08:00", "2031-10-25T10:00"),
        ("Europe/Berlin", "2031-10-26T09:00", "2031-10-26T10:00"),
        # And on 9 March and 2 November in New York.
        ("America/New_York", "2031-03-08T15:00", "2031-03-08T10:00"),
        ("America/New_York", "2031-03-09T07:30", "2031-03-09T03:30"),
        ("America/New_York", "2031-03-10T14:00", "2031-03-10T10:00"),
        ("America/New_York", "2031-11-01T14:00", "2031-11-01T10:00"),
        ("America/New_York", "2031-11-02T15:00", "2031-11-02T10:00"),
        # South of the equator summer is in January; some offsets are no whole hours.
        ("Australia/Lord_Howe", "2031-01-10T00:00", "2031-01-10T11:00"),
        ("Asia/Kathmandu", "2031-01-10T04:15", "2031-01-10T10:00"),
        ("Asia/Tokyo", "2031-01-10T01:00", "2031-01-10T10:00"),
        ("America/Sao_Paulo", "2000-02-20T12:00", "2000-02-20T10:00"),
        ("Europe/Berlin", "2100-07-01T08:00", "2100-07-01T10:00"),
    ],
)
def test_local_and_universal_time_are_right_across_changes_of_the_clock(
    timezone: str, start: str, local: str
) -> None:
    [event] = read(written(an_entry(utc(start), timezone)))
    assert start_of(event).replace(tzinfo=None) == datetime.fromisoformat(local)
    assert start_of(event).astimezone(UTC) == utc(start)
    assert event.dtend.value.astimezone(UTC) == utc(start) + HOUR
    assert event.dtstart.params["X-VOBJ-ORIGINAL-TZID"][0].endswith(timezone)


def test_every_hour_of_the_days_of_change_comes_back() -> None:
    for first in ("2031-03-30T00:00", "2031-10-26T00:00"):
        starts = [utc(first) + number * HOUR / 2 for number in range(-12, 36)]
        events = read(written(*(an_entry(start, "Europe/Berlin") for start in starts)))
        assert [start_of(event).astimezone(UTC) for event in events] == starts


def test_what_the_clock_shows_twice_is_told_in_universal_time() -> None:
    twice = [utc("2031-10-26T00:30"), utc("2031-10-26T01:30")]
    text = written(*(an_entry(start, "Europe/Berlin") for start in twice)).decode()
    assert "DTSTART;TZID=Europe/Berlin:20311026T023000" in text
    assert "DTSTART:20311026T013000Z" in text


@pytest.mark.parametrize("timezone", ["UTC", "Etc/UTC", "GMT", "Zulu"])
def test_universal_time_needs_no_zone(timezone: str) -> None:
    text = written(an_entry(utc("2031-03-01T09:00"), timezone)).decode()
    assert "DTSTART:20310301T090000Z" in text
    assert "VTIMEZONE" not in text
    assert "TZID" not in text


def test_a_zone_is_described_once_however_many_entries_need_it() -> None:
    first = utc("2031-03-01T09:00")
    text = written(*(an_entry(first + number * HOUR, "Europe/Berlin") for number in range(50)))
    assert text.count(b"BEGIN:VTIMEZONE") == 1
    assert text.count(b"BEGIN:VEVENT") == 50


def test_whole_days_are_days_and_the_end_is_not_one_of_them() -> None:
    text = ics(of_ticket(an_admission()))
    [event] = read(text)
    assert (event.dtstart.value, event.dtend.value) == (date(2031, 3, 1), date(2031, 3, 4))
    assert b"DTSTART;VALUE=DATE:20310301\r\n" in text
    assert b"VTIMEZONE" not in text


def test_whole_days_across_a_change_of_the_clock_are_still_days() -> None:
    days = TimeRange(start=utc("2031-03-28T23:00"), end=utc("2031-03-30T22:00"))
    [event] = read(ics(of_ticket(an_admission(period=days))))
    assert (event.dtstart.value, event.dtend.value) == (date(2031, 3, 29), date(2031, 3, 31))


def test_a_ticket_is_an_event_without_its_secret() -> None:
    text = ics(of_ticket(a_ticket()))
    [event] = read(text)
    assert event.summary.value == "Keynote: Future of AI"
    assert event.location.value == "Hall A, Congress Center Leipzig"
    assert event.description.value == "Tech Summit 2031\nRegistration 15"
    assert event.status.value == "CONFIRMED"
    assert event.dtstamp.value == NOW
    assert start_of(event).astimezone(UTC) == utc("2031-03-01T08:00")
    assert CODE.encode() not in text


def test_texts_come_back_as_they_were() -> None:
    name = "Commas, semicolons; back\\slashes: “quotes” — Zażółć 東京 👩‍💻 " * 5
    notes = "One line\r\nanother\rand another\u2028BEGIN:VALARM\n\nEND:VCALENDAR"
    [event] = read(written(an_entry(NOW, "UTC", name=name, notes=notes, place="\ta;b")))
    assert event.summary.value == name
    assert event.description.value == (
        "One line\nanother\nand another\nBEGIN:VALARM\n\nEND:VCALENDAR"
    )
    assert event.location.value == "\ta;b"


def test_the_name_of_the_calendar_is_escaped_as_text() -> None:
    name = "Commas, semicolons; back\\slashes"
    content = ics(Calendar(name=name, entries=[an_entry(NOW, "UTC")])).decode()
    assert r"NAME:Commas\, semicolons\; back\\slashes" in content.splitlines()
    assert vobject.readOne(content).x_wr_calname.value == name


def test_lines_are_folded_and_end_as_the_format_wants() -> None:
    text = written(an_entry(NOW, "Europe/Berlin", name="Ünïcödé 東京 " * 40))
    assert text.endswith(b"END:VCALENDAR\r\n")
    lines = text.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    for line in lines:
        line.decode()  # No letter is cut in two.


def test_the_calendar_says_who_made_it_and_what_it_is() -> None:
    calendar = vobject.readOne(written(an_entry(NOW, "UTC")).decode())
    assert calendar.version.value == "2.0"
    assert calendar.prodid.value == "-//Plenary//Plenary//EN"
    assert calendar.x_wr_calname.value == "Tech Summit"
    assert not hasattr(calendar, "method")


def test_a_cancelled_entry_says_so() -> None:
    [event] = read(written(an_entry(NOW, "UTC", status=EntryStatus.CANCELLED, revision=7)))
    assert (event.status.value, event.sequence.value) == ("CANCELLED", "7")
