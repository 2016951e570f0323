"""What was answered, written down before anything else is asked: the file that the auditor reads.

Each line is on the disk before its client goes on; many clients share one fsync.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Acknowledgements:
    """Appends lines. Used as `async with`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._news = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self._file = path.open("ab", buffering=0)

    async def __aenter__(self) -> "Acknowledgements":
        self._writing = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._writing is not None
        self._writing.cancel()
        self._file.close()

    async def note(self, line: Line) -> None:
        """Returns when the line is on the disk."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((json.dumps(line, separators=(",", ":")).encode() + b"\n", done))
        self._news.set()
        await done

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._keep, b"".join(line for line, _ in batch))
            for _, done in batch:
                if not done.done():
                    done.set_result(None)

    def _keep(self, lines: bytes) -> None:
        self._file.write(lines)
        os.fsync(self._file.fileno())


def read(path: Path) -> Iterator[Line]:
    """The lines in the order in which they were written."""
    with path.open("rb") as file:
        for line in file:
            yield json.loads(line)
