"""Documents read by others than those that drew them."""

from io import BytesIO
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image

_DPI = 150


def codes_in(picture: bytes | Image.Image) -> list[str]:
    """What a reader of bar codes finds in a picture."""
    shown = Image.open(BytesIO(picture)) if isinstance(picture, bytes) else picture
    return [found.text for found in zxingcpp.read_barcodes(shown.convert("L"))]


class Paper:
    """A PDF as somebody has it before them."""

    def __init__(self, pdf: bytes) -> None:
        self._pdf = pypdfium2.PdfDocument(pdf)
        self.pages = len(self._pdf)
        self._page = self._pdf[0]

    @property
    def text(self) -> str:
        """All that is written, whatever the line it is on."""
        return " ".join(self.lines)

    @property
    def lines(self) -> list[str]:
        text: str = self._page.get_textpage().get_text_range()
        return text.split("\r\n")

    @property
    def size(self) -> tuple[float, float]:
        """In millimetres."""
        width, height = self._page.get_size()
        return width / 72 * 25.4, height / 72 * 25.4

    @property
    def metadata(self) -> dict[str, str]:
        return dict(self._pdf.get_metadata_dict())

    @property
    def fonts(self) -> set[str]:
        text = self._page.get_textpage()
        return {
            str(letter.get_font().get_base_name())
            for letter in self._page.get_objects(textpage=text)
            if letter.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT
        }

    @property
    def boxes(self) -> list[tuple[float, float, float, float]]:
        """Where each piece of text stands: left, bottom, right, top in millimetres."""
        found: list[Any] = [
            one.get_bounds()
            for one in self._page.get_objects()
            if one.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT
        ]
        return [tuple(point / 72 * 25.4 for point in bounds) for bounds in found]

    def picture(self) -> Image.Image:
        """As it is on a screen, or printed."""
        shown: Image.Image = self._page.render(scale=_DPI / 72).to_pil()
        return shown
