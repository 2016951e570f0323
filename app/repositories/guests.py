"""SQL of guest lists."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from app.domain.access import Caller
from app.domain.guests import Guest, GuestList
from app.repositories.base import Repository
from app.repositories.tables import LIVE
from app.repositories.visibility import VISIBLE
from app.repositories.visibility import viewer as values_of

# A conference to which nobody comes is one row without a registration.
_COMING_TO = text(
    "SELECT c.organizer_id, r.id, coalesce(nullif(r.guest_name, ''), a.name), a.email, r.created_at"
    f" FROM conferences c LEFT JOIN (SELECT * FROM registrations WHERE {LIVE}) r"
    " ON r.conference_id = c.id AND r.session_id IS NULL"
    f" LEFT JOIN attendees a ON a.id = r.attendee_id WHERE c.id = :id AND {VISIBLE} ORDER BY r.id"
)


class Guests(Repository):
    async def coming_to(self, conference_id: int, viewer: Caller | None) -> GuestList | None:
        """Who is admitted to a conference that the viewer may see."""
        done = await self._do(_COMING_TO, {"id": conference_id, **values_of(viewer)})
        rows: Sequence[Any] = done.all()
        if not rows:
            return None
        guests = [
            Guest(
                registration_id=row[1],
                conference_id=conference_id,
                name=row[2],
                email=row[3],
                registered_at=row[4],
            )
            for row in rows
            if row[1] is not None
        ]
        return GuestList(organizer_id=rows[0][0], guests=guests)
