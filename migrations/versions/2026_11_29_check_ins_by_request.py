"""The desk at the door says of each check-in who asked for it, and in which request.

Only the function that notes check-ins is replaced: no row is read or written, nobody waits.

Revision: a2f6d81b7c39
After: 7b3e91c4d2a6
"""

from alembic import op

revision = "a2f6d81b7c39"
down_revision = "7b3e91c4d2a6"
branch_labels = None
depends_on = None

_COLUMNS = "kind, object_id, verb, state, changes, actor, actor_id, request_id"
_FIELDS = ("registration_id", "conference_id", "scanned_at", "scanned_by", "undone_at", "undone_by")
_ASKED = (
    " LEFT JOIN jsonb_each_text(CAST(nullif(current_setting('plenary.asked', true), '')"
    " AS jsonb)) AS asked ON asked.key = concat_ws('/', one.conference_id, one.nonce)"
)


def _by(said: str) -> str:
    return (
        f"CASE WHEN split_part({said}, ' ', 1) = 'desk'"
        f" THEN 'user ' || one.scanned_by ELSE {said} END"
    )


def _who(said: str) -> str:
    return (
        f"split_part({said}, ' ', 1), CAST(nullif(split_part({said}, ' ', 2), '') AS bigint),"
        f" nullif(split_part({said}, ' ', 3), '')"
    )


def _function(asked: str, made_by: str) -> str:
    note = f"INSERT INTO trail ({_COLUMNS}) SELECT 'check_in'"
    changed = ", ".join(
        f"('{name}', OLD.{name} IS DISTINCT FROM NEW.{name},"
        f" to_jsonb(OLD.{name}), to_jsonb(NEW.{name}))"
        for name in _FIELDS
    )
    gone = ", ".join(f"('{name}', to_jsonb(one.{name}))" for name in _FIELDS)
    return (
        "CREATE OR REPLACE FUNCTION note_check_ins() RETURNS trigger LANGUAGE plpgsql AS $$"
        " DECLARE said text := coalesce(nullif(current_setting('plenary.actor', true), ''),"
        " 'database'); changed jsonb; BEGIN CASE TG_OP"
        f" WHEN 'INSERT' THEN {note}, one.id, 'created', NULL, NULL, {_who(made_by)}"
        f" FROM made AS one{asked} ORDER BY one.id;"
        " WHEN 'UPDATE' THEN SELECT jsonb_object_agg(name,"
        f" jsonb_build_array(masked(was), masked(becomes))) INTO changed FROM (VALUES {changed})"
        " AS field(name, differs, was, becomes) WHERE differs;"
        f" {note}, NEW.id, CASE WHEN OLD.undone_at IS NULL AND NEW.undone_at IS NOT NULL"
        f" THEN 'undone' ELSE 'changed' END, NULL, changed, {_who('said')};"
        f" WHEN 'DELETE' THEN {note}, one.id, 'removed', NULL, (SELECT jsonb_object_agg(name,"
        f" jsonb_build_array(masked(was), NULL)) FROM (VALUES {gone}) AS field(name, was)"
        f" WHERE was IS NOT NULL), {_who('said')} FROM gone AS one ORDER BY one.id;"
        f" WHEN 'TRUNCATE' THEN {note}, 0, 'cleared', NULL, NULL, {_who('said')};"
        " END CASE; RETURN NULL; END $$"
    )


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(_function(_ASKED, _by("coalesce(asked.value, said)")))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(_function("", _by("said")))
