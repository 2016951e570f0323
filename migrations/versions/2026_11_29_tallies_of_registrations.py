"""How many registrations there are of each status, kept by whoever writes them.

Revision: 5d0c7a1e93b4
After: c41f0d2be7a5
"""

import sqlalchemy as sa
from alembic import op

revision = "5d0c7a1e93b4"
down_revision = "c41f0d2be7a5"
branch_labels = None
depends_on = None

_ADD = "INSERT INTO registration_tallies (status, is_admission, n)"
_FUNCTION = (
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
_TRIGGERS = {
    "registrations_came": ("INSERT", "REFERENCING NEW TABLE AS came"),
    "registrations_moved": ("UPDATE", "REFERENCING OLD TABLE AS went NEW TABLE AS came"),
    "registrations_went": ("DELETE", "REFERENCING OLD TABLE AS went"),
    "registrations_cleared": ("TRUNCATE", ""),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.create_table(
        "registration_tallies",
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("is_admission", sa.Boolean(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
    )
    op.execute(_FUNCTION)
    for name, (at, told) in _TRIGGERS.items():
        op.execute(
            f"CREATE TRIGGER {name} AFTER {at} ON registrations {told} FOR EACH STATEMENT"
            " EXECUTE FUNCTION tally_registrations()"
        )
    # Whoever made a trigger keeps writers out until the commit: nothing comes in between.
    op.execute(
        f"{_ADD} SELECT status, session_id IS NULL, count(*) FROM registrations GROUP BY 1, 2"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON registrations")
    op.execute("DROP FUNCTION tally_registrations()")
    op.drop_table("registration_tallies")
