"""What keeps the promises: messages, idempotency keys, the log of requests."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, REAL, UUID

from app.repositories.tables.columns import identity, instant, metadata, one_of, words

outbox = Table(
    "outbox",
    metadata,
    identity(),
    words("kind", None),
    Column("subject", BigInteger, nullable=False),
    # The message that this one goes back to, where it matters which it was.
    Column("about", BigInteger, nullable=True),
    Column("dedupe_key", Text, nullable=True, unique=True),
    words("state", "open"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("due_at"),
    Column("lease", UUID(as_uuid=False), nullable=True),
    instant("leased_until", nullable=True),
    words("last_error"),
    instant("created_at"),
    instant("done_at", nullable=True),
    one_of("state", "open", "done", "dead"),
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
    words("fingerprint", None),
    # The use case's result: the name of its dataclass and its fields.
    words("answer_kind", None),
    Column("answer", JSONB, nullable=False),
    instant("created_at"),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

request_logs = Table(
    "request_logs",
    metadata,
    identity(),
    instant("timestamp"),
    words("method", None),
    words("path", None),
    words("query"),
    Column("status", Integer, nullable=False),
    Column("user_id", BigInteger, nullable=True),
    Column("username", Text, nullable=True),
    Column("duration_ms", REAL, nullable=False),
    words("ip"),
    words("request_id"),
    Index("ix_request_logs_timestamp", "timestamp"),
    # Written by many at a time, so that each costs little.
    Index("ix_request_logs_status", "status", "timestamp", "id"),
    Index("ix_request_logs_username", "username", "timestamp", "id"),
    # By what paths begin with, whatever the language of the database.
    Index("ix_request_logs_path", "path", "timestamp", postgresql_ops={"path": "text_pattern_ops"}),
    Index("ix_request_logs_request_id", "request_id"),
    Index("ix_request_logs_duration_ms", "duration_ms", "id"),
)
