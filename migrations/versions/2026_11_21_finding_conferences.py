"""What finding conferences needs: indexes, keys of search, and counters of change.

Revision: c41f0d2be7a5
After: a89b6db9b92a
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "c41f0d2be7a5"
down_revision = "a89b6db9b92a"
branch_labels = None
depends_on = None

_GRAMS = (
    "CREATE FUNCTION grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT"
    " RETURN ARRAY(SELECT DISTINCT substr(lower(words), place, 3)"
    " FROM generate_series(1, length(lower(words)) - 2) AS place)"
)
_TELL = (
    "CREATE FUNCTION tell_of_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN PERFORM nextval(CAST(TG_ARGV[0] AS regclass)); RETURN NULL; END $$"
)
_COUNTERS = (
    "conference_changes",
    "programme_changes",
    "count_changes",
    "claim_changes",
    "payment_changes",
    "invoice_changes",
    "certificate_changes",
    "check_in_changes",
    "review_changes",
    "attendee_changes",
    "account_changes",
    "log_changes",
)
_ANY = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
_COUNTED = "UPDATE OF seats_taken, waiting"
# By the name of the trigger: on which table, at what, and which counter it raises.
_TRIGGERS = {
    "facts_changed": (
        "conferences",
        (
            "INSERT OR UPDATE OF name, description, location, timezone, starts_at, ends_at, capacity,"
            " price_minor, currency, multi_track, status, visibility, registration_deadline,"
            " organizer_id, category_id, cover_image, is_online, online_url, tags, deleted_at"
            " OR DELETE OR TRUNCATE"
        ),
        "conference_changes",
    ),
    "counts_changed": (
        "conferences",
        f"{_COUNTED}, reviews_count, ratings_sum",
        "count_changes",
    ),
    "session_facts_changed": (
        "sessions",
        (
            "INSERT OR UPDATE OF conference_id, name, description, speaker, room, starts_at, ends_at,"
            " capacity, price_minor, currency, deleted_at OR DELETE OR TRUNCATE"
        ),
        "programme_changes",
    ),
    "session_counts_changed": ("sessions", _COUNTED, "count_changes"),
    "ticket_type_facts_changed": (
        "ticket_types",
        (
            "INSERT OR UPDATE OF name, description, capacity, price_minor, currency, sales_start,"
            " sales_end, deleted_at OR DELETE OR TRUNCATE"
        ),
        "programme_changes",
    ),
    "ticket_type_counts_changed": ("ticket_types", _COUNTED, "count_changes"),
    "category_changed": ("categories", _ANY, "programme_changes"),
    "name_changed": ("users", "UPDATE OF username, first_name, last_name", "programme_changes"),
    "logs_dropped": ("request_logs", "DELETE OR TRUNCATE", "log_changes"),
    **{
        name: (table, f"INSERT OR UPDATE OF {columns} OR DELETE OR TRUNCATE", counter)
        for name, (table, columns, counter) in {
            "claims_changed": (
                "registrations",
                "conference_id, session_id, attendee_id, status",
                "claim_changes",
            ),
            "payments_changed": ("payments", "status, method", "payment_changes"),
            "invoices_changed": ("invoices", "number, is_sent", "invoice_changes"),
            "certificates_changed": (
                "certificates",
                "conference_id, downloaded_at",
                "certificate_changes",
            ),
            "check_ins_changed": (
                "check_ins",
                "conference_id, registration_id",
                "check_in_changes",
            ),
            "reviews_changed": ("reviews", "title, rating, deleted_at", "review_changes"),
            "attendees_changed": (
                "attendees",
                "name, organization, email_folded, deleted_at",
                "attendee_changes",
            ),
            "accounts_changed": (
                "users",
                "username, first_name, last_name, organization, role, is_active",
                "account_changes",
            ),
        }.items()
    },
}
_SEARCH = (
    "ALTER TABLE conferences ADD COLUMN search tsvector GENERATED ALWAYS AS"
    " (to_tsvector('simple', translate(normalize({words}, NFKC), '/.-_@+&<>', '         ')))"
    " STORED"
)
_UNIT_OF = (
    "CREATE FUNCTION unit_of(currency text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE"
    " STRICT RETURN CASE WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF',"
    " 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 1"
    " WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 0.001 ELSE 0.01 END"
)
_PRICE = (
    "ALTER TABLE conferences ADD COLUMN price numeric GENERATED ALWAYS AS"
    " (price_minor::numeric * unit_of(currency)) STORED"
)
_IS_FULL = (
    "ALTER TABLE conferences ADD COLUMN is_full boolean GENERATED ALWAYS AS"
    " (capacity IS NOT NULL AND seats_taken >= capacity) STORED"
)
_HAS_QUEUE = (
    "ALTER TABLE {table} ADD COLUMN has_queue boolean GENERATED ALWAYS AS (waiting > 0) STORED"
)
_TAG_KEYS = (
    "ALTER TABLE conferences ADD COLUMN tag_keys text[] GENERATED ALWAYS AS"
    " (string_to_array(regexp_replace(regexp_replace(lower(btrim(tags)), '\\s+', ' ', 'g'),"
    " ' ?, ?', ',', 'g'), ',')) STORED"
)
_PUBLIC = "deleted_at IS NULL AND status <> 'draft' AND visibility = 'public'"
_PUBLIC_ORDERS = {
    "starts_at": "starts_at, id",
    "ends_at": "ends_at, id",
    "created_at": "created_at, id",
    "name": "name, id",
    "price": "price, id",
    "is_full": "is_full, starts_at, id",
    "deadline": "registration_deadline, id",
}
_INDEXES = {
    "ix_conferences_organizer_id": "(organizer_id, starts_at, id)",
    "ix_conferences_category_id": "(category_id, starts_at, id)",
    "ix_conferences_period": (
        "USING gist (tstzrange(starts_at, ends_at)) WHERE deleted_at IS NULL"
    ),
    "ix_conferences_title": "(lower(name))",
    "ix_conferences_queued": "(id) WHERE has_queue",
    "ix_conferences_location": "USING gin (grams(location))",
    "ix_conferences_words": "USING gin (grams(name))",
    "ix_conferences_tag_keys": "USING gin (tag_keys)",
    "ix_conferences_hidden": (
        "(id) WHERE deleted_at IS NULL AND (status = 'draft' OR visibility = 'private')"
    ),
    **{
        f"ix_conferences_public_{name}": f"({columns}) WHERE {_PUBLIC}"
        for name, columns in _PUBLIC_ORDERS.items()
    },
}
_STANDING = "WHERE deleted_at IS NULL"
# By name: on which table, and of what.
_INDEXES_OF_LISTS = {
    "ix_attendees_user_id": ("attendees", "(user_id) WHERE user_id IS NOT NULL"),
    "ix_attendees_created_at": ("attendees", "(created_at, id)"),
    "ix_attendees_name": ("attendees", "(lower(name), id)"),
    "ix_attendees_words": ("attendees", "USING gin (grams(name))"),
    "ix_attendees_organization": ("attendees", "USING gin (grams(organization))"),
    "ix_certificates_conference_name": ("certificates", "(conference_name, id)"),
    "ix_certificates_hours": ("certificates", "(hours, id)"),
    "ix_certificates_words": (
        "certificates",
        "USING gin (grams(number || chr(10) || conference_name))",
    ),
    "ix_check_ins_registration_id": ("check_ins", "(registration_id)"),
    "ix_invoices_number": ("invoices", "USING gin (grams(number))"),
    "ix_payments_amount_minor": ("payments", "(amount_minor, id)"),
    "ix_payments_transaction_id": ("payments", "USING gin (grams(transaction_id))"),
    "ix_registrations_status": ("registrations", "(status, id)"),
    "ix_request_logs_status": ("request_logs", "(status, timestamp, id)"),
    "ix_request_logs_username": ("request_logs", "(username, timestamp, id)"),
    "ix_request_logs_path": ("request_logs", "(path text_pattern_ops, timestamp)"),
    "ix_request_logs_request_id": ("request_logs", "(request_id)"),
    "ix_request_logs_duration_ms": ("request_logs", "(duration_ms, id)"),
    "ix_reviews_title": ("reviews", "USING gin (grams(title))"),
    "ix_users_words": (
        "users",
        (
            "USING gin (grams(username || chr(10) || first_name || ' ' || last_name"
            " || chr(10) || organization))"
        ),
    ),
    "ix_certificates_issued_at": ("certificates", "(issued_at, id)"),
    "ix_invoices_issued_at": ("invoices", "(issued_at, id)"),
    "ix_payments_created_at": ("payments", "(created_at, id)"),
    "ix_payments_status": ("payments", "(status, created_at, id)"),
    "ix_registrations_created_at": ("registrations", "(created_at, id)"),
    "ix_reviews_helpful": ("reviews", f"(helpful_count, id) {_STANDING}"),
    "ix_reviews_rating": ("reviews", f"(rating, id) {_STANDING}"),
    "ix_sessions_created_at": ("sessions", f"(created_at, id) {_STANDING}"),
    "ix_sessions_name": ("sessions", f"(name, id) {_STANDING}"),
    "ix_sessions_price_minor": ("sessions", f"(price_minor, id) {_STANDING}"),
    "ix_sessions_queued": ("sessions", "(id) WHERE has_queue"),
    "ix_sessions_speaker": ("sessions", "USING gin (grams(speaker))"),
    "ix_users_created_at": ("users", "(created_at, id)"),
}
_REPLACED = {
    "ix_conferences_organizer_id": "(organizer_id)",
    "ix_conferences_category_id": "(category_id)",
}

_CALENDAR_FEEDS = (
    "CREATE TABLE calendar_feeds ("
    " user_id bigint NOT NULL CONSTRAINT pk_calendar_feeds PRIMARY KEY"
    " CONSTRAINT fk_calendar_feeds_user_id REFERENCES users (id),"
    " nonce uuid NOT NULL CONSTRAINT uq_calendar_feeds_nonce UNIQUE,"
    " created_at timestamptz NOT NULL)"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    _create_news()
    for function in (_GRAMS, _UNIT_OF, _TELL):
        op.execute(function)
    _search_in("name || ' ' || description || ' ' || tags || ' ' || location")
    queues = (_HAS_QUEUE.format(table=table) for table in ("conferences", "sessions"))
    for column in (_PRICE, _IS_FULL, _TAG_KEYS, *queues):
        op.execute(column)
    for name in _REPLACED:
        op.drop_index(name)
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON conferences {columns}")
    for counter in _COUNTERS:
        op.execute(f"CREATE SEQUENCE {counter}")
    for name, (table, at, counter) in _TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {name} AFTER {at} ON {table} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION tell_of_change('{counter}')"
        )
    op.execute(_CALENDAR_FEEDS)
    op.execute("ALTER TABLE registrations ADD COLUMN moved_at timestamptz")
    # A conference may last for years.
    op.execute("ALTER TABLE certificates ALTER COLUMN hours TYPE numeric(9, 2)")
    op.create_index(
        "ix_reviews_created_at",
        "reviews",
        ["created_at", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_check_ins_received_at", "check_ins", ["conference_id", "received_at"])
    for name, (table, columns) in _INDEXES_OF_LISTS.items():
        op.execute(f"CREATE INDEX {name} ON {table} {columns}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name, (table, _) in _INDEXES_OF_LISTS.items():
        op.drop_index(name, table)
    op.drop_index("ix_check_ins_received_at", "check_ins")
    op.drop_index("ix_reviews_created_at", "reviews")
    op.execute(
        "ALTER TABLE certificates ALTER COLUMN hours TYPE numeric(7, 2)"
        " USING least(hours, 99999.99)"
    )
    op.drop_column("registrations", "moved_at")
    op.drop_table("calendar_feeds")
    op.drop_table("news")
    op.drop_column("outbox", "about")
    for name, (table, _, _) in _TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for counter in _COUNTERS:
        op.execute(f"DROP SEQUENCE {counter}")
    for name in _INDEXES:
        op.drop_index(name)
    for name, columns in _REPLACED.items():
        op.execute(f"CREATE INDEX {name} ON conferences {columns}")
    for column in ("price", "is_full", "tag_keys", "has_queue"):
        op.drop_column("conferences", column)
    op.drop_column("sessions", "has_queue")
    _search_in("name || ' ' || description || ' ' || tags")
    for function in ("grams(text)", "unit_of(text)", "tell_of_change()"):
        op.execute(f"DROP FUNCTION {function}")


def _search_in(words: str) -> None:
    """A generated column is not changed in place."""
    op.execute("ALTER TABLE conferences DROP COLUMN search")
    op.execute(_SEARCH.format(words=words))
    op.create_index("ix_conferences_search", "conferences", ["search"], postgresql_using="gin")


def _create_news() -> None:
    """What is to be told of another date or place, and by which message."""
    op.add_column("outbox", sa.Column("about", sa.BigInteger(), nullable=True))
    op.create_table(
        "news",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conference_id", sa.BigInteger(), nullable=False),
        sa.Column("session_id", sa.BigInteger(), nullable=True),
        *_whereabouts("was", nullable=False),
        *_whereabouts("became", nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_as", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_news_conference_id")
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_news_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_news")),
    )
    op.create_index(
        "uq_news_open",
        "news",
        ["conference_id", "session_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("told_as IS NULL"),
    )
    op.create_index("ix_news_told_as", "news", ["told_as"], unique=False)


def _whereabouts(when: str, *, nullable: bool) -> list[sa.Column[Any]]:
    kinds: dict[str, sa.types.TypeEngine[Any]] = {
        "starts_at": sa.DateTime(timezone=True),
        "ends_at": sa.DateTime(timezone=True),
        "timezone": sa.Text(),
        "place": sa.Text(),
        "is_online": sa.Boolean(),
        "online_url": sa.Text(),
    }
    return [sa.Column(f"{when}_{name}", kind, nullable=nullable) for name, kind in kinds.items()]
