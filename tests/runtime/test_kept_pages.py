"""What is kept of public pages is bounded, keys and all."""

import asyncio
import signal
import tracemalloc
from collections.abc import Iterator
from datetime import datetime

import pytest

from app import kept_pages
from app.domain.changes import Look, Version
from app.domain.errors import Busy, NotFound
from app.kept_pages import KeptPages, Passing

MEGABYTE = 1024 * 1024


async def _look(_now: datetime, _marks: bool) -> Look:
    version = Version(facts=1, programmes=1, counts=1)
    return Look(version=version, oldest=1, mark=None, written=version.facts, turns_at=None)


async def _nothing(_now: datetime, _written: int | None) -> bytes:
    return bytes(bytearray(2))


async def test_keys_count_as_well_as_bodies() -> None:
    pages = KeptPages(_look)
    tracemalloc.start()
    try:
        for number in range(40_000):
            await pages.get(f"{number}?{'x' * 430}", _nothing)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < kept_pages._MOST_BYTES + 2 * MEGABYTE


async def test_what_was_asked_for_last_is_kept() -> None:
    pages, built = KeptPages(_look), list[str]()

    async def page(key: str) -> None:
        async def build(_now: datetime, _written: int | None) -> bytes:
            built.append(key)
            return b" " * MEGABYTE

        await pages.get(key, build)

    for key in "abcdefg":
        await page(key)
    await page("a")
    assert built == list("abcdefg")
    await page("h")
    await page("a")
    await page("b")
    assert built == [*"abcdefgh", "b"]


async def test_what_is_passing_is_written_anew_after_the_next_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_pages, "_LOOK_EVERY", 0)
    marks = 0

    async def look(_now: datetime, _marks: bool) -> Look:
        nonlocal marks
        marks += 1
        version = Version(facts=1, programmes=1, counts=1)
        return Look(version=version, oldest=marks, mark=marks, written=0, turns_at=None)

    pages = KeptPages(look)
    told: list[bytes | Passing] = [Passing(body=b"1"), Passing(body=b"2"), b"3", b"4"]

    async def build(_now: datetime, _written: int | None) -> bytes | Passing:
        return told.pop(0)

    for _ in range(4):
        await pages.get("settling", _nothing)
    assert [(await pages.get("page", build)).body for _ in range(5)] == [b"1", b"2", *[b"3"] * 3]


class Steps:
    """Counts how often the event loop comes round."""

    def __init__(self) -> None:
        self.taken = 0
        self._task = asyncio.create_task(self._count())

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.taken += 1

    def end(self) -> None:
        self._task.cancel()


async def test_all_who_wait_for_a_look_or_a_page_go_on_together() -> None:
    """One after the other, each a step later, the last would wait for all who come meanwhile."""
    looked, written = asyncio.Event(), asyncio.Event()

    async def look(now: datetime, marks: bool) -> Look:
        await looked.wait()
        return await _look(now, marks)

    async def build(_now: datetime, _written: int | None) -> bytes:
        await written.wait()
        return b"page"

    pages, steps = KeptPages(look), Steps()
    waiting = [asyncio.create_task(pages.get("page", build)) for _ in range(100)]
    await asyncio.sleep(0.01)
    for event in (looked, written):
        steps.taken = 0
        event.set()
        await asyncio.wait(waiting, timeout=0.05 if event is looked else None)
    steps.end()
    assert {task.result().body for task in waiting} == {b"page"}
    assert steps.taken < 20


async def test_a_page_is_written_once_however_many_wait_and_whoever_gives_up() -> None:
    pages, built = KeptPages(_look), 0
    go_on = asyncio.Event()

    async def build(_now: datetime, _written: int | None) -> bytes:
        nonlocal built
        built += 1
        await go_on.wait()
        return b"page"

    first, *others = [asyncio.create_task(pages.get("page", build)) for _ in range(5)]
    await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.sleep(0)
    go_on.set()
    assert {(await other).body for other in others} == {b"page"}
    assert first.cancelled()
    assert built == 1


async def test_what_fails_is_told_to_all_who_wait_and_to_nobody_after() -> None:
    pages = KeptPages(_look)

    async def fail(_now: datetime, _written: int | None) -> bytes:
        await asyncio.sleep(0.01)
        raise NotFound

    waiting = [pages.get("page", fail) for _ in range(5)]
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in told] == [NotFound] * 5
    assert (await pages.get("page", _nothing)).body == b"\0\0"


async def test_a_look_that_fails_is_taken_again_by_whoever_comes_next() -> None:
    failing = True

    async def look(now: datetime, marks: bool) -> Look:
        await asyncio.sleep(0)
        if failing:
            raise Busy
        return await _look(now, marks)

    pages = KeptPages(look)
    waiting = [pages.get("page", _nothing) for _ in range(3)]
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in told] == [Busy] * 3
    failing = False
    assert (await pages.get("page", _nothing)).body == b"\0\0"


async def test_what_is_written_after_an_older_look_does_not_do_for_whoever_knows_of_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept_pages, "_LOOK_EVERY", 0)
    version, go_on = 1, asyncio.Event()

    async def look(_now: datetime, _marks: bool) -> Look:
        facts = Version(facts=version, programmes=1, counts=1)
        return Look(version=facts, oldest=1, mark=None, written=version, turns_at=None)

    async def build(_now: datetime, written: int | None) -> bytes:
        await go_on.wait()
        if written == 2:
            raise NotFound
        return str(written).encode()

    pages = KeptPages(look)
    old = asyncio.create_task(pages.get("page", build))
    await asyncio.sleep(0.01)
    version = 2
    newer = asyncio.create_task(pages.get("page", build))
    await asyncio.sleep(0.01)
    version = 3
    newest = asyncio.create_task(pages.get("page", build))
    await asyncio.sleep(0.01)
    go_on.set()
    assert (await old).body == b"1"
    with pytest.raises(NotFound):
        await newer
    assert (await newest).body == b"3"


@pytest.fixture
def standing_still() -> Iterator[None]:
    """Ends a test whose event loop does not come round any more."""

    def end(*_: object) -> None:
        raise AssertionError("the event loop stands still")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, 5)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize("steps", range(4))
async def test_who_comes_as_an_older_page_is_done_has_it_written_anew(
    monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    looks, begun, written = 0, 0, asyncio.Event()

    async def look(_now: datetime, _marks: bool) -> Look:
        nonlocal looks
        looks += 1
        version = Version(facts=looks, programmes=1, counts=1)
        return Look(version=version, oldest=1, mark=None, written=looks, turns_at=None)

    async def build(_now: datetime, _written: int | None) -> bytes:
        nonlocal begun
        begun += 1
        number = begun
        if number == 1:
            await written.wait()
        return b"%d" % number

    pages = KeptPages(look)
    first = asyncio.create_task(pages.get("page", build))
    await asyncio.sleep(0.01)
    assert begun == 1
    monkeypatch.setattr(kept_pages, "_LOOK_EVERY", 0)
    await pages.get("another", _nothing)
    monkeypatch.setattr(kept_pages, "_LOOK_EVERY", 60)
    written.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    late = asyncio.create_task(pages.get("page", build))
    assert [(await one).body for one in (first, late)] == [b"1", b"2"]


@pytest.mark.usefixtures("standing_still")
@pytest.mark.parametrize("steps", range(4))
async def test_who_comes_as_a_slow_look_is_done_has_another_taken(
    monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """A look that took longer than looks are good for does not do for who came meanwhile."""
    monkeypatch.setattr(kept_pages, "_LOOK_EVERY", 0.01)
    looks, looked = 0, asyncio.Event()

    async def look(now: datetime, marks: bool) -> Look:
        nonlocal looks
        looks += 1
        await looked.wait()
        return await _look(now, marks)

    pages = KeptPages(look)
    first = asyncio.create_task(pages.get("page", _nothing))
    await asyncio.sleep(0.02)
    assert looks == 1
    looked.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    late = asyncio.create_task(pages.get("page", _nothing))
    await asyncio.gather(first, late)
    assert looks == 2
