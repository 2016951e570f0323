"""What a mail says, read at the moment it is written: one query for any number of mails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from app.domain.money import Money
from app.domain.payments import Method, PaymentStatus
from app.domain.registrations import RegistrationStatus
from app.domain.times import TimeRange
from app.repositories.base import Repository
from app.repositories.driver import Row
from app.repositories.ownership import OWNER

_PLACE = (
    "coalesce(nullif(r.guest_name, ''), a.name) AS attendee_name,"
    " a.email AS attendee_email, account.id AS user_id,"
    " coalesce(account.notifications_enabled, true) AS wants_mail, conference.id AS conference_id,"
    " conference.name AS conference_name, conference.location, conference.timezone,"
    " conference.starts_at AS conference_starts_at, conference.ends_at AS conference_ends_at,"
    " session.name AS session_name, session.speaker, session.room,"
    " session.starts_at AS session_starts_at, session.ends_at AS session_ends_at,"
    " r.id AS registration_id, r.status, r.end_reason,"
    " r.quantity, r.price_minor, r.currency,"
    " r.hold_expires_at, ticket_type.name AS ticket_type_name"
)
_JOINED = (
    " JOIN attendees a ON a.id = r.attendee_id"
    f" LEFT JOIN users account ON account.id = {OWNER}"
    " JOIN conferences conference ON conference.id = r.conference_id"
    " LEFT JOIN sessions session ON session.id = r.session_id"
    " LEFT JOIN ticket_types ticket_type ON ticket_type.id = r.ticket_type_id"
)
_REGISTRATIONS = text(
    f"SELECT {_PLACE} FROM registrations r{_JOINED} WHERE r.id = ANY(CAST(:ids AS bigint[]))"
)
_PAYMENTS = text(
    f"SELECT {_PLACE}, payment.id AS payment_id, payment.status AS payment_status,"
    " payment.amount_minor, payment.currency AS payment_currency, payment.failure_reason,"
    " payment.wanted_outcome, payment.callback_url, payment.method, payment.refunded_minor"
    f" FROM payments payment JOIN registrations r"
    f" ON r.id = payment.registration_id{_JOINED}"
    " WHERE payment.id = ANY(CAST(:ids AS bigint[]))"
)
_ADDRESSEES = text(
    "SELECT attendee.id, attendee.name, attendee.email,"
    " coalesce(account.notifications_enabled, true) AS wants_mail FROM attendees attendee"
    " LEFT JOIN users account ON account.id = attendee.user_id AND account.verified_at IS NOT NULL"
    " WHERE attendee.id = ANY(CAST(:ids AS bigint[])) AND attendee.deleted_at IS NULL"
)

_CERTIFICATES = text(
    "SELECT certificate.id, certificate.number, certificate.conference_name, certificate.hours,"
    " certificate.attendee_name AS name, attendee.email AS attendee_email,"
    " coalesce(account.notifications_enabled, true) AS wants_mail"
    " FROM certificates certificate JOIN attendees attendee"
    " ON attendee.id = certificate.attendee_id LEFT JOIN users account"
    " ON account.id = attendee.user_id WHERE certificate.id = ANY(CAST(:ids AS bigint[]))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """`wants_mail` is the switch of their account; whoever has none is told by mail alone."""

    name: str
    email: str
    wants_mail: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFacts:
    """All that a mail about a registration tells; `session_name` is empty for an admission.

    `user_id` is the account whose registration it is, where there is one.
    """

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
    conference_id: int | None = None
    user_id: int | None = None
    conference_period: TimeRange | None = None

    def of_conference(self) -> "RegistrationFacts":
        """As told of the whole conference, whichever of its sessions was registered for."""
        if not self.session_name:
            return self
        return replace(
            self,
            session_name="",
            speaker="",
            room="",
            period=self.conference_period or self.period,
            quantity=1,
            price=Money(minor=0, currency=self.price.currency),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFacts:
    payment_id: int
    status: PaymentStatus
    amount: Money
    failure_reason: str
    wanted_outcome: str | None
    callback_url: str
    registration: RegistrationFacts
    method: Method = Method.SIMULATED
    refunded_minor: int = 0

    @property
    def refunded(self) -> Money:
        return Money(minor=self.refunded_minor, currency=self.amount.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    to: Addressee
    number: str
    conference_name: str
    hours: Decimal


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
        return {
            row["id"]: Addressee(name=row["name"], email=row["email"], wants_mail=row["wants_mail"])
            for row in rows
        }

    async def certificates(self, ids: Sequence[int]) -> Mapping[int, CertificateFacts]:
        """What is told of certificates, by id."""
        rows = await self._rows(_CERTIFICATES, {"ids": list(ids)})
        return {
            row["id"]: CertificateFacts(
                to=Addressee(
                    name=row["name"],
                    email=row["attendee_email"],
                    wants_mail=row["wants_mail"],
                ),
                number=row["number"],
                conference_name=row["conference_name"],
                hours=row["hours"],
            )
            for row in rows
        }


def _registration(row: Row) -> RegistrationFacts:
    of = "conference" if row["session_name"] is None else "session"
    return RegistrationFacts(
        registration_id=row["registration_id"],
        to=Addressee(
            name=row["attendee_name"], email=row["attendee_email"], wants_mail=row["wants_mail"]
        ),
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
        conference_id=row["conference_id"],
        user_id=row["user_id"],
        conference_period=TimeRange(
            start=row["conference_starts_at"], end=row["conference_ends_at"]
        ),
    )


def _payment(row: Row) -> PaymentFacts:
    return PaymentFacts(
        payment_id=row["payment_id"],
        status=PaymentStatus(row["payment_status"]),
        amount=Money(minor=row["amount_minor"], currency=row["payment_currency"]),
        failure_reason=row["failure_reason"],
        wanted_outcome=row["wanted_outcome"],
        callback_url=row["callback_url"],
        registration=_registration(row),
        method=Method(row["method"]),
        refunded_minor=row["refunded_minor"],
    )
