"""Who logs in."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from app.repositories.tables.columns import identity, instant, metadata, one_of, reference, words

# What somebody is looked for by.
NAMES = "(((((username || chr(10)) || first_name) || ' ') || last_name) || chr(10)) || organization"

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
    words("bio"),
    words("phone"),
    words("website"),
    words("organization"),
    # The name of a picture among the files; empty where there is none.
    words("avatar"),
    words("twitter"),
    words("linkedin"),
    words("github"),
    words("facebook"),
    Column("newsletter_subscribed", Boolean, nullable=False, server_default=text("false")),
    Column("notifications_enabled", Boolean, nullable=False, server_default=text("true")),
    # When the present e-mail address was proven to be theirs.
    instant("verified_at", nullable=True),
    # Counted with each notification, so that nobody has to count.
    Column("unread_notifications", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("unread_notifications >= 0", name="unread_not_negative"),
    instant("created_at"),
    instant("updated_at"),
    one_of("role", "attendee", "organizer", "admin"),
    Index("ix_users_created_at", "created_at", "id"),
    Index("ix_users_words", text(f"grams({NAMES})"), postgresql_using="gin"),
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

# What was mailed to prove an address: the link itself is known to its reader alone.
mailed_tokens = Table(
    "mailed_tokens",
    metadata,
    identity(),
    reference("user_id", "users.id"),
    words("purpose", None),
    words("digest", None),
    words("email_folded", None),
    instant("created_at"),
    instant("expires_at"),
    instant("used_at", nullable=True),
    UniqueConstraint("digest"),
    Index("ix_mailed_tokens_user_id", "user_id"),
    Index("ix_mailed_tokens_expires_at", "expires_at"),
)

# The address of an account's own calendar is made of the nonce and a key that is not kept here.
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    Column(
        "user_id",
        BigInteger,
        ForeignKey("users.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("nonce", UUID(as_uuid=False), nullable=False, unique=True),
    instant("created_at"),
)
