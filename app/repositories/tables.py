"""Every table, as SQLAlchemy Core. Constraint names are part of the interface: see constraints.py.

Exclusion constraints need no extension: equality of an id is the overlap of two one-element ranges.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, REAL, TSVECTOR, UUID, ExcludeConstraint

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

LIVE = "status IN ('pending', 'confirmed')"
CLAIMING = "status IN ('pending', 'confirmed', 'waitlisted')"
# What PostgreSQL's parser would keep as one word: paths, hosts, addresses, compounds, tags.
JOINING = "/.-_@+&<>"


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def _reference(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(target), nullable=nullable)


def _text(name: str, default: str | None = "") -> Column[str]:
    server_default = None if default is None else text(f"'{default}'")
    return Column(name, Text, nullable=False, server_default=server_default)


def _instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def _at_most_one(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, unique=True, postgresql_where=text(where))


def _money() -> tuple[Column[int], Column[str], CheckConstraint]:
    return (
        Column("price_minor", BigInteger, nullable=False, server_default=text("0")),
        _text("currency", "USD"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
    )


def _seats() -> tuple[Column[int | None], Column[int], CheckConstraint, CheckConstraint]:
    return (
        Column("capacity", Integer, nullable=True),
        Column("seats_taken", Integer, nullable=False, server_default=text("0")),
        CheckConstraint("seats_taken >= 0", name="seats_not_negative"),
        CheckConstraint(
            "capacity IS NULL OR seats_taken <= capacity", name="seats_within_capacity"
        ),
    )


def _search(words: str) -> Column[str]:
    """The words of an expression; "tech/AI" is two. What is searched for is split alike."""
    split = f"translate(normalize({words}, NFKC), '{JOINING}', '{' ' * len(JOINING)}')"
    return Column("search", TSVECTOR, Computed(f"to_tsvector('simple', {split})", persisted=True))


users = Table(
    "users",
    metadata,
    _id(),
    _text("username", None),
    Column("username_folded", Text, nullable=False, unique=True),
    _text("email", None),
    Column("email_folded", Text, nullable=False, unique=True),
    _text("password_hash", None),
    _text("first_name"),
    _text("last_name"),
    _text("role", None),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    _instant("created_at"),
    _instant("updated_at"),
    _one_of("role", "attendee", "organizer", "admin"),
)

token_families = Table(
    "token_families",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    _reference("user_id", "users.id"),
    Column("current_jti", Text, nullable=False),
    Column("previous_jti", Text, nullable=True),
    _instant("rotated_at"),
    _instant("created_at"),
    _instant("expires_at"),
    _instant("revoked_at", nullable=True),
    Index("ix_token_families_user_id", "user_id"),
    Index("ix_token_families_expires_at", "expires_at"),
)

conferences = Table(
    "conferences",
    metadata,
    _id(),
    _text("name", None),
    _text("description"),
    _text("location"),
    _text("timezone", "UTC"),
    _instant("starts_at"),
    _instant("ends_at"),
    *_seats(),
    *_money(),
    Column("multi_track", Boolean, nullable=False, server_default=text("false")),
    _text("status", None),
    _text("visibility", "public"),
    _instant("registration_deadline", nullable=True),
    _reference("organizer_id", "users.id", nullable=True),
    _instant("created_at"),
    _instant("updated_at"),
    _instant("deleted_at", nullable=True),
    _search("name || ' ' || description"),
    CheckConstraint("starts_at < ends_at", name="period_forward"),
    CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
    _one_of("status", "draft", "published", "cancelled"),
    _one_of("visibility", "public", "private"),
    # What a session copies, so that its exclusion constraint can read it.
    UniqueConstraint("id", "multi_track", name="uq_conferences_id_multi_track"),
    Index(
        "ix_conferences_starts_at",
        "starts_at",
        "id",
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("ix_conferences_organizer_id", "organizer_id"),
    Index("ix_conferences_search", "search", postgresql_using="gin"),
)

rooms = Table(
    "rooms",
    metadata,
    _id(),
    _reference("conference_id", "conferences.id"),
    _text("name", None),
    _text("name_folded", None),
    UniqueConstraint("conference_id", "name_folded"),
)

speakers = Table(
    "speakers",
    metadata,
    _id(),
    _reference("conference_id", "conferences.id"),
    _text("name", None),
    _text("name_folded", None),
    UniqueConstraint("conference_id", "name_folded"),
)

sessions = Table(
    "sessions",
    metadata,
    _id(),
    Column("conference_id", BigInteger, nullable=False),
    Column("multi_track", Boolean, nullable=False),
    _text("name", None),
    _text("description"),
    _text("speaker"),
    _text("room"),
    _reference("speaker_id", "speakers.id", nullable=True),
    _reference("room_id", "rooms.id", nullable=True),
    _instant("starts_at"),
    _instant("ends_at"),
    *_seats(),
    *_money(),
    _instant("created_at"),
    _instant("updated_at"),
    _instant("deleted_at", nullable=True),
    _search("name || ' ' || speaker"),
    CheckConstraint("starts_at < ends_at", name="period_forward"),
    CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
    ForeignKeyConstraint(
        ["conference_id", "multi_track"],
        ["conferences.id", "conferences.multi_track"],
        name="fk_sessions_conference",
        onupdate="CASCADE",
    ),
    ExcludeConstraint(
        (text("int8range(conference_id, conference_id, '[]')"), "&&"),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        where=text("deleted_at IS NULL AND NOT multi_track"),
        name="ex_sessions_single_track",
    ),
    ExcludeConstraint(
        (text("int8range(room_id, room_id, '[]')"), "&&"),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        where=text("deleted_at IS NULL AND room_id IS NOT NULL"),
        name="ex_sessions_room",
    ),
    ExcludeConstraint(
        (text("int8range(speaker_id, speaker_id, '[]')"), "&&"),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        where=text("deleted_at IS NULL AND speaker_id IS NOT NULL"),
        name="ex_sessions_speaker",
    ),
    Index("ix_sessions_conference_id", "conference_id", "starts_at"),
    Index("ix_sessions_starts_at", "starts_at", "id", postgresql_where=text("deleted_at IS NULL")),
    Index("ix_sessions_search", "search", postgresql_using="gin"),
)

attendees = Table(
    "attendees",
    metadata,
    _id(),
    _text("name", None),
    _text("email", None),
    _text("email_folded", None),
    _text("phone_number"),
    _text("organization"),
    _reference("user_id", "users.id", nullable=True),
    # Who entered the person: an organizer sees and edits those whom they brought.
    _reference("created_by", "users.id", nullable=True),
    _instant("created_at"),
    _instant("updated_at"),
    _instant("deleted_at", nullable=True),
    _at_most_one("uq_attendees_email_folded", "email_folded", where="deleted_at IS NULL"),
    _at_most_one(
        "uq_attendees_user_id", "user_id", where="deleted_at IS NULL AND user_id IS NOT NULL"
    ),
    Index("ix_attendees_created_by", "created_by"),
)

registrations = Table(
    "registrations",
    metadata,
    _id(),
    _reference("conference_id", "conferences.id"),
    _reference("session_id", "sessions.id", nullable=True),
    _reference("attendee_id", "attendees.id"),
    _text("status", None),
    Column("quantity", Integer, nullable=False, server_default=text("1")),
    # For the whole quantity, as it was when the seats were taken.
    *_money(),
    # The session's period, copied: the attendee's exclusion constraint reads it.
    _instant("starts_at", nullable=True),
    _instant("ends_at", nullable=True),
    _instant("hold_expires_at", nullable=True),
    _instant("created_at"),
    _instant("confirmed_at", nullable=True),
    _instant("ended_at", nullable=True),
    _text("end_reason"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint("(session_id IS NULL) = (starts_at IS NULL)", name="period_of_session"),
    _one_of("status", "pending", "confirmed", "waitlisted", "cancelled", "expired"),
    ExcludeConstraint(
        (text("int8range(attendee_id, attendee_id, '[]')"), "&&"),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        where=text(f"session_id IS NOT NULL AND {LIVE}"),
        name="ex_registrations_schedule",
    ),
    _at_most_one(
        "uq_registrations_session_attendee",
        "session_id",
        "attendee_id",
        where=f"session_id IS NOT NULL AND {CLAIMING}",
    ),
    _at_most_one(
        "uq_registrations_conference_attendee",
        "conference_id",
        "attendee_id",
        where=f"session_id IS NULL AND {CLAIMING}",
    ),
    Index("ix_registrations_attendee_id", "attendee_id"),
    Index("ix_registrations_conference_id", "conference_id", "id"),
    Index(
        "ix_registrations_hold_expires_at",
        "hold_expires_at",
        postgresql_where=text("status = 'pending' AND hold_expires_at IS NOT NULL"),
    ),
)

payments = Table(
    "payments",
    metadata,
    _id(),
    _reference("registration_id", "registrations.id"),
    Column("amount_minor", BigInteger, nullable=False),
    _text("currency", "USD"),
    _text("status", None),
    # The outcome asked of the simulated gateway in test mode.
    Column("wanted_outcome", Text, nullable=True),
    # Where the gateway is to report: the server that asked knows its own address.
    _text("callback_url"),
    # The id of the callback that settled it.
    Column("settled_by", Text, nullable=True),
    _text("failure_reason"),
    _instant("created_at"),
    _instant("settled_at", nullable=True),
    _instant("refunded_at", nullable=True),
    CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    _one_of("status", "pending", "paid", "failed", "refunded"),
    _at_most_one("uq_payments_one_open", "registration_id", where="status = 'pending'"),
    _at_most_one("uq_payments_one_capture", "registration_id", where="status = 'paid'"),
    Index("ix_payments_registration_id", "registration_id"),
)

outbox = Table(
    "outbox",
    metadata,
    _id(),
    _text("kind", None),
    Column("subject", BigInteger, nullable=False),
    Column("dedupe_key", Text, nullable=True, unique=True),
    _text("state", "open"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _instant("due_at"),
    Column("lease", UUID(as_uuid=False), nullable=True),
    _instant("leased_until", nullable=True),
    _text("last_error"),
    _instant("created_at"),
    _instant("done_at", nullable=True),
    _one_of("state", "open", "done", "dead"),
    Index("ix_outbox_open", "due_at", "id", postgresql_where=text("state = 'open'")),
    # People wait for payments: they are found without reading past ten thousand mails.
    Index(
        "ix_outbox_open_payments",
        "due_at",
        "id",
        postgresql_where=text("state = 'open' AND kind = 'payment_requested'"),
    ),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _text("fingerprint", None),
    # The use case's result: the name of its dataclass and its fields.
    _text("answer_kind", None),
    Column("answer", JSONB, nullable=False),
    _instant("created_at"),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

request_logs = Table(
    "request_logs",
    metadata,
    _id(),
    _instant("timestamp"),
    _text("method", None),
    _text("path", None),
    _text("query"),
    Column("status", Integer, nullable=False),
    Column("user_id", BigInteger, nullable=True),
    Column("username", Text, nullable=True),
    Column("duration_ms", REAL, nullable=False),
    _text("ip"),
    _text("request_id"),
    Index("ix_request_logs_timestamp", "timestamp"),
)
