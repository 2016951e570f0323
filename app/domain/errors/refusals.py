"""What a rule refuses: well formed, allowed to this caller, and still no."""

from datetime import datetime

from app.domain.errors.base import Refused


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


class Full(Refused):
    """Base of what has not so many seats; `left` is how many it has, where it has any."""

    def __init__(self, message: str | None = None, *, left: int = 0) -> None:
        super().__init__(message or (_left(left) if left else None))
        self.left = left


class SessionFull(Full):
    code = "session_full"
    field = "session"
    message = "This session is full."


class ConferenceFull(Full):
    code = "conference_full"
    field = "conference"
    message = "This conference is full."


class TicketTypeSoldOut(Full):
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


class NotRegistered(Refused):
    code = "not_registered"
    field = "conference"
    message = "You are not registered for this conference."


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


class SeatsAvailable(Refused):
    code = "seats_available"
    field = "conference"
    message = "There are free seats; there is nothing to wait for."


class RefundTooLarge(Refused):
    code = "refund_too_large"
    field = "amount"
    message = "More than that was not paid, or is given back already."


class ReviewNotAllowed(Refused):
    code = "review_not_allowed"
    field = "conference"
    message = "Reviews are written by those who were registered, once it has begun."


class AlreadyReviewed(Refused):
    code = "already_reviewed"
    field = "conference"
    message = "You have reviewed this conference already."


class CertificateNotDue(Refused):
    code = "certificate_not_due"
    field = "attendee"
    message = "There is no certificate to issue to this attendee."


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


def _left(seats: int) -> str:
    return "Only 1 seat is left." if seats == 1 else f"Only {seats} seats are left."
