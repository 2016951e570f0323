"""The second guardian of each rule: which domain error a named constraint speaks for."""

from app.domain import errors
from app.domain.errors import DomainError

GUARDS: dict[str, type[DomainError]] = {
    "ck_conferences_period_forward": errors.InvalidPeriod,
    "ck_sessions_period_forward": errors.InvalidPeriod,
    "ex_sessions_single_track": errors.SessionOverlap,
    "ex_sessions_room": errors.RoomOverlap,
    "ex_sessions_speaker": errors.SpeakerOverlap,
    "ck_sessions_seats_within_capacity": errors.SessionFull,
    "ck_conferences_seats_within_capacity": errors.ConferenceFull,
    "ck_ticket_types_seats_within_capacity": errors.TicketTypeSoldOut,
    "fk_conferences_category_id": errors.UnknownReference,
    "ck_ticket_types_sales_forward": errors.InvalidPeriod,
    "uq_ticket_types_name": errors.NameTaken,
    "uq_categories_name_folded": errors.NameTaken,
    "uq_categories_slug": errors.NameTaken,
    "uq_check_ins_standing": errors.AlreadyCheckedIn,
    "uq_check_ins_conference_id_nonce": errors.AlreadyCheckedIn,
    "ck_payments_refunds_within_amount": errors.RefundTooLarge,
    "uq_reviews_conference_id_user_id": errors.AlreadyReviewed,
    "uq_certificates_conference_id_attendee_id": errors.CertificateNotDue,
    "uq_registrations_session_attendee": errors.AlreadyRegistered,
    "uq_registrations_conference_attendee": errors.AlreadyRegistered,
    "ex_registrations_schedule": errors.ScheduleConflict,
    "uq_payments_one_open": errors.PaymentState,
    "uq_payments_one_capture": errors.AlreadyPaid,
    "uq_users_username_folded": errors.UsernameTaken,
    "uq_users_email_folded": errors.EmailTaken,
    "uq_attendees_email_folded": errors.EmailTaken,
    "uq_attendees_user_id": errors.EmailTaken,
    "pk_idempotency_keys": errors.KeyInProgress,
}
