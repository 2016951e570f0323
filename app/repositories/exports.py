"""SQL of exports: each statement reads the next few hundred rows after a place.

No cursor is kept: that would be a transaction as long as the slowest reader, which holds a
connection and keeps the dead rows of all tables from being cleared away. By ids nothing comes
twice, and nothing is missed that was there from the beginning.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import TextClause, text

from app.domain.exports import CHUNK, COLUMNS, Chunk, Column, Kind, Place, Row, Scope, Subject
from app.domain.money import Money
from app.repositories.base import Repository
from app.repositories.ownership import shown_by
from app.repositories.tables import LIVE

# Conferences come in their order, and of each at most a chunk by its own index: nothing is read
# that is sorted away.
_PAGE = (
    "WITH page AS (SELECT c.id AS of_conference, c.name AS conference, next.*"
    " FROM (SELECT c.id, c.name FROM conferences c WHERE c.deleted_at IS NULL"
    " AND c.id >= :conference AND {scope} ORDER BY c.id) c"
    " CROSS JOIN LATERAL ({next} LIMIT {most}) next ORDER BY c.id, {keys} LIMIT {most})"
)
_AFTER = "CASE WHEN c.id = :conference THEN CAST(:{} AS bigint) ELSE 0 END"
_REGISTRATIONS_AFTER = (
    "SELECT r.* FROM registrations r WHERE r.conference_id = c.id"
    f" AND r.id > {_AFTER.format('registration')} ORDER BY r.id"
)
# A person stands where their first registration does, whatever has become of it: that stays.
_PEOPLE_AFTER = (
    "SELECT r.id, r.attendee_id, came.* FROM registrations r CROSS JOIN LATERAL (SELECT"
    " min(own.id) AS first_id, bool_or(own.{live}) AS comes,"
    " max(own.id) FILTER (WHERE own.{live} AND own.session_id IS NULL) AS admission_id,"
    " count(*) FILTER (WHERE own.{live} AND own.session_id IS NOT NULL) AS sessions,"
    " min(own.created_at) FILTER (WHERE own.{live}) AS registered_at,"
    " min(own.checked_in_at) FILTER (WHERE own.{live}) AS checked_in_at,"
    " coalesce((array_agg(own.guest_name ORDER BY own.id DESC)"
    " FILTER (WHERE own.{live} AND own.guest_name <> ''))[1], '') AS called,"
    " string_agg(nullif(own.special_requirements, ''), '; ' ORDER BY own.id)"
    " FILTER (WHERE own.{live}) AS special_requirements"
    " FROM registrations own WHERE own.attendee_id = r.attendee_id"
    " AND own.conference_id = r.conference_id) came"
    " WHERE r.conference_id = c.id AND r.id > {after} AND came.first_id = r.id AND came.comes"
    " ORDER BY r.id"
).format(live=LIVE, after=_AFTER.format("registration"))
_PAYMENTS_AFTER = (
    "SELECT p.*, r.attendee_id, r.guest_name"
    " FROM registrations r JOIN payments p ON p.registration_id = r.id"
    f" WHERE r.conference_id = c.id AND r.id >= {_AFTER.format('registration')}"
    f" AND (r.id, p.id) > ({_AFTER.format('registration')}, {_AFTER.format('payment')})"
    " ORDER BY r.id, p.id"
)
# Who has been deleted keeps the name alone. The details are those of the record, which is shown
# to the organizer by what the person registered for, not by what others did.
_EMAIL = "CASE WHEN a.deleted_at IS NULL THEN a.email ELSE '' END AS email"
_DETAILS = (
    "CASE WHEN {shown} THEN a.phone_number ELSE '' END AS phone,"
    " CASE WHEN {shown} THEN a.organization ELSE '' END AS organization"
)
_SHOWN = "a.deleted_at IS NULL AND (CAST(:sees_everybody AS boolean) OR {})"
_SHOWN_BY_ONE = _SHOWN.format(shown_by("page"))
_SHOWN_BY_ANY = _SHOWN.format(
    "EXISTS (SELECT FROM registrations r WHERE r.attendee_id = a.id"
    f" AND r.conference_id = page.of_conference AND r.{LIVE} AND {shown_by('r')})"
)
_SELECTS = {
    Subject.ATTENDEES: (
        "SELECT page.of_conference AS conference_id, page.conference, page.id AS place,"
        " page.attendee_id, coalesce(nullif(page.called, ''), a.name) AS name,"
        f" {_EMAIL}, {_DETAILS.format(shown=_SHOWN_BY_ANY)},"
        " admission.id AS registration_id, t.name AS ticket_type, admission.status,"
        " admission.quantity, page.sessions, page.checked_in_at, page.registered_at,"
        " page.special_requirements FROM page JOIN attendees a ON a.id = page.attendee_id"
        " LEFT JOIN registrations admission ON admission.id = page.admission_id"
        " LEFT JOIN ticket_types t ON t.id = admission.ticket_type_id"
        " ORDER BY page.of_conference, page.id"
    ),
    Subject.REGISTRATIONS: (
        "SELECT page.of_conference AS conference_id, page.conference, page.id AS registration_id,"
        " page.id AS place, page.session_id, s.name AS session, t.name AS ticket_type,"
        " page.attendee_id, coalesce(nullif(page.guest_name, ''), a.name) AS name,"
        f" {_EMAIL}, {_DETAILS.format(shown=_SHOWN_BY_ONE)},"
        " page.status, page.quantity, page.price_minor AS price, money.paid, money.refunded,"
        f" page.currency, CASE WHEN page.{LIVE} THEN CAST(page.ticket_code AS text) END"
        " AS ticket_code, page.checked_in_at, page.created_at AS registered_at,"
        " page.confirmed_at, page.ended_at, page.end_reason, page.special_requirements"
        " FROM page JOIN attendees a ON a.id = page.attendee_id"
        " LEFT JOIN sessions s ON s.id = page.session_id"
        " LEFT JOIN ticket_types t ON t.id = page.ticket_type_id"
        " CROSS JOIN LATERAL (SELECT CAST(coalesce(sum(p.amount_minor), 0) AS bigint) AS paid,"
        " CAST(coalesce(sum(p.refunded_minor), 0) AS bigint) AS refunded FROM payments p"
        " WHERE p.registration_id = page.id AND p.status IN ('paid', 'refunded')) money"
        " ORDER BY page.of_conference, page.id"
    ),
    Subject.PAYMENTS: (
        "SELECT page.of_conference AS conference_id, page.conference, page.id AS payment_id,"
        " page.registration_id AS place, page.registration_id,"
        f" coalesce(nullif(page.guest_name, ''), a.name) AS name, {_EMAIL},"
        " page.amount_minor AS amount, page.refunded_minor AS refunded, page.currency, page.status,"
        " page.method, page.transaction_id, page.reference_number, i.number AS invoice,"
        " page.failure_reason, page.created_at, page.settled_at,"
        " coalesce(page.refunded_at, (SELECT max(f.created_at) FROM refunds f"
        " WHERE f.payment_id = page.id)) AS refunded_at"
        " FROM page JOIN attendees a ON a.id = page.attendee_id"
        " LEFT JOIN invoices i ON i.payment_id = page.id"
        " ORDER BY page.of_conference, page.registration_id, page.id"
    ),
}
_NEXT = {
    Subject.ATTENDEES: (_PEOPLE_AFTER, "next.id"),
    Subject.REGISTRATIONS: (_REGISTRATIONS_AFTER, "next.id"),
    Subject.PAYMENTS: (_PAYMENTS_AFTER, "next.registration_id, next.id"),
}
_ONE, _OWN, _ALL = "c.id = :only", "c.organizer_id = :organizer", "true"


def _statement(subject: Subject, scope: str) -> TextClause:
    following, keys = _NEXT[subject]
    page = _PAGE.format(next=following, most=CHUNK, scope=scope, keys=keys)
    return text(f"{page} {_SELECTS[subject]}")


_STATEMENTS = {
    (subject, scope): _statement(subject, scope)
    for subject in Subject
    for scope in (_ONE, _OWN, _ALL)
}


class Exports(Repository):
    async def after(self, place: Place, scope: Scope, subject: Subject) -> Chunk:
        """The rows that come after a place, `CHUNK` of them or all that are left."""
        values: dict[str, Any] = {
            "conference": place.conference_id,
            "registration": place.registration_id,
        }
        if subject is Subject.PAYMENTS:
            values["payment"] = place.payment_id
        else:
            values["sees_everybody"] = scope.sees_everybody
        if scope.conference_id is not None:
            values["only"], which = scope.conference_id, _ONE
        elif scope.organizer_id is not None:
            values["organizer"], which = scope.organizer_id, _OWN
        else:
            which = _ALL
        rows = (await self._do(_STATEMENTS[subject, which], values)).all()
        return Chunk(rows=_cells(rows, COLUMNS[subject]), last=_last(rows) or place)


def _last(rows: Sequence[Any]) -> Place | None:
    if not rows:
        return None
    last = rows[-1]
    return Place(
        conference_id=last["conference_id"],
        registration_id=last["place"],
        payment_id=last.get("payment_id", 0),
    )


def _cells(rows: Sequence[Any], columns: Sequence[Column]) -> Sequence[Row]:
    """The columns' values, in their order; what was counted in minor units is decimal."""
    if not rows:
        return []
    places = {name: index for index, name in enumerate(rows[0].keys())}
    wanted = [places[column.name] for column in columns]
    priced = [places[column.name] for column in columns if column.kind is Kind.MONEY]
    if not priced:
        return [tuple(row[index] for index in wanted) for row in rows]
    currency = places["currency"]
    return [_with_amounts(row, wanted, priced, row[currency]) for row in rows]


def _with_amounts(
    row: Sequence[Any], wanted: Sequence[int], priced: Sequence[int], currency: str
) -> Row:
    return tuple(
        Money(minor=row[index], currency=currency).amount if index in priced else row[index]
        for index in wanted
    )
