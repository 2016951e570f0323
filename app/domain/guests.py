"""Who is coming: the people with a seat at a conference, as others may see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, Owned, ensure_manages, manages
from app.domain.errors import NotFound
from app.domain.pages import Page, PageRequest
from app.domain.registrations import RegistrationStatus

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """Somebody admitted, or waiting to be, as the organizer sees them; no ticket type: None.

    `user_id` is the account whose the registration is, if it is one's for certain. Whom others
    wrote down shows neither a phone number nor an account.
    """

    registration_id: int
    attendee_id: int
    name: str
    email: str
    phone: str
    status: RegistrationStatus
    ticket_type_id: int | None
    ticket_type_name: str | None
    quantity: int
    registered_at: datetime
    checked_in_at: datetime | None
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestFilter:
    """None means any; without `status` whoever has a seat. `search` is a part of name or e-mail."""

    status: RegistrationStatus | None = None
    ticket_type_id: int | None = None
    checked_in: bool | None = None
    search: str | None = None


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


async def listed(
    uow: "UnitOfWork", caller: Caller, conference_id: int, filter: GuestFilter, page: PageRequest
) -> Page[Comer]:
    """Who is admitted to a conference, for its organizer and admins. Raises NotFound, Forbidden."""
    async with uow.reading() as tx:
        conference = await tx.conferences.find(conference_id, caller)
        if conference is None:
            raise NotFound
        ensure_manages(caller, conference)
        return await tx.guests.page(conference_id, filter, page, sees_everybody=caller.is_admin)
