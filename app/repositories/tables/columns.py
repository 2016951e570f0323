"""What the tables are made of: how constraints are named, and the columns they share.

Constraint names are part of the interface: see constraints.py.
"""

from datetime import datetime

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Text,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR, ExcludeConstraint

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def made_first(statement: str) -> None:
    """What the tables need before they are made: a function, a counter."""
    event.listen(metadata, "before_create", DDL(statement))  # type: ignore[no-untyped-call]


def made_last(statement: str) -> None:
    """What needs the tables: a trigger."""
    event.listen(metadata, "after_create", DDL(statement))  # type: ignore[no-untyped-call]


# Every three letters that follow one another: what holds a part of a text holds all of the part's.
GRAMS = (
    "CREATE FUNCTION grams(words text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT"
    " RETURN ARRAY(SELECT DISTINCT substr(lower(words), place, 3)"
    " FROM generate_series(1, length(lower(words)) - 2) AS place)"
)
made_first(GRAMS)

# A stretch on the line of one person, room …: as a box it is found twice as fast as by two ranges.
# In microseconds, each of which a float tells from the next until 2242. The end is not part of it.
PERIOD = (
    "CREATE FUNCTION period_of(id bigint, starts_at timestamptz, ends_at timestamptz) RETURNS box"
    " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN box("
    "point(id, round(date_part('epoch', starts_at AT TIME ZONE 'UTC') * 1e6)), "
    "point(id, round(date_part('epoch', ends_at AT TIME ZONE 'UTC') * 1e6)"
    " - greatest(1, abs(date_part('epoch', ends_at AT TIME ZONE 'UTC')) * 1.2e-10)))"
)
made_first(PERIOD)

LIVE = "status IN ('pending', 'confirmed')"
CLAIMING = "status IN ('pending', 'confirmed', 'waitlisted')"
# What PostgreSQL's parser would keep as one word: paths, hosts, addresses, compounds, tags.
JOINING = "/.-_@+&<>"


def identity() -> Column[int]:
    return Column("id", BigInteger, Identity(), primary_key=True)


def reference(name: str, target: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, ForeignKey(target), nullable=nullable)


def words(name: str, default: str | None = "") -> Column[str]:
    server_default = None if default is None else text(f"'{default}'")
    return Column(name, Text, nullable=False, server_default=server_default)


def instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


def at_most_one(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, unique=True, postgresql_where=text(where))


def never_at_once(name: str, whose: str, *, where: str) -> ExcludeConstraint:
    """No two rows of the same one overlap in time; one may begin when another ends."""
    period = text(f"period_of({whose}, starts_at, ends_at)")
    return ExcludeConstraint((period, "&&"), where=text(where), name=name)


def money() -> tuple[Column[int], Column[str], CheckConstraint]:
    return (
        Column("price_minor", BigInteger, nullable=False, server_default=text("0")),
        words("currency", "USD"),
        CheckConstraint("price_minor >= 0", name="price_not_negative"),
    )


def seats() -> tuple[Column[int | None] | Column[int] | CheckConstraint, ...]:
    """What is to be had, what is taken, and how many registrations wait for it."""
    return (
        Column("capacity", Integer, nullable=True),
        Column("seats_taken", Integer, nullable=False, server_default=text("0")),
        Column("waiting", Integer, nullable=False, server_default=text("0")),
        CheckConstraint("waiting >= 0", name="waiting_not_negative"),
        CheckConstraint("seats_taken >= 0", name="seats_not_negative"),
        CheckConstraint(
            "capacity IS NULL OR seats_taken <= capacity", name="seats_within_capacity"
        ),
    )


def has_queue() -> Column[bool]:
    """Whether anybody waits: while its value stays, one more or less touches no index."""
    return Column("has_queue", Boolean, Computed("waiting > 0", persisted=True))


def queued(table: str) -> Index:
    """Queues are looked through every few seconds."""
    return Index(f"ix_{table}_queued", "id", postgresql_where=text("has_queue"))


def search(words: str) -> Column[str]:
    """The words of an expression; "tech/AI" is two. What is searched for is split alike."""
    split = f"translate(normalize({words}, NFKC), '{JOINING}', '{' ' * len(JOINING)}')"
    return Column("search", TSVECTOR, Computed(f"to_tsvector('simple', {split})", persisted=True))


def found_by(table: str) -> Index:
    """The index of `search`. New words go into it at once: a pile beside it is read each time."""
    return Index(
        f"ix_{table}_search",
        "search",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
