"""The trail: who changed what, when, from what to what. For admins."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy import literal as bound
from starlette_admin.filters import FilterValidationError

from app.admin.changes import Changes
from app.admin.fields import Instant, Number, Status, Thing, Who, Words
from app.admin.filters import whole_number
from app.admin.listing import Listing
from app.admin.nouns.afterwards import Certificates, Reviews
from app.admin.nouns.claims import CheckIns, Registrations
from app.admin.nouns.money import Invoices, Payments, Refunds
from app.admin.nouns.people import Attendees, Users
from app.admin.nouns.programme import Categories, Conferences, Sessions, TicketTypes
from app.admin.reading import Clause
from app.domain.access import Caller, fold
from app.domain.histories import Kind
from app.repositories import tables

_t, _r, _a = tables.trail.c, tables.registrations.c, tables.attendees.c
_actors = tables.users.alias("actor_account")
_NOUNS: dict[str, type[Listing]] = {
    noun.noted_as: noun
    for noun in (
        Conferences,
        Sessions,
        TicketTypes,
        Categories,
        Attendees,
        Users,
        Registrations,
        CheckIns,
        Payments,
        Refunds,
        Invoices,
        Reviews,
        Certificates,
    )
}
_NAMED = {
    "conference": tables.conferences.c.name,
    "session": tables.sessions.c.name,
    "ticket_type": tables.ticket_types.c.name,
    "category": tables.categories.c.name,
    "attendee": _a.name,
    "user": tables.users.c.username,
    "invoice": tables.invoices.c.number,
    "review": tables.reviews.c.title,
    "certificate": tables.certificates.c.number,
}
_PRICED = {
    "conference": tables.conferences,
    "session": tables.sessions,
    "ticket_type": tables.ticket_types,
    "registration": tables.registrations,
    "payment": tables.payments,
    "refund": tables.refunds,
    "invoice": tables.invoices,
}
_HOLDER = (
    select(func.coalesce(func.nullif(_r.guest_name, ""), _a.name))
    .join_from(tables.registrations, tables.attendees, _r.attendee_id == _a.id)
    .where(_r.id == _t.object_id)
    .correlate(tables.trail)
    .scalar_subquery()
)


def _of_the_thing(column: ColumnElement[Any], id: ColumnElement[int]) -> ColumnElement[Any]:
    """What stands today in the row that was changed; each is looked up by its id."""
    return select(column).where(id == _t.object_id).correlate(tables.trail).scalar_subquery()


_names = {kind: _of_the_thing(column, column.table.c.id) for kind, column in _NAMED.items()} | {
    "registration": _HOLDER
}
_currencies = {kind: _of_the_thing(table.c.currency, table.c.id) for kind, table in _PRICED.items()}
# How people call each kind: by its name, or as the menu and the pages do.
_CALLED = {
    word.casefold(): kind
    for kind, noun in _NOUNS.items()
    for word in (kind, kind.replace("_", " "), noun.display_name or "", noun.menu_label or "")
}

_KEYS = {kind: noun.key or "" for kind, noun in _NOUNS.items()}


class History(Listing):
    key = "history"
    menu_label = "History"
    display_name = "Change"
    icon = "fa fa-clock-rotate-left"
    for_admins = True
    source = tables.trail.outerjoin(_actors, _t.actor_id == _actors.c.id)
    columns = {
        **dict(_t.items()),
        "who": _t.actor_id,
        "username": _actors.c.username,
        "name": case(_names, value=_t.kind),
        "currency": case(_currencies, value=_t.kind),
    }
    page_size = 100
    # Not what happened to anything, but since when it is noted.
    living = _t.kind != "trail"
    fields = [
        Number("id", label="No."),
        Instant("at", label="When"),
        Who("who", label="Who"),
        Status("kind", choices=tuple(Kind)),
        Thing("object_id", label="Of", nouns=_KEYS),
        Words("verb", label="What"),
        Changes("changes", label="From → to", nouns=_NOUNS),
        Words("request_id", exclude_from_list=True, copy_to_clipboard=True),
    ]

    def sight(self, caller: Caller) -> Clause:
        return true()

    def _matching(self, q: str) -> Clause:
        """A kind, the number of a thing, or both; or else who did it. Each has its index."""
        *words, last = q.casefold().split() or [""]
        try:
            id = whole_number(last.removeprefix("#"))
        except FilterValidationError:
            return _of_kind(q.casefold()) if q.casefold() in _CALLED else _by_whom(q)
        if words:
            return and_(_of_kind(" ".join(words)), _t.object_id == id)
        return or_(_t.id == id, and_(_t.kind.in_(_NOUNS), _t.object_id == id))


def _of_kind(called: str) -> Clause:
    """The planner sees the kind: of some there are few, and of some most of all."""
    kind = _CALLED.get(called)
    return false() if kind is None else _t.kind == bound(kind, literal_execute=True)


def _by_whom(name: str) -> Clause:
    users = tables.users.c
    account = select(users.id).where(users.username_folded == fold(name)).scalar_subquery()
    return _t.actor_id == account
