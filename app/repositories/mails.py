"""What a mail says, read at the moment it is written: one query for any number of mails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, text

from app.domain.money import Money
from app.domain.payments import PaymentStatus
from app.domain.registrations import RegistrationStatus
from app.domain.times import TimeRange
from app.repositories.base import Repository

_PLACE = (
    "coalesce(nullif(registration.guest_name, ''), attendee.name) AS attendee_name,"
    " attendee.email AS attendee_email,"
    " conference.name AS conference_name, conference.location, conference.timezone,"
    " conference.starts_at AS conference_starts_at, conference.ends_at AS conference_ends_at,"
    " session.name AS session_name, session.speaker, session.room,"
    " session.starts_at AS session_starts_at, session.ends_at AS session_ends_at,"
    " registration.id AS registration_id, registration.status, registration.end_reason,"
    " registration.quantity, registration.price_minor, registration.currency,"
    " registration.hold_expires_at, ticket_type.name AS ticket_type_name"
)
_JOINED = (
    " JOIN attendees attendee ON attendee.id = registration.attendee_id"
    " JOIN conferences conference ON conference.id = registration.conference_id"
    " LEFT JOIN sessions session ON session.id = registration.session_id"
    " LEFT JOIN ticket_types ticket_type ON ticket_type.id = registration.ticket_type_id"
)
_REGISTRATIONS = text(
    f"SELECT {_PLACE} FROM registrations registration{_JOINED}"
    " WHERE registration.id = ANY(CAST(:ids AS bigint[]))"
)
_PAYMENTS = text(
    f"SELECT {_PLACE}, payment.id AS payment_id, payment.status AS payment_status,"
    " payment.amount_minor, payment.currency AS payment_currency, payment.failure_reason,"
    " payment.wanted_outcome, payment.callback_url"
    f" FROM payments payment JOIN registrations registration"
    f" ON registration.id = payment.registration_id{_JOINED}"
    " WHERE payment.id = ANY(CAST(:ids AS bigint[]))"
)
_ADDRESSEES = text(
    "SELECT id, name, email FROM attendees"
    " WHERE id = ANY(CAST(:ids AS bigint[])) AND deleted_at IS NULL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFacts:
    """All that a mail about a registration tells; `session_name` is empty for an admission."""

    registration_id: int
    to: Addressee
    conference_name: str
    location: str
    timezone: str
    session_name: str
    speaker: str
    room: str
    period: TimeRange
    status: RegistrationStatus
    end_reason: str
    quantity: int
    price: Money
    hold_expires_at: datetime | None
    ticket_type_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    payment_id: int
    status: PaymentStatus
    amount: Money
    failure_reason: str
    wanted_outcome: str | None
    callback_url: str
    registration: RegistrationFacts


class Mails(Repository):
    async def registrations(self, ids: Sequence[int]) -> Mapping[int, RegistrationFacts]:
        """The facts of registrations, by id; what was deleted softly is there as well."""
        rows = await self._rows(_REGISTRATIONS, {"ids": list(ids)})
        return {row["registration_id"]: _registration(row) for row in rows}

    async def payments(self, ids: Sequence[int]) -> Mapping[int, PaymentFacts]:
        """The facts of payments and what they are for, by payment id."""
        rows = await self._rows(_PAYMENTS, {"ids": list(ids)})
        return {row["payment_id"]: _payment(row) for row in rows}

    async def addressees(self, ids: Sequence[int]) -> Mapping[int, Addressee]:
        """Name and address of attendees who are still there, by id."""
        rows = await self._rows(_ADDRESSEES, {"ids": list(ids)})
        return {row["id"]: Addressee(name=row["name"], email=row["email"]) for row in rows}


def _registration(row: RowMapping) -> RegistrationFacts:
    of = "conference" if row["session_name"] is None else "session"
    return RegistrationFacts(
        registration_id=row["registration_id"],
        to=Addressee(name=row["attendee_name"], email=row["attendee_email"]),
        conference_name=row["conference_name"],
        location=row["location"],
        timezone=row["timezone"],
        session_name=row["session_name"] or "",
        speaker=row["speaker"] or "",
        room=row["room"] or "",
        period=TimeRange(start=row[f"{of}_starts_at"], end=row[f"{of}_ends_at"]),
        status=RegistrationStatus(row["status"]),
        end_reason=row["end_reason"],
        quantity=row["quantity"],
        price=Money(minor=row["price_minor"], currency=row["currency"]),
        hold_expires_at=row["hold_expires_at"],
        ticket_type_name=row["ticket_type_name"] or "",
    )


def _payment(row: RowMapping) -> PaymentFacts:
    return PaymentFacts(
        payment_id=row["payment_id"],
        status=PaymentStatus(row["payment_status"]),
        amount=Money(minor=row["amount_minor"], currency=row["payment_currency"]),
        failure_reason=row["failure_reason"],
        wanted_outcome=row["wanted_outcome"],
        callback_url=row["callback_url"],
        registration=_registration(row),
    )
