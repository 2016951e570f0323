"""Publishing: what everybody is told of a conference, without logging in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain import names, sessions, ticket_types
from app.domain.conferences import Conference, find
from app.domain.pages import PageRequest
from app.domain.sessions import Session, SessionFilter
from app.domain.ticket_types import TicketType

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

_ALL = PageRequest(size=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A public conference with its programme and what its tickets cost; names are "" if none."""

    conference: Conference
    organizer: str
    category: str
    sessions: Sequence[Session]
    ticket_types: Sequence[TicketType]


async def announcement(uow: "UnitOfWork", conference_id: int) -> Announcement:
    """Everything about a public one, its first thousand sessions included. Raises NotFound."""
    conference = await find(uow, None, conference_id)
    wanted = SessionFilter(conference_id=conference_id)
    programme = await sessions.listed(uow, None, wanted, _ALL)
    offered = await ticket_types.listed(uow, None, conference_id, _ALL)
    known = await names.of(
        uow, users=(conference.organizer_id,), categories=(conference.category_id,)
    )
    return Announcement(
        conference=conference,
        organizer=known.user(conference.organizer_id),
        category=known.slug(conference.category_id),
        sessions=programme.items,
        ticket_types=offered.items,
    )
