"""Tickets, waitlist, check-in and categories.

Revision: 55a72ce0f54a
After: 9a1a349ae879
"""

import sqlalchemy as sa
from alembic import op

revision = "55a72ce0f54a"
down_revision = "9a1a349ae879"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "categories",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("name_folded", name=op.f("uq_categories_name_folded")),
        sa.UniqueConstraint("slug", name=op.f("uq_categories_slug")),
    )
    op.create_table(
        "ticket_types",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("seats_taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.Text(), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("sales_start", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sales_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "capacity IS NULL OR capacity > 0", name=op.f("ck_ticket_types_capacity_positive")
        ),
        sa.CheckConstraint(
            "capacity IS NULL OR seats_taken <= capacity",
            name=op.f("ck_ticket_types_seats_within_capacity"),
        ),
        sa.CheckConstraint("price_minor >= 0", name=op.f("ck_ticket_types_price_not_negative")),
        sa.CheckConstraint("sales_start < sales_end", name=op.f("ck_ticket_types_sales_forward")),
        sa.CheckConstraint("seats_taken >= 0", name=op.f("ck_ticket_types_seats_not_negative")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_ticket_types_waiting_not_negative")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_ticket_types_conference_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_types")),
        sa.UniqueConstraint("id", "conference_id", name="uq_ticket_types_id_conference_id"),
    )
    op.create_index(
        "uq_ticket_types_name",
        "ticket_types",
        ["conference_id", "name_folded"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "check_ins",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scanned_by", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_check_ins_conference_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_check_ins_registration_id")
        ),
        sa.ForeignKeyConstraint(["scanned_by"], ["users.id"], name=op.f("fk_check_ins_scanned_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_check_ins_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
        sa.UniqueConstraint(
            "conference_id", "nonce", name=op.f("uq_check_ins_conference_id_nonce")
        ),
    )
    op.create_index(
        "ix_check_ins_conference_id", "check_ins", ["conference_id", "id"], unique=False
    )
    op.create_index(
        "uq_check_ins_standing",
        "check_ins",
        ["registration_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=True),
        sa.Column("registration_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_notifications_conference_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_notifications_registration_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notifications_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index("ix_notifications_user_id", "notifications", ["user_id", "id"], unique=False)
    op.create_table(
        "waitlist_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("registration_id", sa.BigInteger(), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        sa.Column("ticket_type_id", sa.BigInteger(), nullable=True),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "event IN ('joined', 'promoted', 'skipped', 'left')",
            name=op.f("ck_waitlist_log_event_known"),
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_waitlist_log_conference_id")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_waitlist_log_registration_id")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_waitlist_log_session_id")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"], ["ticket_types.id"], name=op.f("fk_waitlist_log_ticket_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waitlist_log")),
    )
    op.create_index(
        "ix_waitlist_log_conference_id", "waitlist_log", ["conference_id", "id"], unique=False
    )
    op.create_index(
        "ix_waitlist_log_registration_id", "waitlist_log", ["registration_id"], unique=False
    )
    op.add_column(
        "conferences",
        sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("conferences", sa.Column("category_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "conferences",
        sa.Column("cover_image", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.create_index("ix_conferences_category_id", "conferences", ["category_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_conferences_category_id"), "conferences", "categories", ["category_id"], ["id"]
    )
    op.add_column("registrations", sa.Column("ticket_type_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "registrations",
        sa.Column("guest_name", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "registrations",
        sa.Column(
            "ticket_code",
            sa.UUID(as_uuid=False),
            server_default=sa.text("gen_random_uuid()"),
            nullable=False,
        ),
    )
    op.add_column(
        "registrations", sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_registrations_ticket_type_id",
        "registrations",
        ["ticket_type_id", "id"],
        unique=False,
        postgresql_where=sa.text("ticket_type_id IS NOT NULL"),
    )
    op.create_index(
        "ix_registrations_waiting_conference",
        "registrations",
        ["conference_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waitlisted' AND session_id IS NULL"),
    )
    op.create_index(
        "ix_registrations_waiting_session",
        "registrations",
        ["session_id", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'waitlisted' AND session_id IS NOT NULL"),
    )
    op.create_unique_constraint(
        op.f("uq_registrations_ticket_code"), "registrations", ["ticket_code"]
    )
    op.create_foreign_key(
        "fk_registrations_ticket_type",
        "registrations",
        "ticket_types",
        ["ticket_type_id", "conference_id"],
        ["id", "conference_id"],
    )
    op.add_column(
        "sessions", sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    # No row waits yet: the constraints are checked in no time.
    for table in ("conferences", "sessions"):
        op.create_check_constraint("waiting_not_negative", table, "waiting >= 0")
    op.create_check_constraint(
        "ticket_type_of_admission",
        "registrations",
        "ticket_type_id IS NULL OR session_id IS NULL",
    )
    # In this order: the first has the id 1.
    op.execute(
        "INSERT INTO categories (name, name_folded, slug, created_at)"
        " SELECT initcap(slug), slug, slug, now() FROM unnest(ARRAY['technology', 'workshop',"
        " 'webinar', 'conference', 'masterclass', 'meetup', 'training']) AS known(slug)"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    # Whoever waits has no seat: without a queue there is nothing to give them.
    op.execute(
        "UPDATE registrations SET status = 'cancelled', ended_at = now(),"
        " end_reason = 'cancelled' WHERE status = 'waitlisted'"
    )
    op.drop_constraint("ticket_type_of_admission", "registrations", type_="check")
    for table in ("conferences", "sessions"):
        op.drop_constraint("waiting_not_negative", table, type_="check")
    op.drop_column("sessions", "waiting")
    op.drop_constraint("fk_registrations_ticket_type", "registrations", type_="foreignkey")
    op.drop_constraint(op.f("uq_registrations_ticket_code"), "registrations", type_="unique")
    op.drop_index(
        "ix_registrations_waiting_session",
        table_name="registrations",
        postgresql_where=sa.text("status = 'waitlisted' AND session_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_registrations_waiting_conference",
        table_name="registrations",
        postgresql_where=sa.text("status = 'waitlisted' AND session_id IS NULL"),
    )
    op.drop_index(
        "ix_registrations_ticket_type_id",
        table_name="registrations",
        postgresql_where=sa.text("ticket_type_id IS NOT NULL"),
    )
    op.drop_column("registrations", "checked_in_at")
    op.drop_column("registrations", "ticket_code")
    op.drop_column("registrations", "guest_name")
    op.drop_column("registrations", "ticket_type_id")
    op.drop_constraint(op.f("fk_conferences_category_id"), "conferences", type_="foreignkey")
    op.drop_index("ix_conferences_category_id", table_name="conferences")
    op.drop_column("conferences", "cover_image")
    op.drop_column("conferences", "category_id")
    op.drop_column("conferences", "waiting")
    op.drop_index("ix_waitlist_log_registration_id", table_name="waitlist_log")
    op.drop_index("ix_waitlist_log_conference_id", table_name="waitlist_log")
    op.drop_table("waitlist_log")
    op.drop_index("ix_notifications_user_id", table_name="notifications")
    op.drop_table("notifications")
    op.drop_index(
        "uq_check_ins_standing",
        table_name="check_ins",
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.drop_index("ix_check_ins_conference_id", table_name="check_ins")
    op.drop_table("check_ins")
    op.drop_index(
        "uq_ticket_types_name",
        table_name="ticket_types",
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_table("ticket_types")
    op.drop_table("categories")
