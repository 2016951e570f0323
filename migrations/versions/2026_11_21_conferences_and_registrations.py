"""Conferences and registrations.

Revision: 9a1a349ae879
After:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "9a1a349ae879"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("answer_kind", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        "ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'done', 'dead')", name=op.f("ck_outbox_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_outbox_open_payments",
        "outbox",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'open' AND kind = 'payment_requested'"),
    )
    op.create_table(
        "request_logs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.REAL(), nullable=False),
        sa.Column("ip", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("request_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_logs")),
    )
    op.create_index("ix_request_logs_timestamp", "request_logs", ["timestamp"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("username_folded", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_folded", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("last_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('attendee', 'organizer', 'admin')", name=op.f("ck_users_role_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_folded", name=op.f("uq_users_email_folded")),
        sa.UniqueConstraint("username_folded", name=op.f("uq_users_username_folded")),
    )
    op.create_table(
        "attendees",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_folded", sa.Text(), nullable=False),
        sa.Column("phone_number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("organization", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_attendees_created_by")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_attendees_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendees")),
    )
    op.create_index("ix_attendees_created_by", "attendees", ["created_by"], unique=False)
    op.create_index(
        "uq_attendees_email_folded",
        "attendees",
        ["email_folded"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "uq_attendees_user_id",
        "attendees",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND user_id IS NOT NULL"),
    )
    op.create_table(
        "conferences",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("location", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("timezone", sa.Text(), server_default=sa.text("'UTC'"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("multi_track", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), server_default=sa.text("'public'"), nullable=False),
        sa.Column("registration_deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("organizer_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', translate(normalize(name || ' ' || description, NFKC), '/.-_@+&<>', '         '))",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "status IN ('draft', 'published', 'cancelled')",
            name=op.f("ck_conferences_status_known"),
        ),
        sa.CheckConstraint(
            "visibility IN ('public', 'private')", name=op.f("ck_conferences_visibility_known")
        ),
        sa.CheckConstraint(
            "capacity IS NULL OR capacity > 0", name=op.f("ck_conferences_capacity_positive")
        ),
        sa.CheckConstraint(
            "capacity IS NULL OR seats_taken <= capacity",
            name=op.f("ck_conferences_seats_within_capacity"),
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_conferences_price_not_negative")),
        sa.CheckConstraint("seats_taken >= 0", name=op.f("ck_conferences_seats_not_negative")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_conferences_period_forward")),
        sa.ForeignKeyConstraint(
            ["organizer_id"], ["users.id"], name=op.f("fk_conferences_organizer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conferences")),
        sa.UniqueConstraint("id", "multi_track", name="uq_conferences_id_multi_track"),
    )
    op.create_index("ix_conferences_organizer_id", "conferences", ["organizer_id"], unique=False)
    op.create_index(
        "ix_conferences_search", "conferences", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_conferences_starts_at",
        "conferences",
        ["starts_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "token_families",
        sa.Column("id", sa.UUID(as_uuid=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("current_jti", sa.Text(), nullable=False),
        sa.Column("previous_jti", sa.Text(), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_token_families_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token_families")),
    )
    op.create_index("ix_token_families_expires_at", "token_families", ["expires_at"], unique=False)
    op.create_index("ix_token_families_user_id", "token_families", ["user_id"], unique=False)
    op.create_table(
        "rooms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_rooms_conference_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
        sa.UniqueConstraint(
            "conference_id", "name_folded", name=op.f("uq_rooms_conference_id_name_folded")
        ),
    )
    op.create_table(
        "speakers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_speakers_conference_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speakers")),
        sa.UniqueConstraint(
            "conference_id", "name_folded", name=op.f("uq_speakers_conference_id_name_folded")
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("multi_track", sa.Boolean(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("speaker", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("room", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("speaker_id", sa.BigInteger(), nullable=True),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "to_tsvector('simple', translate(normalize(name || ' ' || speaker, NFKC), '/.-_@+&<>', '         '))",
                persisted=True,
            ),
            nullable=True,
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(conference_id, conference_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("deleted_at IS NULL AND NOT multi_track"),
            using="gist",
            name="ex_sessions_single_track",
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(room_id, room_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("deleted_at IS NULL AND room_id IS NOT NULL"),
            using="gist",
            name="ex_sessions_room",
        ),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(speaker_id, speaker_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("deleted_at IS NULL AND speaker_id IS NOT NULL"),
            using="gist",
            name="ex_sessions_speaker",
        ),
        sa.CheckConstraint(
            "capacity IS NULL OR capacity > 0", name=op.f("ck_sessions_capacity_positive")
        ),
        sa.CheckConstraint(
            "capacity IS NULL OR seats_taken <= capacity",
            name=op.f("ck_sessions_seats_within_capacity"),
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_sessions_price_not_negative")),
        sa.CheckConstraint("seats_taken >= 0", name=op.f("ck_sessions_seats_not_negative")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_sessions_period_forward")),
        sa.ForeignKeyConstraint(
            ["conference_id", "multi_track"],
            ["conferences.id", "conferences.multi_track"],
            name="fk_sessions_conference",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_sessions_room_id")),
        sa.ForeignKeyConstraint(
            ["speaker_id"], ["speakers.id"], name=op.f("fk_sessions_speaker_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(
        "ix_sessions_conference_id", "sessions", ["conference_id", "starts_at"], unique=False
    )
    op.create_index(
        "ix_sessions_search", "sessions", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_index(
        "ix_sessions_starts_at",
        "sessions",
        ["starts_at", "id"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "registrations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("attendee_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(attendee_id, attendee_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            where=sa.text("session_id IS NOT NULL AND status IN ('pending', 'confirmed')"),
            using="gist",
            name="ex_registrations_schedule",
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'confirmed', 'waitlisted', 'cancelled', 'expired')",
            name=op.f("ck_registrations_status_known"),
        ),
        sa.CheckConstraint(
            "(session_id IS NULL) = (starts_at IS NULL)",
            name=op.f("ck_registrations_period_of_session"),
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_registrations_price_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_registrations_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendees.id"], name=op.f("fk_registrations_attendee_id")
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_registrations_conference_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_registrations_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
    )
    op.create_index("ix_registrations_attendee_id", "registrations", ["attendee_id"], unique=False)
    op.create_index(
        "ix_registrations_conference_id", "registrations", ["conference_id", "id"], unique=False
    )
    op.create_index(
        "ix_registrations_hold_expires_at",
        "registrations",
        ["hold_expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'pending' AND hold_expires_at IS NOT NULL"),
    )
    op.create_index(
        "uq_registrations_conference_attendee",
        "registrations",
        ["conference_id", "attendee_id"],
        unique=True,
        postgresql_where=sa.text(
            "session_id IS NULL AND status IN ('pending', 'confirmed', 'waitlisted')"
        ),
    )
    op.create_index(
        "uq_registrations_session_attendee",
        "registrations",
        ["session_id", "attendee_id"],
        unique=True,
        postgresql_where=sa.text(
            "session_id IS NOT NULL AND status IN ('pending', 'confirmed', 'waitlisted')"
        ),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("wanted_outcome", sa.Text(), nullable=True),
        sa.Column("callback_url", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("failure_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'paid', 'failed', 'refunded')",
            name=op.f("ck_payments_status_known"),
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_payments_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_payments_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
    )
    op.create_index("ix_payments_registration_id", "payments", ["registration_id"], unique=False)
    op.create_index(
        "uq_payments_one_capture",
        "payments",
        ["registration_id"],
        unique=True,
        postgresql_where=sa.text("status = 'paid'"),
    )
    op.create_index(
        "uq_payments_one_open",
        "payments",
        ["registration_id"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.drop_index(
        "uq_payments_one_open",
        table_name="payments",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.drop_index(
        "uq_payments_one_capture",
        table_name="payments",
        postgresql_where=sa.text("status = 'paid'"),
    )
    op.drop_index("ix_payments_registration_id", table_name="payments")
    op.drop_table("payments")
    op.drop_index(
        "uq_registrations_session_attendee",
        table_name="registrations",
        postgresql_where=sa.text(
            "session_id IS NOT NULL AND status IN ('pending', 'confirmed', 'waitlisted')"
        ),
    )
    op.drop_index(
        "uq_registrations_conference_attendee",
        table_name="registrations",
        postgresql_where=sa.text(
            "session_id IS NULL AND status IN ('pending', 'confirmed', 'waitlisted')"
        ),
    )
    op.drop_index(
        "ix_registrations_hold_expires_at",
        table_name="registrations",
        postgresql_where=sa.text("status = 'pending' AND hold_expires_at IS NOT NULL"),
    )
    op.drop_index("ix_registrations_conference_id", table_name="registrations")
    op.drop_index("ix_registrations_attendee_id", table_name="registrations")
    op.drop_table("registrations")
    op.drop_index(
        "ix_sessions_starts_at",
        table_name="sessions",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index("ix_sessions_search", table_name="sessions", postgresql_using="gin")
    op.drop_index("ix_sessions_conference_id", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("speakers")
    op.drop_table("rooms")
    op.drop_index("ix_token_families_user_id", table_name="token_families")
    op.drop_index("ix_token_families_expires_at", table_name="token_families")
    op.drop_table("token_families")
    op.drop_index(
        "ix_conferences_starts_at",
        table_name="conferences",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index("ix_conferences_search", table_name="conferences", postgresql_using="gin")
    op.drop_index("ix_conferences_organizer_id", table_name="conferences")
    op.drop_table("conferences")
    op.drop_index(
        "uq_attendees_user_id",
        table_name="attendees",
        postgresql_where=sa.text("deleted_at IS NULL AND user_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_attendees_email_folded",
        table_name="attendees",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index("ix_attendees_created_by", table_name="attendees")
    op.drop_table("attendees")
    op.drop_table("users")
    op.drop_index("ix_request_logs_timestamp", table_name="request_logs")
    op.drop_table("request_logs")
    op.drop_index(
        "ix_outbox_open_payments",
        table_name="outbox",
        postgresql_where=sa.text("state = 'open' AND kind = 'payment_requested'"),
    )
    op.drop_index("ix_outbox_open", table_name="outbox", postgresql_where=sa.text("state = 'open'"))
    op.drop_table("outbox")
    op.drop_index("ix_idempotency_keys_created_at", table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
