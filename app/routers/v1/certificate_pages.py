"""What a phone shows that has scanned a certificate's code: whether it is genuine, in words."""

from html import escape

from fastapi import Response

from app.documents.wording import dates, day
from app.domain.certificates import Certificate
from app.routers.mailed_pages import page


def genuine(certificate: Certificate) -> Response:
    """The facts that are on the sheet, to be compared with it."""
    facts = {
        "Attended by": certificate.attendee_name,
        "Conference": certificate.conference_name,
        "Held": dates(certificate.period, certificate.timezone),
        "Hours": f"{certificate.hours.normalize():f}",
        "Issued": day(certificate.issued_at.date()),
        "Certificate number": certificate.number,
    }
    rows = "\n".join(f"<dt>{label}</dt><dd>{escape(value)}</dd>" for label, value in facts.items())
    said = "<p>It was issued here, and says:</p>"
    return page("This certificate is genuine", f"{said}\n<dl>\n{rows}\n</dl>")


def unknown() -> Response:
    said = (
        "<p>No certificate was issued under this number. If you have typed it, compare it with the"
        " sheet once more.</p>"
    )
    return page("There is no such certificate", said, 404)
