"""Conferences: what one can register for (seed 000 §5.1).

How they begin is told in `opening.py`, how they change in `revising.py`, how they end in
`closing.py`, and what is told of them to whom in `showing.py`.
"""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol, TypedDict

from app.domain.access import (
    Caller,
    ensure_known,
    ensure_manages,
    manages,
)
from app.domain.errors import (
    CapacityBelowTaken,
    ConferenceState,
    InvalidPeriod,
    NotFound,
    Other,
    SessionOverlap,
    UnknownReference,
)
from app.domain.money import Money
from app.domain.pages import Page, PageRequest
from app.domain.times import EARLIEST, LATEST, TimeRange
from app.domain.trail import Ways

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


_A_DAY = timedelta(days=1)


class ConferenceStatus(StrEnum):
    """What is stored; `ongoing` and `completed` follow from the clock (`phase`)."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


WAYS = Ways(
    beginnings=frozenset({"draft", "published"}),
    steps=frozenset(
        {("draft", "published"), ("draft", "cancelled"), ("published", "cancelled")},
    ),
)


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
    """`capacity` None means unlimited; `seats_taken` counts live admissions by quantity.

    `waiting` counts those who wait for an admission; `cover_image` is the name of a file, or none;
    `tags` are as they were written, with commas between.
    """

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
    category_id: int | None = None
    cover_image: str = ""
    waiting: int = 0
    is_online: bool = False
    online_url: str = ""
    tags: str = ""
    reviews_count: int = 0
    ratings_sum: int = 0

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
    category_id: int | None = None
    cover_image: str = ""
    is_online: bool = False
    online_url: str = ""
    tags: str = ""


class ConferenceChanges(TypedDict, total=False):
    """What is to become different; what is not named stays as it is.

    `start` and `end` are for those who have instants; beside them the days count for nothing.
    """

    name: str
    description: str
    location: str
    timezone: str
    first_day: date
    last_day: date
    start: datetime
    end: datetime
    capacity: int | None
    price: Decimal
    currency: str
    multi_track: bool
    visibility: Visibility
    registration_deadline: datetime | None
    category_id: int | None
    cover_image: str
    is_online: bool
    online_url: str
    tags: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceFilter:
    """None means any; the days are those of the conference's own time zone, both included.

    A `tag` is one of those a conference has; `search` asks for words in its text; `title` is the
    whole of it, in any case. Where categories are told apart by some slugs alone, `but_slugs` finds
    what is of none of them. `starts_from` is included and `starts_until` is not; prices are both.
    Past is what has begun; active is what is published and not over.
    """

    phase: Phase | None = None
    status: ConferenceStatus | None = None
    location: str | None = None
    organizer_id: int | None = None
    start_after: date | None = None
    start_before: date | None = None
    multi_track: bool | None = None
    visibility: Visibility | None = None
    category_id: int | None = None
    category_slug: str | None = None
    but_slugs: tuple[str, ...] | None = None
    is_online: bool | None = None
    tag: str | None = None
    search: str | None = None
    upcoming: bool = False
    title: str | None = None
    starts_from: datetime | None = None
    starts_until: datetime | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    has_spots: bool | None = None
    is_past: bool | None = None
    is_active: bool | None = None


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


def can_see(caller: Caller | None, conference: Conference, *, joined: bool) -> bool:
    """Private and draft conferences are invisible to strangers (`visibility`).

    Whoever is registered, or waits, is no stranger to a private one, and still one to a draft.
    Nobody in particular is a stranger.
    """
    if caller is not None and manages(caller, conference):
        return True
    if conference.status is ConferenceStatus.DRAFT:
        return False
    return joined or conference.visibility is Visibility.PUBLIC


def ensure_forward(period: TimeRange, *, field: str) -> None:
    """What has a period starts before it ends (`invalid_period`)."""
    if not period.start < period.end:
        raise InvalidPeriod(field=field)


def ensure_in_time(period: TimeRange, *, field: str) -> None:
    """Everything happens in the years 2000 to 2100, in whatever time zone (`invalid_period`)."""
    if period.start < EARLIEST - _A_DAY or period.end > LATEST + _A_DAY:
        raise InvalidPeriod("That lies outside the years 2000 to 2100.", field=field)


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


def ensure_currency_kept(old: Conference, new: Conference, *priced: Sized) -> None:
    """The currency is settled once there are sessions or ticket types, which are priced in it."""
    if any(map(len, priced)) and old.price.currency != new.price.currency:
        raise ConferenceState(f"What it has is priced in {old.price.currency}.", field="currency")


def ensure_not_cancelled(conference: Conference) -> None:
    """What is cancelled is not cancelled again, and gets nothing new (`conference_state`)."""
    if conference.status is ConferenceStatus.CANCELLED:
        raise ConferenceState("The conference is cancelled.")


async def find(uow: "UnitOfWork", caller: Caller | None, conference_id: int) -> Conference:
    """One conference the caller may see. Raises NotFound."""
    async with uow.reading() as tx:
        conference = await tx.conferences.find(conference_id, caller)
    if conference is None:
        raise NotFound
    return conference


async def listed(
    uow: "UnitOfWork",
    caller: Caller | None,
    filter: ConferenceFilter,
    page: PageRequest,
    now: datetime,
) -> Page[Conference]:
    """The conferences the caller may see, by start unless ordered otherwise."""
    async with uow.reading() as tx:
        return await tx.conferences.page(caller, filter, page, now)


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


async def ensure_category(tx: "Transaction", category_id: int | None) -> None:
    """A conference names a category that is there, or none (`unknown_reference`)."""
    if category_id is not None and await tx.categories.find(category_id) is None:
        raise UnknownReference("There is no such category.", field="category")
