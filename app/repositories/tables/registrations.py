"""Who comes, what is paid, and what stands in line."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from app.repositories.tables.columns import (
    CLAIMING,
    LIVE,
    at_most_one,
    identity,
    instant,
    metadata,
    money,
    never_at_once,
    one_of,
    reference,
    words,
)

attendees = Table(
    "attendees",
    metadata,
    identity(),
    words("name", None),
    words("email", None),
    words("email_folded", None),
    words("phone_number"),
    words("organization"),
    reference("user_id", "users.id", nullable=True),
    # Who entered the person: an organizer sees and edits those whom they brought.
    reference("created_by", "users.id", nullable=True),
    instant("created_at"),
    instant("updated_at"),
    instant("deleted_at", nullable=True),
    at_most_one("uq_attendees_email_folded", "email_folded", where="deleted_at IS NULL"),
    at_most_one(
        "uq_attendees_user_id", "user_id", where="deleted_at IS NULL AND user_id IS NOT NULL"
    ),
    Index("ix_attendees_created_by", "created_by"),
    Index("ix_attendees_created_at", "created_at", "id"),
    Index("ix_attendees_name", text("lower(name)"), "id"),
    # Parts of what they are called.
    Index("ix_attendees_words", text("grams(name)"), postgresql_using="gin"),
    Index("ix_attendees_organization", text("grams(organization)"), postgresql_using="gin"),
    # Whose something is, is asked of those who were deleted, too.
    Index("ix_attendees_user_id", "user_id", postgresql_where=text("user_id IS NOT NULL")),
)

registrations = Table(
    "registrations",
    metadata,
    identity(),
    reference("conference_id", "conferences.id"),
    reference("session_id", "sessions.id", nullable=True),
    reference("attendee_id", "attendees.id"),
    # The account whose it is for certain: it registered itself, or had proven its address.
    reference("owner_id", "users.id", nullable=True),
    # The kind of admission, where the conference has kinds.
    Column("ticket_type_id", BigInteger, nullable=True),
    words("status", None),
    Column("quantity", Integer, nullable=False, server_default=text("1")),
    # For the whole quantity, as it was when the seats were taken.
    *money(),
    # The session's period, copied: the attendee's exclusion constraint reads it.
    instant("starts_at", nullable=True),
    instant("ends_at", nullable=True),
    instant("hold_expires_at", nullable=True),
    instant("created_at"),
    instant("confirmed_at", nullable=True),
    instant("ended_at", nullable=True),
    words("end_reason"),
    # When it was last moved to another target.
    instant("moved_at", nullable=True),
    # What a guest without an account called themself, this time.
    words("guest_name"),
    words("special_requirements"),
    # Shown to its owner once there is a seat; what the door reads.
    Column(
        "ticket_code",
        UUID(as_uuid=False),
        nullable=False,
        server_default=text("gen_random_uuid()"),
    ),
    instant("checked_in_at", nullable=True),
    UniqueConstraint("ticket_code"),
    ForeignKeyConstraint(
        ["ticket_type_id", "conference_id"],
        ["ticket_types.id", "ticket_types.conference_id"],
        name="fk_registrations_ticket_type",
    ),
    CheckConstraint(
        "ticket_type_id IS NULL OR session_id IS NULL", name="ticket_type_of_admission"
    ),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint("(session_id IS NULL) = (starts_at IS NULL)", name="period_of_session"),
    one_of("status", "pending", "confirmed", "waitlisted", "cancelled", "expired"),
    never_at_once(
        "ex_registrations_schedule", "attendee_id", where=f"session_id IS NOT NULL AND {LIVE}"
    ),
    at_most_one(
        "uq_registrations_session_attendee",
        "session_id",
        "attendee_id",
        where=f"session_id IS NOT NULL AND {CLAIMING}",
    ),
    at_most_one(
        "uq_registrations_conference_attendee",
        "conference_id",
        "attendee_id",
        where=f"session_id IS NULL AND {CLAIMING}",
    ),
    Index("ix_registrations_attendee_id", "attendee_id"),
    # All of them, the newest first; always written at its end, which costs next to nothing.
    Index("ix_registrations_created_at", "created_at", "id"),
    Index("ix_registrations_status", "status", "id"),
    Index("ix_registrations_owner_id", "owner_id", postgresql_where=text("owner_id IS NOT NULL")),
    Index("ix_registrations_conference_id", "conference_id", "id"),
    Index(
        "ix_registrations_ticket_type_id",
        "ticket_type_id",
        "id",
        postgresql_where=text("ticket_type_id IS NOT NULL"),
    ),
    # The queues: of a conference's admissions, and of each session.
    Index(
        "ix_registrations_waiting_conference",
        "conference_id",
        "id",
        postgresql_where=text("status = 'waitlisted' AND session_id IS NULL"),
    ),
    Index(
        "ix_registrations_waiting_session",
        "session_id",
        "id",
        postgresql_where=text("status = 'waitlisted' AND session_id IS NOT NULL"),
    ),
    Index(
        "ix_registrations_hold_expires_at",
        "hold_expires_at",
        postgresql_where=text("status = 'pending' AND hold_expires_at IS NOT NULL"),
    ),
)

# Why each one got a seat, or had to go on waiting while another got one.
waitlist_log = Table(
    "waitlist_log",
    metadata,
    identity(),
    reference("registration_id", "registrations.id"),
    reference("conference_id", "conferences.id"),
    reference("session_id", "sessions.id", nullable=True),
    reference("ticket_type_id", "ticket_types.id", nullable=True),
    words("event", None),
    words("reason"),
    instant("at"),
    one_of("event", "joined", "promoted", "skipped", "left"),
    Index("ix_waitlist_log_conference_id", "conference_id", "id"),
    Index("ix_waitlist_log_registration_id", "registration_id"),
)

check_ins = Table(
    "check_ins",
    metadata,
    identity(),
    reference("registration_id", "registrations.id"),
    reference("conference_id", "conferences.id"),
    # Chosen by the device, so that a repeated scan is known for one.
    words("nonce", None),
    instant("scanned_at"),
    instant("received_at"),
    reference("scanned_by", "users.id"),
    instant("undone_at", nullable=True),
    reference("undone_by", "users.id", nullable=True),
    UniqueConstraint("conference_id", "nonce"),
    at_most_one("uq_check_ins_standing", "registration_id", where="undone_at IS NULL"),
    Index("ix_check_ins_conference_id", "conference_id", "id"),
    Index("ix_check_ins_registration_id", "registration_id"),
    # Whoever comes in after the certificates were issued is found by it.
    Index("ix_check_ins_received_at", "conference_id", "received_at"),
)

notifications = Table(
    "notifications",
    metadata,
    identity(),
    reference("user_id", "users.id"),
    words("kind", None),
    reference("conference_id", "conferences.id", nullable=True),
    reference("registration_id", "registrations.id", nullable=True),
    words("title", None),
    words("message", None),
    instant("created_at"),
    instant("read_at", nullable=True),
    # The message that is told here: handled again, it tells nothing twice.
    Column("dedupe_key", Text, nullable=True, unique=True),
    Index("ix_notifications_user_id", "user_id", "id"),
)
