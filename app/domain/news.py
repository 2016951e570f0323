"""What is told of another date or place: once to everybody who comes, when it has settled.

A change opens news of a conference, and of each of its sessions that changed. They are due a while
after the first of them, so that what is put right meanwhile is told in one, and what is taken back
not at all. Then they are settled, and passed on in bites: whoever is interrupted goes on with those
who have not been told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from app.domain.conferences import Conference, ConferenceStatus
from app.domain.messages import Message, MessageKind
from app.domain.times import TimeRange

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

# How many are told in one transaction.
BITE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """When and where something takes place; of a session, the place is its room."""

    period: TimeRange
    timezone: str
    place: str
    is_online: bool = False
    online_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Of a conference, or of its session; `became` is known once it is settled."""

    id: int
    session_id: int | None
    was: Whereabouts
    became: Whereabouts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Settled news as it is told to somebody; `name` is the session's, or the conference's."""

    name: str
    was: Whereabouts
    became: Whereabouts


class Item(Protocol):
    """A session, as far as it is news where and when it is."""

    @property
    def period(self) -> TimeRange: ...
    @property
    def room(self) -> str: ...


def of_conference(conference: Conference) -> Whereabouts:
    """Where and when a conference takes place."""
    return Whereabouts(
        period=conference.period,
        timezone=conference.timezone,
        place=conference.location,
        is_online=conference.is_online,
        online_url=conference.online_url,
    )


def of_session(session: Item, timezone: str) -> Whereabouts:
    """Where and when a session takes place; its time zone is nothing of its own."""
    return Whereabouts(period=session.period, timezone=timezone, place=session.room)


def is_worth_telling(was: Whereabouts, became: Whereabouts, now: datetime) -> bool:
    """What differs is told, unless it was over before and is over now."""
    return was != became and now < max(was.period.end, became.period.end)


async def note(
    tx: "Transaction",
    conference: Conference,
    was: Whereabouts,
    becomes: Whereabouts,
    now: datetime,
    *,
    session_id: int | None = None,
) -> None:
    """Have a change told when it is due; the conference is locked, and has been published.

    Whatever is open for the conference is told together. If its time has come and it still is
    open, somebody is sent after it once more.
    """
    if was == becomes or conference.status is not ConferenceStatus.PUBLISHED:
        return
    due_at = now + tx.quiet
    earlier = await tx.news.open(conference.id, session_id, was, due_at)
    if earlier is None or earlier <= now:
        changed = Message(kind=MessageKind.CONFERENCE_CHANGED, subject=conference.id)
        await tx.announce([changed], now, due_at)


async def settle(uow: "UnitOfWork", conference_id: int, message_id: int, now: datetime) -> None:
    """What is due of a conference is told as it stands now, by that message; once.

    What is as it was, called off or gone, is forgotten.
    """
    async with uow as tx:
        conference = await tx.conferences.lock(conference_id)
        if await tx.news.is_settled(message_id):
            return
        due = await tx.news.due(conference_id, now)
        present = await _present(tx, conference, due)
        told = [
            replace(one, became=became)
            for one in due
            if (became := present.get(one.id)) is not None
            and is_worth_telling(one.was, became, now)
        ]
        await tx.news.settle(told, message_id, now)
        await tx.news.forget({one.id for one in due} - {one.id for one in told})


async def pass_on(
    uow: "UnitOfWork", message_id: int, now: datetime, after: int = 0, most: int = BITE
) -> int | None:
    """Tell up to `most` people of what that message settled; returns the last, or None.

    Attendees are gone through in order of id, beginning after `after`.
    """
    async with uow as tx:
        concerned = await tx.news.concerned(message_id, after, most)
        await tx.announce(
            [
                Message(
                    kind=MessageKind.CONCERNED_BY_CHANGE,
                    subject=registration_id,
                    dedupe_key=f"change:{message_id}:{attendee_id}",
                    about=message_id,
                )
                for registration_id, attendee_id in concerned
            ],
            now,
        )
    return concerned[-1][1] if concerned else None


async def _present(
    tx: "Transaction", conference: Conference | None, due: Sequence[News]
) -> Mapping[int, Whereabouts]:
    """How things stand, by the id of their news; what does not take place is left out."""
    if conference is None or conference.status is not ConferenceStatus.PUBLISHED or not due:
        return {}
    slots = {slot.id: slot for slot in await tx.sessions.programme(conference.id)}
    present = {one.id: of_conference(conference) for one in due if one.session_id is None}
    for one in due:
        if one.session_id in slots:
            present[one.id] = of_session(slots[one.session_id], one.was.timezone)
    return present
