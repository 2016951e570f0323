"""A note of the trail for people: what was changed, from what to what, in the site's own words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette_admin.fields import BaseField

from app.admin.fields import Amount, Link, Status, said_of, told_at
from app.admin.listing import Listing
from app.domain.money import Money
from app.repositories.trail import noted

# Of what is no field of a page, and has a name that says little.
_LABELS = {"password_hash": "Password", "email": "E-mail", "refunded_minor": "Refunded"}
_NOTHING = "–"
_HIDDEN = "***"


@dataclass
class Changes(BaseField):
    """What was changed; some of it, cut short, in a list, and all of it on the page of one note."""

    nouns: Mapping[str, type[Listing]] | None = None
    list_template: str = "fields/changes_in_short.html"
    detail_template: str = "fields/changes.html"

    async def parse_obj(self, request: Request, obj: Any) -> dict[str, Any] | None:
        noun = (self.nouns or {}).get(obj.kind)
        if obj.verb == "created":
            return {"made": True, "state": said_of(obj.state or ""), "each": []}
        each = list(_told(obj, noun)) if obj.changes else []
        return {"made": False, "state": "", "each": each} if each else None

    async def serialize_value(self, request: Request, value: Any) -> Any:
        return value


def _told(row: Any, noun: type[Listing] | None) -> Iterator[dict[str, str]]:
    """Each that was changed, in the order of the page of the thing itself."""
    labels = {} if noun is None else dict(_labels(noun))
    places = {name: place for place, name in enumerate(labels)}
    states = {one.name for one in (noun.fields if noun else ()) if isinstance(one, Status)}
    currencies = row.changes.get("currency") or (row.currency, row.currency)
    for name in sorted(row.changes, key=lambda one: (places.get(one, len(places)), one)):
        was, becomes = (
            _said(name, noted(row.kind, name, value), currency, is_state=name in states)
            for value, currency in zip(row.changes[name], currencies, strict=True)
        )
        label = _LABELS.get(name) or labels.get(name) or _plain(name)
        yield {"label": label, "was": was, "becomes": becomes}


def _labels(noun: type[Listing]) -> Iterator[tuple[str, str]]:
    """The columns that a page shows, and what it calls them."""
    for field in noun.fields:
        column = field.name
        if isinstance(field, Amount):
            column = field.minor
        elif isinstance(field, Link):
            column = field.by
        yield column, field.label or _plain(field.name)


def _plain(name: str) -> str:
    return name.removesuffix("_id").removesuffix("_minor").replace("_", " ").capitalize()


def _said(name: str, value: Any, currency: str | None, *, is_state: bool) -> str:
    """A value as the pages show one of its kind."""
    if value is None or value in ("", []):
        return _NOTHING
    if value == _HIDDEN:
        return "(not kept)"
    if isinstance(value, datetime):
        return told_at(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name.endswith("_minor") and currency and isinstance(value, int):
        return f"{Money(minor=value, currency=currency).amount} {currency}"
    if name.endswith("_id"):
        return f"#{value}"
    return said_of(value) if is_state else str(value)
