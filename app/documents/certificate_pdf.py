"""The certificate on paper: a sheet of A4 across, to frame, with a code that proves it genuine."""

from decimal import Decimal
from io import BytesIO
from math import cos, pi, sin

from app.documents import qr
from app.documents.sheet import Color, Sheet
from app.documents.wording import dates, day
from app.domain.certificates import Certificate

# All in millimetres.
_PAGE = (297.0, 210.0)
_MIDDLE = _PAGE[0] / 2
_FRAME, _INNER = 9.0, 12.5
_LEFT, _WIDTH = 36.0, 225.0
_FOOT = 145.0
_QR = 36.0
_RIGHT = _PAGE[0] - _INNER - 10 - _QR
_SEAL = (_MIDDLE, 167.0)
_RAYS, _OUTER, _BETWEEN = 36, 18.5, 16.8
_CORNER = 7.0
# In points, the largest first.
_NAME = (34.0, 30.0, 27.0, 24.0, 22.0, 19.0, 16.0, 13.0)
_TITLE = (22.0, 19.0, 17.0, 15.0, 13.0, 11.0)

_INK: Color = (22, 28, 45)
_QUIET: Color = (100, 108, 125)
_NIGHT: Color = (30, 41, 89)
_GOLD: Color = (176, 137, 62)
_WHITE: Color = (255, 255, 255)


def draw(certificate: Certificate, url: str) -> bytes:
    """The PDF, of one page; its code leads to `url`."""
    sheet = Sheet(
        _PAGE,
        title=f"Certificate {certificate.number}",
        author=certificate.conference_name,
        drawn_at=certificate.issued_at,
    )
    _frame(sheet)
    _head(sheet)
    _body(sheet, certificate)
    _issued(sheet, certificate)
    _seal(sheet, certificate.hours)
    _proof(sheet, certificate, url)
    return bytes(sheet.output())


def _frame(sheet: Sheet) -> None:
    """A strong line, a fine one within, and a square laid over each corner."""
    width, height = _PAGE
    for inset, thickness, color in ((_FRAME, 1.4, _NIGHT), (_INNER, 0.35, _GOLD)):
        sheet.set_draw_color(*color)
        sheet.set_line_width(thickness)
        sheet.rect(inset, inset, width - 2 * inset, height - 2 * inset, "D")
    sheet.set_fill_color(*_WHITE)
    for x in (_FRAME, width - _FRAME):
        for y in (_FRAME, height - _FRAME):
            left, top = x - _CORNER / 2, y - _CORNER / 2
            sheet.set_draw_color(*_NIGHT)
            sheet.set_line_width(0.9)
            sheet.rect(left, top, _CORNER, _CORNER, "DF")
            sheet.set_draw_color(*_GOLD)
            sheet.set_line_width(0.35)
            sheet.rect(left + 1.6, top + 1.6, _CORNER - 3.2, _CORNER - 3.2, "D")


def _head(sheet: Sheet) -> None:
    sheet.set_char_spacing(2.4)
    box = (_WIDTH, 18.0)
    sheet.letter("CERTIFICATE", (_LEFT, 25), box, sizes=(38,), bold=True, color=_NIGHT, align="C")
    sheet.set_char_spacing(1.6)
    sheet.letter("OF ATTENDANCE", (_LEFT, 43), (_WIDTH, 6), sizes=(12.5,), color=_GOLD, align="C")
    sheet.set_char_spacing(0)
    sheet.set_draw_color(*_GOLD)
    sheet.set_fill_color(*_GOLD)
    sheet.set_line_width(0.35)
    y, reach, gap = 54.0, 42.0, 4.0
    sheet.line(_MIDDLE - reach, y, _MIDDLE - gap, y)
    sheet.line(_MIDDLE + gap, y, _MIDDLE + reach, y)
    sheet.polygon(
        [(_MIDDLE, y - 1.5), (_MIDDLE + 1.5, y), (_MIDDLE, y + 1.5), (_MIDDLE - 1.5, y)], style="F"
    )


def _body(sheet: Sheet, certificate: Certificate) -> None:
    """Who, what, when and where, each in the middle and as large as it fits."""
    _line(sheet, "This is to certify that", (60, 6), (12,), _QUIET)
    _line(sheet, certificate.attendee_name, (68.5, 21), _NAME, _INK, bold=True)
    _line(sheet, "has attended", (92.5, 6), (12,), _QUIET)
    _line(sheet, certificate.conference_name, (101, 19), _TITLE, _NIGHT, bold=True)
    _line(sheet, _when_and_where(certificate), (121, 11), (12, 11, 10, 9), _INK)
    if certificate.skill_tags:
        _line(sheet, _tags(certificate), (133, 10), (10, 9, 8), _GOLD)


def _line(
    sheet: Sheet,
    text: str,
    band: tuple[float, float],
    sizes: tuple[float, ...],
    color: Color,
    *,
    bold: bool = False,
) -> None:
    """A text in the middle of a band, which has a top and a height."""
    place, box = (_LEFT, band[0]), (_WIDTH, band[1])
    sheet.letter(text, place, box, sizes=sizes, bold=bold, color=color, align="C", centred=True)


def _tags(certificate: Certificate) -> str:
    """Each of them on one line."""
    tags = [" ".join(tag.split()) for tag in certificate.skill_tags.split(",") if tag.strip()]
    return "\u00a0· ".join(tag.replace(" ", "\u00a0") for tag in tags)


def _when_and_where(certificate: Certificate) -> str:
    when = dates(certificate.period, certificate.timezone)
    return f"{when}, {certificate.location}" if certificate.location else when


def _issued(sheet: Sheet, certificate: Certificate) -> None:
    left, width = _INNER + 12, 88.0
    issued = day(certificate.issued_at.date())
    for label, value, y in (
        ("Issued", issued, _FOOT + 12),
        ("Certificate number", certificate.number, _FOOT + 29),
    ):
        sheet.set_draw_color(*_GOLD)
        sheet.set_line_width(0.35)
        sheet.line(left, y - 2, left + width - 12, y - 2)
        sheet.set_char_spacing(0.5)
        place, box = (left, y), (width, 4.0)
        sheet.letter(label.upper(), place, box, sizes=(6.5,), color=_QUIET)
        sheet.set_char_spacing(0)
        place, box = (left, y + 3.6), (width, 10.0)
        sheet.letter(value, place, box, sizes=(11, 10, 9, 8), bold=True, color=_INK)


def _seal(sheet: Sheet, hours: Decimal) -> None:
    """The hours, in a seal with a toothed edge."""
    x, y = _SEAL
    sheet.set_fill_color(*_GOLD)
    teeth = [
        (x + reach * sin(angle), y - reach * cos(angle))
        for number in range(2 * _RAYS)
        for reach, angle in (((_OUTER, _BETWEEN)[number % 2], number * pi / _RAYS),)
    ]
    sheet.polygon(teeth, style="F")
    sheet.set_fill_color(*_NIGHT)
    sheet.circle(x, y, 15.2, style="F")
    sheet.set_draw_color(*_GOLD)
    sheet.set_line_width(0.3)
    sheet.circle(x, y, 13.8, style="D")
    said = f"{hours.normalize():f}"
    place, box = (x - 12, y - 8), (24.0, 10.0)
    sizes = (24.0, 20.0, 17.0, 14.0, 11.0)
    sheet.letter(said, place, box, sizes=sizes, bold=True, color=_WHITE, align="C", centred=True)
    sheet.set_char_spacing(0.8)
    unit = "HOUR" if said == "1" else "HOURS"
    sheet.letter(unit, (x - 12, y + 3), (24.0, 5.0), sizes=(8,), color=_WHITE, align="C")
    sheet.set_char_spacing(0)


def _proof(sheet: Sheet, certificate: Certificate, url: str) -> None:
    image = BytesIO(qr.png(url))
    said = f"A QR code that leads to the verification of {certificate.number}"
    sheet.image(image, _RIGHT, _FOOT + 4, _QR, _QR, link=url, alt_text=said)
    place, box = (_RIGHT - 8, _FOOT + 41), (_QR + 16, 5.0)
    sheet.letter("Scan to verify", place, box, sizes=(8.5,), color=_QUIET, align="C")
