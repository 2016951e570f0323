from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil import tz

from app.documents.timezones import described, is_utc

# Those that change their clocks, or once did, in ways of their own.
PECULIAR = [
    "Africa/Casablanca",
    "America/Caracas",
    "America/Nuuk",
    "Asia/Gaza",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Pacific/Apia",
    "Antarctica/Troll",
]


def understood(timezone: str, first_year: int, last_year: int) -> tz.tzrangebase:
    """The zone as another library understands its description."""
    text = described(timezone, first_year, last_year).to_ical().decode()
    zone: tz.tzrangebase = tz.tzical(StringIO(text)).get(timezone)
    return zone


@pytest.mark.parametrize("timezone", PECULIAR)
@pytest.mark.parametrize("year", [2007, 2011, 2016, 2031])
def test_each_time_of_a_year_is_understood_as_it_is(timezone: str, year: int) -> None:
    zone, real = understood(timezone, year, year), ZoneInfo(timezone)
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        local = at.astimezone(real)
        wall = local.replace(tzinfo=None)
        # What the clock shows twice is no question that this description can answer.
        if local.fold == 0 and not tz.datetime_ambiguous(wall, real):
            assert zone.utcoffset(wall) == local.utcoffset(), at
        at += timedelta(hours=5)


def test_every_zone_can_be_described() -> None:
    for timezone in sorted(available_timezones()):
        text = described(timezone, 2031, 2031).to_ical().decode()
        assert f"TZID:{timezone}\r\n" in text


def test_a_change_is_told_by_the_clock_as_it_stood_before() -> None:
    text = described("Europe/Berlin", 2031, 2031).to_ical().decode()
    summer = (
        "BEGIN:DAYLIGHT\r\nDTSTART:20310330T020000\r\nTZNAME:CEST\r\n"
        "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT"
    )
    winter = (
        "BEGIN:STANDARD\r\nDTSTART:20311026T030000\r\nTZNAME:CET\r\n"
        "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD"
    )
    assert summer in text
    assert winter in text


def test_a_year_at_either_end_is_described_too() -> None:
    text = described("Europe/Berlin", 2031, 2033).to_ical().decode()
    assert "DTSTART:2030" in text
    assert "DTSTART:2034" in text
    assert "DTSTART:2035" not in text


@pytest.mark.parametrize(
    ("timezone", "expected"),
    [
        ("UTC", True),
        ("Etc/UTC", True),
        ("GMT", True),
        ("Europe/London", False),
        ("Etc/GMT+1", False),
        ("Africa/Abidjan", False),
    ],
)
def test_universal_time_goes_by_several_names(timezone: str, expected: bool) -> None:
    assert is_utc(timezone) is expected
