"""CSV files as people have them: read one record at a time, whatever stands in the other lines."""

import csv
import io
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from app.config import ConfigurationError

_DELIMITERS = (",", ";", "\t")
_LONGEST_LINE = 100_000
# A record of more lines than this is a quotation mark that nobody closed.
_MOST_LINES = 50
_TOO_LONG = f"The line is longer than {_LONGEST_LINE} characters."
_UNQUOTED = "The quotation marks do not match."


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns a file may have: each with the names it goes by, its own one first.

    Of each group in `required` the header has to have one; only `long` ones hold line breaks.
    """

    names: Mapping[str, Sequence[str]]
    required: Sequence[Sequence[str]]
    long: Sequence[str] = ()

    @property
    def told(self) -> str:
        """What the first line of such a file says."""
        needed = [" or ".join(group) for group in self.required]
        known = {column for group in self.required for column in group}
        others = [column for column in self.names if column not in known]
        may = f", and may name {', '.join(others)}" if others else ""
        return f"Its first line has to name {', '.join(needed)}{may}."

    def known(self, heading: str) -> str | None:
        """The column that goes by this heading."""
        plain = "_".join(heading.casefold().replace("-", " ").replace("_", " ").split())
        return next((column for column, names in self.names.items() if plain in names), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record: where it begins, its values by column, or what is wrong with it as a whole."""

    line: int
    text: str
    values: Mapping[str, str]
    fault: str = ""


class Table:
    """An open file whose header was understood; whoever walks through it gets its records.

    A record that cannot be read is one line, and the next line begins a new one: a stray quotation
    mark costs its own line and no other.
    """

    def __init__(self, path: Path, columns: Columns) -> None:
        self.path = path
        self._columns = columns
        self._lines = _Lines(path)
        try:
            self._delimiter, self._header = self._understand(self._lines.header())
        except BaseException:
            self._lines.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.close()

    @property
    def size(self) -> int:
        """Bytes in all; 0 where nobody knows."""
        return self._lines.size

    @property
    def position(self) -> int:
        """Bytes read."""
        return self._lines.position

    @property
    def unused(self) -> Sequence[str]:
        """The headings that mean nothing here."""
        return [heading for heading, column in self._header if column is None and heading]

    def __iter__(self) -> Iterator[Record]:
        while (line := self._lines.take()) is not None:
            if line[1].strip():
                yield self._record(line)

    def _record(self, first: tuple[int, str]) -> Record:
        taken = [first]

        def lines() -> Iterator[str]:
            yield first[1]
            while len(taken) < _MOST_LINES and (line := self._lines.take()) is not None:
                taken.append(line)
                yield line[1]

        fault = _TOO_LONG if len(first[1]) >= _LONGEST_LINE else ""
        row: list[str] = []
        if not fault:
            try:
                row = next(csv.reader(lines(), delimiter=self._delimiter, strict=True))
                fault = self._fault(row, several=len(taken) > 1)
            except csv.Error:
                fault = _UNQUOTED
        if fault:
            self._lines.give_back(taken[1:])
            return Record(line=first[0], text=_bare(first[1]), values={}, fault=fault)
        values = {
            column: value
            for (_, column), value in zip(self._header, row, strict=False)
            if column is not None
        }
        text = "".join(line for _, line in taken)
        return Record(line=first[0], text=_bare(text), values=values)

    def _fault(self, row: Sequence[str], *, several: bool) -> str:
        """What is wrong with a row: too many values, or signs that lines were taken for text."""
        width = len(self._header)
        if any(value.strip() for value in row[width:]):
            return f"The line has {len(row)} values, the header has {width}."
        if several and (len(row) != width or self._is_torn(row)):
            return _UNQUOTED
        return ""

    def _is_torn(self, row: Sequence[str]) -> bool:
        return any(
            column is not None and column not in self._columns.long and len(value.splitlines()) > 1
            for (_, column), value in zip(self._header, row, strict=False)
        )

    def _understand(self, header: str) -> tuple[str, Sequence[tuple[str, str | None]]]:
        """The delimiter under which the header says most, and the columns it names."""
        readings = {delimiter: self._read_header(header, delimiter) for delimiter in _DELIMITERS}
        delimiter = max(
            readings, key=lambda one: sum(known is not None for _, known in readings[one])
        )
        named = [column for _, column in readings[delimiter] if column is not None]
        for group in self._columns.required:
            if not set(group) & set(named):
                raise ConfigurationError(
                    f"{self.path} has no column “{group[0]}”. {self._columns.told}"
                )
        twice = sorted({column for column in named if named.count(column) > 1})
        if twice:
            raise ConfigurationError(f"{self.path} has more than one column “{twice[0]}”.")
        return delimiter, readings[delimiter]

    def _read_header(self, header: str, delimiter: str) -> Sequence[tuple[str, str | None]]:
        headings = next(csv.reader([header], delimiter=delimiter), [])
        return [(heading.strip(), self._columns.known(heading)) for heading in headings]


class _Lines:
    """The lines of a file with their numbers; what was taken too early can be given back."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._bytes = path.open("rb")
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
        found = os.fstat(self._bytes.fileno())
        self.size = found.st_size if self._bytes.seekable() else 0
        # What is not UTF-8 is kept as it is, and refused with its line.
        self._text = io.TextIOWrapper(
            self._bytes, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        self._number = 0
        self._given_back: deque[tuple[int, str]] = deque()

    @property
    def position(self) -> int:
        return self._bytes.tell() if self.size else 0

    def header(self) -> str:
        """The first line that says anything."""
        while (line := self.take()) is not None:
            if "\0" in line[1]:
                raise ConfigurationError(f"{self._path} is not text in UTF-8.")
            if line[1].strip():
                return line[1]
        raise ConfigurationError(f"{self._path} is empty.")

    def take(self) -> tuple[int, str] | None:
        if self._given_back:
            return self._given_back.popleft()
        text = self._text.readline(_LONGEST_LINE)
        if not text:
            return None
        more = text
        while len(more) == _LONGEST_LINE and not more.endswith(("\n", "\r")):
            more = self._text.readline(_LONGEST_LINE)
        self._number += 1
        return self._number, text

    def give_back(self, lines: Sequence[tuple[int, str]]) -> None:
        self._given_back.extendleft(reversed(lines))

    def close(self) -> None:
        self._text.close()


def _bare(text: str) -> str:
    return text.rstrip("\r\n")
