"""Pictures for everybody who has their address: names are drawn at random, and never used again."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response

from app.domain.errors import NotFound
from app.images import MEDIA_TYPES, Images
from app.routers.deps import Rt

COVERS = "/media/covers/"
AVATARS = "/media/avatars/"
# A picture, and nothing else, whatever a browser makes of it.
SEALED = "default-src 'none'; sandbox; base-uri 'none'; frame-ancestors 'none'"
# Of what somebody uploaded.
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Disposition": "inline",
    "Content-Security-Policy": SEALED,
    # Organizers show it on pages of their own.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_PICTURE = {"type": "string", "format": "binary"}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture",
        "content": {kind: {"schema": _PICTURE} for kind in MEDIA_TYPES.values()},
    },
    404: {"description": "There is no such picture"},
}

router = APIRouter()


def cover_path(name: str) -> str | None:
    """Where a cover is found on this server; nowhere, if there is none."""
    return f"{COVERS}{name}" if name else None


def avatar_path(name: str) -> str | None:
    """Where somebody's picture is found on this server; nowhere, if there is none."""
    return f"{AVATARS}{name}" if name else None


@router.get(
    f"{COVERS}{{name}}",
    summary="Get a cover image",
    operation_id="getCoverImage",
    tags=["Conferences"],
    response_class=Response,
    responses=_RESPONSES,
)
async def get_cover_image(name: str, rt: Rt) -> Response:
    """The picture that a conference's `cover_image` names; no login is needed."""
    return await _served(rt.covers, name)


@router.get(
    f"{AVATARS}{{name}}",
    summary="Get an avatar",
    operation_id="getAvatar",
    tags=["Users"],
    response_class=Response,
    responses=_RESPONSES,
)
async def get_avatar(name: str, rt: Rt) -> Response:
    """The picture that a profile's `avatar` names; no login is needed."""
    return await _served(rt.avatars, name)


async def _served(images: Images, name: str) -> Response:
    path = await asyncio.to_thread(images.find, name)
    if path is None:
        raise NotFound
    content = await asyncio.to_thread(path.read_bytes)
    return Response(content, media_type=MEDIA_TYPES[path.suffix], headers=_HEADERS)
