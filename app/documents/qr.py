"""QR codes of tickets. They hold the bare code: whoever reads one learns nothing about anybody."""

from io import BytesIO

import segno

# Of 7, 15, 25 and 30 per cent, the damage that is still read: a folded sheet, a scratched screen.
_CORRECTION = "m"
# White modules all round, without which readers do not find the code.
QUIET_ZONE = 4
PIXELS_PER_MODULE = 12


def png(code: str) -> bytes:
    """Black on white, with edges on whole pixels."""
    drawn = BytesIO()
    _qr(code).save(drawn, kind="png", scale=PIXELS_PER_MODULE, border=QUIET_ZONE)
    return drawn.getvalue()


def svg(code: str, title: str) -> bytes:
    """As large as whoever shows it likes: it has a view box and no size."""
    drawn = BytesIO()
    _qr(code).save(
        drawn, kind="svg", border=QUIET_ZONE, light="#fff", title=title, omitsize=True, svgns=True
    )
    return drawn.getvalue()


def _qr(code: str) -> segno.QRCode:
    return segno.make_qr(code, error=_CORRECTION)
