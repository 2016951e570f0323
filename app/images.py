"""Pictures that people upload: written anew (see pictures.py), and kept.

What comes in is somebody's file; what is kept is our own.
"""

import asyncio
import os
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from app.domain.errors import Busy

T = TypeVar("T")

# What is written, under which ending, and as what it is served.
MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
# Each of them waits with all its bytes; whoever comes later would wait for seconds.
MOST_WAITING = 8
_NAME = re.compile(r"[0-9a-f]{32}(\.jpg|\.png|\.webp)")


class Images:
    """A folder of pictures. They are worked on one at a time: each may take 300 MB for a moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="images")
        self._waiting = 0

    async def keep(self, content: bytes) -> str:
        """Write a picture anew; returns the name it is kept under. Raises InvalidImage, Busy."""
        from app.pictures import rewritten  # noqa: PLC0415 (with Pillow, at the first picture)

        return await self._aside(lambda: self._write(*rewritten(content)))

    async def drop(self, name: str) -> None:
        """Remove a picture; one that is not there is gone already."""
        if is_name(name):
            await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)

    def find(self, name: str) -> Path | None:
        """The file of this name; a name that was never given names none."""
        path = self._folder / name
        return path if is_name(name) and path.is_file() else None

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _aside(self, work: Callable[[], T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def _write(self, content: bytes, ending: str) -> str:
        """All of it or nothing, and for good before anybody hears its name."""
        self._folder.mkdir(0o700, parents=True, exist_ok=True)
        name = f"{secrets.token_hex(16)}{ending}"
        draft = self._folder / f".{name}"
        try:
            with draft.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / name)
        finally:
            draft.unlink(missing_ok=True)
        _sync(self._folder)
        return name


def is_name(name: str) -> bool:
    """Whether a picture can have this name: no path, no hidden file, nothing of somebody's."""
    return _NAME.fullmatch(name) is not None


def _sync(folder: Path) -> None:
    """Have the folder remember the new name through a crash of the machine."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
