"""The table of permissions: every operation, and what six people are answered who ask for it.

A route of the application that has no row fails the tests. To add one, write its line where its
noun is told (`native_*.py`, one module for each contract, `around.py` for all else), and name what
it needs in `scene.py` if nothing there will do.
"""

from tests.access import (
    around,
    event_hub,
    event_management,
    jointoit,
    mini_event,
    native_accounts,
    native_afterwards,
    native_claims,
    native_programme,
)

TABLE = [
    *native_accounts.ROWS,
    *native_programme.ROWS,
    *native_claims.ROWS,
    *native_afterwards.ROWS,
    *around.ROWS,
    *event_hub.ROWS,
    *event_management.ROWS,
    *mini_event.ROWS,
    *jointoit.ROWS,
]
