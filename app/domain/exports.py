"""Exports: who comes, who registered and what was paid, as tables that one takes away."""

import re
import unicodedata
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_manages, ensure_organizer
from app.domain.errors import NotFound

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

Cell = str | int | Decimal | datetime | None
Row = tuple[Cell, ...]

# Rows read at a time: a few milliseconds of work, so that others have their turn in between.
CHUNK = 500
_LONGEST_SLUG = 60

# What a formula begins with; its wide and small forms are read for the same characters.
_STARTS = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
# Spaces, quotation marks, and what nobody sees; but no separator.
_UNSEEN = (
    '\\x00-\\x08\\x0b\\x0c\\x0e-\\x20"\\x7f-\\xa0\\xad\\u061c\\u1680\\u180e\\u2000-\\u200f'
    "\\u2028-\\u202f\\u205f-\\u206f\\u3000\\ufeff"
)
# Where a program may begin a cell: where ours begins, and after what it takes for a separator.
_FORMULA = re.compile(rf"^(?=[\t\r\n\x00])|(?:^|(?<=[;\t\r\n]))(?=[{_UNSEEN}]*[{_STARTS}])")


class Subject(StrEnum):
    """What an export has a row for: a person who comes, a registration, an attempt to pay."""

    ATTENDEES = "attendees"
    REGISTRATIONS = "registrations"
    PAYMENTS = "payments"


class Kind(StrEnum):
    """What a column holds: money is decimal, in the currency of the column of that name."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` is what the house calls it, `title` what its readers do."""

    name: str
    title: str
    kind: Kind = Kind.TEXT


_CONFERENCE = (
    Column("conference_id", "Conference ID", Kind.NUMBER),
    Column("conference", "Conference"),
)
_PERSON = (
    Column("attendee_id", "Attendee ID", Kind.NUMBER),
    Column("name", "Name"),
    Column("email", "E-mail"),
    Column("phone", "Phone"),
    Column("organization", "Organization"),
)
COLUMNS: Mapping[Subject, tuple[Column, ...]] = {
    Subject.ATTENDEES: (
        *_CONFERENCE,
        *_PERSON,
        Column("registration_id", "Admission ID", Kind.NUMBER),
        Column("ticket_type", "Ticket type"),
        Column("status", "Status"),
        Column("quantity", "Quantity", Kind.NUMBER),
        Column("sessions", "Sessions", Kind.NUMBER),
        Column("checked_in_at", "Checked in at", Kind.INSTANT),
        Column("registered_at", "Registered at", Kind.INSTANT),
        Column("special_requirements", "Special requirements"),
    ),
    Subject.REGISTRATIONS: (
        *_CONFERENCE,
        Column("registration_id", "Registration ID", Kind.NUMBER),
        Column("session_id", "Session ID", Kind.NUMBER),
        Column("session", "Session"),
        Column("ticket_type", "Ticket type"),
        *_PERSON,
        Column("status", "Status"),
        Column("quantity", "Quantity", Kind.NUMBER),
        Column("price", "Price", Kind.MONEY),
        Column("paid", "Paid", Kind.MONEY),
        Column("refunded", "Refunded", Kind.MONEY),
        Column("currency", "Currency"),
        Column("ticket_code", "Ticket code"),
        Column("checked_in_at", "Checked in at", Kind.INSTANT),
        Column("registered_at", "Registered at", Kind.INSTANT),
        Column("confirmed_at", "Confirmed at", Kind.INSTANT),
        Column("ended_at", "Ended at", Kind.INSTANT),
        Column("end_reason", "End reason"),
        Column("special_requirements", "Special requirements"),
    ),
    Subject.PAYMENTS: (
        *_CONFERENCE,
        Column("payment_id", "Payment ID", Kind.NUMBER),
        Column("registration_id", "Registration ID", Kind.NUMBER),
        Column("name", "Name"),
        Column("email", "E-mail"),
        Column("amount", "Amount", Kind.MONEY),
        Column("refunded", "Refunded", Kind.MONEY),
        Column("currency", "Currency"),
        Column("status", "Status"),
        Column("method", "Method"),
        Column("transaction_id", "Transaction ID"),
        Column("reference_number", "Reference number"),
        Column("invoice", "Invoice"),
        Column("failure_reason", "Failure reason"),
        Column("created_at", "Created at", Kind.INSTANT),
        Column("settled_at", "Settled at", Kind.INSTANT),
        Column("refunded_at", "Refunded at", Kind.INSTANT),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Of one conference, of an organizer's, or of all; `sees_everybody` is an admin's sight."""

    conference_id: int | None = None
    organizer_id: int | None = None
    sees_everybody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far an export has come: what comes next has greater ids, in this order."""

    conference_id: int = 0
    registration_id: int = 0
    payment_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows, and where the last of them stands."""

    rows: Sequence[Row]
    last: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A table on its way: `chunks` are read as they are asked for; `name` is one for a file."""

    name: str
    subject: Subject
    columns: tuple[Column, ...]
    chunks: AsyncIterator[Sequence[Row]]


def is_formula(text: str) -> bool:
    """Whether a program might read this text, or a part it takes for a cell, as a formula."""
    return _FORMULA.search(text) is not None


def inert(text: str) -> str:
    """What a program might read as a formula gets an apostrophe in front, and is text."""
    return _FORMULA.sub("'", text)


def slug(name: str) -> str:
    """Of a name what is sure to be harmless in a file's name, and in a header; perhaps nothing."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-")


async def of_conference(
    uow: "UnitOfWork", caller: Caller, conference_id: int, subject: Subject
) -> Export:
    """Of one conference, for its organizer and admins. Raises NotFound, Forbidden."""
    async with uow.reading() as tx:
        conference = await tx.conferences.find(conference_id, caller)
    if conference is None:
        raise NotFound
    ensure_manages(caller, conference)
    name = f"{slug(conference.name) or 'conference'}-{conference_id}-{subject.value}"
    scope = Scope(conference_id=conference_id, sees_everybody=caller.is_admin)
    return _export(uow, name, scope, subject)


async def of_all(uow: "UnitOfWork", caller: Caller, subject: Subject) -> Export:
    """Of all conferences for admins, of their own for organizers. Raises Forbidden."""
    ensure_organizer(caller)
    scope = Scope(
        organizer_id=None if caller.is_admin else caller.user_id, sees_everybody=caller.is_admin
    )
    return _export(uow, f"all-{subject.value}", scope, subject)


def _export(uow: "UnitOfWork", name: str, scope: Scope, subject: Subject) -> Export:
    chunks = _chunks(uow, scope, subject)
    return Export(name=name, subject=subject, columns=COLUMNS[subject], chunks=chunks)


async def _chunks(
    uow: "UnitOfWork", scope: Scope, subject: Subject
) -> AsyncIterator[Sequence[Row]]:
    """Between two chunks nothing is held, no connection either: the reader may take any time."""
    place = Place()
    while True:
        async with uow.reading() as tx:
            chunk = await tx.exports.after(place, scope, subject)
        if chunk.rows:
            yield chunk.rows
        if len(chunk.rows) < CHUNK:
            return
        place = chunk.last
