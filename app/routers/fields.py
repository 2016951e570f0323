"""The constrained types that every body, path and query is made of.

What passes here can be stored and mailed: no control characters, no lone surrogates, no numbers
or times beyond what the database holds, and nothing read as what it is not (`true` is no 1).
"""

import re
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from starlette.convertors import Convertor, register_url_convertor

from app.domain.accounts import LONGEST_USERNAME
from app.domain.errors import NotFound
from app.domain.passwords import LONGEST, SHORTEST
from app.domain.times import EARLIEST, LATEST

MOST_SEATS = 2**31 - 1
MOST_ID = 2**63 - 1
MOST_PRICE = Decimal(10**9)
_FINEST_PRICE = -3
# What does not match is told in words: see faults.py.
USERNAME_PATTERN = r"^[\w.@+-]+$"
SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
CURRENCY_PATTERN = r"^[A-Z]{3}$"
METHOD_PATTERN = r"^[A-Za-z]{1,16}$"
NONCE_PATTERN = r"^[!-~]{1,100}$"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DAY_LENGTH = len("2026-09-01")
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?", re.ASCII
)
_DIGITS = re.compile(r"\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{1,20})?", re.ASCII)
_LINE_SEPARATORS = "\u2028\u2029"
_ONE_LINE_PATTERN = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
_LINES_PATTERN = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"


def _one_line(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" or char in _LINE_SEPARATORS for char in text):
        raise ValueError("must not hold control characters or line breaks")
    return text


def _lines(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" and char not in "\n\r\t" for char in text):
        raise ValueError("must not hold control characters")
    return text


def moment(written: str) -> datetime:
    """The date-time that is written in this form. Raises ValueError where there is none."""
    _of_calendar(written[:_DAY_LENGTH])
    try:
        return datetime.fromisoformat(written.upper())
    except ValueError:
        raise ValueError("is no time of day, or its offset is none") from None


def _of_calendar(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ValueError("is no day of the calendar") from None


def _day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a date in the form YYYY-MM-DD")
    day = _of_calendar(value)
    if not EARLIEST.date() <= day < LATEST.date():
        raise ValueError("must lie within the years 2000 to 2100")
    return day


def _instant(value: Any) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError("must be a date-time with a time zone, such as 2026-09-01T09:00:00Z")
    instant = moment(value)
    if instant.tzinfo is None:
        raise ValueError("must name its time zone (Z or an offset)")
    # Compared before converting: an offset may push an extreme time over the calendar's edge.
    if not EARLIEST <= instant < LATEST:
        raise ValueError("must lie within the years 2000 to 2100")
    return instant.astimezone(UTC)


def _price(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise ValueError("must be a number or a decimal string")  # noqa: TRY004 (pydantic's way)
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise ValueError("must be a number or a decimal string")
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("must be a number or a decimal string") from None
    if not price.is_finite() or not 0 <= price <= MOST_PRICE:
        raise ValueError("must lie between 0 and 1000000000")
    finest = price.normalize().as_tuple().exponent
    if isinstance(finest, int) and finest < _FINEST_PRICE:
        raise ValueError("must not have more than 3 decimals")
    return abs(price)


def _email(address: str) -> str:
    try:
        # `test_environment` admits the reserved domain .test; nothing is looked up.
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError("is no e-mail address, such as ada@example.org") from None
    return found.normalized


@cache
def _timezones() -> frozenset[str]:
    # Neither names a place: one is wherever the server stands, the other is nowhere.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _timezone(name: str) -> str:
    if name not in _timezones():
        raise ValueError("must be the name of an IANA time zone, such as Europe/Berlin")
    ZoneInfo(name)
    return name


def _path_id(value: Any) -> int:
    """An id that cannot exist is not there; that is no malformed request."""
    text = str(value)
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= MOST_ID:
        raise NotFound
    return int(text)


class _Number(Convertor[int]):
    """`:int` in paths. The framework's own fails at some thousands of digits; these are no ids."""

    regex = "[0-9]{1,19}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("int", _Number())


def _line_of(least: int, most: int) -> StringConstraints:
    return StringConstraints(strict=True, strip_whitespace=True, min_length=least, max_length=most)


_ONE_LINE = AfterValidator(_one_line)
_ONE_LINE_DOCUMENTED = Field(json_schema_extra={"pattern": _ONE_LINE_PATTERN})

Name = Annotated[str, _line_of(1, 200), _ONE_LINE, _ONE_LINE_DOCUMENTED]
"""What a thing or person is called: one line, not empty."""

ShortText = Annotated[str, _line_of(0, 300), _ONE_LINE, _ONE_LINE_DOCUMENTED]
"""One line, may be empty: a location, an organization."""

Link = Annotated[str, _line_of(0, 500), _ONE_LINE, _ONE_LINE_DOCUMENTED]
"""The address of a page, may be empty; the domain says what one looks like."""

Tags = Annotated[str, _line_of(0, 500), _ONE_LINE, _ONE_LINE_DOCUMENTED]
"""Words with commas between, may be empty."""

Phone = Annotated[str, _line_of(0, 50), _ONE_LINE, _ONE_LINE_DOCUMENTED]

LongText = Annotated[
    str,
    StringConstraints(strict=True, max_length=10_000),
    AfterValidator(_lines),
    Field(json_schema_extra={"pattern": _LINES_PATTERN}),
]
"""Several lines, may be empty: a description."""

Email = Annotated[
    str,
    _line_of(1, 254),
    _ONE_LINE,
    AfterValidator(_email),
    Field(json_schema_extra={"format": "email"}),
]
"""An address as it was written; whoever compares addresses folds them first."""

Username = Annotated[
    str,
    StringConstraints(
        strict=True,
        strip_whitespace=True,
        min_length=1,
        max_length=LONGEST_USERNAME,
        pattern=USERNAME_PATTERN,
    ),
]

NewPassword = Annotated[
    str,
    StringConstraints(strict=True, min_length=SHORTEST, max_length=LONGEST),
    Field(json_schema_extra={"format": "password"}),
]

AnyPassword = Annotated[
    str,
    StringConstraints(strict=True, min_length=1, max_length=LONGEST),
    Field(json_schema_extra={"format": "password"}),
]
"""A password to be compared: how weak it is does not matter here."""

Token = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1024)]
"""A refresh token in a body."""

Slug = Annotated[str, StringConstraints(strict=True, max_length=200, pattern=SLUG_PATTERN)]
"""A name in an address: lower-case letters and digits, with single hyphens between."""

Currency = Annotated[str, StringConstraints(strict=True, pattern=CURRENCY_PATTERN)]
Timezone = Annotated[str, _line_of(1, 64), AfterValidator(_timezone)]

Day = Annotated[date, BeforeValidator(_day)]
"""A calendar day, in bodies and in queries."""

Instant = Annotated[datetime, BeforeValidator(_instant)]
"""A moment with its time zone, turned into UTC; in bodies and in queries."""

Id = Annotated[int, Field(strict=True, ge=1, le=MOST_ID)]
"""A reference in a body: an integer, not a string of digits."""

QueryId = Annotated[int, Field(ge=1, le=MOST_ID)]
"""A reference in a query string."""

PathId = Annotated[
    int,
    BeforeValidator(_path_id),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_ID, "format": "int64"}),
]
"""The id in a path; what cannot be one is not found.

Where words may stand in its place (`conferences/mine/`), the path says `:int`: the methods of such
a path are those of the word, and no others.
"""

Seats = Annotated[int, Field(strict=True, ge=1, le=MOST_SEATS)]
"""How many fit in, or how many are asked for."""

Price = Annotated[
    Decimal,
    BeforeValidator(_price),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": int(MOST_PRICE)},
                {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,3})?$"},
            ]
        },
        mode="validation",
    ),
]
"""An amount asked, as a JSON number or a decimal string; its currency may allow fewer digits."""

Needle = Annotated[str, _line_of(1, 200), _ONE_LINE, _ONE_LINE_DOCUMENTED]
"""What a filter looks for in a text."""

Flag = Annotated[bool, Field(strict=True)]
"""true or false in a body, and nothing that merely looks like it."""


def left_out() -> Any:
    """The default of a field that may be left out of a body and must not be null.

    Whoever reads the body asks for the fields that are set.
    """
    return Field(default_factory=lambda: None)
