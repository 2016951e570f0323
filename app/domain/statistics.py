"""Statistics of one conference: how many come, wait and were there, and what it earned."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.access import Caller, Owned, manages
from app.domain.errors import NotFound
from app.domain.money import Money

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Attendees and those checked in are seats; `available_spots` None is no limit.

    `total_revenue` is what was paid for admissions and sessions and not given back.
    """

    organizer_id: int | None
    total_attendees: int
    available_spots: int | None
    waitlist_count: int
    checked_in: int
    reviews_count: int
    average_rating: float
    total_revenue: Money


def shows_revenue(caller: Caller | None, conference: Owned) -> bool:
    """What a conference earns is the organizer's and admins' to know."""
    return caller is not None and manages(caller, conference)


async def of_conference(uow: "UnitOfWork", caller: Caller | None, conference_id: int) -> Statistics:
    """Of one the caller may see; nothing is earned in the eyes of others. Raises NotFound."""
    async with uow.reading() as tx:
        found = await tx.statistics.of_conference(conference_id, caller)
    if found is None:
        raise NotFound
    if shows_revenue(caller, found):
        return found
    return replace(found, total_revenue=Money(minor=0, currency=found.total_revenue.currency))
