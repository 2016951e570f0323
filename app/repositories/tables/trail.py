"""The trail: who changed what, when, from what to what; written by triggers, whoever writes.

What is new is one narrow row: its first state, and that it is there. Whatever changes afterwards
tells what it was, so that the row itself and the trail together know every state of before.
Counters and copies of what stands elsewhere are left out: a seat more or less is told by its
registration.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, DateTime, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from app.repositories.tables.columns import identity, made_first, made_last, metadata, words

trail = Table(
    "trail",
    metadata,
    identity(),
    words("kind", None),
    # 0 where all of a kind is meant.
    Column("object_id", BigInteger, nullable=False),
    words("verb", None),
    # Where it stands since then, for what has states.
    Column("state", Text, nullable=True),
    # What was changed: by its name, from what to what.
    Column("changes", JSONB, nullable=True),
    words("actor", None),
    # No reference: what happened stays, whatever becomes of the account.
    Column("actor_id", BigInteger, nullable=True),
    Column("request_id", Text, nullable=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Index("ix_trail_object", "kind", "object_id", "id"),
    Index("ix_trail_actor_id", "actor_id", "id", postgresql_where=text("actor_id IS NOT NULL")),
    # All of it, the newest first; always written at its end, which costs next to nothing.
    Index("ix_trail_at", "at", "id"),
)

CREATED = "created"
CHANGED = "changed"
REMOVED = "removed"
CLEARED = "cleared"
# Since when there is a trail, and of what: whatever has a larger id has its beginning in it.
BEGUN = "begun"
_DELETED = ("OLD.deleted_at IS NULL AND NEW.deleted_at IS NOT NULL", "deleted")
_MOVED = (
    "(OLD.conference_id, OLD.session_id, OLD.ticket_type_id)"
    " IS DISTINCT FROM (NEW.conference_id, NEW.session_id, NEW.ticket_type_id)"
)
_STATUS = ("OLD.status <> NEW.status", "NEW.status")


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A table whose changes are noted: which of its columns, and what a change is called.

    Of what is `hidden`, the trail tells that it changed, and nothing else. `state` names what has
    a history of legal steps. `asked_by` is the key by which the desk says who wanted each row;
    where it does not, the row names the account itself, in the column `by`.
    """

    table: str
    kind: str
    fields: str
    hidden: Sequence[str] = ()
    state: str | None = None
    # In this order: under what condition, and the verb, as words or as a column.
    verbs: Sequence[tuple[str, str]] = ()
    asked_by: str | None = None
    by: str | None = None


FOLLOWED = (
    Followed(
        table="conferences",
        kind="conference",
        fields=(
            "name, description, location, timezone, starts_at, ends_at, capacity,"
            " price_minor, currency, multi_track, status, visibility, registration_deadline,"
            " organizer_id, category_id, cover_image, is_online, online_url, tags,"
            " deleted_at"
        ),
        state="status",
        verbs=(_DELETED, _STATUS),
    ),
    Followed(
        table="sessions",
        kind="session",
        fields=(
            "conference_id, name, description, speaker, room, starts_at, ends_at, capacity,"
            " price_minor, currency, deleted_at"
        ),
        verbs=(_DELETED,),
    ),
    Followed(
        table="ticket_types",
        kind="ticket_type",
        fields=(
            "name, description, capacity, price_minor, currency, sales_start, sales_end, deleted_at"
        ),
        verbs=(_DELETED,),
    ),
    Followed(table="categories", kind="category", fields="name, slug"),
    Followed(
        table="attendees",
        kind="attendee",
        fields=("name, email, phone_number, organization, user_id, created_by, deleted_at"),
        hidden=("phone_number",),
        verbs=(_DELETED,),
    ),
    Followed(
        table="users",
        kind="user",
        fields=(
            "username, email, password_hash, first_name, last_name, role, is_active, bio,"
            " phone, website, organization, avatar, twitter, linkedin, github, facebook,"
            " newsletter_subscribed, notifications_enabled, verified_at"
        ),
        hidden=("password_hash", "phone"),
    ),
    Followed(
        table="registrations",
        kind="registration",
        fields=(
            "conference_id, session_id, ticket_type_id, attendee_id, owner_id, status,"
            " quantity, price_minor, currency, hold_expires_at, end_reason, guest_name,"
            " special_requirements"
        ),
        hidden=("special_requirements",),
        state="status",
        verbs=(
            (_MOVED, "moved"),
            ("OLD.status = 'waitlisted' AND NEW.status IN ('pending', 'confirmed')", "promoted"),
            _STATUS,
        ),
        asked_by="concat_ws('/', one.attendee_id, one.conference_id, one.session_id)",
    ),
    Followed(
        table="payments",
        kind="payment",
        fields=(
            "registration_id, amount_minor, currency, status, method, refunded_minor,"
            " reference_number, failure_reason"
        ),
        state="status",
        verbs=(
            _STATUS,
            ("OLD.refunded_minor < NEW.refunded_minor", "refunded in part"),
        ),
    ),
    Followed(
        table="refunds",
        kind="refund",
        fields="payment_id, amount_minor, currency, reason, refunded_by",
    ),
    Followed(
        table="invoices",
        kind="invoice",
        fields=(
            "payment_id, number, seller_name, seller_email, buyer_name, buyer_email,"
            " buyer_organization, description, quantity, amount_minor, currency, due_on,"
            " is_sent"
        ),
        verbs=(("NOT OLD.is_sent AND NEW.is_sent", "sent"),),
    ),
    Followed(
        table="check_ins",
        kind="check_in",
        fields=("registration_id, conference_id, scanned_at, scanned_by, undone_at, undone_by"),
        asked_by="concat_ws('/', one.conference_id, one.nonce)",
        by="scanned_by",
        verbs=(("OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL", "undone"),),
    ),
    Followed(
        table="reviews",
        kind="review",
        fields="conference_id, user_id, rating, title, review, deleted_at",
        verbs=(_DELETED,),
    ),
    Followed(
        table="certificates",
        kind="certificate",
        fields=(
            "conference_id, attendee_id, number, hours, skill_tags, attendee_name, conference_name"
        ),
    ),
)

_HIDDEN = "***"
# Of an e-mail address, its first letter and its host are enough to tell one from another.
MASKED = (
    "CREATE FUNCTION masked(told jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN"
    " CASE WHEN jsonb_typeof(told) = 'string' AND strpos(told #>> '{}', '@') > 0"
    r" THEN to_jsonb(regexp_replace(told #>> '{}', '([^\s@])[^\s@]*@', '\1***@', 'g'))"
    " ELSE told END"
)
KEEP = (
    "CREATE FUNCTION keep_trail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE EXCEPTION 'the trail is only ever added to' USING ERRCODE = 'insufficient_privilege';"
    " END $$"
)
KEPT = (
    "CREATE TRIGGER trail_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON trail"
    " FOR EACH STATEMENT EXECUTE FUNCTION keep_trail()"
)
_COLUMNS = "kind, object_id, verb, state, changes, actor, actor_id, request_id"


def function(followed: Followed) -> str:
    """What notes the changes of one table; what a statement makes is noted by one statement."""
    return (
        f"CREATE FUNCTION note_{followed.table}() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE said text := coalesce(nullif(current_setting('plenary.actor', true), ''),"
        " 'database');"
        f" changed jsonb; BEGIN CASE TG_OP WHEN 'INSERT' THEN {_created(followed)};"
        f" WHEN 'UPDATE' THEN {_changed(followed)};"
        f" WHEN 'DELETE' THEN {_removed(followed)};"
        f" WHEN 'TRUNCATE' THEN {_cleared(followed)};"
        " END CASE; RETURN NULL; END $$"
    )


def triggers(followed: Followed) -> list[str]:
    """By statement, with all its rows; but changes by row, and only where a noted column is set.

    PostgreSQL gives a trigger the rows of a statement, or spares it the columns it does not care
    for, and never both: what changes most are counters, and check-ins, of which nothing is noted.
    """
    old, new = (
        ", ".join(f"{when}.{field}" for field in _names(followed)) for when in ("OLD", "NEW")
    )
    at = {
        "created": "INSERT ON {0} REFERENCING NEW TABLE AS made FOR EACH STATEMENT",
        "changed": f"UPDATE OF {followed.fields} ON {{0}} FOR EACH ROW"
        f" WHEN (({old}) IS DISTINCT FROM ({new}))",
        "removed": "DELETE ON {0} REFERENCING OLD TABLE AS gone FOR EACH STATEMENT",
        "cleared": "TRUNCATE ON {0} FOR EACH STATEMENT",
    }
    return [
        f"CREATE TRIGGER note_{name} AFTER {when.format(followed.table)}"
        f" EXECUTE FUNCTION note_{followed.table}()"
        for name, when in at.items()
    ]


def _created(followed: Followed) -> str:
    state = f"one.{followed.state}" if followed.state else "NULL"
    if followed.asked_by is None:
        asked, said = "", "said"
    else:
        asked = (
            " LEFT JOIN jsonb_each_text(CAST(nullif(current_setting('plenary.asked', true), '')"
            f" AS jsonb)) AS asked ON asked.key = {followed.asked_by}"
        )
        said = "coalesce(asked.value, said)"
    if followed.by is not None:
        said = (
            f"CASE WHEN split_part({said}, ' ', 1) = 'desk'"
            f" THEN 'user ' || one.{followed.by} ELSE {said} END"
        )
    return (
        f"INSERT INTO trail ({_COLUMNS}) SELECT '{followed.kind}', one.id, '{CREATED}', {state},"
        f" NULL, {_who(said)} FROM made AS one{asked} ORDER BY one.id"
    )


def _changed(followed: Followed) -> str:
    state = f"NEW.{followed.state}" if followed.state else "NULL"
    fields = ", ".join(_field(followed, name, "OLD", "NEW") for name in _names(followed))
    verbs = "".join(f" WHEN {when} THEN {_verb(verb)}" for when, verb in followed.verbs)
    verb = f"CASE{verbs} ELSE '{CHANGED}' END" if verbs else f"'{CHANGED}'"
    return (
        "SELECT jsonb_object_agg(name, jsonb_build_array(masked(was), masked(becomes)))"
        f" INTO changed FROM (VALUES {fields}) AS field(name, differs, was, becomes)"
        " WHERE differs;"
        f" INSERT INTO trail ({_COLUMNS}) SELECT '{followed.kind}', NEW.id, {verb}, {state},"
        f" changed, {_who('said')}"
    )


def _removed(followed: Followed) -> str:
    state = f"one.{followed.state}" if followed.state else "NULL"
    fields = ", ".join(_field(followed, name, "one", "") for name in _names(followed))
    return (
        f"INSERT INTO trail ({_COLUMNS}) SELECT '{followed.kind}', one.id, '{REMOVED}', {state},"
        " (SELECT jsonb_object_agg(name, jsonb_build_array(masked(was), NULL))"
        f" FROM (VALUES {fields}) AS field(name, was) WHERE was IS NOT NULL),"
        f" {_who('said')} FROM gone AS one ORDER BY one.id"
    )


def _cleared(followed: Followed) -> str:
    return (
        f"INSERT INTO trail ({_COLUMNS}) SELECT '{followed.kind}', 0, '{CLEARED}', NULL, NULL,"
        f" {_who('said')}"
    )


def _field(followed: Followed, name: str, old: str, new: str) -> str:
    """A row of VALUES: its name, whether it differs, what it was, and what it becomes."""
    hidden = f"to_jsonb('{_HIDDEN}'::text)"
    was = hidden if name in followed.hidden else f"to_jsonb({old}.{name})"
    if not new:
        return f"('{name}', {was})"
    becomes = hidden if name in followed.hidden else f"to_jsonb({new}.{name})"
    return f"('{name}', {old}.{name} IS DISTINCT FROM {new}.{name}, {was}, {becomes})"


def _names(followed: Followed) -> list[str]:
    return followed.fields.split(", ")


def _verb(verb: str) -> str:
    return verb if verb.startswith("NEW.") else f"'{verb}'"


def _who(said: str) -> str:
    """What was said of who acts: its kind, the account and the request, the last two or none."""
    return (
        f"split_part({said}, ' ', 1), CAST(nullif(split_part({said}, ' ', 2), '') AS bigint),"
        f" nullif(split_part({said}, ' ', 3), '')"
    )


made_first(MASKED)
made_last(KEEP)
made_last(KEPT)
for _followed in FOLLOWED:
    made_last(function(_followed))
    for _trigger in triggers(_followed):
        made_last(_trigger)
