"""What everybody who comes is told: that it begins soon, and that something about it has changed.

Each is told once, by a message of their own whose key is good for one; these are announced in
bites, so that whoever is interrupted goes on with those who have not been told.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.domain.messages import Message, MessageKind

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

# How many are told in one transaction.
BITE = 1000


async def remind_due(uow: "UnitOfWork", now: datetime, ahead: timedelta, most: int = BITE) -> int:
    """Remind up to `most` registrations of what begins within that time; returns how many."""
    async with uow as tx:
        due = await tx.guests.to_remind(now, now + ahead, most)
        await tx.announce(
            [
                Message(kind=MessageKind.REMINDER, subject=id, dedupe_key=f"reminder:{id}")
                for id in due
            ],
            now,
        )
    return len(due)


async def pass_on(
    uow: "UnitOfWork", conference_id: int, change: str, now: datetime, most: int = BITE
) -> int:
    """Tell up to `most` people who come of a change, by its name; returns how many."""
    async with uow as tx:
        concerned = await tx.guests.not_told(conference_id, f"{change}:", most)
        await tx.announce(
            [
                Message(
                    kind=MessageKind.CONCERNED_BY_CHANGE,
                    subject=registration_id,
                    dedupe_key=f"{change}:{attendee_id}",
                )
                for registration_id, attendee_id in concerned
            ],
            now,
        )
    return len(concerned)
