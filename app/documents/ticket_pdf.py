"""The ticket on paper: half a sheet of A4, to print, to fold, and to hold up on a screen."""

from datetime import datetime
from io import BytesIO

from app.documents import qr
from app.documents.sheet import Color, Sheet
from app.documents.wording import moment, price, when
from app.domain.tickets import Ticket

# All in millimetres: A5 across, the card on it, and the stub to the right of the perforation.
_PAGE = (210.0, 148.0)
_X, _Y, _CARD_WIDTH, _CARD_HEIGHT = 9.0, 9.0, 192.0, 130.0
_STUB = 138.0
_RADIUS = 5.0
_NOTCH = 3.5
_HEADER = 38.0
_LEFT = _X + 9
_WIDTH = _STUB - 9 - _LEFT
_COLUMN = 58.0
_FOOT = _Y + _CARD_HEIGHT - 24
_QR = 54.0
_PILL = (46.0, 9.0)

_INK: Color = (22, 28, 45)
_QUIET: Color = (100, 108, 125)
_LINE: Color = (200, 205, 215)
_NIGHT: Color = (30, 41, 89)
_DAWN: Color = (178, 190, 235)
_WHITE: Color = (255, 255, 255)
_GREEN: Color = (20, 110, 70)
_PALE_GREEN: Color = (224, 243, 232)
_AMBER: Color = (133, 77, 8)
_PALE_AMBER: Color = (254, 240, 205)


def draw(ticket: Ticket, drawn_at: datetime) -> bytes:
    """The PDF, of one page."""
    sheet = Sheet(
        _PAGE,
        title=f"Ticket {ticket.registration_id}: {ticket.name}",
        author=ticket.conference_name,
        drawn_at=drawn_at,
    )
    _card(sheet)
    _head(sheet, ticket)
    _facts(sheet, ticket)
    _foot(sheet, ticket)
    _stub(sheet, ticket)
    return bytes(sheet.output())


def _card(sheet: Sheet) -> None:
    """The band at the head, the outline, and the perforation with its two notches."""
    sheet.set_fill_color(*_NIGHT)
    sheet.circle(_X + _RADIUS, _Y + _RADIUS, _RADIUS, style="F")
    sheet.rect(_X + _RADIUS, _Y, _STUB - _X - _RADIUS, _HEADER, "F")
    sheet.rect(_X, _Y + _RADIUS, 2 * _RADIUS, _HEADER - _RADIUS, "F")
    sheet.set_draw_color(*_LINE)
    sheet.set_line_width(0.3)
    sheet.rect(_X, _Y, _CARD_WIDTH, _CARD_HEIGHT, "D", round_corners=True, corner_radius=_RADIUS)
    bottom = _Y + _CARD_HEIGHT
    with sheet.local_context(dash_pattern={"dash": 1.4, "gap": 1.4, "phase": 0}):
        sheet.line(_STUB, _Y + _NOTCH + 1, _STUB, bottom - _NOTCH - 1)
    sheet.set_fill_color(*_WHITE)
    for edge, from_angle, to_angle in ((_Y, 0, 180), (bottom, 180, 360)):
        sheet.circle(_STUB, edge, _NOTCH, style="F")
        sheet.arc(_STUB - _NOTCH, edge - _NOTCH, 2 * _NOTCH, from_angle, to_angle)


def _head(sheet: Sheet, ticket: Ticket) -> None:
    """What it is for, in the middle of the band."""
    above = ticket.conference_name if ticket.session_name else "Admission to"
    box, sizes = (_WIDTH, 23.0), (24.0, 21.0, 18.0, 15.0, 12.0)
    height = 6 + sheet.height_of(sheet.fitted(ticket.name, box, sizes=sizes, bold=True))
    y = _Y + (_HEADER - height) / 2
    sheet.letter(above, (_LEFT, y), (_WIDTH, 5.5), sizes=(11, 10, 9), bold=True, color=_DAWN)
    sheet.letter(ticket.name, (_LEFT, y + 6), box, sizes=sizes, bold=True, color=_WHITE)


def _facts(sheet: Sheet, ticket: Ticket) -> None:
    right = _LEFT + _COLUMN
    narrow = _STUB - 4 - right
    row = _Y + _HEADER + 6
    _label(sheet, "Attendee", _LEFT, row)
    sizes = (19, 17, 15, 13, 11)
    place, box = (_LEFT, row + 3.6), (_WIDTH, 15.0)
    sheet.letter(ticket.attendee_name, place, box, sizes=sizes, bold=True, color=_INK)
    row += 22
    date, time, zone = when(ticket.period, ticket.timezone)
    _fact(sheet, "When", (_LEFT, row), _COLUMN - 4, date, time, rest=zone)
    where = [part for part in (ticket.room, ticket.location) if part] or ["To be announced"]
    _fact(sheet, "Where", (right, row), narrow, where[0], rest=", ".join(where[1:]))
    row += 24
    kind = ticket.ticket_type_name or ("Session" if ticket.session_name else "Admission")
    _fact(sheet, "Ticket", (_LEFT, row), _COLUMN - 4, kind)
    _fact(sheet, "Price", (right, row), narrow, _priced(ticket))


def _fact(
    sheet: Sheet,
    label: str,
    place: tuple[float, float],
    width: float,
    *strong: str,
    rest: str = "",
) -> None:
    """A label, what is most important about it, and the rest."""
    x, y = place
    _label(sheet, label, x, y)
    y += 3.6
    # Two lines of one, or one of each.
    box = (width, 10.0 if len(strong) == 1 else 5.5)
    for line in strong:
        y = sheet.letter(line, (x, y), box, sizes=(11, 10, 9, 8), bold=True, color=_INK)
    if rest:
        sheet.letter(rest, (x, y + 0.4), (width, 8.0), sizes=(9, 8, 7), color=_QUIET)


def _label(sheet: Sheet, text: str, x: float, y: float) -> None:
    sheet.set_char_spacing(0.5)
    sheet.letter(text.upper(), (x, y), (40, 4), sizes=(6.5,), color=_QUIET)
    sheet.set_char_spacing(0)


def _foot(sheet: Sheet, ticket: Ticket) -> None:
    """What to do with it; or that it is not good yet, and what has to happen first."""
    if ticket.is_valid:
        sheet.set_draw_color(*_LINE)
        sheet.line(_LEFT, _FOOT + 5, _LEFT + _WIDTH, _FOOT + 5)
        place, box = (_LEFT, _FOOT + 9), (_WIDTH, 8.0)
        said = "Show the code at the door, on paper or on a screen. It lets you in once."
        sheet.letter(said, place, box, sizes=(8.5, 8), color=_QUIET)
        return
    sheet.set_fill_color(*_PALE_AMBER)
    sheet.rect(_LEFT, _FOOT + 1, _WIDTH, 15, "F", round_corners=True, corner_radius=2)
    sheet.letter(
        _missing(ticket),
        (_LEFT + 4, _FOOT + 2.5),
        (_WIDTH - 8, 12.0),
        sizes=(9, 8.5, 8, 7),
        bold=True,
        color=_AMBER,
        centred=True,
    )


def _stub(sheet: Sheet, ticket: Ticket) -> None:
    middle = (_STUB + _X + _CARD_WIDTH) / 2
    left, width = middle - _QR / 2, _QR
    image = BytesIO(qr.png(ticket.code))
    sheet.image(image, left, _Y + 5, _QR, _QR, alt_text="The code of this ticket as a QR code")
    place, box = (left, _Y + 60), (width, 4.0)
    sheet.letter(ticket.code, place, box, sizes=(8, 7.5, 7), color=_INK, align="C")
    _pill(sheet, ticket, middle - _PILL[0] / 2, _Y + 72)
    for label, value, y in (
        ("Registration", str(ticket.registration_id), 91),
        ("Admits", _admitted(ticket), 107),
    ):
        sheet.letter(
            label.upper(), (left, _Y + y), (width, 4), sizes=(6.5,), color=_QUIET, align="C"
        )
        place, box = (left, _Y + y + 3.4), (width, 7.0)
        sheet.letter(value, place, box, sizes=(15, 12, 10), bold=True, color=_INK, align="C")


def _pill(sheet: Sheet, ticket: Ticket, x: float, y: float) -> None:
    """The state in which it was drawn."""
    fill, ink = (_PALE_GREEN, _GREEN) if ticket.is_valid else (_PALE_AMBER, _AMBER)
    width, height = _PILL
    sheet.set_fill_color(*fill)
    sheet.rect(x, y, width, height, "F", round_corners=True, corner_radius=4.49)
    said = _state(ticket)
    box = (width, height)
    sheet.letter(said, (x, y), box, sizes=(11,), bold=True, color=ink, align="C", centred=True)


def _state(ticket: Ticket) -> str:
    if ticket.price.is_free:
        return "Confirmed" if ticket.is_valid else "Not confirmed yet"
    return "Paid" if ticket.is_valid else "Not paid yet"


def _missing(ticket: Ticket) -> str:
    if ticket.price.is_free:
        return "Not confirmed yet: this ticket is good once the registration is confirmed."
    until = ticket.hold_expires_at
    before = f" before {moment(until, ticket.timezone)}" if until else ""
    return f"Not paid yet: this ticket is good once {price(ticket.price)} is paid{before}."


def _priced(ticket: Ticket) -> str:
    return "Free of charge" if ticket.price.is_free else price(ticket.price)


def _admitted(ticket: Ticket) -> str:
    return "1 person" if ticket.quantity == 1 else f"{ticket.quantity} people"
