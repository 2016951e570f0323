"""What is kept of public pages is bounded, keys and all."""

import tracemalloc
from datetime import datetime

from app import kept_pages
from app.domain.changes import Look, Version
from app.kept_pages import KeptPages

MEGABYTE = 1024 * 1024


async def _look(_now: datetime, _marks: bool) -> Look:
    version = Version(facts=1, programmes=1, counts=1)
    return Look(version=version, oldest=1, mark=None, turns_at=None)


async def _nothing(_now: datetime) -> bytes:
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
        async def build(_now: datetime) -> bytes:
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
