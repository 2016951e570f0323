"""What is paid, given back and invoiced."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from app.repositories.tables.columns import (
    at_most_one,
    identity,
    instant,
    metadata,
    one_of,
    reference,
    words,
)

payments = Table(
    "payments",
    metadata,
    identity(),
    reference("registration_id", "registrations.id"),
    Column("amount_minor", BigInteger, nullable=False),
    words("currency", "USD"),
    words("status", None),
    # How it is paid: which provider decides.
    words("method", "simulated"),
    # What people quote; nobody can guess another's.
    Column(
        "transaction_id",
        Text,
        nullable=False,
        server_default=text(
            "('EVH-'::text || upper(substr(replace((gen_random_uuid())::text, '-'::text, ''::text),"
            " 1, 12)))"
        ),
    ),
    words("reference_number"),
    # In all; each refund is a row of its own.
    Column("refunded_minor", BigInteger, nullable=False, server_default=text("0")),
    # The outcome asked of the simulated gateway in test mode.
    Column("wanted_outcome", Text, nullable=True),
    # Where the gateway is to report: the server that asked knows its own address.
    words("callback_url"),
    # The id of the callback that settled it.
    Column("settled_by", Text, nullable=True),
    words("failure_reason"),
    instant("created_at"),
    instant("settled_at", nullable=True),
    instant("refunded_at", nullable=True),
    CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    CheckConstraint("refunded_minor BETWEEN 0 AND amount_minor", name="refunds_within_amount"),
    UniqueConstraint("transaction_id"),
    one_of("status", "pending", "paid", "failed", "refunded"),
    at_most_one("uq_payments_one_open", "registration_id", where="status = 'pending'"),
    at_most_one("uq_payments_one_capture", "registration_id", where="status = 'paid'"),
    Index("ix_payments_registration_id", "registration_id"),
    # All that is paid, the newest first.
    Index("ix_payments_created_at", "created_at", "id"),
    Index("ix_payments_amount_minor", "amount_minor", "id"),
    Index("ix_payments_transaction_id", text("grams(transaction_id)"), postgresql_using="gin"),
    Index("ix_payments_status", "status", "created_at", "id"),
)

refunds = Table(
    "refunds",
    metadata,
    identity(),
    reference("payment_id", "payments.id"),
    Column("amount_minor", BigInteger, nullable=False),
    words("currency", "USD"),
    words("reason"),
    # Nobody's where the house gave it back by itself.
    reference("refunded_by", "users.id", nullable=True),
    instant("created_at"),
    CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
    Index("ix_refunds_payment_id", "payment_id"),
)

# The last number given out, per organizer and year; locked to draw the next: none is missing.
invoice_counters = Table(
    "invoice_counters",
    metadata,
    # 0 where the conference belongs to nobody.
    Column("organizer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    identity(),
    reference("payment_id", "payments.id"),
    words("number", None),
    Column("organizer_id", BigInteger, nullable=False),
    Column("year", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    # As it was when the invoice was made: an invoice does not change with those it names.
    words("seller_name"),
    words("seller_email"),
    words("buyer_name"),
    words("buyer_email"),
    words("buyer_organization"),
    words("description"),
    Column("quantity", Integer, nullable=False, server_default=text("1")),
    Column("amount_minor", BigInteger, nullable=False),
    words("currency", "USD"),
    Column("due_on", Date, nullable=True),
    instant("issued_at"),
    Column("is_sent", Boolean, nullable=False, server_default=text("false")),
    instant("sent_at", nullable=True),
    UniqueConstraint("payment_id"),
    UniqueConstraint("number"),
    UniqueConstraint("organizer_id", "year", "sequence"),
    Index("ix_invoices_issued_at", "issued_at", "id"),
    Index("ix_invoices_number", text("grams(number)"), postgresql_using="gin"),
    CheckConstraint("sequence > 0", name="sequence_positive"),
)
