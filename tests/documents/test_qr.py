import xml.etree.ElementTree as ET
from io import BytesIO
from uuid import uuid4

from PIL import Image, ImageDraw

from app.documents import qr
from tests.documents.reading import codes_in
from tests.documents.samples import CODE

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: bytes, scale: int = 8) -> Image.Image:
    """The drawing as a picture, from nothing but its runs of dark modules."""
    root = ET.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (side * scale, side * scale), 255)
    pen = ImageDraw.Draw(image)
    x = y = 0.0
    for step, numbers in runs(root):
        if step == "M":
            x, y = numbers
        elif step == "m":
            x, y = x + numbers[0], y + numbers[1]
        else:
            end = x + numbers[0]
            pen.rectangle(
                (x * scale, (y - 0.5) * scale, end * scale - 1, (y + 0.5) * scale - 1), fill=0
            )
            x = end
    return image


def runs(root: ET.Element) -> list[tuple[str, list[float]]]:
    [path] = [one for one in root.iter(f"{SVG}path") if "stroke" in one.attrib]
    spaced = path.attrib["d"]
    for letter in "Mmh":
        spaced = spaced.replace(letter, f"|{letter} ")
    parts = [part.split() for part in spaced.split("|") if part]
    return [(letter, [float(number) for number in numbers]) for letter, *numbers in parts]


def test_a_reader_finds_the_bare_code() -> None:
    for code in (CODE, *(str(uuid4()) for _ in range(5))):
        assert codes_in(qr.png(code)) == [code]
        assert codes_in(drawn(qr.svg(code, "Ticket 15"))) == [code]


def test_the_picture_is_large_and_has_its_quiet_zone() -> None:
    image = Image.open(BytesIO(qr.png(CODE))).convert("L")
    assert image.width == image.height >= 300
    assert image.getextrema() == (0, 255)
    margin = qr.QUIET_ZONE * qr.PIXELS_PER_MODULE
    assert image.crop((0, 0, image.width, margin)).getextrema() == (255, 255)
    assert image.crop((0, 0, margin, image.height)).getextrema() == (255, 255)
    assert image.getpixel((margin, margin)) == 0


def test_a_stain_does_no_harm() -> None:
    image = Image.open(BytesIO(qr.png(CODE))).convert("L")
    middle = image.width // 2
    stain = (middle - 30, middle - 30, middle + 30, middle + 30)
    ImageDraw.Draw(image).ellipse(stain, fill=0)
    assert codes_in(image) == [CODE]


def test_the_drawing_scales_and_holds_no_script() -> None:
    root = ET.fromstring(qr.svg(CODE, "Ticket 15 & <more>"))
    assert root.tag == f"{SVG}svg"
    assert "viewBox" in root.attrib
    assert {"width", "height"}.isdisjoint(root.attrib)
    assert root.findtext(f"{SVG}title") == "Ticket 15 & <more>"
    assert {one.tag for one in root.iter()} == {f"{SVG}svg", f"{SVG}title", f"{SVG}path"}


def test_the_same_code_is_drawn_alike() -> None:
    assert qr.png(CODE) == qr.png(CODE)
    assert qr.png(CODE) != qr.png(str(uuid4()))
