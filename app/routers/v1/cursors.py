"""Places in a list of conferences: what a page ends with, as text that leads behind it.

The text is nobody's to read, and holds nothing but what the list showed.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic_core import from_json, to_json

from app.domain.conferences import Conference
from app.domain.pages import Page
from app.domain.times import EARLIEST, LATEST
from app.routers.fields import MOST_ID

_LONGEST_NAME = 200
# A day of conferences may begin and end as much as this outside the years of UTC.
_A_DAY = timedelta(days=1)

_VALUES: Mapping[str, Callable[[Conference], Any]] = {
    "start_date": lambda conference: conference.period.start.isoformat(),
    "end_date": lambda conference: conference.period.end.isoformat(),
    "conference_name": lambda conference: conference.name,
    "created_at": lambda conference: conference.created_at.isoformat(),
    "price": lambda conference: str(conference.price.amount),
}


def behind(page: Page[Conference]) -> str | None:
    """Where the list goes on behind this page; None where it does not, or has no such places."""
    ordering = page.request.ordering
    if not page.has_next or not page.items or not set(map(_plain, ordering)) <= set(_VALUES):
        return None
    last = page.items[-1]
    place = [list(ordering), [*(_VALUES[_plain(name)](last) for name in ordering), last.id]]
    return urlsafe_b64encode(to_json(place)).decode().rstrip("=")


def read(text: str, ordering: Sequence[str]) -> tuple[Any, ...]:
    """The values of a place in a list of this order. Raises ValueError for anything else."""
    try:
        named, values = from_json(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if named != list(ordering) or len(values) != len(ordering) + 1:
            raise ValueError
        *sorted_by, id = values
        if type(id) is not int or not 0 < id <= MOST_ID:
            raise ValueError
        read = [_READ[_plain(name)](value) for name, value in zip(ordering, sorted_by, strict=True)]
    except (ValueError, TypeError, KeyError, InvalidOperation, RecursionError):
        raise ValueError("is not a place in this list, in this order") from None
    return (*read, id)


def _plain(name: str) -> str:
    return name.removeprefix("-")


def _instant(value: Any) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None or not EARLIEST - _A_DAY <= instant <= LATEST + _A_DAY:
        raise ValueError
    return instant


def _name(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_NAME or "\0" in value:
        raise ValueError
    value.encode()
    return value


def _amount(value: Any) -> Decimal:
    amount = Decimal(value)
    if not isinstance(value, str) or not amount.is_finite() or abs(amount.adjusted()) > _LONGEST:
        raise ValueError
    return amount


_LONGEST = 30
_READ: Mapping[str, Callable[[Any], Any]] = {
    "start_date": _instant,
    "end_date": _instant,
    "conference_name": _name,
    "created_at": _instant,
    "price": _amount,
}
