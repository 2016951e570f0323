"""Which conferences a viewer sees (rule `visibility`): the twin of the domain's `can_see`.

The fragments of SQL expect the conference as `c` and the values of `viewer`.
"""

from typing import Any

from app.domain.access import Caller
from app.repositories.ownership import owned_by
from app.repositories.tables import CLAIMING, LIVE

# Registered, or waiting: for the conference or one of its sessions. Asked once for a whole list,
# and as an array only if it comes to that: what plans a query would count it for every row.
_OWN = (
    "SELECT seen.conference_id FROM registrations seen"
    f" WHERE seen.id IN {owned_by('CAST(:viewer_id AS bigint)')} AND seen."
)
JOINED = f"{_OWN}{CLAIMING}"
VISIBLE = (
    "(c.deleted_at IS NULL AND (c.status <> 'draft' AND c.visibility = 'public'"
    " OR CAST(:viewer_is_admin AS boolean) OR c.organizer_id = CAST(:viewer_id AS bigint)"
    f" OR c.status <> 'draft' AND c.id = ANY(ARRAY({JOINED}))))"
)

# What is visible to everybody.
OPEN = "c.deleted_at IS NULL AND c.status <> 'draft' AND c.visibility = 'public'"

# What is visible to this viewer and not to everybody, found by what is the viewer's own.
HIDDEN = (
    "c.deleted_at IS NULL AND (c.status = 'draft' OR c.visibility = 'private')"
    " AND c.id IN (SELECT own.id FROM conferences own"
    " WHERE own.organizer_id = CAST(:viewer_id AS bigint)"
    f" UNION {JOINED}) AND (c.status <> 'draft'"
    " OR c.organizer_id = CAST(:viewer_id AS bigint))"
)

# Where to meet online: the twin of the domain's `shows_online_url`; there may be nothing to show.
SHOWS_ONLINE_URL = (
    "(c.online_url = '' OR CAST(:viewer_is_admin AS boolean)"
    f" OR c.organizer_id = CAST(:viewer_id AS bigint) OR c.id = ANY(ARRAY({_OWN}{LIVE})))"
)


def viewer(caller: Caller | None) -> dict[str, Any]:
    """The values that `VISIBLE` binds; nobody in particular sees what is public."""
    if caller is None:
        return {"viewer_id": None, "viewer_is_admin": False}
    return {"viewer_id": caller.user_id, "viewer_is_admin": caller.is_admin}
