"""Pages that many ask for and that seldom change: written once, kept while nothing changes.

Whether something changed is found out at most four times a second, whoever asks; while nothing has,
a page costs the database nothing. A change shows within that time, in every process.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeVar

from app.domain.changes import Look, Settling, Version
from app.domain.times import utc_now

_LOOK_EVERY = 0.25
_MOST_BYTES = 8 * 1024 * 1024
_LARGEST = 1024 * 1024
# What a page takes beside its body and its key: the objects around them, and a place among all.
_AROUND = 768

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """A body that is not all there is of what stands: the next look has it written anew."""

    body: bytes


# Given the moment, and how much of the log has to be known to whom is asked; None means all of it.
Build = Callable[[datetime, int | None], Awaitable[bytes | Passing]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A body and its strong entity tag, quotes included."""

    body: bytes
    etag: str


def kept_page(built: bytes | Passing) -> KeptPage:
    """A body with the tag of its content."""
    body = built.body if isinstance(built, Passing) else built
    return KeptPage(body=body, etag=f'"{blake2b(body, digest_size=12).hexdigest()}"')


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    page: KeptPage
    number: int
    version: Version
    settled: bool
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """The last look: its number, and when it was taken on the monotonic clock."""

    look: Look
    number: int
    settled: bool
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """A page that is being written, after the look of that number."""

    page: asyncio.Task[KeptPage]
    number: int


class KeptPages:
    """`look` asks the database where its counters of change stand, and sets a mark if told to.

    Whoever waits for the same look, or for the same page to be written, goes on when it is there,
    all at once. With a lock they would follow one by one, a step of the event loop each, and be
    overtaken by all who come after.
    """

    def __init__(self, look: Callable[[datetime, bool], Awaitable[Look]]) -> None:
        self._look = look
        self._settling = Settling()
        self._seen: _Seen | None = None
        self._looking: asyncio.Task[_Seen] | None = None
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._writing: dict[str, _Writing] = {}
        self._bytes = 0

    async def get(self, key: str, build: Build) -> KeptPage:
        """The page of this key, from `build` unless the one that is kept is still good.

        What `build` raises is raised to everybody who waits for it, and kept for nobody.
        """
        seen = await self._glance()
        while (good := self._good(key, seen)) is None:
            writing = self._writing.get(key)
            if writing is None:
                writing = _Writing(
                    page=_begun(self._write(key, seen, build), lambda: self._writing.pop(key)),
                    number=seen.number,
                )
                self._writing[key] = writing
            try:
                page = await asyncio.shield(writing.page)
            except Exception:
                if writing.number >= seen.number:
                    raise
            else:
                if writing.number >= seen.number:
                    return page
        return good

    async def _glance(self) -> _Seen:
        """The last look that was not a while ago when this was asked, or a new one."""
        arrived = time.monotonic()
        while (seen := self._seen) is None or arrived - seen.at >= _LOOK_EVERY:
            if self._looking is None:
                self._looking = _begun(self._look_again(), self._has_looked)
            await asyncio.shield(self._looking)
        return seen

    async def _look_again(self) -> _Seen:
        before, at = self._seen, time.monotonic()
        known = self._settling.version
        look = await self._look(utc_now(), self._settling.wants_mark)
        settled = self._settling.observe(look.version, look.oldest, look.mark, known=known)
        number = 1 if before is None else before.number + 1
        self._seen = seen = _Seen(look=look, number=number, settled=settled, at=at)
        return seen

    def _has_looked(self) -> None:
        self._looking = None

    def _good(self, key: str, seen: _Seen) -> KeptPage | None:
        kept = self._kept.get(key)
        if kept is None or kept.version != seen.look.version:
            return None
        if kept.number < seen.number and not kept.settled:
            return None
        if kept.until is not None and kept.until <= utc_now():
            return None
        self._kept.move_to_end(key)
        return kept.page

    async def _write(self, key: str, seen: _Seen, build: Build) -> KeptPage:
        now = utc_now()
        built = await build(now, seen.look.written)
        page = kept_page(built)
        turns_at = seen.look.turns_at
        if len(page.body) <= _LARGEST and (turns_at is None or turns_at > now):
            self._keep(
                key,
                _Kept(
                    page=page,
                    number=seen.number,
                    version=seen.look.version,
                    settled=seen.settled and not isinstance(built, Passing),
                    until=turns_at,
                ),
            )
        return page

    def _keep(self, key: str, kept: _Kept) -> None:
        """Keep it, and let go of those that were not asked for the longest."""
        before = self._kept.pop(key, None)
        self._bytes += _taken(key, kept) - (_taken(key, before) if before else 0)
        self._kept[key] = kept
        while self._bytes > _MOST_BYTES:
            self._bytes -= _taken(*self._kept.popitem(last=False))


def _begun(work: Coroutine[Any, Any, T], then: Callable[[], object]) -> asyncio.Task[T]:
    """Work that goes on whoever of those who wait for it gives up; `then` is its last step.

    Not a callback, which comes a step later: whoever looked in between would find work under way
    that is done, not wait for it, and look again, for ever.
    """

    async def done() -> T:
        try:
            return await work
        finally:
            then()

    task = asyncio.create_task(done())
    task.add_done_callback(_unheard)
    return task


def _unheard(task: asyncio.Task[Any]) -> None:
    """Where nobody waits any more, nobody hears of a failure either."""
    with suppress(asyncio.CancelledError):
        task.exception()


def _taken(key: str, kept: _Kept) -> int:
    """How much memory a page takes."""
    return len(key) + len(kept.page.body) + _AROUND
