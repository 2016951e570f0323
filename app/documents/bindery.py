"""Where workbooks are made: each in a process of its own, which takes seconds of CPU elsewhere."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from app.domain.errors import Busy
from app.domain.exports import Export

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Each takes a core for as long as it writes, and 30 MB.
MOST_AT_ONCE = 2
PATIENCE = 5.0
_RETRY_AFTER = 10
_BLOCK = 128 * 1024
_FILE = "workbook.xlsx"


class Bindery:
    """Makes workbooks, a few at a time; whatever happens, no file of theirs stays.

    Whoever comes meanwhile waits in line, for so many seconds at most.
    """

    def __init__(self, *, patience: float = PATIENCE) -> None:
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._patience = patience
        self._sweeping: set[asyncio.Task[None]] = set()

    async def written(self, export: Export) -> AsyncIterator[bytes]:
        """The whole of a workbook, when all of it is there. Raises Busy."""
        file = await self._made(export)
        try:
            while block := await asyncio.to_thread(file.read, _BLOCK):
                yield block
        finally:
            file.close()

    async def close(self) -> None:
        """Wait until everything is tidied up."""
        if self._sweeping:
            await asyncio.wait(set(self._sweeping))

    async def _made(self, export: Export) -> BinaryIO:
        """An open file that has no name any more: it is gone when it is closed."""
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            raise Busy("Other exports are being written.", retry_after=_RETRY_AFTER) from None
        process: Process | None = None
        folder: Path | None = None
        try:
            folder = Path(tempfile.mkdtemp(prefix="plenary-export-"))
            process = await _begun(folder)
            await _fed(process, export)
            if await process.wait() != 0:
                raise RuntimeError("The process that writes workbooks has failed.")
            return (folder / _FILE).open("rb")
        finally:
            # Not awaited: who is cancelled may await nothing.
            sweeping = asyncio.create_task(self._swept(process, folder))
            self._sweeping.add(sweeping)
            sweeping.add_done_callback(self._sweeping.discard)

    async def _swept(self, process: Process | None, folder: Path | None) -> None:
        try:
            if process is not None and process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            if folder is not None:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        finally:
            self._places.release()


async def _begun(folder: Path) -> Process:
    # It needs none of our secrets.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PLENARY_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app.documents.workbook",
        str(folder / _FILE),
        stdin=PIPE,
        stdout=DEVNULL,
        env=plain,
        # Ctrl-C is for the server, which stops it.
        start_new_session=True,
    )


async def _fed(process: Process, export: Export) -> None:
    """Hand over the rows, no faster than they are taken."""
    assert process.stdin is not None
    columns = [(column.title, column.kind) for column in export.columns]
    described = {"name": export.subject.value.capitalize(), "columns": columns}
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(_line(described))
        async for rows in export.chunks:
            process.stdin.write(_line(rows))
            await process.stdin.drain()
        process.stdin.write(_line(None))
        await process.stdin.drain()
    process.stdin.close()


def _line(value: object) -> bytes:
    return json.dumps(value, default=_plain).encode() + b"\n"


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    assert isinstance(value, Decimal)
    return str(value)
