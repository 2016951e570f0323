"""Who is coming: the people with a seat at a conference, as others may see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, Owned, manages
from app.domain.errors import NotFound

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody with a seat, by the name they registered under; no `email` where it is not shown."""

    registration_id: int
    conference_id: int
    name: str
    email: str
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestList:
    """Everybody with a seat, in the order of registration."""

    organizer_id: int | None
    guests: Sequence[Guest]


def shows_emails(caller: Caller | None, conference: Owned) -> bool:
    """E-mails are the organizer's and admins' to see; what belongs to nobody is open to all."""
    if conference.organizer_id is None:
        return True
    return caller is not None and manages(caller, conference)


async def coming_to(
    uow: "UnitOfWork", caller: Caller | None, conference_id: int
) -> Sequence[Guest]:
    """Those with a seat at a conference the caller may see. Raises NotFound."""
    async with uow.reading() as tx:
        found = await tx.guests.coming_to(conference_id, caller)
    if found is None:
        raise NotFound
    if shows_emails(caller, found):
        return found.guests
    return [replace(guest, email="") for guest in found.guests]
