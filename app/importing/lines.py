"""What stands in the lines: events and people, by the same constraints as in a request."""

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.domain.conferences import ConferenceDraft
from app.domain.times import TimeRange
from app.importing.tables import Columns, Record
from app.routers.faults import by_field
from app.routers.fields import Email, Instant, LongText, Name, Seats, ShortText

Line = TypeVar("Line", bound=BaseModel)

INVALID = "invalid"
_WHOLE_NUMBER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_SHORTEST_INSTANT = len("2026-09-01T09:00")

EVENTS = Columns(
    names={
        "name": ("name", "event", "event_name", "title"),
        "location": ("location", "venue", "place"),
        "start_time": ("start_time", "start", "starts_at"),
        "end_time": ("end_time", "end", "ends_at"),
        "max_capacity": ("max_capacity", "capacity", "max_attendees"),
        "id": ("id", "event_id", "key"),
        "description": ("description",),
        "category": ("category",),
    },
    required=(("name",), ("start_time",), ("end_time",), ("max_capacity",)),
    long=("description",),
)
ATTENDEES = Columns(
    names={
        "event": ("event", "event_name", "event_title"),
        "event_id": ("event_id", "event_key"),
        "name": ("name", "attendee_name", "attendee", "full_name"),
        "email": ("email", "e_mail", "email_address", "mail"),
    },
    required=(("event", "event_id"), ("name",), ("email",)),
)


class Unfit(Exception):
    """A line that cannot be brought in: why, for programs and for people."""

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)


class EventLine(BaseModel):
    """An event; no `max_capacity` is no limit."""

    name: Name
    start_time: Instant
    end_time: Instant
    location: ShortText = ""
    max_capacity: Seats | None = None
    id: Name | None = None
    description: LongText = ""
    category: Name | None = None

    def draft(self, category_id: int | None) -> ConferenceDraft:
        return ConferenceDraft(
            name=self.name,
            period=TimeRange(start=self.start_time, end=self.end_time),
            location=self.location,
            description=self.description,
            capacity=self.max_capacity,
            category_id=category_id,
        )


class AttendeeLine(BaseModel):
    """A person, and the event by its key or its name."""

    name: Name
    email: Email
    event: Name | None = None
    event_id: Name | None = None


def read_event(record: Record, zone: tzinfo | None) -> EventLine:
    """Times that name no zone are those of `zone`, if there is one. Raises Unfit."""
    given: dict[str, Any] = _given(record)
    for column in ("start_time", "end_time"):
        if column in given and zone is not None:
            given[column] = _zoned(given[column], zone)
    capacity = given.get("max_capacity", "")
    if _WHOLE_NUMBER.fullmatch(capacity):
        given["max_capacity"] = int(capacity)
    return _read(EventLine, given)


def read_attendee(record: Record) -> AttendeeLine:
    """Raises Unfit."""
    given = _given(record)
    if "event_id" not in given and "event" not in given:
        raise Unfit(INVALID, "event: This field is required.")
    return _read(AttendeeLine, given)


def _given(record: Record) -> dict[str, str]:
    """What a cell does not say is left out."""
    if record.fault:
        raise Unfit("malformed", record.fault)
    return {column: value for column, cell in record.values.items() if (value := cell.strip())}


def _read(kind: type[Line], given: Mapping[str, Any]) -> Line:
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        faults = [
            {**fault, "loc": ("line", *fault["loc"])}
            for fault in error.errors(include_input=False, include_url=False)
        ]
        said = [f"{field}: {' '.join(words)}" for field, words in by_field(faults).items()]
        raise Unfit(INVALID, " ".join(said)) from None


def _zoned(text: str, zone: tzinfo) -> str:
    """A time that names no zone, in this one; anything else as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None or len(text) < _SHORTEST_INSTANT:
        return text
    return moment.replace(tzinfo=zone).isoformat()
