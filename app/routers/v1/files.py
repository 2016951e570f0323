"""PDFs as answers: what the document says of them, and how they are sent."""

from typing import Any

from fastapi import Response

from app.routers.negotiation import PDF
from app.routers.v1.errors import errors

PDF_CONTENT: dict[str, Any] = {PDF: {"schema": {"type": "string", "format": "binary"}}}


def pdf_responses(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with a PDF."""
    return {200: {"description": "The file", "content": PDF_CONTENT}, **errors(*codes)}


def pdf(content: bytes, name: str) -> Response:
    """A file for one person: shown as what it is, and kept by nobody on its way."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, 200, headers, media_type=PDF)
