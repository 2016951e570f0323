"""What invoices and receipts have in common: a sheet of A4, two parties, one line, a sum."""

from collections.abc import Sequence
from datetime import datetime

from app.documents.sheet import Align, Color, Sheet
from app.domain.invoicing import Sale

# All in millimetres.
_PAGE = (210.0, 297.0)
_LEFT, _RIGHT, _TOP = 22.0, 188.0, 24.0
_WIDTH = _RIGHT - _LEFT
_HALF = (_WIDTH - 8) / 2
_FOOT = 272.0
_QUANTITY, _AMOUNT = 22.0, 40.0

_INK: Color = (22, 28, 45)
_QUIET: Color = (100, 108, 125)
_LINE: Color = (200, 205, 215)
_NIGHT: Color = (30, 41, 89)

# What has been paid and not been given back: nobody owes it.
NET = "Paid, net of refunds"

Rows = Sequence[tuple[str, str]]


class Bill:
    """Lettered from top to bottom; each part begins where the one before has ended."""

    def __init__(self, kind: str, number: str, author: str, drawn_at: datetime) -> None:
        self._sheet = Sheet(_PAGE, title=f"{kind} {number}", author=author, drawn_at=drawn_at)
        sheet = self._sheet
        sheet.set_fill_color(*_NIGHT)
        sheet.rect(0, 0, _PAGE[0], 6, "F")
        sheet.letter(kind, (_LEFT, _TOP), (70, 13), sizes=(28,), bold=True, color=_NIGHT)
        place, box = (_LEFT + 70, _TOP + 2.5), (_WIDTH - 70, 8.0)
        sheet.letter(number, place, box, sizes=(14, 12, 10), bold=True, color=_INK, align="R")
        self._y = _TOP + 22

    def parties(self, sale: Sale) -> None:
        """Seller and buyer, side by side."""
        sold = [sale.seller_name or "The organizer", sale.seller_email]
        bought = [sale.buyer_name, sale.buyer_organization, sale.buyer_email]
        right = _LEFT + _HALF + 8
        ends = (
            self._party("From", sold, _LEFT),
            self._party("To", bought, right),
        )
        self._y = max(ends) + 9

    def facts(self, facts: Rows) -> None:
        """Labels with what they stand for, in two columns."""
        for number, (label, value) in enumerate(facts):
            x = _LEFT + (number % 2) * (_HALF + 8)
            y = self._y + (number // 2) * 14
            self._label(label, x, y)
            self._sheet.letter(value, (x, y + 4), (_HALF, 6), sizes=(11, 10, 9, 8), color=_INK)
        self._y += (len(facts) + 1) // 2 * 14 + 6

    def line(self, sale: Sale, amount: str) -> None:
        """The one thing that was sold; what it is called may take several lines."""
        sheet, width = self._sheet, _WIDTH - _QUANTITY - _AMOUNT - 4
        quantity, money = _LEFT + width + 4, _RIGHT - _AMOUNT
        self._label("Description", _LEFT, self._y)
        self._label("Quantity", quantity, self._y, _QUANTITY)
        self._label("Amount", money, self._y, _AMOUNT)
        self._rule(self._y + 5.5)
        y = self._y + 9
        end = sheet.letter(sale.description, (_LEFT, y), (width, 48), sizes=(11, 10, 9), color=_INK)
        for text, x, wide in ((str(sale.quantity), quantity, _QUANTITY), (amount, money, _AMOUNT)):
            sheet.letter(text, (x, y), (wide, 6), sizes=(11, 10, 9, 8), color=_INK, align="R")
        self._y = end + 4
        self._rule(self._y)
        self._y += 4

    def sums(self, rows: Rows) -> None:
        """To the right; the last is what counts."""
        x = _LEFT + _HALF + 8
        for label, value in rows:
            is_last = (label, value) == tuple(rows[-1])
            # All in one size, so that they stand on one line.
            sizes = (11.5, 11, 10, 9, 8, 7)
            color = _INK if is_last else _QUIET
            place, box = (x, self._y), (_HALF * 0.53, 7.0)
            self._sheet.letter(label, place, box, sizes=sizes, bold=is_last, color=color)
            place, box = (x + _HALF * 0.55, self._y), (_HALF * 0.45, 7.0)
            self._sheet.letter(value, place, box, sizes=sizes, bold=is_last, color=color, align="R")
            self._y += 8
        self._y += 6

    def table(self, label: str, rows: Rows, most: int) -> None:
        """Small print, a line each: what it is, and how much; of many the first ones."""
        if not rows:
            return
        self._label(label, _LEFT, self._y)
        y = self._y + 5
        left_out = len(rows) - most
        shown = [*rows[:most], *([(f"… and {left_out} more", "")] if left_out > 0 else [])]
        for what, amount in shown:
            box = (_WIDTH - _AMOUNT - 4, 5.0)
            self._sheet.letter(what, (_LEFT, y), box, sizes=(9, 8), color=_QUIET)
            place = (_RIGHT - _AMOUNT, y)
            self._sheet.letter(amount, place, (_AMOUNT, 5), sizes=(9, 8), color=_QUIET, align="R")
            y += 5.5
        self._y = y

    def finished(self, said: str) -> bytes:
        """With the words at its foot; the PDF."""
        self._rule(_FOOT)
        place, box = (_LEFT, _FOOT + 3), (_WIDTH, 9.0)
        self._sheet.letter(said, place, box, sizes=(8.5, 8), color=_QUIET)
        return bytes(self._sheet.output())

    def _party(self, label: str, names: Sequence[str], x: float) -> float:
        self._label(label, x, self._y)
        first, *others = [name for name in names if name]
        sheet, y = self._sheet, self._y + 4.5
        y = sheet.letter(first, (x, y), (_HALF, 13), sizes=(14, 12, 10), bold=True, color=_INK)
        for other in others:
            y = sheet.letter(other, (x, y + 1), (_HALF, 10), sizes=(10, 9, 8), color=_QUIET)
        return y

    def _label(self, text: str, x: float, y: float, width: float = 0) -> None:
        """Above what it names; with a width, at its right end."""
        align: Align = "R" if width else "L"
        box = (width or 60.0, 4.0)
        self._sheet.letter(text.upper(), (x, y), box, sizes=(7,), color=_QUIET, align=align)

    def _rule(self, y: float) -> None:
        self._sheet.set_draw_color(*_LINE)
        self._sheet.set_line_width(0.3)
        self._sheet.line(_LEFT, y, _RIGHT, y)
