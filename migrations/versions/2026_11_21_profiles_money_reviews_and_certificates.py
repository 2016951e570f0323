"""Profiles, money, reviews and certificates.

Revision: a89b6db9b92a
After: 55a72ce0f54a
"""

import sqlalchemy as sa
from alembic import op

revision = "a89b6db9b92a"
down_revision = "55a72ce0f54a"
branch_labels = None
depends_on = None

_RULES = (
    ("users", "unread_not_negative", "unread_notifications >= 0"),
    ("conferences", "reviews_not_negative", "reviews_count >= 0"),
    ("payments", "refunds_within_amount", "refunded_minor BETWEEN 0 AND amount_minor"),
)
_SEARCH = (
    "ALTER TABLE conferences ADD COLUMN search tsvector GENERATED ALWAYS AS"
    " (to_tsvector('simple', translate(normalize({words}, NFKC), '/.-_@+&<>', '         ')))"
    " STORED"
)


def upgrade() -> None:  # noqa: PLR0915 (one release, one migration)
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "invoice_counters",
        sa.Column("organizer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organizer_id", "year", name=op.f("pk_invoice_counters")),
    )
    op.create_table(
        "mailed_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("email_folded", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mailed_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_mailed_tokens_digest")),
    )
    op.create_index("ix_mailed_tokens_expires_at", "mailed_tokens", ["expires_at"], unique=False)
    op.create_index("ix_mailed_tokens_user_id", "mailed_tokens", ["user_id"], unique=False)
    op.create_table(
        "certificates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("attendee_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("hours", sa.Numeric(precision=7, scale=2), nullable=False),
        sa.Column("skill_tags", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attendee_name", sa.Text(), nullable=False),
        sa.Column("conference_name", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("downloaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attendee_id"], ["attendees.id"], name=op.f("fk_certificates_attendee_id")
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_certificates_conference_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["users.id"], name=op.f("fk_certificates_issued_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificates")),
        sa.UniqueConstraint(
            "conference_id", "attendee_id", name=op.f("uq_certificates_conference_id_attendee_id")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_certificates_number")),
    )
    op.create_index("ix_certificates_attendee_id", "certificates", ["attendee_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("review", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("helpful_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("unhelpful_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "helpful_count >= 0 AND unhelpful_count >= 0",
            name=op.f("ck_reviews_votes_not_negative"),
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_reviews_rating_of_five")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_reviews_conference_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reviews_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(
        "uq_reviews_conference_id_user_id",
        "reviews",
        ["conference_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_reviews_user_id", "reviews", ["user_id"], unique=False)
    op.create_table(
        "review_votes",
        sa.Column("review_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"], ["reviews.id"], name=op.f("fk_review_votes_review_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_review_votes_user_id")),
        sa.PrimaryKeyConstraint("review_id", "user_id", name=op.f("pk_review_votes")),
    )
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("organizer_id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("seller_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("seller_email", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("buyer_name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("buyer_email", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("buyer_organization", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("quantity", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_sent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_invoices_sequence_positive")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_invoices_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("number", name=op.f("uq_invoices_number")),
        sa.UniqueConstraint(
            "organizer_id", "year", "sequence", name=op.f("uq_invoices_organizer_id_year_sequence")
        ),
        sa.UniqueConstraint("payment_id", name=op.f("uq_invoices_payment_id")),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("refunded_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_refunds_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_refunds_payment_id")
        ),
        sa.ForeignKeyConstraint(["refunded_by"], ["users.id"], name=op.f("fk_refunds_refunded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
    )
    op.create_index("ix_refunds_payment_id", "refunds", ["payment_id"], unique=False)
    op.add_column(
        "conferences",
        sa.Column("is_online", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "conferences",
        sa.Column("online_url", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "conferences", sa.Column("tags", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "conferences",
        sa.Column("reviews_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "conferences",
        sa.Column("ratings_sum", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "conferences", sa.Column("certified_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_conferences_uncertified",
        "conferences",
        ["ends_at", "id"],
        postgresql_where=sa.text(
            "certified_at IS NULL AND deleted_at IS NULL AND status = 'published'"
        ),
    )
    op.add_column(
        "payments",
        sa.Column("method", sa.Text(), server_default=sa.text("'simulated'"), nullable=False),
    )
    op.add_column(
        "payments",
        sa.Column(
            "transaction_id",
            sa.Text(),
            server_default=sa.text(
                "('EVH-'::text || upper(substr(replace((gen_random_uuid())::text, '-'::text, ''::text),"
                " 1, 12)))"
            ),
            nullable=False,
        ),
    )
    op.add_column(
        "payments",
        sa.Column("reference_number", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "payments",
        sa.Column("refunded_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.create_unique_constraint(op.f("uq_payments_transaction_id"), "payments", ["transaction_id"])
    op.add_column(
        "registrations",
        sa.Column("special_requirements", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("registrations", sa.Column("owner_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_registrations_owner_id"), "registrations", "users", ["owner_id"], ["id"]
    )
    # Who registered was not written down: what an account may have entered itself stays its own.
    op.execute(
        "UPDATE registrations r SET owner_id = u.id FROM attendees a JOIN users u"
        " ON u.id = a.user_id WHERE a.id = r.attendee_id AND r.guest_name = ''"
        " AND r.created_at >= u.created_at"
    )
    op.create_index(
        "ix_registrations_owner_id",
        "registrations",
        ["owner_id"],
        unique=False,
        postgresql_where=sa.text("owner_id IS NOT NULL"),
    )
    op.add_column("sessions", sa.Column("speaker_user_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_sessions_speaker_user_id"), "sessions", "users", ["speaker_user_id"], ["id"]
    )
    op.add_column(
        "users", sa.Column("bio", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users", sa.Column("phone", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users", sa.Column("website", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users", sa.Column("organization", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users", sa.Column("avatar", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users", sa.Column("twitter", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users", sa.Column("linkedin", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users", sa.Column("github", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users", sa.Column("facebook", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "users",
        sa.Column(
            "newsletter_subscribed", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    op.add_column(
        "users",
        sa.Column(
            "notifications_enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
    )
    op.add_column("users", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "users",
        sa.Column(
            "unread_notifications", sa.Integer(), server_default=sa.text("0"), nullable=False
        ),
    )
    op.add_column("notifications", sa.Column("dedupe_key", sa.Text(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_notifications_dedupe_key"), "notifications", ["dedupe_key"]
    )
    for table, name, rule in _RULES:
        op.create_check_constraint(name, table, rule)
    op.execute(
        "UPDATE users SET unread_notifications = told.unread FROM"
        " (SELECT user_id, count(*) AS unread FROM notifications WHERE read_at IS NULL"
        " GROUP BY user_id) AS told WHERE users.id = told.user_id"
    )
    # A generated column is not changed in place.
    op.execute("ALTER TABLE conferences DROP COLUMN search")
    op.execute(_SEARCH.format(words="name || ' ' || description || ' ' || tags"))
    op.create_index("ix_conferences_search", "conferences", ["search"], postgresql_using="gin")
    # A conference that did not say what kind of occasion it is, is a conference.
    op.execute(
        "UPDATE conferences SET category_id = usual.id FROM categories usual"
        " WHERE usual.slug = 'conference' AND conferences.category_id IS NULL"
    )
    # What was refunded so far was refunded whole.
    op.execute("UPDATE payments SET refunded_minor = amount_minor WHERE status = 'refunded'")
    op.execute(
        "INSERT INTO refunds (payment_id, amount_minor, currency, created_at)"
        " SELECT id, amount_minor, currency, coalesce(refunded_at, now()) FROM payments"
        " WHERE status = 'refunded'"
    )


def downgrade() -> None:  # noqa: PLR0915 (one release, one migration)
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute("ALTER TABLE conferences DROP COLUMN search")
    op.execute(_SEARCH.format(words="name || ' ' || description"))
    op.create_index("ix_conferences_search", "conferences", ["search"], postgresql_using="gin")
    for table, name, _ in _RULES:
        op.drop_constraint(name, table, type_="check")
    op.drop_constraint(op.f("uq_notifications_dedupe_key"), "notifications", type_="unique")
    op.drop_column("notifications", "dedupe_key")
    op.drop_column("users", "unread_notifications")
    op.drop_column("users", "verified_at")
    op.drop_column("users", "notifications_enabled")
    op.drop_column("users", "newsletter_subscribed")
    op.drop_column("users", "facebook")
    op.drop_column("users", "github")
    op.drop_column("users", "linkedin")
    op.drop_column("users", "twitter")
    op.drop_column("users", "avatar")
    op.drop_column("users", "organization")
    op.drop_column("users", "website")
    op.drop_column("users", "phone")
    op.drop_column("users", "bio")
    op.drop_constraint(op.f("fk_sessions_speaker_user_id"), "sessions", type_="foreignkey")
    op.drop_column("sessions", "speaker_user_id")
    op.drop_index("ix_registrations_owner_id", table_name="registrations")
    op.drop_constraint(op.f("fk_registrations_owner_id"), "registrations", type_="foreignkey")
    op.drop_column("registrations", "owner_id")
    op.drop_column("registrations", "special_requirements")
    op.drop_constraint(op.f("uq_payments_transaction_id"), "payments", type_="unique")
    op.drop_column("payments", "refunded_minor")
    op.drop_column("payments", "reference_number")
    op.drop_column("payments", "transaction_id")
    op.drop_column("payments", "method")
    op.drop_index("ix_conferences_uncertified", table_name="conferences")
    op.drop_column("conferences", "certified_at")
    op.drop_column("conferences", "ratings_sum")
    op.drop_column("conferences", "reviews_count")
    op.drop_column("conferences", "tags")
    op.drop_column("conferences", "online_url")
    op.drop_column("conferences", "is_online")
    op.drop_index("ix_refunds_payment_id", table_name="refunds")
    op.drop_table("refunds")
    op.drop_table("invoices")
    op.drop_table("review_votes")
    op.drop_index("ix_reviews_user_id", table_name="reviews")
    op.drop_index(
        "uq_reviews_conference_id_user_id",
        table_name="reviews",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("reviews")
    op.drop_index("ix_certificates_attendee_id", table_name="certificates")
    op.drop_table("certificates")
    op.drop_index("ix_mailed_tokens_user_id", table_name="mailed_tokens")
    op.drop_index("ix_mailed_tokens_expires_at", table_name="mailed_tokens")
    op.drop_table("mailed_tokens")
    op.drop_table("invoice_counters")
