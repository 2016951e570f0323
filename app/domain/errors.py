"""Every way in which Plenary says no, each with a stable code.

    DomainError
    ├── Invalid             what was sent cannot be meant; no rule was asked
    │   ├── InvalidPeriod, InvalidImage, StartsInPast, TicketTypeRequired
    │   └── …
    ├── Unauthenticated     nobody, or not provably somebody
    ├── Forbidden           somebody, but not allowed
    ├── NotFound            not there, or not there for the one who asks
    ├── Refused             well formed, and a rule of the domain says no
    │   ├── SessionOverlap, RoomOverlap, SpeakerOverlap, ScheduleConflict
    │   ├── SessionFull, ConferenceFull, TicketTypeSoldOut, CapacityBelowTaken, NotOnSale
    │   ├── AlreadyRegistered, RegistrationClosed, ConferencePast, ConferenceInactive
    │   ├── HoldExpired, PaymentState, AlreadyPaid, AmountMismatch
    │   ├── AlreadyCheckedIn, Unpaid, TicketCancelled, WrongConference, NotCheckedIn
    │   ├── NameTaken, CategoryInUse, TicketTypeInUse
    │   └── …
    ├── KeyReused           an idempotency key sent again with another body
    ├── TooMany             slow down; `retry_after` says for how long
    └── Busy                come back in `retry_after` seconds; nothing was written

An error is a fact. Which HTTP status it becomes is the business of each contract.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """The object that stands in the way, named so that a person can find it."""

    kind: str
    id: int
    name: str


class DomainError(Exception):
    """Base of every refusal. `field` names the input at fault where there is one."""

    code = "error"
    field: str | None = None
    message = "The request could not be carried out."

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        other: Other | None = None,
    ) -> None:
        self.message = message or self.message
        self.field = field or self.field
        self.other = other
        super().__init__(self.message)


class Invalid(DomainError):
    """Input that cannot be meant. `errors` lists every field at fault."""

    code = "invalid"
    message = "Validation failed"

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        errors: Mapping[str, list[str]] | None = None,
        other: Other | None = None,
    ) -> None:
        super().__init__(message, field=field, other=other)
        self.errors = errors


class InvalidPeriod(Invalid):
    code = "invalid_period"
    message = "The period ends before it starts."


class InvalidImage(Invalid):
    code = "invalid_image"
    field = "image"
    message = "Upload a picture: JPEG, PNG or WebP."


class StartsInPast(Invalid):
    code = "starts_in_past"
    field = "start_time"
    message = "The start must lie in the future."


class TicketTypeRequired(Invalid):
    code = "ticket_type_required"
    field = "ticket_type"
    message = "This conference has ticket types; name one of them."


class SessionNotInConference(Invalid):
    code = "session_not_in_conference"
    field = "session"
    message = "This session does not belong to the named conference."


class WeakPassword(Invalid):
    code = "weak_password"
    field = "password"
    message = "This password is too easy to guess."


class WrongPassword(Invalid):
    code = "wrong_password"
    field = "old_password"
    message = "This is not the present password."


class UnknownReference(Invalid):
    """A body names an object that does not exist (or not for the caller)."""

    code = "unknown_reference"
    message = "There is no such object."


class Unauthenticated(DomainError):
    code = "not_authenticated"
    message = "Authentication credentials were not provided or are not valid."


class BadCredentials(Unauthenticated):
    code = "bad_credentials"
    message = "No active account was found with the given credentials."


class InvalidToken(Unauthenticated):
    code = "invalid_token"
    message = "The token is invalid or expired."


class BadSignature(Unauthenticated):
    code = "bad_signature"
    message = "The signature is missing, wrong or too old."


class Forbidden(DomainError):
    code = "forbidden"
    message = "You do not have permission to perform this action."


class NotFound(DomainError):
    code = "not_found"
    message = "Not found."


class UnknownTicket(NotFound):
    code = "unknown"
    field = "code"
    message = "There is no such ticket."


class Refused(DomainError):
    """A rule of the domain said no; nothing was written."""

    code = "refused"


class SessionOverlap(Refused):
    code = "session_overlap"
    field = "start_time"
    message = "Sessions of a single-track conference cannot overlap."


class RoomOverlap(Refused):
    code = "room_overlap"
    field = "room"
    message = "The room holds another session at that time."


class SpeakerOverlap(Refused):
    code = "speaker_overlap"
    field = "speaker"
    message = "The speaker gives another session at that time."


class SessionFull(Refused):
    code = "session_full"
    field = "session"
    message = "This session is full."


class ConferenceFull(Refused):
    code = "conference_full"
    field = "conference"
    message = "This conference is full."


class TicketTypeSoldOut(Refused):
    code = "ticket_type_sold_out"
    field = "ticket_type"
    message = "This ticket type is sold out."


class NotOnSale(Refused):
    code = "not_on_sale"
    field = "ticket_type"
    message = "This ticket type is not on sale at present."


class TicketTypeInUse(Refused):
    code = "ticket_type_in_use"
    message = "There are registrations for this ticket type."


class NameTaken(Refused):
    code = "name_taken"
    field = "name"
    message = "There is one of that name already."


class CategoryInUse(Refused):
    code = "category_in_use"
    message = "There are conferences of this category."


class CapacityBelowTaken(Refused):
    code = "capacity_below_taken"
    message = "More seats than that are taken already."


class AlreadyRegistered(Refused):
    code = "already_registered"
    field = "attendee"
    message = "This attendee is already registered."


class ScheduleConflict(Refused):
    code = "schedule_conflict"
    field = "session"
    message = "The attendee holds another session at that time."


class RegistrationClosed(Refused):
    code = "registration_closed"
    field = "conference"
    message = "Registration for this conference is closed."


class ConferencePast(Refused):
    code = "conference_past"
    field = "conference"
    message = "This conference or session is over."


class ConferenceInactive(Refused):
    code = "conference_inactive"
    field = "conference"
    message = "This conference is not open for registration."


class RegistrationState(Refused):
    code = "registration_state"
    message = "The registration is not in a state that allows this."


class ConferenceState(Refused):
    code = "conference_state"
    message = "The conference is not in a state that allows this."


class HoldExpired(Refused):
    code = "hold_expired"
    field = "registration_id"
    message = "The seats were held for payment, and the hold has expired."


class PaymentState(Refused):
    code = "payment_state"
    field = "registration_id"
    message = "The payment is not in a state that allows this."


class AlreadyPaid(PaymentState):
    code = "already_paid"
    message = "This registration is paid already."


class AmountMismatch(Refused):
    code = "amount_mismatch"
    field = "amount"
    message = "The price is not the amount sent."


class AlreadyCheckedIn(Refused):
    """`at` is when the ticket was checked in."""

    code = "already_checked_in"
    field = "code"
    message = "This ticket is checked in already."

    def __init__(self, message: str | None = None, *, at: datetime | None = None) -> None:
        super().__init__(message)
        self.at = at


class Unpaid(Refused):
    code = "unpaid"
    field = "code"
    message = "This registration is not paid yet."


class TicketCancelled(Refused):
    code = "cancelled"
    field = "code"
    message = "This registration was cancelled."


class WrongConference(Refused):
    code = "wrong_conference"
    field = "code"
    message = "This ticket is for another conference."


class NotCheckedIn(Refused):
    code = "not_checked_in"
    message = "This registration is not checked in."


class UsernameTaken(Refused):
    code = "username_taken"
    field = "username"
    message = "A user with that username exists already."


class EmailTaken(Refused):
    code = "email_taken"
    field = "email"
    message = "This e-mail address is in use already."


class EmailOfAccount(Refused):
    code = "email_of_account"
    field = "email"
    message = "This person logs in with an account; the e-mail address is changed there."


class ConflictingWrite(Refused):
    """Two writes met in the database and the other one won."""

    code = "conflicting_write"
    message = "Another change got in the way; nothing was written. Try again."


class KeyInProgress(Refused):
    code = "idempotency_in_progress"
    field = "Idempotency-Key"
    message = "A request with this idempotency key is still running."


class KeyReused(DomainError):
    code = "idempotency_key_reused"
    field = "Idempotency-Key"
    message = "This idempotency key was used for another request."


class Later(DomainError):
    """Base of what is worth trying again after `retry_after` seconds."""

    retry_after = 1

    def __init__(self, message: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after or self.retry_after


class TooMany(Later):
    code = "too_many_requests"
    message = "Too many requests; slow down."


class Busy(Later):
    code = "busy"
    message = "The service is busy; nothing was written. Try again shortly."
