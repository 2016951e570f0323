"""SQL of a conference's statistics."""

from sqlalchemy import text

from app.domain.access import Caller
from app.domain.money import Money
from app.domain.showing import average_rating
from app.domain.statistics import Statistics
from app.repositories.base import Repository
from app.repositories.tables import LIVE
from app.repositories.visibility import VISIBLE
from app.repositories.visibility import viewer as values_of

_OF_CONFERENCE = text(
    "SELECT c.organizer_id, c.seats_taken, c.capacity - c.seats_taken AS available, c.waiting,"
    " c.reviews_count, c.ratings_sum, c.currency,"
    " (SELECT coalesce(sum(r.quantity), 0) FROM registrations r WHERE r.conference_id = c.id"
    f" AND r.session_id IS NULL AND r.checked_in_at IS NOT NULL AND r.{LIVE}) AS checked_in,"
    # Whatever was given back whole has earned nothing.
    " (SELECT coalesce(sum(p.amount_minor - p.refunded_minor), 0) FROM registrations r"
    " JOIN payments p ON p.registration_id = r.id WHERE r.conference_id = c.id"
    " AND p.status = 'paid' AND p.currency = c.currency) AS revenue"
    f" FROM conferences c WHERE c.id = :id AND {VISIBLE}"
)


class ConferenceStatistics(Repository):
    async def of_conference(self, conference_id: int, viewer: Caller | None) -> Statistics | None:
        """Of one that the viewer may see."""
        row = await self._row(_OF_CONFERENCE, {"id": conference_id, **values_of(viewer)})
        if row is None:
            return None
        return Statistics(
            organizer_id=row["organizer_id"],
            total_attendees=row["seats_taken"],
            available_spots=row["available"],
            waitlist_count=row["waiting"],
            checked_in=int(row["checked_in"]),
            reviews_count=row["reviews_count"],
            average_rating=average_rating(row["reviews_count"], row["ratings_sum"]),
            total_revenue=Money(minor=int(row["revenue"]), currency=row["currency"]),
        )
