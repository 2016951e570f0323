"""A sheet of paper to letter: its fonts, and texts that always fit where they belong."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from fpdf import FPDF
from fpdf.enums import MethodReturnValue
from fpdf.fonts import TTFFont

FONTS = Path(__file__).parent / "fonts"
_FAMILY = "DejaVu"
_FILES = {"": FONTS / "DejaVuSansCondensed.ttf", "B": FONTS / "DejaVuSansCondensed-Bold.ttf"}
_POINT = 25.4 / 72
# Of the size of the letters, from one line to the next.
_LEADING = 1.22
_UNKNOWN = "□"
_ELLIPSIS = "…"
# All but those at which no line is broken.
_SPACES = re.compile(r"[^\S\u00a0]+")
# In millimetres.
_EVEN_ENOUGH = 1.0
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Me", "Mn"})
# Written from right to left; in these scripts letters also change with their neighbours.
_SHAPED = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})

Color = tuple[int, int, int]
Align = Literal["L", "C", "R"]
BLACK: Color = (0, 0, 0)


class Sheet(FPDF):
    """One page of the given size in millimetres, with nothing on it."""

    def __init__(
        self, size: tuple[float, float], *, title: str, author: str, drawn_at: datetime
    ) -> None:
        super().__init__(unit="mm", format=size)
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.c_margin = 0
        for style, path in _FILES.items():
            self.add_font(_FAMILY, style, path)
        fonts = [font for font in self.fonts.values() if isinstance(font, TTFFont)]
        self._letters = set.intersection(*[set(font.cmap) for font in fonts])
        self.set_title(title)
        self.set_author(author)
        self.set_creator("Plenary")
        self.set_lang("en")
        self.set_creation_date(drawn_at)
        self.add_page()

    def letter(
        self,
        text: str,
        place: tuple[float, float],
        box: tuple[float, float],
        *,
        sizes: Sequence[float],
        bold: bool = False,
        color: Color = BLACK,
        align: Align = "L",
        centred: bool = False,
    ) -> float:
        """Write text in the largest size that fits the box; returns where it ends.

        `centred` means half-way down. What is too long even for the smallest size is cut, with an
        ellipsis. Lines in the middle are of about one length: no word is left alone on the last.
        """
        broken = self.fitted(text, box, sizes=sizes, bold=bold, even=align == "C")
        x, y = place
        height = self.height_of(broken)
        y += (box[1] - height) / 2 if centred else 0
        self.set_text_color(*color)
        self.set_xy(x, y)
        self.multi_cell(box[0], self._line_height, broken, align=align)
        return y + height

    def fitted(
        self,
        text: str,
        box: tuple[float, float],
        *,
        sizes: Sequence[float],
        bold: bool = False,
        even: bool = False,
    ) -> str:
        """The text with its line breaks; font and size that were found are left set."""
        text = self.printable(text)
        self.set_text_shaping(any(unicodedata.bidirectional(one) in _SHAPED for one in text))
        self.set_font(_FAMILY, "B" if bold else "")
        width, height = box
        broken, most = [text], 1
        for size in sizes:
            self.set_font_size(size)
            most = max(1, int(height / self._line_height))
            needed = self.get_string_width(text)
            if needed <= width:
                return text
            if size != sizes[-1] and needed > width * most:
                continue
            broken = self._broken(text, width)
            if len(broken) <= most:
                return "\n".join(self._evened(text, broken, width) if even else broken)
        last = broken[most - 1]
        while last and self.get_string_width(last + _ELLIPSIS) > width:
            last = last[:-1]
        return "\n".join([*broken[: most - 1], last.rstrip() + _ELLIPSIS])

    def printable(self, text: str) -> str:
        """The text in letters that the fonts have; others, such as Chinese ones, become boxes.

        What is not to be broken stays together.
        """
        whole = " ".join(_SPACES.split(unicodedata.normalize("NFC", text))).strip()
        known = self._letters
        # Marks and joiners that the fonts do not know would be boxes of their own.
        return "".join(
            one if ord(one) in known else _UNKNOWN
            for one in whole
            if ord(one) in known or unicodedata.category(one) not in _INVISIBLE
        )

    def height_of(self, broken: str) -> float:
        """How high a text is in the present size."""
        return self._line_height * (broken.count("\n") + 1)

    @property
    def _line_height(self) -> float:
        return self.font_size_pt * _POINT * _LEADING

    def _evened(self, text: str, broken: list[str], width: float) -> list[str]:
        """In as many lines, the longest of which is as short as can be."""
        narrow = max(map(self.get_string_width, _SPACES.split(text)))
        wide = width
        while wide - narrow > _EVEN_ENOUGH:
            middle = (narrow + wide) / 2
            tried = self._broken(text, middle)
            if len(tried) > len(broken):
                narrow = middle
            else:
                broken, wide = tried, middle
        return broken

    def _broken(self, text: str, width: float) -> list[str]:
        found = self.multi_cell(
            width, text=text, align="L", dry_run=True, output=MethodReturnValue.LINES
        )
        return [str(line) for line in found]  # type: ignore[union-attr]
