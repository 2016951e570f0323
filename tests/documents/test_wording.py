from datetime import UTC, datetime, timedelta

import pytest

from app.documents import wording
from app.domain.money import Money
from app.domain.times import TimeRange


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def period(start: str, end: str) -> TimeRange:
    return TimeRange(start=utc(start), end=utc(end))


@pytest.mark.parametrize(
    ("start", "end", "timezone", "told"),
    [
        (
            "2031-03-01T08:00",
            "2031-03-01T09:30",
            "Europe/Berlin",
            ("Saturday, 1 March 2031", "09:00 – 10:30", "Europe/Berlin (UTC+01:00)"),
        ),
        (
            "2031-07-01T08:00",
            "2031-07-01T09:30",
            "America/New_York",
            ("Tuesday, 1 July 2031", "04:00 – 05:30", "America/New_York (UTC−04:00)"),
        ),
        (
            "2031-03-01T08:00",
            "2031-03-01T09:30",
            "Asia/Kathmandu",
            ("Saturday, 1 March 2031", "13:45 – 15:15", "Asia/Kathmandu (UTC+05:45)"),
        ),
        (
            "2031-03-01T20:00",
            "2031-03-02T00:00",
            "UTC",
            ("Saturday, 1 March 2031", "20:00 – 00:00", "UTC"),
        ),
        (
            "2031-03-29T20:00",
            "2031-03-30T04:00",
            "Europe/Berlin",
            ("29 March 2031, 21:00 –", "30 March 2031, 06:00", "Europe/Berlin"),
        ),
        (
            "2031-02-28T23:00",
            "2031-03-01T23:00",
            "Europe/Berlin",
            ("Saturday, 1 March 2031", "All day", ""),
        ),
        (
            "2031-03-29T23:00",
            "2031-04-02T22:00",
            "Europe/Berlin",
            ("30 March – 2 April 2031", "Sunday to Wednesday", ""),
        ),
        (
            "2031-03-01T00:00",
            "2031-03-04T00:00",
            "UTC",
            ("1 – 3 March 2031", "Saturday to Monday", ""),
        ),
        (
            "2031-12-30T00:00",
            "2032-01-03T00:00",
            "UTC",
            ("30 December 2031 – 2 January 2032", "Tuesday to Friday", ""),
        ),
    ],
)
def test_times_are_told_in_their_own_zone(
    start: str, end: str, timezone: str, told: tuple[str, str, str]
) -> None:
    assert wording.when(period(start, end), timezone) == told


def test_a_moment_names_its_zone() -> None:
    told = wording.moment(utc("2031-03-01T08:05"), "Europe/Berlin")
    assert told == "Saturday, 1 March 2031, 09:05, Europe/Berlin (UTC+01:00)"


def test_each_day_and_month_has_its_name() -> None:
    days = [utc("2031-01-06T00:00").date() + timedelta(days=31 * number) for number in range(12)]
    assert [wording.day(day) for day in days] == [
        f"{day:%A}, {day.day} {day:%B %Y}" for day in days
    ]


@pytest.mark.parametrize(
    ("minor", "currency", "told"),
    [(4900, "USD", "49.00 USD"), (500, "JPY", "500 JPY"), (1234567, "KWD", "1,234.567 KWD")],
)
def test_prices_have_the_digits_of_their_currency(minor: int, currency: str, told: str) -> None:
    assert wording.price(Money(minor=minor, currency=currency)) == told
