"""Conferences: what one can register for (seed 000 §5.1). How they end is told in `closing.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol, TypedDict

from app.domain.access import (
    Caller,
    ensure_known,
    ensure_manages,
    ensure_organizer,
    manages,
)
from app.domain.errors import (
    CapacityBelowTaken,
    ConferenceState,
    InvalidPeriod,
    NotFound,
    Other,
    SessionOverlap,
)
from app.domain.idempotency import once
from app.domain.money import Money, exact
from app.domain.pages import Page, PageRequest
from app.domain.times import TimeRange, days, first_day, last_day

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


class ConferenceStatus(StrEnum):
    """What is stored; `ongoing` and `completed` follow from the clock (`phase`)."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Phase(StrEnum):
    """Where a conference stands at a moment: its status, told by the clock once published."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ONGOING = "ongoing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Visibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference:
    """`capacity` None means unlimited; `seats_taken` counts live admissions by quantity."""

    id: int
    name: str
    description: str
    location: str
    timezone: str
    period: TimeRange
    capacity: int | None
    seats_taken: int
    price: Money
    multi_track: bool
    status: ConferenceStatus
    visibility: Visibility
    registration_deadline: datetime | None
    organizer_id: int | None
    created_at: datetime
    updated_at: datetime

    def __hash__(self) -> int:
        """Of two fields that differ where anything does; hashing all would cost lists dearly."""
        return hash((self.id, self.updated_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceDraft:
    """A conference as it is asked for; `price` is in units of `currency`."""

    name: str
    period: TimeRange
    location: str = ""
    description: str = ""
    timezone: str = "UTC"
    capacity: int | None = None
    price: Decimal = Decimal(0)
    currency: str = "USD"
    multi_track: bool = False
    status: ConferenceStatus = ConferenceStatus.PUBLISHED
    visibility: Visibility = Visibility.PUBLIC
    registration_deadline: datetime | None = None


class ConferenceChanges(TypedDict, total=False):
    """What is to become different; what is not named stays as it is."""

    name: str
    description: str
    location: str
    timezone: str
    first_day: date
    last_day: date
    capacity: int | None
    price: Decimal
    currency: str
    multi_track: bool
    visibility: Visibility
    registration_deadline: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceFilter:
    """None means any; the days are those of the conference's own time zone, both included."""

    phase: Phase | None = None
    location: str | None = None
    organizer_id: int | None = None
    start_after: date | None = None
    start_before: date | None = None
    multi_track: bool | None = None
    upcoming: bool = False


class Timed(Protocol):
    """A named item of a programme: what the rules need to know of a session."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def period(self) -> TimeRange: ...


def phase(conference: Conference, now: datetime) -> Phase:
    """Published, a conference is ongoing from its start and completed from its end."""
    if conference.status is not ConferenceStatus.PUBLISHED:
        return Phase(conference.status.value)
    if conference.period.end <= now:
        return Phase.COMPLETED
    return Phase.ONGOING if conference.period.start <= now else Phase.PUBLISHED


def can_see(caller: Caller, conference: Conference, *, joined: bool) -> bool:
    """Private and draft conferences are invisible to strangers (`visibility`).

    Whoever is registered, or waits, is no stranger to a private one, and still one to a draft.
    """
    if manages(caller, conference):
        return True
    if conference.status is ConferenceStatus.DRAFT:
        return False
    return joined or conference.visibility is Visibility.PUBLIC


def ensure_forward(period: TimeRange, *, field: str) -> None:
    """What has a period starts before it ends (`invalid_period`)."""
    if not period.start < period.end:
        raise InvalidPeriod(field=field)


def ensure_programme_within(period: TimeRange, programme: Sequence[Timed]) -> None:
    """A session lies within its conference's days, also when the days change (`invalid_period`)."""
    for session in programme:
        if not session.period.within(period):
            raise InvalidPeriod(
                f"The session “{session.name}” would lie outside the conference.",
                field="start_date" if session.period.start < period.start else "end_date",
                other=Other(kind="session", id=session.id, name=session.name),
            )


def ensure_one_track(programme: Sequence[Timed]) -> None:
    """Live sessions of a single-track conference never overlap (`session_overlap`)."""
    in_order = sorted(programme, key=lambda session: (session.period.start, session.id))
    for earlier, later in pairwise(in_order):
        if earlier.period.overlaps(later.period):
            raise SessionOverlap(
                f"The sessions “{earlier.name}” and “{later.name}” overlap.",
                field="multi_track",
                other=Other(kind="session", id=later.id, name=later.name),
            )


def ensure_room_for_taken(capacity: int | None, taken: int, *, field: str) -> None:
    """A capacity is not lowered below the seats taken (`capacity_below_taken`)."""
    if capacity is not None and capacity < taken:
        raise CapacityBelowTaken(f"{taken} seats are taken already.", field=field)


def ensure_currency_kept(old: Conference, new: Conference, programme: Sequence[Timed]) -> None:
    """The currency is settled once there are sessions, which are priced in it."""
    if programme and old.price.currency != new.price.currency:
        raise ConferenceState("Its sessions are priced in another currency.", field="currency")


def ensure_draft(conference: Conference) -> None:
    """Only a draft can be published."""
    if conference.status is not ConferenceStatus.DRAFT:
        raise ConferenceState(f"The conference is {conference.status.value} already.")


def ensure_not_cancelled(conference: Conference) -> None:
    """What is cancelled is not cancelled again, and gets no sessions (`conference_state`)."""
    if conference.status is ConferenceStatus.CANCELLED:
        raise ConferenceState("The conference is cancelled.")


def altered(conference: Conference, changes: ConferenceChanges) -> Conference:
    """The conference as the changes would have it; no rule is asked but that of the price."""
    amount = changes.get("price", conference.price.amount)
    currency = changes.get("currency", conference.price.currency)
    return replace(
        conference,
        name=changes.get("name", conference.name),
        description=changes.get("description", conference.description),
        location=changes.get("location", conference.location),
        timezone=changes.get("timezone", conference.timezone),
        period=_moved(conference, changes),
        capacity=changes.get("capacity", conference.capacity),
        price=exact(amount, currency),
        multi_track=changes.get("multi_track", conference.multi_track),
        visibility=changes.get("visibility", conference.visibility),
        registration_deadline=changes.get(
            "registration_deadline", conference.registration_deadline
        ),
    )


def _moved(conference: Conference, changes: ConferenceChanges) -> TimeRange:
    """The period on its new days; a bound whose day and zone stay keeps its time of day."""
    zone = changes.get("timezone", conference.timezone)
    old_first = first_day(conference.period, conference.timezone)
    old_last = last_day(conference.period, conference.timezone)
    first = changes.get("first_day", old_first)
    last = changes.get("last_day", old_last)
    named = days(first, last, zone)
    same_zone = zone == conference.timezone
    return TimeRange(
        start=conference.period.start if same_zone and first == old_first else named.start,
        end=conference.period.end if same_zone and last == old_last else named.end,
    )


async def find(uow: "UnitOfWork", caller: Caller, conference_id: int) -> Conference:
    """One conference the caller may see. Raises NotFound."""
    async with uow.reading() as tx:
        conference = await tx.conferences.find(conference_id, caller)
    if conference is None:
        raise NotFound
    return conference


async def listed(
    uow: "UnitOfWork",
    caller: Caller,
    filter: ConferenceFilter,
    page: PageRequest,
    now: datetime,
) -> Page[Conference]:
    """The conferences the caller may see, by start unless ordered otherwise."""
    async with uow.reading() as tx:
        return await tx.conferences.page(caller, filter, page, now)


@once
async def create(
    uow: "UnitOfWork", caller: Caller, draft: ConferenceDraft, now: datetime
) -> Conference:
    """Put up a conference of one's own. Raises Forbidden, InvalidPeriod."""
    ensure_organizer(caller)
    ensure_forward(draft.period, field="end_date")
    price = exact(draft.price, draft.currency)
    async with uow as tx:
        conference = await tx.conferences.add(draft, price, caller.user_id, now)
        await tx.keep(conference)
    return conference


@once
async def update(
    uow: "UnitOfWork",
    caller: Caller,
    conference_id: int,
    changes: ConferenceChanges,
    now: datetime,
) -> Conference:
    """Change what is named. Raises NotFound, Forbidden, InvalidPeriod and what a rule refuses."""
    async with uow as tx:
        old = await lock_managed(tx, caller, conference_id)
        new = replace(altered(old, changes), updated_at=now)
        ensure_forward(new.period, field="end_date")
        ensure_room_for_taken(new.capacity, new.seats_taken, field="capacity")
        programme = await tx.sessions.programme(conference_id)
        ensure_programme_within(new.period, programme)
        ensure_currency_kept(old, new, programme)
        if not new.multi_track:
            ensure_one_track(programme)
        await tx.conferences.save(new)
        await tx.keep(new)
    return new


@once
async def publish(
    uow: "UnitOfWork", caller: Caller, conference_id: int, now: datetime
) -> Conference:
    """Let everybody see a draft. Raises NotFound, Forbidden, ConferenceState."""
    async with uow as tx:
        draft = await lock_managed(tx, caller, conference_id)
        ensure_draft(draft)
        published = replace(draft, status=ConferenceStatus.PUBLISHED, updated_at=now)
        await tx.conferences.save(published)
        await tx.keep(published)
    return published


async def lock_managed(tx: "Transaction", caller: Caller, conference_id: int) -> Conference:
    """The conference, locked, for one who may write to it.

    Raises NotFound for whom it does not exist, and Forbidden for all others who may not.
    """
    conference = await tx.conferences.lock(conference_id)
    if conference is None:
        raise NotFound
    joined = await tx.conferences.is_joined(conference_id, caller)
    ensure_known(can_see(caller, conference, joined=joined))
    ensure_manages(caller, conference)
    return conference
