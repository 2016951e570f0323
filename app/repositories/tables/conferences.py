"""What one can register for."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.domain.money import EXPONENTS
from app.repositories.tables.columns import (
    at_most_one,
    found_by,
    has_queue,
    identity,
    instant,
    made_first,
    metadata,
    money,
    never_at_once,
    one_of,
    queued,
    reference,
    search,
    seats,
    words,
)

# What anybody may see.
PUBLIC = "deleted_at IS NULL AND status <> 'draft' AND visibility = 'public'"
_PUBLIC_ORDERS = {
    "starts_at": ("starts_at", "id"),
    "ends_at": ("ends_at", "id"),
    "created_at": ("created_at", "id"),
    "name": ("name", "id"),
    "price": ("price", "id"),
    "is_full": ("is_full", "starts_at", "id"),
    "deadline": ("registration_deadline", "id"),
}
_WHENS = " ".join(
    f"WHEN currency IN ({', '.join(repr(name) for name in sorted(named))})"
    f" THEN {10.0**-digits:.{digits}f}"
    for digits in sorted(set(EXPONENTS.values()))
    if (named := [name for name, exponent in EXPONENTS.items() if exponent == digits])
)
# What one of the minor units that prices are counted in is worth in whole ones.
UNIT_OF = (
    "CREATE FUNCTION unit_of(currency text) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE"
    f" STRICT RETURN CASE {_WHENS} ELSE 0.01 END"
)
made_first(UNIT_OF)
# As `lower` and single blanks make of them what is looked for.
_TAG_KEYS = (
    r"string_to_array(regexp_replace(regexp_replace(lower(btrim(tags)), '\s+', ' ', 'g'),"
    r" ' ?, ?', ',', 'g'), ',')"
)

categories = Table(
    "categories",
    metadata,
    identity(),
    words("name", None),
    words("name_folded", None),
    words("slug", None),
    instant("created_at"),
    UniqueConstraint("name_folded"),
    UniqueConstraint("slug"),
)

conferences = Table(
    "conferences",
    metadata,
    identity(),
    words("name", None),
    words("description"),
    words("location"),
    words("timezone", "UTC"),
    instant("starts_at"),
    instant("ends_at"),
    *seats(),
    *money(),
    Column("multi_track", Boolean, nullable=False, server_default=text("false")),
    words("status", None),
    words("visibility", "public"),
    instant("registration_deadline", nullable=True),
    reference("organizer_id", "users.id", nullable=True),
    reference("category_id", "categories.id", nullable=True),
    # The name of a picture among the files; empty where there is none.
    words("cover_image"),
    Column("is_online", Boolean, nullable=False, server_default=text("false")),
    # Shown to those who are registered, and to those who manage it.
    words("online_url"),
    # Separated by commas, as they were written.
    words("tags"),
    # Kept with each review, so that no average is taken over all of them.
    Column("reviews_count", Integer, nullable=False, server_default=text("0")),
    Column("ratings_sum", Integer, nullable=False, server_default=text("0")),
    # When everybody who was checked in got a certificate.
    instant("certified_at", nullable=True),
    instant("created_at"),
    instant("updated_at"),
    instant("deleted_at", nullable=True),
    search("name || ' ' || description || ' ' || tags || ' ' || location"),
    # In whole units, to be compared across currencies by what is said.
    Column("price", Numeric, Computed("price_minor::numeric * unit_of(currency)", persisted=True)),
    # While its value stays, a seat more or less touches no index.
    Column(
        "is_full",
        Boolean,
        Computed("capacity IS NOT NULL AND seats_taken >= capacity", persisted=True),
    ),
    Column("tag_keys", ARRAY(Text), Computed(_TAG_KEYS, persisted=True)),
    has_queue(),
    CheckConstraint("starts_at < ends_at", name="period_forward"),
    CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
    CheckConstraint("reviews_count >= 0", name="reviews_not_negative"),
    one_of("status", "draft", "published", "cancelled"),
    one_of("visibility", "public", "private"),
    # What a session copies, so that its exclusion constraint can read it.
    UniqueConstraint("id", "multi_track", name="uq_conferences_id_multi_track"),
    Index(
        "ix_conferences_starts_at",
        "starts_at",
        "id",
        postgresql_where=text("deleted_at IS NULL"),
    ),
    Index("ix_conferences_organizer_id", "organizer_id", "starts_at", "id"),
    # Those that have ended are looked for every few seconds.
    Index(
        "ix_conferences_uncertified",
        "ends_at",
        "id",
        postgresql_where=text(
            "certified_at IS NULL AND deleted_at IS NULL AND status = 'published'"
        ),
    ),
    Index("ix_conferences_category_id", "category_id", "starts_at", "id"),
    found_by("conferences"),
    # What anybody may see, in each order that lists are asked for; the first is counted, too.
    *(
        Index(f"ix_conferences_public_{name}", *columns, postgresql_where=text(PUBLIC))
        for name, columns in _PUBLIC_ORDERS.items()
    ),
    Index(
        "ix_conferences_period",
        text("tstzrange(starts_at, ends_at)"),
        postgresql_using="gist",
        postgresql_where=text("deleted_at IS NULL"),
    ),
    queued("conferences"),
    Index("ix_conferences_title", text("lower(name)")),
    # Parts of the name, by which reviews are found.
    Index("ix_conferences_words", text("grams(name)"), postgresql_using="gin"),
    Index("ix_conferences_location", text("grams(location)"), postgresql_using="gin"),
    Index("ix_conferences_tag_keys", "tag_keys", postgresql_using="gin"),
    # The few that are not for everybody.
    Index(
        "ix_conferences_hidden",
        "id",
        postgresql_where=text(
            "deleted_at IS NULL AND (status = 'draft' OR visibility = 'private')"
        ),
    ),
)

rooms = Table(
    "rooms",
    metadata,
    identity(),
    reference("conference_id", "conferences.id"),
    words("name", None),
    words("name_folded", None),
    UniqueConstraint("conference_id", "name_folded"),
)

speakers = Table(
    "speakers",
    metadata,
    identity(),
    reference("conference_id", "conferences.id"),
    words("name", None),
    words("name_folded", None),
    UniqueConstraint("conference_id", "name_folded"),
)

sessions = Table(
    "sessions",
    metadata,
    identity(),
    Column("conference_id", BigInteger, nullable=False),
    Column("multi_track", Boolean, nullable=False),
    words("name", None),
    words("description"),
    words("speaker"),
    words("room"),
    reference("speaker_id", "speakers.id", nullable=True),
    # The speaker's account, where the speaker was named by it.
    reference("speaker_user_id", "users.id", nullable=True),
    reference("room_id", "rooms.id", nullable=True),
    instant("starts_at"),
    instant("ends_at"),
    *seats(),
    *money(),
    instant("created_at"),
    instant("updated_at"),
    instant("deleted_at", nullable=True),
    search("name || ' ' || speaker"),
    has_queue(),
    CheckConstraint("starts_at < ends_at", name="period_forward"),
    CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
    ForeignKeyConstraint(
        ["conference_id", "multi_track"],
        ["conferences.id", "conferences.multi_track"],
        name="fk_sessions_conference",
        onupdate="CASCADE",
    ),
    never_at_once(
        "ex_sessions_single_track",
        "conference_id",
        where="deleted_at IS NULL AND NOT multi_track",
    ),
    never_at_once(
        "ex_sessions_room",
        "room_id",
        where="deleted_at IS NULL AND room_id IS NOT NULL",
    ),
    never_at_once(
        "ex_sessions_speaker",
        "speaker_id",
        where="deleted_at IS NULL AND speaker_id IS NOT NULL",
    ),
    Index("ix_sessions_conference_id", "conference_id", "starts_at"),
    Index("ix_sessions_starts_at", "starts_at", "id", postgresql_where=text("deleted_at IS NULL")),
    *(
        Index(f"ix_sessions_{name}", name, "id", postgresql_where=text("deleted_at IS NULL"))
        for name in ("name", "price_minor", "created_at")
    ),
    Index("ix_sessions_speaker", text("grams(speaker)"), postgresql_using="gin"),
    found_by("sessions"),
    queued("sessions"),
)

# Guarded by the lock of its conference, whose seats its own are part of.
ticket_types = Table(
    "ticket_types",
    metadata,
    identity(),
    reference("conference_id", "conferences.id"),
    words("name", None),
    words("name_folded", None),
    words("description"),
    *seats(),
    *money(),
    instant("sales_start", nullable=True),
    instant("sales_end", nullable=True),
    instant("created_at"),
    instant("updated_at"),
    instant("deleted_at", nullable=True),
    CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
    CheckConstraint("sales_start < sales_end", name="sales_forward"),
    # What a registration copies, so that it cannot name a type of another conference.
    UniqueConstraint("id", "conference_id", name="uq_ticket_types_id_conference_id"),
    at_most_one("uq_ticket_types_name", "conference_id", "name_folded", where="deleted_at IS NULL"),
)
