"""Pictures for everybody who has their address: names are drawn at random, and never used again."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import FileResponse

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
    response_class=FileResponse,
    responses={
        200: {
            "description": "The picture",
            "content": {kind: {"schema": _PICTURE} for kind in MEDIA_TYPES.values()},
        }
    },
)
async def get_cover_image(name: str, rt: Rt) -> FileResponse:
    """The picture that a conference's `cover_image` names; no login is needed."""
    path = await asyncio.to_thread(rt.covers.find, name)
    if path is None:
        raise NotFound
    return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=_HEADERS)
