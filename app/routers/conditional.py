"""Answers that a client may have already: entity tags and conditional requests (RFC 9110 §13)."""

from fastapi import Request, Response

from app.kept_pages import KeptPage

# Long enough to spare a crowd's servers, short enough that nobody sees yesterday's seats.
BRIEFLY = "public, max-age=1"


def answer(request: Request, page: KeptPage, media_type: str = "application/json") -> Response:
    """The page, or 304 where the client says that it has it."""
    headers = {"ETag": page.etag, "Cache-Control": BRIEFLY}
    if is_known(request.headers.get("if-none-match"), page.etag):
        return Response(status_code=304, headers=headers)
    return Response(page.body, media_type=media_type, headers=headers)


def is_known(asked: str | None, etag: str) -> bool:
    """Whether a client's If-None-Match names this tag, weakly compared."""
    if asked is None:
        return False
    if asked.strip() == "*":
        return True
    named = (tag.strip().removeprefix("W/") for tag in asked.split(","))
    return etag in named
