"""Glances: what many who look at conferences at the same time ask the database together.

One statement tells all of them where the counters of changes stand, which versions of conferences
there are, and of which of them each sees more than everybody. What is remembered of a conference is
good as long as its version is (decision 8); what is remembered of a list, as long as the counter
stands where it stood (decision 23).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_known
from app.domain.conferences import Conference, ConferenceFilter, can_see
from app.domain.showing import shows_online_url, without_online_url

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Who looks, and at which conferences; admins see all there is, so they are nobody here."""

    viewer_id: int | None
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """Of which conferences one sees more than everybody; those of `hidden` nobody else sees."""

    ids: frozenset[int] = frozenset()
    hidden: bool = False


NO_TIES = Ties()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Where the counters stand: of what conferences are, and of what is counted of them."""

    facts: int
    counts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Conferences as they were when the counters had settled there: as long as they stand."""

    counters: Counters
    conferences: Mapping[int, Conference]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What a batch sees: who is tied, and those conferences that had to be looked at, as they are.

    Every transaction before `oldest` had ended; `mark` is later than any that had begun, where the
    glance was to set one. What is deleted is not seen.
    """

    counters: Counters
    oldest: int
    mark: int | None
    read: Mapping[int, Conference]
    ties: Mapping[int, Ties]


def sight_of(caller: Caller, ids: Iterable[int]) -> Sight:
    return Sight(viewer_id=None if caller.is_admin else caller.user_id, ids=tuple(ids))


def is_lasting(filter: ConferenceFilter) -> bool:
    """Whether the same conferences answer to it until one changes.

    Neither the clock, nor seats, nor the names of categories have a say.
    """
    return not filter.upcoming and all(
        asked is None
        for asked in (
            filter.phase,
            filter.is_past,
            filter.is_active,
            filter.has_spots,
            filter.category_slug,
            filter.but_slugs,
        )
    )


def are_everybodys(caller: Caller, ties: Ties, items: Iterable[Conference]) -> bool:
    """Whether the caller sees no more of these than all do: none is theirs, none has their seat."""
    return not any(one.organizer_id == caller.user_id or one.id in ties.ids for one in items)


def ensure_shown(caller: Caller, conference: Conference | None) -> Conference:
    """One that is no tie of the caller's, as they see it; where it is private it is not there."""
    ensure_known(conference is not None and can_see(caller, conference, joined=False))
    assert conference is not None
    if shows_online_url(caller, conference, seated=False):
        return conference
    return without_online_url(conference)


async def take(uow: "UnitOfWork", sights: Sequence[Sight], known: Known, *, mark: bool) -> Glance:
    """Look, for all of them; what is `known` is looked at again if the counters have moved."""
    viewers = {sight.viewer_id for sight in sights if sight.viewer_id is not None}
    ids = {id for sight in sights for id in sight.ids}
    async with uow.reading() as tx:
        return await tx.glances.take(sorted(viewers), sorted(ids), known, mark=mark)
