"""Bringing in what was kept elsewhere: by the batch, on the word of whoever runs the command.

Nothing is entered twice: an event is known by its name and its start, a person by the e-mail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, Role, fold
from app.domain.attendees import AttendeeDraft
from app.domain.conferences import ConferenceDraft, ensure_forward
from app.domain.errors import PaymentState, UnknownReference

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

# What an event is known by: its folded name, and when it starts.
Identity = tuple[str, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A conference that is there now, and whether it was not before."""

    conference_id: int
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a database holds: rows by noun, and how many payments are paid or under way."""

    counts: Mapping[str, int]
    standing_payments: int


def identity(draft: ConferenceDraft) -> Identity:
    return fold(draft.name), draft.period.start


def operator(organizer_id: int | None) -> Caller:
    """Whoever runs the command: records anything, the past too, as an admin may."""
    return Caller(
        user_id=organizer_id or 0, username="", email_folded="", role=Role.ADMIN, family=""
    )


def ensure_money_may_go(holdings: Holdings, *, discards_payments: bool) -> None:
    """What is paid, or being paid, is not forgotten by the way (`payment_state`)."""
    if holdings.standing_payments and not discards_payments:
        raise PaymentState(
            f"There are payments that are paid or under way: {holdings.standing_payments}."
        )


async def find_organizer(uow: "UnitOfWork", username: str) -> int:
    """The id of the account that is to own what is brought in. Raises UnknownReference."""
    async with uow.reading() as tx:
        found = await tx.accounts.credentials(fold(username))
    if found is None or not found.user.is_active:
        raise UnknownReference(f"There is no active account “{username}”.", field="organizer")
    if found.user.role is Role.ATTENDEE:
        raise UnknownReference(f"“{username}” is no organizer.", field="organizer")
    return found.user.id


async def enter_conferences(
    uow: "UnitOfWork", drafts: Sequence[ConferenceDraft], organizer_id: int | None, now: datetime
) -> Sequence[Entered]:
    """Enter what is not known yet; one answer per draft, in the same order.

    What is known stays as it is. Two commands at a time enter nothing twice. Raises InvalidPeriod.
    """
    for draft in drafts:
        ensure_forward(draft.period, field="end_time")
    wanted = {identity(draft): draft for draft in reversed(drafts)}
    async with uow as tx:
        await tx.imports.alone()
        known = await tx.imports.conferences(wanted)
        missing = [draft for key, draft in reversed(wanted.items()) if key not in known]
        made = await tx.imports.add_conferences(missing, organizer_id, now)
    ids = {**made, **known}
    keys = [identity(draft) for draft in drafts]
    return [Entered(conference_id=ids[key], is_new=key in made) for key in keys]


async def enter_people(
    uow: "UnitOfWork", people: Sequence[AttendeeDraft], created_by: int | None, now: datetime
) -> Mapping[str, int]:
    """The ids of attendees by folded e-mail; who is known is found, and stays as they are."""
    async with uow as tx:
        return await tx.attendees.enter(people, created_by, now)


async def newest_registration(uow: "UnitOfWork") -> int:
    """The highest id so far: whatever is made from now on has a higher one."""
    async with uow.reading() as tx:
        return await tx.imports.newest_registration()


async def holdings(uow: "UnitOfWork") -> Holdings:
    """What `clear` would remove."""
    async with uow.reading() as tx:
        return await tx.imports.holdings()


async def clear(uow: "UnitOfWork", *, discards_payments: bool) -> Sequence[str]:
    """Remove every conference and whatever hangs on one, for good; accounts stay.

    Returns the files of the cover images that nothing shows any more. Raises PaymentState.
    """
    async with uow as tx:
        await tx.imports.hold_everything()
        ensure_money_may_go(await tx.imports.holdings(), discards_payments=discards_payments)
        covers = await tx.imports.covers()
        await tx.imports.clear()
    return covers
