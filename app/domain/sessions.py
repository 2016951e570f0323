"""Sessions: the timed items of a conference (seed 000 §5.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict

from app.domain import news, promotion
from app.domain.access import Caller, fold
from app.domain.admission import Held, Target, clashes
from app.domain.conferences import (
    Conference,
    ensure_forward,
    ensure_not_cancelled,
    ensure_room_for_taken,
    lock_managed,
)
from app.domain.errors import (
    InvalidPeriod,
    NotFound,
    Other,
    RoomOverlap,
    ScheduleConflict,
    SessionNotInConference,
    SessionOverlap,
    SpeakerOverlap,
    UnknownReference,
)
from app.domain.idempotency import once
from app.domain.money import Money, exact
from app.domain.pages import Page, PageRequest
from app.domain.times import TimeRange
from app.domain.waitlist import Cause

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`capacity` None means unlimited; `organizer_id` is that of its conference.

    `speaker_user_id` is the speaker's account, where one is named.
    """

    id: int
    conference_id: int
    conference_name: str
    organizer_id: int | None
    name: str
    description: str
    speaker: str
    room: str
    period: TimeRange
    capacity: int | None
    seats_taken: int
    price: Money
    created_at: datetime
    updated_at: datetime
    speaker_user_id: int | None = None

    @property
    def remaining(self) -> int | None:
        """The seats left; None where there is no end of them."""
        return None if self.capacity is None else self.capacity - self.seats_taken


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDraft:
    """A session as it is asked for; `price` is in units of its conference's currency.

    Whose account is named as the speaker's is the `speaker`, by its name.
    """

    conference_id: int
    name: str
    period: TimeRange
    description: str = ""
    speaker: str = ""
    room: str = ""
    capacity: int | None = None
    price: Decimal = Decimal(0)
    speaker_user_id: int | None = None


class SessionChanges(TypedDict, total=False):
    """What is to become different; what is not named stays as it is."""

    conference_id: int
    name: str
    description: str
    speaker: str
    room: str
    start: datetime
    end: datetime
    capacity: int | None
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """None means any; of the times, the first is included and the second is not."""

    conference_id: int | None = None
    speaker: str | None = None
    speaker_user_id: int | None = None
    room: str | None = None
    start_after: datetime | None = None
    start_before: datetime | None = None
    has_spots: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place in the programme: who speaks where and when; `id` 0 is that of a session to be."""

    id: int
    name: str
    speaker: str
    room: str
    period: TimeRange

    def shares_room(self, other: "Slot") -> bool:
        """Whether both name the same room; nowhere is no room."""
        return bool(self.room) and fold(self.room) == fold(other.room)

    def shares_speaker(self, other: "Slot") -> bool:
        """Whether both name the same speaker; nobody is no speaker."""
        return bool(self.speaker) and fold(self.speaker) == fold(other.speaker)


def ensure_within(period: TimeRange, conference: Conference) -> None:
    """A session starts before it ends and lies within its conference's days (`invalid_period`)."""
    ensure_forward(period, field="end_time")
    if not period.within(conference.period):
        early = period.start < conference.period.start
        raise InvalidPeriod(
            f"“{conference.name}” lasts from {conference.period.start:%Y-%m-%d %H:%M}"
            f" to {conference.period.end:%Y-%m-%d %H:%M} UTC.",
            field="start_time" if early else "end_time",
        )


def ensure_free(slot: Slot, programme: Iterable[Slot], *, multi_track: bool) -> None:
    """Sessions of a single-track conference never overlap (`session_overlap`).

    In a multi-track conference a room holds one session at a time (`room_overlap`) and a speaker
    is in one place (`speaker_overlap`). Touching ends are fine.
    """
    for other in programme:
        if other.id == slot.id or not slot.period.overlaps(other.period):
            continue
        named = Other(kind="session", id=other.id, name=other.name)
        if not multi_track:
            raise SessionOverlap(f"It would overlap with “{other.name}”.", other=named)
        if slot.shares_room(other):
            raise RoomOverlap(f"The room holds “{other.name}” at that time.", other=named)
        if slot.shares_speaker(other):
            raise SpeakerOverlap(f"The speaker gives “{other.name}” at that time.", other=named)


def ensure_attendees_free(session: Session, held: Iterable[Held]) -> None:
    """Moving a session re-checks the schedules of its attendees (`schedule_conflict`)."""
    for claim in held:
        if claim.target.session_id != session.id and clashes(session.period, claim):
            raise ScheduleConflict(
                f"Somebody registered for it holds “{claim.name}” at that time.",
                field="start_time",
                other=Other(kind="session", id=claim.target.session_id or 0, name=claim.name),
            )


def ensure_stays(session: Session, changes: SessionChanges) -> None:
    """A session cannot move to another conference."""
    if changes.get("conference_id", session.conference_id) != session.conference_id:
        raise SessionNotInConference(
            "A session cannot move to another conference.", field="conference"
        )


def may_move(changes: SessionChanges) -> bool:
    """Whether the changes name a time."""
    return "start" in changes or "end" in changes


def altered(session: Session, changes: SessionChanges) -> Session:
    """The session as the changes would have it; no rule is asked but that of the price."""
    speaker = changes.get("speaker", session.speaker)
    return replace(
        session,
        name=changes.get("name", session.name),
        description=changes.get("description", session.description),
        speaker=speaker,
        # Somebody else's name is not that of the account any more.
        speaker_user_id=session.speaker_user_id if speaker == session.speaker else None,
        room=changes.get("room", session.room),
        period=TimeRange(
            start=changes.get("start", session.period.start),
            end=changes.get("end", session.period.end),
        ),
        capacity=changes.get("capacity", session.capacity),
        price=exact(changes.get("price", session.price.amount), session.price.currency),
    )


def slot_of(session: Session) -> Slot:
    """The session's place in the programme."""
    return Slot(
        id=session.id,
        name=session.name,
        speaker=session.speaker,
        room=session.room,
        period=session.period,
    )


def slot_wanted(draft: SessionDraft) -> Slot:
    """The place in the programme that a session to be asks for."""
    return Slot(id=0, name=draft.name, speaker=draft.speaker, room=draft.room, period=draft.period)


async def find(uow: "UnitOfWork", caller: Caller | None, session_id: int) -> Session:
    """One session of a conference the caller may see. Raises NotFound."""
    async with uow.reading() as tx:
        session = await tx.sessions.find(session_id, caller)
    if session is None:
        raise NotFound
    return session


async def listed(
    uow: "UnitOfWork", caller: Caller | None, filter: SessionFilter, page: PageRequest
) -> Page[Session]:
    """The sessions of the conferences the caller may see, by start unless ordered otherwise."""
    async with uow.reading() as tx:
        return await tx.sessions.page(caller, filter, page)


@once
async def create(uow: "UnitOfWork", caller: Caller, draft: SessionDraft, now: datetime) -> Session:
    """Put a session into a programme.

    Raises UnknownReference, Forbidden, ConferenceState, InvalidPeriod and what the programme has
    no place for.
    """
    async with uow as tx:
        conference = await _lock_named(tx, caller, draft.conference_id)
        ensure_not_cancelled(conference)
        draft = await _introduced(tx, draft)
        price = exact(draft.price, conference.price.currency)
        ensure_within(draft.period, conference)
        programme = await tx.sessions.slots_in(conference.id, draft.period)
        ensure_free(slot_wanted(draft), programme, multi_track=conference.multi_track)
        session = await tx.sessions.add(draft, conference, price, now)
        await tx.keep(session)
    return session


@once
async def update(
    uow: "UnitOfWork",
    caller: Caller,
    session_id: int,
    changes: SessionChanges,
    now: datetime,
) -> Session:
    """Change what is named. Raises what `create` raises, CapacityBelowTaken, ScheduleConflict."""
    async with uow as tx:
        conference, old, held, elsewhere = await _lock(
            tx, caller, session_id, moves=may_move(changes)
        )
        ensure_stays(old, changes)
        new = replace(altered(old, changes), updated_at=now)
        ensure_within(new.period, conference)
        ensure_room_for_taken(new.capacity, new.seats_taken, field="max_attendees")
        programme = await tx.sessions.slots_in(conference.id, new.period)
        ensure_free(slot_of(new), programme, multi_track=conference.multi_track)
        ensure_attendees_free(new, held)
        await tx.sessions.save(new)
        was, becomes = (news.of_session(one, conference.timezone) for one in (old, new))
        await news.note(tx, conference, was, becomes, now, session_id=new.id)
        if new.period != old.period:
            await tx.sessions.move_registrations(new.id, new.period)
        if new.period != old.period or new.capacity != old.capacity:
            own = Target(conference_id=conference.id, session_id=new.id)
            cause = Cause.CAPACITY_RAISED if new.period == old.period else Cause.RESCHEDULED
            await promotion.serve(tx, [own, *elsewhere], cause, now)
            new = await tx.sessions.find_any(session_id) or new
        await tx.keep(new)
    return new


async def _lock(
    tx: "Transaction", caller: Caller, session_id: int, *, moves: bool
) -> tuple[Conference, Session, Sequence[Held], Sequence[Target]]:
    """The session and its conference, locked; if it moves, its attendees too, and what they hold.

    And the sessions they wait for: their schedule may become free for those.

    Attendees before the session, as the lock law has it; whoever registers between the two
    statements is read under the session's lock, and the exclusion constraint guards the rest.
    """
    conference = await lock_managed(tx, caller, await conference_of(tx, session_id))
    elsewhere: Sequence[Target] = ()
    if moves:
        await tx.seats.lock_attendees(await tx.sessions.attendee_ids(session_id))
        elsewhere = await tx.waitlist.awaited_because_of(session_id)
    await tx.seats.lock_sessions([session_id, *(t.session_id or 0 for t in elsewhere)])
    session = await tx.sessions.find_any(session_id)
    if session is None:
        raise NotFound
    held = await tx.seats.held(await tx.sessions.attendee_ids(session_id)) if moves else ()
    return conference, session, held, elsewhere


async def conference_of(tx: "Transaction", session_id: int) -> int:
    """The id of the session's conference, which never changes. Raises NotFound."""
    session = await tx.sessions.find_any(session_id)
    if session is None:
        raise NotFound
    return session.conference_id


async def _lock_named(tx: "Transaction", caller: Caller, conference_id: int) -> Conference:
    """The conference a body names; one that does not exist is a fault of the body."""
    try:
        return await lock_managed(tx, caller, conference_id)
    except NotFound:
        raise UnknownReference("There is no such conference.", field="conference") from None


async def _introduced(tx: "Transaction", draft: SessionDraft) -> SessionDraft:
    """The draft with the name of the account that speaks (`unknown_reference`)."""
    if draft.speaker_user_id is None:
        return draft
    name = await tx.names.of_user(draft.speaker_user_id)
    if name is None:
        raise UnknownReference("There is no such user.", field="speaker")
    return replace(draft, speaker=name)
