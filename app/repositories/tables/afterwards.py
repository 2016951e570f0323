"""What is left of a conference that has been: reviews and certificates."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from app.repositories.tables.columns import (
    at_most_one,
    identity,
    instant,
    metadata,
    reference,
    words,
)

reviews = Table(
    "reviews",
    metadata,
    identity(),
    reference("conference_id", "conferences.id"),
    reference("user_id", "users.id"),
    Column("rating", Integer, nullable=False),
    words("title"),
    words("review"),
    Column("attended", Boolean, nullable=False, server_default=text("false")),
    Column("helpful_count", Integer, nullable=False, server_default=text("0")),
    Column("unhelpful_count", Integer, nullable=False, server_default=text("0")),
    instant("created_at"),
    instant("updated_at"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating_of_five"),
    CheckConstraint("helpful_count >= 0 AND unhelpful_count >= 0", name="votes_not_negative"),
    instant("deleted_at", nullable=True),
    at_most_one(
        "uq_reviews_conference_id_user_id", "conference_id", "user_id", where="deleted_at IS NULL"
    ),
    Index("ix_reviews_user_id", "user_id"),
    Index("ix_reviews_title", text("grams(title)"), postgresql_using="gin"),
    Index("ix_reviews_rating", "rating", "id", postgresql_where=text("deleted_at IS NULL")),
    Index("ix_reviews_helpful", "helpful_count", "id", postgresql_where=text("deleted_at IS NULL")),
    # The newest of all conferences are read from its end.
    Index("ix_reviews_created_at", "created_at", "id", postgresql_where=text("deleted_at IS NULL")),
)

review_votes = Table(
    "review_votes",
    metadata,
    reference("review_id", "reviews.id"),
    reference("user_id", "users.id"),
    Column("is_helpful", Boolean, nullable=False),
    instant("created_at"),
    PrimaryKeyConstraint("review_id", "user_id"),
)

certificates = Table(
    "certificates",
    metadata,
    identity(),
    reference("conference_id", "conferences.id"),
    reference("attendee_id", "attendees.id"),
    words("number", None),
    Column("hours", Numeric(9, 2), nullable=False),
    words("skill_tags"),
    # As they were when it was issued: a certificate does not change with those it names.
    words("attendee_name", None),
    words("conference_name", None),
    # Nobody's where it was issued because the conference had ended.
    reference("issued_by", "users.id", nullable=True),
    instant("issued_at"),
    instant("downloaded_at", nullable=True),
    UniqueConstraint("number"),
    UniqueConstraint("conference_id", "attendee_id"),
    Index("ix_certificates_attendee_id", "attendee_id"),
    *(
        Index(f"ix_certificates_{name}", name, "id")
        for name in ("issued_at", "conference_name", "hours")
    ),
    Index(
        "ix_certificates_words",
        text("grams((number || chr(10)) || conference_name)"),
        postgresql_using="gin",
    ),
)
