"""Pictures for everybody who has their address: names are drawn at random, and never used again."""

import asyncio

from fastapi import APIRouter, Response

from app.domain.errors import NotFound
from app.images import MEDIA_TYPES
from app.routers.deps import Rt

COVERS = "/media/covers/"
# Somebody uploaded it: it is a picture and nothing else, whatever a browser makes of it.
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    # Organizers show it on pages of their own.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_PICTURE = {"type": "string", "format": "binary"}

router = APIRouter(prefix=COVERS.rstrip("/"), tags=["Conferences"])


def cover_path(name: str) -> str | None:
    """Where a cover is found on this server; nowhere, if there is none."""
    return f"{COVERS}{name}" if name else None


@router.get(
    "/{name}",
    summary="Get a cover image",
    operation_id="getCoverImage",
    response_class=Response,
    responses={
        200: {
            "description": "The picture",
            "content": {kind: {"schema": _PICTURE} for kind in MEDIA_TYPES.values()},
        },
        404: {"description": "There is no such picture"},
    },
)
async def get_cover_image(name: str, rt: Rt) -> Response:
    """The picture that a conference's `cover_image` names; no login is needed."""
    path = await asyncio.to_thread(rt.covers.find, name)
    if path is None:
        raise NotFound
    content = await asyncio.to_thread(path.read_bytes)
    return Response(content, media_type=MEDIA_TYPES[path.suffix], headers=_HEADERS)
