"""The cover image of a conference over HTTP."""

from fastapi import APIRouter, Request, Response

from app.domain import cover_images
from app.routers import uploads
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import PathId
from app.routers.v1.conference_models import ConferenceOut
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/conferences/{{conference_id}}/cover-image", tags=["Conferences"])

_FIELD = "image"
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [_FIELD],
                    "properties": {_FIELD: {"type": "string", "format": "binary"}},
                    "additionalProperties": False,
                }
            }
        },
    }
}


@router.put(
    "/",
    summary="Set a cover image",
    operation_id="setCoverImage",
    response_model=Envelope[ConferenceOut],
    responses=errors(400, 401, 403, 404, 409, 413, 422, 429, 503),
    openapi_extra=_FORM,
)
async def set_cover_image(
    conference_id: PathId, request: Request, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """Takes a JPEG, PNG or WebP of at most 5 MiB (unless told otherwise), as `image` in a form.

    A JPEG has at most 40 million pixels, a PNG 24, a WebP 12. The picture is turned upright, made
    to fit into 2000 × 2000 pixels, and loses all notes of when and where it was taken.
    """
    await cover_images.managed(uow, me, conference_id)
    content = await uploads.picture(request, _FIELD)
    async with uploads.kept(rt, content) as name:
        cover = await cover_images.set_cover(uow, me, conference_id, name, now)
    await uploads.tidy(rt, cover.conference, name, cover.replaced)
    return ok(ConferenceOut.of(cover.conference, now))


@router.delete(
    "/",
    summary="Remove the cover image",
    operation_id="deleteCoverImage",
    response_model=Envelope[ConferenceOut],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_cover_image(conference_id: PathId, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Leaves the conference without one; answers with it."""
    cover = await cover_images.set_cover(uow, me, conference_id, "", now)
    await uploads.tidy(rt, cover.conference, cover.replaced)
    return ok(ConferenceOut.of(cover.conference, now))
