"""The lines that were not brought in: written to a file with their reasons, and counted."""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TextIO

from app.config import ConfigurationError

_HEADER = ("file", "line", "code", "reason", "content")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A line of a file, and why it was refused."""

    file: Path
    line: int
    code: str
    reason: str
    content: str


@dataclass
class Rejects:
    """`with Rejects(path)`: the file is there as long as there is something in it."""

    path: Path
    counts: Counter[tuple[Path, str]] = field(default_factory=Counter)
    _file: TextIO | None = None

    def __enter__(self) -> "Rejects":
        try:
            # What is not UTF-8 goes out as it came in.
            self._file = self.path.open("w", encoding="utf-8", errors="surrogateescape", newline="")
        except OSError as error:
            raise ConfigurationError(
                f"{self.path} cannot be written: {error.strerror}. Name another file (--rejects)."
            ) from error
        csv.writer(self._file).writerow(_HEADER)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._file is not None
        self._file.close()
        if not self.counts:
            self.path.unlink(missing_ok=True)

    def add(self, reject: Reject) -> None:
        assert self._file is not None
        self.counts[reject.file, reject.code] += 1
        csv.writer(self._file).writerow(
            (reject.file.name, reject.line, reject.code, reject.reason, reject.content)
        )

    def flush(self) -> None:
        """What was refused so far can be read, whatever happens next."""
        assert self._file is not None
        self._file.flush()

    def of(self, file: Path) -> Mapping[str, int]:
        """How many lines of a file, by code, the most frequent first."""
        found = {code: n for (one, code), n in self.counts.most_common() if one == file}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
