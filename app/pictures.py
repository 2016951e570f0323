"""What makes of somebody's picture one of our own: decoded, bounded, without what it told.

The only module that knows Pillow; loaded when the first picture comes.
"""

from io import BytesIO

from PIL import Image, ImageOps

from app.domain.errors import InvalidImage

# Their decoders differ in what they take per pixel; none is to take more than 300 MB.
MOST_PIXELS = {"JPEG": 40_000_000, "PNG": 24_000_000, "WEBP": 12_000_000}
LONGEST_SIDE = 2_000
_QUALITY = 85
_OPAQUE = (255, 255)


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
