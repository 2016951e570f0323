"""Which conferences a viewer sees (rule `visibility`): the twin of the domain's `can_see`.

The fragments of SQL expect the conference as `c` and the values of `viewer`.
"""

from typing import Any

from app.domain.access import Caller

# Registered, or waiting: for the conference or one of its sessions. Not correlated, so that it is
# asked once for a whole list.
JOINED = (
    "SELECT seen.conference_id FROM registrations seen"
    " JOIN attendees self ON self.id = seen.attendee_id"
    " WHERE self.user_id = CAST(:viewer_id AS bigint) AND self.deleted_at IS NULL"
    " AND seen.status IN ('pending', 'confirmed', 'waitlisted')"
)
VISIBLE = (
    "(c.deleted_at IS NULL AND (c.status <> 'draft' AND c.visibility = 'public'"
    " OR CAST(:viewer_is_admin AS boolean) OR c.organizer_id = CAST(:viewer_id AS bigint)"
    f" OR c.status <> 'draft' AND c.id IN ({JOINED})))"
)


def viewer(caller: Caller | None) -> dict[str, Any]:
    """The values that `VISIBLE` binds; nobody in particular sees what is public."""
    if caller is None:
        return {"viewer_id": None, "viewer_is_admin": False}
    return {"viewer_id": caller.user_id, "viewer_is_admin": caller.is_admin}
