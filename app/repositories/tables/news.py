"""What is to be told of a conference or a session: where and when it was, and has become."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Table, Text, text

from app.repositories.tables.columns import identity, instant, metadata, reference


def _whereabouts(when: str, *, nullable: bool) -> list[Column[Any]]:
    kinds: dict[str, Any] = {
        "starts_at": DateTime(timezone=True),
        "ends_at": DateTime(timezone=True),
        "timezone": Text,
        "place": Text,
        "is_online": Boolean,
        "online_url": Text,
    }
    return [Column(f"{when}_{name}", kind, nullable=nullable) for name, kind in kinds.items()]


news = Table(
    "news",
    metadata,
    identity(),
    reference("conference_id", "conferences.id"),
    # The session of the conference whose news it is; none where it is the conference's own.
    reference("session_id", "sessions.id", nullable=True),
    *_whereabouts("was", nullable=False),
    *_whereabouts("became", nullable=True),
    instant("due_at"),
    # The message by which it is told; none while it may still change.
    Column("told_as", BigInteger, nullable=True),
    instant("told_at", nullable=True),
    Index(
        "uq_news_open",
        "conference_id",
        "session_id",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("told_as IS NULL"),
    ),
    Index("ix_news_told_as", "told_as"),
)
