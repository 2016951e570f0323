import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.documents.workbook import MOST_UNITS, Table, literal, write
from app.domain.exports import Kind

COLUMNS = [("ID", Kind.NUMBER), ("Name", Kind.TEXT), ("Price", Kind.MONEY), ("At", Kind.INSTANT)]


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"


def _made(file: Path, rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """What is read of a table of these rows."""
    described = {"name": "Registrations", "columns": COLUMNS}
    assert write(file, map(_line, (described, rows, None)))
    return _read(file)[0]


def _read(file: Path) -> list[list[list[Any]]]:
    book = openpyxl.load_workbook(file, read_only=True)
    try:
        return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book]
    finally:
        book.close()


def test_cells_are_what_they_are(tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    rows: list[list[Any]] = [
        [1, "Ada", "99.50", "2026-08-01T10:00:00.999700+00:00"],
        [2, "", "7", None],
        [3, None, "0.125", None],
    ]
    assert _made(file, rows) == [
        ["ID", "Name", "Price", "At (UTC)"],
        [1, "Ada", 99.5, datetime(2026, 8, 1, 10)],  # noqa: DTZ001 (a cell has no zone)
        [2, None, 7, None],
        [3, None, 0.125, None],
    ]
    sheet = openpyxl.load_workbook(file)["Registrations"]
    assert [sheet.cell(row, 3).number_format for row in (2, 3, 4)] == ["0.00", "0", "0.000"]


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "{=1}", "+1", "@x", "\t=1", "https://example.org", "mailto:a@b.c"),
        *("internal:A1", "007", "1e5", "TRUE", "<r><t>x</t></r>", "<r><evil</r>", "a & b < c"),
        *("_x0041_", " x "),
    ],
)
def test_a_text_is_a_string_whatever_it_begins_with(text: str, tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    _made(file, [[1, text, None, None]])
    cell = openpyxl.load_workbook(file)["Registrations"].cell(2, 2)
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    # The library escapes what would be an escape, and what reads it here leaves that to others.
    assert str(cell.value).replace("_x005F_", "_").strip() == text.strip()
    with ZipFile(file) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())
        assert not any("externalLink" in name for name in parts.namelist())


def test_what_looks_like_a_formula_stays_text_when_it_is_edited(tmp_path: Path) -> None:
    file = tmp_path / "book.xlsx"
    _made(file, [[1, "=1+1", None, None], [2, "Ada", None, None]])
    sheet = openpyxl.load_workbook(file)["Registrations"]
    assert [sheet.cell(row, 2).quotePrefix for row in (2, 3)] == [True, False]


@given(text=st.text(st.characters(codec="utf-8"), max_size=40))
@examples(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_read_again(text: str, tmp_path: Path) -> None:
    """A part that is not well-formed would raise."""
    [_, [number, *_]] = _made(tmp_path / "book.xlsx", [[1, text, None, None]])
    assert number == 1


def test_what_is_too_long_for_a_cell_is_cut(tmp_path: Path) -> None:
    assert literal("x" * MOST_UNITS) == "x" * MOST_UNITS
    cut = literal("😀" * MOST_UNITS)
    assert len(cut.encode("utf-16-le")) // 2 <= MOST_UNITS
    assert cut.endswith("😀…")
    [_, [_, read, *_]] = _made(tmp_path / "book.xlsx", [[1, "x" * 40_000, None, None]])
    assert read == "x" * (MOST_UNITS - 1) + "…"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path) -> None:
    table = Table(tmp_path / "book.xlsx", "Payments", COLUMNS[:1], most_rows=3)
    table.add([[number] for number in range(5)])
    table.close()
    assert _read(tmp_path / "book.xlsx") == [[["ID"], [0], [1]], [["ID"], [2], [3]], [["ID"], [4]]]
    assert openpyxl.load_workbook(tmp_path / "book.xlsx").sheetnames == [
        "Payments",
        "Payments 2",
        "Payments 3",
    ]


def test_lines_that_end_too_early_leave_nothing(tmp_path: Path) -> None:
    """They do when the server dies."""
    folder = tmp_path / "work"
    folder.mkdir()
    described = {"name": "Payments", "columns": COLUMNS[:1]}
    ended = subprocess.run(
        [sys.executable, "-m", "app.documents.workbook", str(folder / "book.xlsx")],
        input=b"".join(map(_line, (described, [[1]]))),
        check=False,
    )
    assert ended.returncode == 1
    assert not folder.exists()
