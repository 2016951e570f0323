import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import cast

import openpyxl
import psutil
import pytest

from app.documents.bindery import MOST_AT_ONCE, Bindery
from app.domain.errors import Busy
from app.domain.exports import COLUMNS, Export, Row, Subject

ROW: Row = (1, "Compilers", 2, 3, "=Ada", "ada@example.org", Decimal("99.00"), Decimal("0.00"))
ROW += ("USD", "paid", "simulated", "EVH-1", "", None, "", datetime(2026, 8, 1, tzinfo=UTC))
ROW += (None, None)


@pytest.fixture
def bindery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bindery:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return Bindery()


async def _chunks(*chunks: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    for rows in chunks:
        yield rows


def an_export(chunks: AsyncIterator[Sequence[Row]]) -> Export:
    subject = Subject.PAYMENTS
    return Export(name="all", subject=subject, columns=COLUMNS[subject], chunks=chunks)


@pytest.fixture
def children() -> Callable[[], set[int]]:
    """The processes begun since."""
    before = _all_children()
    return lambda: _all_children() - before


def _all_children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


def _left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def _endless(going: asyncio.Event) -> AsyncIterator[Sequence[Row]]:
    while True:
        yield [ROW]
        going.set()
        await asyncio.sleep(0.01)


async def test_it_makes_a_workbook_and_leaves_nothing_behind(
    bindery: Bindery, tmp_path: Path, children: Callable[[], set[int]]
) -> None:
    blocks = [block async for block in bindery.written(an_export(_chunks([ROW], [ROW] * 3)))]
    await bindery.close()
    sheet = openpyxl.load_workbook(BytesIO(b"".join(blocks)))["Payments"]
    assert sheet.max_row == 5
    assert [cell.value for cell in sheet[2]][3:8] == [3, "=Ada", "ada@example.org", 99, 0]
    assert _left(tmp_path) == []
    assert children() == set()


async def test_while_it_is_sent_its_file_has_no_name_any_more(
    bindery: Bindery, tmp_path: Path
) -> None:
    blocks = cast("AsyncGenerator[bytes]", bindery.written(an_export(_chunks([ROW]))))
    async with aclosing(blocks):
        assert await anext(blocks)
        await bindery.close()
        assert _left(tmp_path) == []


async def test_who_goes_away_ends_it(
    bindery: Bindery, tmp_path: Path, children: Callable[[], set[int]]
) -> None:
    going = asyncio.Event()
    task = asyncio.ensure_future(anext(bindery.written(an_export(_endless(going)))))
    await going.wait()
    assert len(children()) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await bindery.close()
    assert children() == set()
    assert _left(tmp_path) == []


async def test_what_fails_while_rows_are_read_ends_it(
    bindery: Bindery, tmp_path: Path, children: Callable[[], set[int]]
) -> None:
    async def failing() -> AsyncIterator[Sequence[Row]]:
        yield [ROW]
        raise Busy

    with pytest.raises(Busy):
        await anext(bindery.written(an_export(failing())))
    await bindery.close()
    assert children() == set()
    assert _left(tmp_path) == []


async def test_a_killed_process_is_no_workbook(
    bindery: Bindery, tmp_path: Path, children: Callable[[], set[int]]
) -> None:
    async def killing() -> AsyncIterator[Sequence[Row]]:
        yield [ROW]
        for child in children():
            psutil.Process(child).kill()
        yield [ROW]

    with pytest.raises(RuntimeError):
        await anext(bindery.written(an_export(killing())))
    await bindery.close()
    assert _left(tmp_path) == []


async def _busy(bindery: Bindery) -> Sequence[asyncio.Future[bytes]]:
    """As many workbooks as are made at once, none of which ends."""
    goings = [asyncio.Event() for _ in range(MOST_AT_ONCE)]
    tasks = [
        asyncio.ensure_future(anext(bindery.written(an_export(_endless(going)))))
        for going in goings
    ]
    await asyncio.gather(*(going.wait() for going in goings))
    return tasks


async def test_one_too_many_waits_in_line(bindery: Bindery) -> None:
    first, *others = await _busy(bindery)
    waiting = asyncio.ensure_future(anext(bindery.written(an_export(_chunks([ROW])))))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    first.cancel()
    assert await waiting
    for task in others:
        task.cancel()
    await asyncio.wait([first, *others])
    await bindery.close()


async def test_and_is_refused_when_it_has_waited_long_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bindery = Bindery(patience=0.05)
    tasks = await _busy(bindery)
    with pytest.raises(Busy):
        await anext(bindery.written(an_export(_chunks([ROW]))))
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await bindery.close()
    assert await anext(bindery.written(an_export(_chunks([ROW]))))
    await bindery.close()
