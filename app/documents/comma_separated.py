"""Exports as CSV (RFC 4180), in UTF-8 that says so: Excel takes it for something else otherwise."""

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO

from app.domain.exports import Cell, Column, Export, Row, inert

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
BYTE_ORDER_MARK = "\ufeff"


async def written(export: Export) -> AsyncIterator[bytes]:
    """The header with the first rows, then each chunk as it is read."""
    begun = BYTE_ORDER_MARK + heading(export.columns)
    async for rows in export.chunks:
        yield (begun + lines(rows)).encode()
        begun = ""
    if begun:
        yield begun.encode()


def heading(columns: Sequence[Column]) -> str:
    return _joined([[column.title for column in columns]])


def lines(rows: Sequence[Row]) -> str:
    """A line per row; instants are UTC and say so, and no text is a formula."""
    return _joined([_shown(cell) for cell in row] for row in rows)


def _shown(cell: Cell) -> object:
    if isinstance(cell, str):
        return inert(cell)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return cell


def _joined(rows: Iterable[Sequence[object]]) -> str:
    written = StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()
