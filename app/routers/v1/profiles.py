"""Profiles over HTTP: those of others, one's own picture, and the proof of one's address."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.domain import conferences, profiles, verification
from app.domain.conferences import ConferenceFilter
from app.routers import uploads
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import PathId
from app.routers.v1.conference_models import ConferenceOut
from app.routers.v1.envelope import Envelope, ListEnvelope, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1
from app.routers.v1.profile_models import PersonOut, ProfileOut, TokenIn, UsersQuery

router = APIRouter(prefix=f"{V1}/users", tags=["Users"])

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


class OrganizedQuery(ListQuery):
    ordering: Annotated[str, orderable("start_date", "created_at")] = "start_date"


@router.put(
    "/me/avatar/",
    summary="Set one's own picture",
    operation_id="setAvatar",
    response_model=Envelope[ProfileOut],
    responses=errors(400, 401, 409, 413, 422, 429, 503),
    openapi_extra=_FORM,
)
async def set_avatar(request: Request, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Takes a JPEG, PNG or WebP of at most 5 MiB (unless told otherwise), as `image` in a form.

    It is drawn anew like a cover image, and loses all notes of when and where it was taken.
    """
    content = await uploads.picture(request, _FIELD)
    async with uploads.kept(rt, content, rt.avatars) as name:
        portrait = await profiles.set_avatar(uow, me, name, now)
    await uploads.tidy_avatars(rt, me.user_id, name, portrait.replaced)
    return ok(ProfileOut.of(portrait.profile))


@router.delete(
    "/me/avatar/",
    summary="Remove one's own picture",
    operation_id="deleteAvatar",
    response_model=Envelope[ProfileOut],
    responses=errors(401, 409, 422, 429, 503),
)
async def delete_avatar(me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Leaves the profile without one; answers with it."""
    portrait = await profiles.set_avatar(uow, me, "", now)
    await uploads.tidy_avatars(rt, me.user_id, portrait.replaced)
    return ok(ProfileOut.of(portrait.profile))


@router.post(
    "/me/verification/",
    summary="Have the link that proves one's address mailed again",
    operation_id="askForVerification",
    response_model=Envelope[ProfileOut],
    responses=errors(401, 409, 422, 429, 503),
)
async def ask_for_verification(me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Once a minute. Nothing is sent for an address that is proven already."""
    rt.throttle.verification(f"user:{me.user_id}")
    return ok(ProfileOut.of(await verification.ask_again(uow, me, now)))


@router.post(
    "/verify/",
    summary="Prove an e-mail address",
    operation_id="verifyEmail",
    response_model=Envelope[None],
    responses=errors(400, 401, 409, 422, 429, 503),
)
async def verify(body: TokenIn, uow: Uow, now: Now) -> Response:
    """No login is needed: the token of the mailed link is good once, for three days."""
    await verification.verify(uow, body.token, now)
    return ok(None, "The address is verified.")


@router.get(
    "/",
    summary="List users",
    operation_id="listUsers",
    response_model=ListEnvelope[PersonOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(UsersQuery),
)
async def list_users(
    request: Request, me: Me, query: Annotated[UsersQuery, asked(UsersQuery)], uow: Uow
) -> Response:
    """E-mails are shown to admins; for others the filter `email` finds nobody but themselves."""
    page = await profiles.listed(uow, me, query.filter(), query.page_request())
    return listed([PersonOut.of(item, me) for item in page.items], page, request)


@router.get(
    "/{user_id:int}/",
    summary="Get a user",
    operation_id="getUser",
    response_model=Envelope[PersonOut],
    responses=errors(401, 404, 503),
)
async def get_user(user_id: PathId, me: Me, uow: Uow) -> Response:
    """What an account tells of itself. One that was closed is there for admins alone."""
    return ok(PersonOut.of(await profiles.of(uow, me, user_id), me))


@router.get(
    "/{user_id}/conferences/",
    summary="List what a user organizes",
    operation_id="listOrganizedConferences",
    response_model=ListEnvelope[ConferenceOut],
    responses=errors(400, 401, 404, 503),
    openapi_extra=documented(OrganizedQuery),
)
async def list_organized_conferences(
    user_id: PathId,
    request: Request,
    me: Me,
    query: Annotated[OrganizedQuery, asked(OrganizedQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """The user's own conferences, as far as one may see them."""
    await profiles.of(uow, me, user_id)
    filter = ConferenceFilter(organizer_id=user_id)
    page = await conferences.listed(uow, me, filter, query.page_request(), now)
    return listed([ConferenceOut.of(item, now) for item in page.items], page, request)
