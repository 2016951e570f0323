"""Names: what things are called that others know by their ids alone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.registrations import Registration

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """By id; deleted things keep their names. A user's is the full one, or the username.

    `slugs` are those of categories.
    """

    conferences: Mapping[int, str] = field(default_factory=dict)
    users: Mapping[int, str] = field(default_factory=dict)
    attendees: Mapping[int, str] = field(default_factory=dict)
    slugs: Mapping[int, str] = field(default_factory=dict)

    def conference(self, id: int) -> str:
        return self.conferences.get(id, "")

    def user(self, id: int | None) -> str:
        return self.users.get(id or 0, "")

    def slug(self, category_id: int | None) -> str:
        return self.slugs.get(category_id or 0, "")

    def registered(self, registration: Registration) -> str:
        """Who is registered: an account by its own name, others as they gave it."""
        if registration.owner_id is not None:
            return self.user(registration.owner_id)
        return registration.guest_name or self.attendees.get(registration.attendee_id, "")


async def of(
    uow: "UnitOfWork",
    *,
    conferences: Collection[int] = (),
    users: Collection[int | None] = (),
    attendees: Collection[int] = (),
    categories: Collection[int | None] = (),
) -> Names:
    """The names of all these, in one statement."""
    known_users = {id for id in users if id is not None}
    known_categories = {id for id in categories if id is not None}
    if not (conferences or known_users or attendees or known_categories):
        return Names()
    async with uow.reading() as tx:
        return await tx.names.of(
            conferences=set(conferences),
            users=known_users,
            attendees=set(attendees),
            categories=known_categories,
        )


async def of_registrations(uow: "UnitOfWork", registrations: Collection[Registration]) -> Names:
    """Those of what is registered for, and of who is."""
    return await of(
        uow,
        conferences={one.conference_id for one in registrations},
        users={one.owner_id for one in registrations},
        attendees={one.attendee_id for one in registrations if one.owner_id is None},
    )
