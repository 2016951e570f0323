"""Conferences for those who log in: what everybody sees of them is found out once, and kept.

Each request takes a glance at the database, together with all that arrive at the same time: it
tells whether what is kept is how it is now, and whether the caller sees something that others do
not. Only where that is so, or something changed, is a request's own question asked. Nothing is
answered that was not so after the request had arrived.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import conferences
from app.domain.access import Caller
from app.domain.changes import Settling
from app.domain.conferences import Conference, ConferenceFilter, can_see
from app.domain.desk import Desk
from app.domain.glances import (
    NO_TIES,
    Counters,
    Glance,
    Known,
    Sight,
    Ties,
    are_everybodys,
    ensure_shown,
    is_lasting,
    sight_of,
)
from app.domain.pages import Page, PageRequest
from app.domain.showing import without_online_url
from app.repositories.uow import UnitOfWork

# All pages together hold no more; one conference may be on many. A page by itself counts as some.
_MOST_CONFERENCES = 5_000
_BY_ITSELF = 5
_MOST_KNOWN = 2_000

Take = Callable[[Sequence[Sight], Known, bool], Awaitable[Glance]]
_Key = tuple[bool, ConferenceFilter, PageRequest]
_NOTHING = Known(counters=Counters(facts=-1, counts=-1), conferences={})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """Which conferences were on a page when the counter stood at `facts`, and as what.

    `read` are they as they are stored, `page` what is shown of them.
    """

    facts: int
    ids: tuple[int, ...]
    read: Sequence[Conference | None]
    page: Page[Conference]


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What a batch of requests sees; lists may be kept at `facts` that have settled."""

    facts: int
    is_settled: bool
    conferences: Mapping[int, Conference]
    ties: Mapping[int, Ties]

    def ties_of(self, sight: Sight) -> Ties:
        return NO_TIES if sight.viewer_id is None else self.ties.get(sight.viewer_id, NO_TIES)


class KeptConferences:
    """`take` looks at the database, and sets a mark if told to."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._facts, self._all = Settling(), Settling()
        self._known = _NOTHING
        self._desk: Desk[Sight, _View] = Desk(self._serve)
        self._pages: OrderedDict[_Key, _Kept] = OrderedDict()
        self._held = 0

    async def drain(self) -> None:
        await self._desk.drain()

    async def find(self, uow: UnitOfWork, caller: Caller, id: int) -> Conference:
        """One conference the caller may see. Raises NotFound."""
        sight = sight_of(caller, (id,))
        view = await self._desk.ask(sight)
        if id in view.ties_of(sight).ids:
            return await conferences.find(uow, caller, id)
        return ensure_shown(caller, view.conferences.get(id))

    async def listed(
        self,
        uow: UnitOfWork,
        caller: Caller,
        filter: ConferenceFilter,
        page: PageRequest,
        now: datetime,
    ) -> Page[Conference]:
        """The conferences the caller may see; the same object while nothing about it changed."""
        if not is_lasting(filter):
            return await conferences.listed(uow, caller, filter, page, now)
        key = (caller.is_admin, filter, page)
        kept = self._pages.get(key)
        sight = sight_of(caller, () if kept is None else kept.ids)
        view = await self._desk.ask(sight)
        ties = view.ties_of(sight)
        if ties.hidden:
            return await conferences.listed(uow, caller, filter, page, now)
        shown = None if kept is None else self._again(key, kept, view)
        if shown is None:
            # What is kept is not read in the name of one who may come to see more meanwhile.
            anybody = caller if caller.is_admin else None
            shown = await conferences.listed(uow, anybody, filter, page, now)
            if view.is_settled and shown.is_exact:
                self._keep(key, view.facts, shown)
        if caller.is_admin or are_everybodys(caller, ties, shown.items):
            return shown
        return await conferences.listed(uow, caller, filter, page, now)

    async def _serve(self, sights: Sequence[Sight]) -> Sequence[_View]:
        facts, everything = self._facts.version, self._all.version
        wants_mark = self._facts.wants_mark or self._all.wants_mark
        known = self._known
        glance = await self._take(sights, known, wants_mark)
        counters, oldest, mark = glance.counters, glance.oldest, glance.mark
        is_settled = self._facts.observe(counters.facts, oldest, mark, known=facts)
        is_known = self._all.observe(counters, oldest, mark, known=everything)
        if counters != known.counters or len(known.conferences) > _MOST_KNOWN:
            known = Known(counters=counters, conferences={})
        there = {**known.conferences, **glance.read}
        self._known = replace(known, conferences=there) if is_known else _NOTHING
        view = _View(
            facts=counters.facts, is_settled=is_settled, conferences=there, ties=glance.ties
        )
        return [view] * len(sights)

    def _again(self, key: _Key, kept: _Kept, view: _View) -> Page[Conference] | None:
        """The page that is kept, with what was counted since; None where it may be another."""
        if kept.facts != view.facts:
            return None
        read = [view.conferences.get(id) for id in kept.ids]
        if read == kept.read:
            return kept.page
        sees_all, _, request = key
        items = [
            one if sees_all else without_online_url(one)
            for one in read
            if one is not None and (sees_all or can_see(None, one, joined=False))
        ]
        if len(items) != len(read):
            return None
        page = Page(items=items, count=kept.page.count, request=request)
        if self._pages.get(key) is kept:
            self._pages[key] = replace(kept, read=read, page=page)
        return page

    def _keep(self, key: _Key, facts: int, page: Page[Conference]) -> None:
        """What was read after its version had settled is all there is of it, or later."""
        self._drop(key)
        ids = tuple(one.id for one in page.items)
        self._pages[key] = _Kept(facts=facts, ids=ids, read=[None] * len(ids), page=page)
        self._held += len(ids) + _BY_ITSELF
        while self._held > _MOST_CONFERENCES:
            self._drop(next(iter(self._pages)))

    def _drop(self, key: _Key) -> None:
        kept = self._pages.pop(key, None)
        if kept is not None:
            self._held -= len(kept.ids) + _BY_ITSELF
