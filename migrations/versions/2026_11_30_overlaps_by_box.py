"""What may not overlap is asked as one box of whose it is and when, instead of as two ranges.

Each index is built anew, a million registrations and a hundred thousand sessions in a
quarter of a minute, during which nobody registers: who asks meanwhile is told to come again.

Revision: 4c8e2f60b1d7
After: a2f6d81b7c39
"""

from collections.abc import Callable

from alembic import op

revision = "4c8e2f60b1d7"
down_revision = "a2f6d81b7c39"
branch_labels = None
depends_on = None

_PERIOD = (
    "CREATE FUNCTION period_of(id bigint, starts_at timestamptz, ends_at timestamptz) RETURNS box"
    " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN box("
    "point(id, round(date_part('epoch', starts_at AT TIME ZONE 'UTC') * 1e6)), "
    "point(id, round(date_part('epoch', ends_at AT TIME ZONE 'UTC') * 1e6)"
    " - greatest(1, abs(date_part('epoch', ends_at AT TIME ZONE 'UTC')) * 1.2e-10)))"
)
# By name: on which table, whose, and which rows count. Sessions first, as requests lock them.
_OVERLAPS = {
    "ex_sessions_single_track": (
        "sessions",
        "conference_id",
        "deleted_at IS NULL AND NOT multi_track",
    ),
    "ex_sessions_room": ("sessions", "room_id", "deleted_at IS NULL AND room_id IS NOT NULL"),
    "ex_sessions_speaker": (
        "sessions",
        "speaker_id",
        "deleted_at IS NULL AND speaker_id IS NOT NULL",
    ),
    "ex_registrations_schedule": (
        "registrations",
        "attendee_id",
        "session_id IS NOT NULL AND status IN ('pending', 'confirmed')",
    ),
}


def _rebuilt(asked: Callable[[str], str]) -> None:
    for name, (table, whose, where) in _OVERLAPS.items():
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name}"
            f" EXCLUDE USING gist ({asked(whose)}) WHERE ({where})"
        )


def _as_box(whose: str) -> str:
    return f"period_of({whose}, starts_at, ends_at) WITH &&"


def _as_ranges(whose: str) -> str:
    return f"int8range({whose}, {whose}, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(_PERIOD)
    _rebuilt(_as_box)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    _rebuilt(_as_ranges)
    op.execute("DROP FUNCTION period_of")
