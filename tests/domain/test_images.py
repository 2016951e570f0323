import asyncio
import os
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app import images
from app.domain.errors import Busy, InvalidImage
from app.images import Images, is_name
from app.pictures import rewritten

RED, BLUE = (200, 0, 0), (0, 0, 200)


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Its left half is red, its right half blue."""
    made = Image.new("RGB", size, BLUE)
    made.paste(RED, (0, 0, size[0] // 2, size[1]))
    return made.convert(mode)


def file(made: Image.Image, kind: str, **options: object) -> bytes:
    written = BytesIO()
    made.save(written, kind, **options)
    return written.getvalue()


def read(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as opened:
        opened.load()
        return opened


def looks_like(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(seen - meant) < 40 for seen, meant in zip(pixel[:3], colour, strict=True))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("PNG", "RGB"),
        ("PNG", "L"),
        ("PNG", "1"),
        ("PNG", "P"),
        ("PNG", "I;16"),
        ("PNG", "RGBA"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_whatever_is_opaque_becomes_a_jpeg(kind: str, mode: str) -> None:
    made = picture("L").convert("I").convert("I;16") if mode == "I;16" else picture(mode)
    content, ending = rewritten(file(made, kind))
    assert ending == ".jpg"
    written = read(content)
    assert (written.format, written.mode, written.size) == ("JPEG", "RGB", (60, 40))


@pytest.mark.parametrize(("kind", "ending"), [("PNG", ".png"), ("WEBP", ".webp")])
def test_what_can_be_seen_through_stays_so(kind: str, ending: str) -> None:
    made = picture("RGBA")
    made.putpixel((0, 0), (0, 0, 0, 0))
    content, written_as = rewritten(
        file(made, kind, **({"lossless": True} if kind != "PNG" else {}))
    )
    assert written_as == ending
    written = read(content)
    assert (written.format, written.mode) == (kind, "RGBA")
    pixel = written.getpixel((0, 0))
    assert isinstance(pixel, tuple)
    assert pixel[3] < 100


def test_a_palette_with_a_transparent_colour_is_seen_through() -> None:
    made = picture("P")
    content, ending = rewritten(file(made, "PNG", transparency=made.getpixel((0, 0))))
    assert ending == ".png"
    assert read(content).getchannel("A").getextrema() == (0, 255)


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    made = Image.new("I;16", (8, 8), 32_768)
    content, _ = rewritten(file(made, "PNG"))
    assert looks_like(read(content).getpixel((4, 4)), (128, 128, 128))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_and_when_it_was_taken_is_forgotten(kind: str) -> None:
    notes = Image.Exif()
    notes[0x010F] = "SecretCamera"
    notes.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    options: dict[str, object] = {"exif": notes, "icc_profile": b"SecretProfile" * 20}
    if kind == "JPEG":
        options["comment"] = b"SecretComment"
    sent = file(picture(), kind, **options)
    assert b"Secret" in sent
    assert read(sent).getexif().get_ifd(0x8825)
    content, _ = rewritten(sent)
    assert b"Secret" not in content
    written = read(content)
    assert not written.getexif()
    assert {"exif", "icc_profile", "comment", "xmp"}.isdisjoint(written.info)


def test_words_in_a_png_are_forgotten() -> None:
    said = PngInfo()
    said.add_text("Author", "Secret", zip=True)
    made = picture("RGBA")
    made.putpixel((0, 0), (0, 0, 0, 0))
    content, ending = rewritten(file(made, "PNG", pnginfo=said))
    assert ending == ".png"
    assert "Author" not in read(content).info


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [
        (1, (60, 40), (10, 20)),
        (3, (60, 40), (50, 20)),
        (6, (40, 60), (20, 10)),
        (8, (40, 60), (20, 50)),
    ],
)
def test_it_is_turned_as_the_camera_was_held(
    orientation: int, size: tuple[int, int], red: tuple[int, int]
) -> None:
    notes = Image.Exif()
    notes[0x0112] = orientation
    content, _ = rewritten(file(picture(), "JPEG", exif=notes, quality=95))
    written = read(content)
    assert written.size == size
    assert looks_like(written.getpixel(red), RED)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_notes_cost_nobody_the_picture() -> None:
    sent = file(picture(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff\x01\x02")
    content, _ = rewritten(sent)
    assert read(content).size == (60, 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_large_one_is_made_to_fit(kind: str) -> None:
    content, _ = rewritten(file(picture(size=(3000, 1500)), kind))
    written = read(content)
    assert written.size == (2000, 1000)
    assert looks_like(written.getpixel((500, 500)), RED)
    assert looks_like(written.getpixel((1500, 500)), BLUE)


def test_a_small_one_is_not_blown_up() -> None:
    content, _ = rewritten(file(picture(size=(1, 1)), "PNG"))
    assert read(content).size == (1, 1)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_one_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    sent = file(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    assert getattr(read(sent), "n_frames", 1) == 2
    content, ending = rewritten(sent)
    assert ending == ".jpg"
    assert looks_like(read(content).getpixel((10, 10)), RED)


def a_png_that_says(width: int, height: int) -> bytes:
    """A header that promises more than any memory holds, and next to nothing behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height"),
    [(24_001, 1_000), (10_000, 10_000), (100_000, 100_000), (2**31 - 1, 2**31 - 1), (0, 10)],
)
def test_a_bomb_is_refused_by_its_header(width: int, height: int) -> None:
    with pytest.raises(InvalidImage):
        rewritten(a_png_that_says(width, height))


def test_as_many_pixels_as_are_allowed_are_refused_only_because_they_are_missing() -> None:
    with pytest.raises(InvalidImage) as raised:
        rewritten(a_png_that_says(24_000, 1_000))
    assert "million" not in raised.value.message


@pytest.mark.parametrize(("kind", "side"), [("JPEG", 6_400), ("WEBP", 3_500)])
def test_each_kind_has_a_limit_of_its_own(kind: str, side: int) -> None:
    with pytest.raises(InvalidImage, match="million pixels"):
        rewritten(file(Image.new("L", (side, side)).convert("RGB"), kind))


def test_of_several_pictures_in_one_jpeg_the_first_is_kept() -> None:
    second = Image.new("RGB", (20, 20), BLUE)
    sent = file(picture(), "MPO", save_all=True, append_images=[second])
    assert read(sent).format == "MPO"
    content, ending = rewritten(sent)
    assert (ending, read(content).format, read(content).size) == (".jpg", "JPEG", (60, 40))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff\xd8\xff", id="three bytes"),
        pytest.param(SVG, id="svg"),
        pytest.param(file(picture(), "GIF"), id="gif"),
        pytest.param(file(picture(), "BMP"), id="bmp"),
        pytest.param(file(picture(), "TIFF"), id="tiff"),
        pytest.param(file(picture(), "ICO"), id="ico"),
        pytest.param(file(picture(), "PDF"), id="pdf"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", id="postscript"),
        pytest.param(file(picture(), "JPEG")[:-200], id="half a jpeg"),
        pytest.param(file(picture(), "PNG")[:60], id="half a png"),
        pytest.param(file(picture(), "WEBP")[:60], id="half a webp"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, id="png of noise"),
        pytest.param(b"RIFF\xff\xff\xff\xffWEBPVP8X" + b"\xff" * 500, id="webp of noise"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidImage) as raised:
        rewritten(content)
    assert raised.value.field == "image"


def test_a_picture_with_a_page_behind_it_loses_the_page() -> None:
    content, _ = rewritten(file(picture(), "PNG") + b"<script>alert(1)</script>")
    assert b"script" not in content


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Images]:
    folder = Images(tmp_path / "covers")
    yield folder
    folder.close()


async def test_a_picture_is_kept_under_a_name_of_its_own(kept: Images, tmp_path: Path) -> None:
    content = file(picture(), "PNG")
    names = {await kept.keep(content), await kept.keep(content)}
    assert len(names) == 2
    assert all(is_name(name) for name in names)
    assert {path.name for path in (tmp_path / "covers").iterdir()} == names
    for name in names:
        path = kept.find(name)
        assert path is not None
        assert read(path.read_bytes()).size == (60, 40)


async def test_what_is_dropped_is_gone_and_may_be_dropped_again(kept: Images) -> None:
    name = await kept.keep(file(picture(), "PNG"))
    await kept.drop(name)
    await kept.drop(name)
    await kept.drop("")
    assert kept.find(name) is None


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../secret", "secret", "/etc/passwd", f"{'a' * 32}.svg", f"{'a' * 32}"]
)
async def test_only_names_that_were_given_lead_to_a_file(
    kept: Images, tmp_path: Path, name: str
) -> None:
    await kept.keep(file(picture(), "PNG"))
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "covers" / "secret").write_text("secret")
    assert kept.find(name) is None
    await kept.drop(name)
    assert (tmp_path / "secret").exists()
    assert (tmp_path / "covers" / "secret").exists()


async def test_what_fails_leaves_nothing_behind(
    kept: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        await kept.keep(file(picture(), "PNG"))
    assert list((tmp_path / "covers").iterdir()) == []


async def test_whoever_comes_when_too_many_wait_is_sent_away(kept: Images) -> None:
    hold = threading.Event()
    work: Callable[[], bool] = hold.wait
    waiting = [asyncio.create_task(kept._aside(work)) for _ in range(images.MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await kept.keep(b"")
    hold.set()
    assert all(await asyncio.gather(*waiting))
    with pytest.raises(InvalidImage):
        await kept.keep(b"")
