"""Who logs in."""

from sqlalchemy import Boolean, Column, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from app.repositories.tables.columns import identity, instant, metadata, one_of, reference, words

users = Table(
    "users",
    metadata,
    identity(),
    words("username", None),
    Column("username_folded", Text, nullable=False, unique=True),
    words("email", None),
    Column("email_folded", Text, nullable=False, unique=True),
    words("password_hash", None),
    words("first_name"),
    words("last_name"),
    words("role", None),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    instant("created_at"),
    instant("updated_at"),
    one_of("role", "attendee", "organizer", "admin"),
)

token_families = Table(
    "token_families",
    metadata,
    Column("id", UUID(as_uuid=False), primary_key=True),
    reference("user_id", "users.id"),
    Column("current_jti", Text, nullable=False),
    Column("previous_jti", Text, nullable=True),
    instant("rotated_at"),
    instant("created_at"),
    instant("expires_at"),
    instant("revoked_at", nullable=True),
    Index("ix_token_families_user_id", "user_id"),
    Index("ix_token_families_expires_at", "expires_at"),
)
