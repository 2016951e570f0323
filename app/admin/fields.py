"""How a column is shown: as a number, words, a moment, a status, money, a link to another noun."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import (
    BaseField,
    BooleanField,
    DateTimeField,
    EnumField,
    IntegerField,
    StringField,
    TextAreaField,
)

from app.domain.money import Money

_COLOURS = {
    "published": "green",
    "confirmed": "green",
    "paid": "green",
    "done": "green",
    "promoted": "green",
    "admin": "purple",
    "organizer": "blue",
    "pending": "yellow",
    "waitlisted": "orange",
    "open": "blue",
    "dead": "red",
    "failed": "red",
    "private": "orange",
}


@dataclass
class Number(IntegerField):
    """A whole number."""


@dataclass
class Words(StringField):
    """A line of text."""


@dataclass
class Text(TextAreaField):
    """Text of several lines, on the page of one thing only."""

    exclude_from_list: bool | None = True


@dataclass
class YesNo(BooleanField):
    """True or false."""


@dataclass
class Moment(DateTimeField):
    """An instant to the minute, in UTC, as the foot of each page says."""

    async def serialize_value(self, request: Request, value: Any) -> str:
        assert isinstance(value, datetime)
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


@dataclass
class Instant(DateTimeField):
    """When something happened, to the second, in UTC: what happens in one minute has an order."""

    async def serialize_value(self, request: Request, value: Any) -> str:
        assert isinstance(value, datetime)
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


@dataclass
class Status(EnumField):
    """One of a few words, each with its colour."""

    list_template: str = "fields/status.html"
    detail_template: str = "fields/status.html"

    async def serialize_value(self, request: Request, value: Any) -> dict[str, str]:
        said = str(value)
        return {"label": said_of(said), "colour": _COLOURS.get(said, "secondary")}


@dataclass
class Amount(BaseField):
    """Money, from a column of minor units and one with the currency."""

    minor: str = "price_minor"
    currency: str = "currency"

    async def parse_obj(self, request: Request, obj: Any) -> str | None:
        minor = getattr(obj, self.minor)
        if minor is None:
            return None
        currency = str(getattr(obj, self.currency))
        return f"{Money(minor=minor, currency=currency).amount} {currency}"


@dataclass
class Link(StringField):
    """The name of another thing, which leads to its page; `by` is the column with its id."""

    key: str = ""
    by: str = ""
    list_template: str = "fields/link.html"
    detail_template: str = "fields/link.html"

    async def parse_obj(self, request: Request, obj: Any) -> dict[str, Any] | None:
        id = getattr(obj, self.by)
        if id is None:
            return None
        return {"id": id, "name": getattr(obj, self.name) or f"#{id}"}

    async def serialize_value(self, request: Request, value: Any) -> Any:
        return value


@dataclass
class Who(BaseField):
    """Who acted: an account by its name and number, or the kind of whoever has none."""

    key: str = "users"
    list_template: str = "fields/who.html"
    detail_template: str = "fields/who.html"

    async def parse_obj(self, request: Request, obj: Any) -> dict[str, Any]:
        return {"kind": said_of(obj.actor), "id": obj.actor_id, "name": obj.username}

    async def serialize_value(self, request: Request, value: Any) -> Any:
        return value


@dataclass
class Thing(Number):
    """What something happened to: its number and its name, which lead to its page."""

    nouns: Mapping[str, str] | None = None
    list_template: str = "fields/thing.html"
    detail_template: str = "fields/thing.html"

    async def parse_obj(self, request: Request, obj: Any) -> dict[str, Any]:
        key = (self.nouns or {}).get(obj.kind)
        return {"id": obj.object_id, "name": obj.name or "", "key": key}

    async def serialize_value(self, request: Request, value: Any) -> Any:
        return value


def said_of(state: str) -> str:
    """A state or a kind, in words."""
    shown = state.replace("_", " ")
    return shown[:1].upper() + shown[1:]


def told_at(at: datetime) -> str:
    """A moment as the pages show it, with its seconds only where it has some."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")
