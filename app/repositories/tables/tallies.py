"""How many registrations there are of each status, kept by whoever writes them.

A statement that makes them more or less adds a row that says by how many: it locks nothing, waits
for nobody, and counts when its transaction does. The sum is exact for whoever looks; now and then
the rows are folded into one per status (decision 24).
"""

from collections.abc import Mapping

from sqlalchemy import BigInteger, Boolean, Column, Table

from app.repositories.tables.columns import made_first, made_last, metadata, words

registration_tallies = Table(
    "registration_tallies",
    metadata,
    words("status", None),
    Column("is_admission", Boolean, nullable=False),
    # More or less of these.
    Column("n", BigInteger, nullable=False),
)

_ADD = "INSERT INTO registration_tallies (status, is_admission, n)"
FUNCTION = (
    "CREATE FUNCTION tally_registrations() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" CASE TG_OP WHEN 'INSERT' THEN {_ADD}"
    " SELECT status, session_id IS NULL, count(*) FROM came GROUP BY 1, 2;"
    f" WHEN 'DELETE' THEN {_ADD}"
    " SELECT status, session_id IS NULL, -count(*) FROM went GROUP BY 1, 2;"
    f" WHEN 'UPDATE' THEN {_ADD} SELECT status, is_admission, sum(n) FROM"
    " (SELECT status, session_id IS NULL AS is_admission, 1 AS n FROM came"
    " UNION ALL SELECT status, session_id IS NULL, -1 FROM went) AS moved"
    " GROUP BY 1, 2 HAVING sum(n) <> 0;"
    " ELSE DELETE FROM registration_tallies; END CASE; RETURN NULL; END $$"
)
_CAME, _WENT = "NEW TABLE AS came", "OLD TABLE AS went"
# By the name of the trigger: at what, and what it is told of.
_TRIGGERS: Mapping[str, tuple[str, str]] = {
    "registrations_came": ("INSERT", f"REFERENCING {_CAME}"),
    "registrations_moved": ("UPDATE", f"REFERENCING {_WENT} {_CAME}"),
    "registrations_went": ("DELETE", f"REFERENCING {_WENT}"),
    "registrations_cleared": ("TRUNCATE", ""),
}

made_first(FUNCTION)
for _name, (_at, _told) in _TRIGGERS.items():
    made_last(
        f"CREATE TRIGGER {_name} AFTER {_at} ON registrations {_told} FOR EACH STATEMENT"
        " EXECUTE FUNCTION tally_registrations()"
    )
