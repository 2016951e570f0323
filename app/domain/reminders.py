"""What everybody who comes is told: that it begins soon.

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
    """Remind up to `most` people of conferences that begin within that time; returns how many.

    Whoever comes is reminded once of each conference, however many of its sessions they chose.
    """
    async with uow as tx:
        due = await tx.guests.to_remind(now, now + ahead, most)
        await tx.announce(
            [
                Message(
                    kind=MessageKind.REMINDER,
                    subject=registration_id,
                    dedupe_key=f"reminder:{conference_id}:{attendee_id}",
                )
                for registration_id, conference_id, attendee_id in due
            ],
            now,
        )
    return len(due)
