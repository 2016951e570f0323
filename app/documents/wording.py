"""How documents tell times and prices: in English, whatever the server's own language is."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.money import Money, exponent
from app.domain.times import TimeRange, first_day, is_whole_days, last_day

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def when(period: TimeRange, timezone: str) -> tuple[str, str, str]:
    """The period in its own zone, in three lines: the date, the time, and whose time that is."""
    first, last = first_day(period, timezone), last_day(period, timezone)
    if is_whole_days(period, timezone):
        if first == last:
            return day(first), "All day", ""
        return days(first, last), f"{_DAYS[first.weekday()]} to {_DAYS[last.weekday()]}", ""
    start, end = _local(period.start, timezone), _local(period.end, timezone)
    told = zone(start, end, timezone)
    if first == last:
        return day(first), f"{start:%H:%M} – {end:%H:%M}", told
    return f"{_short(start)} –", _short(end), told


def moment(at: datetime, timezone: str) -> str:
    """One instant: Saturday, 1 March 2031, 09:00, Europe/Berlin (UTC+01:00)."""
    local = _local(at, timezone)
    return f"{day(local.date())}, {local:%H:%M}, {zone(local, local, timezone)}"


def day(date: date) -> str:
    return f"{_DAYS[date.weekday()]}, {date.day} {_MONTHS[date.month - 1]} {date.year}"


def days(first: date, last: date) -> str:
    """1 – 3 March 2031; month and year are told once where they are the same."""
    told = f"{last.day} {_MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {told}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {_MONTHS[first.month - 1]}{year} – {told}"


def dates(period: TimeRange, timezone: str) -> str:
    """The day, or the days, in its own zone."""
    first, last = first_day(period, timezone), last_day(period, timezone)
    return day(first) if first == last else days(first, last)


def zone(start: datetime, end: datetime, timezone: str) -> str:
    """The zone, with its offset where that is one and the same from start to end."""
    offset = start.utcoffset()
    if timezone == "UTC" or offset is None or offset != end.utcoffset():
        return timezone
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "−" if offset < timedelta() else "+"
    return f"{timezone} (UTC{sign}{minutes // 60:02}:{minutes % 60:02})"


def price(money: Money) -> str:
    """The amount with the currency's digits: 49.00 USD, 500 JPY."""
    return f"{money.amount:,.{exponent(money.currency)}f} {money.currency}"


def _short(at: datetime) -> str:
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def _local(at: datetime, timezone: str) -> datetime:
    return at.astimezone(ZoneInfo(timezone))
