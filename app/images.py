"""Pictures that people upload: decoded, bounded, written anew without what they told, and kept.

The only module that knows Pillow. What comes in is somebody's file; what is kept is our own.
"""

import asyncio
import os
import re
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from PIL import Image, ImageOps

from app.domain.errors import Busy, InvalidImage

T = TypeVar("T")

# What is written, under which ending, and as what it is served.
MEDIA_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
# Their decoders differ in what they take per pixel; none is to take more than 300 MB.
MOST_PIXELS = {"JPEG": 40_000_000, "PNG": 24_000_000, "WEBP": 12_000_000}
LONGEST_SIDE = 2_000
# Each of them waits with all its bytes; whoever comes later would wait for seconds.
MOST_WAITING = 8
_NAME = re.compile(r"[0-9a-f]{32}(\.jpg|\.png|\.webp)")
_QUALITY = 85
_OPAQUE = (255, 255)


class Images:
    """A folder of pictures. They are worked on one at a time: each may take 300 MB for a moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="images")
        self._waiting = 0

    async def keep(self, content: bytes) -> str:
        """Write a picture anew; returns the name it is kept under. Raises InvalidImage, Busy."""
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


def rewritten(content: bytes) -> tuple[bytes, str]:
    """The same picture as a file of our own making, and its ending. Raises InvalidImage.

    Upright, at most `LONGEST_SIDE` wide and high, the first frame of a moving one, and nothing
    but its pixels: no place, no camera, no comment.
    """
    try:
        # What a file is called and claims to be is not asked: its content says it.
        with Image.open(BytesIO(content), formats=tuple(MOST_PIXELS)) as opened:
            # Several pictures in one JPEG have a name of their own.
            source = "JPEG" if opened.format == "MPO" else str(opened.format)
            if opened.width * opened.height > MOST_PIXELS[source]:
                raise InvalidImage(f"At most {MOST_PIXELS[source] // 1_000_000} million pixels.")
            return _encoded(_fitted(opened), source)
    except InvalidImage:
        raise
    except Exception as error:  # decoders fail in every way there is
        raise InvalidImage from error


def _fitted(opened: Image.Image) -> Image.Image:
    """Decoded, within the bounds and upright; as red, green, blue and perhaps alpha."""
    # A JPEG can be decoded at a fraction of its size to begin with.
    opened.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    opened.load()
    picture = _in_colour(opened)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        # Which way is up is a note of the camera's; a broken one costs nobody the picture.
        return picture


def _in_colour(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # Sixteen bits of grey.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _encoded(picture: Image.Image, source: str) -> tuple[bytes, str]:
    see_through = picture.mode == "RGBA" and picture.getchannel("A").getextrema() != _OPAQUE
    # A new one has no past: whatever the old one carried along is not copied.
    clean = Image.new("RGBA" if see_through else "RGB", picture.size)
    clean.paste(picture.convert(clean.mode))
    file = BytesIO()
    if not see_through:
        clean.save(file, "JPEG", quality=_QUALITY, progressive=True)
        return file.getvalue(), ".jpg"
    if source == "WEBP":
        clean.save(file, "WEBP", quality=_QUALITY)
        return file.getvalue(), ".webp"
    clean.save(file, "PNG")
    return file.getvalue(), ".png"


def _sync(folder: Path) -> None:
    """Have the folder remember the new name through a crash of the machine."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
