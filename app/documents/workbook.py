"""Exports as XLSX: what the process that writes a workbook runs. It reads lines of JSON.

The first line names the table and its columns, each other one holds rows, and the last is `null`.
Texts are strings whatever they begin with: no formula, no link.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.domain.exports import Kind, is_formula

# The most that Excel has, in a sheet and in a cell, which is counted in UTF-16.
MOST_ROWS = 1_048_576
MOST_UNITS = 32_767
_CUT = "…"
_WIDTHS = {Kind.TEXT: 24, Kind.NUMBER: 12, Kind.MONEY: 12, Kind.INSTANT: 20}
_MONEY = {0: "0", 2: "0.00", 3: "0.000"}
# What comes between two requests is more urgent than this.
_NICE = 10
# Kept one row at a time; whatever else the library does with strings is off.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


class Table:
    """A table in a workbook: as many sheets as its rows need, each with the header on top."""

    def __init__(
        self,
        file: Path,
        name: str,
        columns: Sequence[tuple[str, Kind]],
        most_rows: int = MOST_ROWS,
    ) -> None:
        self._book = Workbook(file, {**_OPTIONS, "tmpdir": str(file.parent)})
        # Only what is larger than 4 GB becomes one of those that old programs cannot read.
        self._book.use_zip64()
        self._name = name
        self._columns = columns
        self._most_rows = most_rows
        self._bold = self._book.add_format({"bold": True})
        self._instant = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        # Stays text when somebody edits the cell.
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._money = {
            digits: self._book.add_format({"num_format": shown}) for digits, shown in _MONEY.items()
        }
        self._sheets = 0
        self._sheet, self._row = self._next_sheet()

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            if self._row == self._most_rows:
                self._sheet, self._row = self._next_sheet()
            for place, (cell, (_, kind)) in enumerate(zip(row, self._columns, strict=True)):
                if cell is not None and cell != "":
                    self._write(place, cell, kind)
            self._row += 1

    def close(self) -> None:
        self._book.close()

    def _next_sheet(self) -> tuple[Worksheet, int]:
        self._sheets += 1
        sheet = self._book.add_worksheet(
            self._name if self._sheets == 1 else f"{self._name} {self._sheets}"
        )
        sheet.freeze_panes(1, 0)
        for place, (title, kind) in enumerate(self._columns):
            sheet.set_column(place, place, _WIDTHS[kind])
            shown = f"{title} (UTC)" if kind is Kind.INSTANT else title
            sheet.write_string(0, place, shown, self._bold)
        return sheet, 1

    def _write(self, place: int, cell: Any, kind: Kind) -> None:
        at = (self._row, place)
        if kind is Kind.TEXT:
            format: Format | None = self._quoted if is_formula(cell) else None
            self._sheet.write_string(*at, literal(cell), format)
        elif kind is Kind.NUMBER:
            self._sheet.write_number(*at, cell)
        elif kind is Kind.MONEY:
            digits = len(cell.partition(".")[2])
            self._sheet.write_number(*at, float(cell), self._money[digits])
        else:
            # Whole seconds, as CSV tells them: a part of one would be rounded up.
            moment = datetime.fromisoformat(cell).replace(microsecond=0)
            self._sheet.write_datetime(*at, moment, self._instant)


def literal(text: str) -> str:
    """As a cell takes it: not too long, and nothing that the library takes for its own markup."""
    if len(text) > MOST_UNITS // 2 and _units(text) > MOST_UNITS:
        kept = text.encode("utf-16-le")[: 2 * (MOST_UNITS - 1)].decode("utf-16-le", "ignore")
        text = kept + _CUT
    # It would be written unescaped.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def write(file: Path, lines: Iterable[bytes]) -> bool:
    """Write the workbook that the lines describe; whether they came to their end."""
    read = iter(lines)
    described: Mapping[str, Any] = json.loads(next(read))
    columns = [(title, Kind(kind)) for title, kind in described["columns"]]
    table = Table(file, described["name"], columns)
    for line in read:
        rows = json.loads(line)
        if rows is None:
            table.close()
            return True
        table.add(rows)
    return False


def main(file: Path) -> int:
    """Lines that end too early come from a server that has died: nobody else tidies up then."""
    os.nice(_NICE)
    complete = False
    try:
        complete = write(file, sys.stdin.buffer)
    finally:
        if not complete:
            shutil.rmtree(file.parent, ignore_errors=True)
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
