"""Walk-ins: registering by name and e-mail address alone (seed 002)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain import attendees, registering
from app.domain.admission import Target, Wish
from app.domain.desk import Desk
from app.domain.errors import DomainError, UnknownReference
from app.domain.idempotency import Claim
from app.domain.registering import Ask
from app.domain.registrations import Registration

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkIn:
    """Who comes, and to what; whoever is known by the address is meant by it."""

    name: str
    email: str
    conference_id: int
    claim: Claim | None = None


async def register(
    uow: "Callable[[], UnitOfWork]",
    desk: Desk[Ask, Registration],
    walk_in: WalkIn,
    now: datetime,
) -> Registration:
    """Register a guest. Who is refused, and was not known before, leaves nothing behind.

    Raises what `registering.register` does.
    """
    try:
        return await _register(uow, desk, walk_in, now)
    except UnknownReference as error:
        if error.field != "attendee":
            raise
        # The same newcomer was refused elsewhere, and taken back just now.
        return await _register(uow, desk, walk_in, now)


async def _register(
    uow: "Callable[[], UnitOfWork]",
    desk: Desk[Ask, Registration],
    walk_in: WalkIn,
    now: datetime,
) -> Registration:
    person, is_new = await attendees.guest(uow(), walk_in.name, walk_in.email, now)
    wish = Wish(
        attendee_id=person.id,
        target=Target(conference_id=walk_in.conference_id, session_id=None),
        any_ticket_type=True,
        guest_name=walk_in.name,
    )
    try:
        ask = Ask(caller=None, wish=wish, claim=walk_in.claim)
        return await registering.register(desk, ask)
    except DomainError:
        if is_new:
            await attendees.take_back(uow(), person.id)
        raise
