"""Search indexes take new words at once: each look-up reads whatever lies on a pile beside them.

What lies there already is put in by the next vacuum, or here while it is little: it is as much as
was written since the last. Neither reading nor writing waits.

Revision: 7b3e91c4d2a6
After: e1a7c35d90b2
"""

from alembic import op

revision = "7b3e91c4d2a6"
down_revision = "e1a7c35d90b2"
branch_labels = None
depends_on = None

_INDEXES = ("ix_conferences_search", "ix_sessions_search")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name in _INDEXES:
        op.execute(f"ALTER INDEX {name} SET (fastupdate = off)")
        op.execute(f"SELECT gin_clean_pending_list('{name}')")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '3s'")
    for name in _INDEXES:
        op.execute(f"ALTER INDEX {name} RESET (fastupdate)")
