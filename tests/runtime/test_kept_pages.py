"""What is kept of public pages is bounded, keys and all."""

import tracemalloc
from datetime import datetime

import pytest

from app import kept_pages
from app.domain.changes import Look, Version
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
