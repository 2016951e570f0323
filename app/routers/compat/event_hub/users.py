"""Sign-up, one's own account, and those of others (seed 003, Users)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.domain import accounts, conferences, profiles, reviews
from app.domain.conferences import ConferenceFilter
from app.domain.pages import PageRequest
from app.domain.reviews import ReviewFilter
from app.routers import uploads
from app.routers.compat import bodies
from app.routers.compat.event_hub.asking import MOST
from app.routers.compat.event_hub.event_models import ListedEventOut
from app.routers.compat.event_hub.events import shown_in_list
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.event_hub.reviews import ReviewOut
from app.routers.compat.event_hub.user_models import (
    ListedUserOut,
    ProfileIn,
    SettingsIn,
    SettingsOut,
    SignUpIn,
    UserOut,
    UsersQuery,
    untold,
)
from app.routers.compat.frame import ItemId, bare
from app.routers.deps import Me, Now, Rt, Uow

router = APIRouter(prefix="/api/users", tags=["Users"])

_AVATAR = "avatar"
_NO_ORDER = "Choose from date_joined, username; - before one for descending."


@router.get(
    "/",
    operation_id="listUsers",
    summary="List users",
    response_model=list[ListedUserOut],
    responses=errors(400, 401, 503, fault="ordering", wrong=_NO_ORDER),
)
async def list_users(
    request: Request, me: Me, query: Annotated[UsersQuery, Query()], uow: Uow
) -> Response:
    """With a login. E-mail addresses are one's own and the admins' to see, and to look for."""
    page = await profiles.listed(uow, me, query.filter(), query.page_request())
    here = str(request.base_url)
    return bare([ListedUserOut.of(profile, me, here) for profile in page.items])


@router.post(
    "/",
    operation_id="registerUser",
    summary="Register new user",
    status_code=201,
    response_model=UserOut,
    responses=errors(400, 401, 409, 422, 429, 503, fault="username"),
)
async def register_user(body: SignUpIn, request: Request, uow: Uow, rt: Rt, now: Now) -> Response:
    """Opens an account; no token is needed. Whoever wants to put up events is an `organizer`."""
    user = await accounts.sign_up(uow, rt.hasher, body.draft(), now)
    return bare(UserOut.of(untold(user), str(request.base_url)), 201)


@router.get(
    "/me/",
    operation_id="getCurrentUser",
    summary="Get current user",
    response_model=UserOut,
    responses=errors(401, 503),
)
async def get_current_user(request: Request, me: Me, uow: Uow) -> Response:
    """Who one is here, and what one tells of oneself."""
    return bare(UserOut.of(await profiles.own(uow, me), str(request.base_url)))


@router.put(
    "/me/",
    operation_id="updateCurrentUser",
    summary="Update current user profile",
    response_model=UserOut,
    responses=errors(400, 401, 409, 413, 422, 429, 503, fault="website"),
    openapi_extra=bodies.documented(ProfileIn, picture=_AVATAR),
)
@router.patch(
    "/me/",
    operation_id="patchCurrentUser",
    summary="Update a part of the current user profile",
    response_model=UserOut,
    responses=errors(400, 401, 409, 413, 422, 429, 503, fault="website"),
    openapi_extra=bodies.documented(ProfileIn, picture=_AVATAR),
)
async def update_current_user(request: Request, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """What is left out stays as it is; a form may bring a picture as `avatar`."""
    sent = await bodies.read(request, ProfileIn, picture=_AVATAR)
    change, here = sent.body.change(), str(request.base_url)
    if not (sent.picture or sent.body.takes_avatar_away):
        return bare(UserOut.of(await profiles.change(uow, me, change, now), here))
    async with uploads.kept(rt, sent.picture, rt.avatars, field=_AVATAR) as name:
        portrait = await profiles.change_with_avatar(uow, me, change, name, now)
    await uploads.tidy_avatars(rt, me.user_id, name, portrait.replaced)
    return bare(UserOut.of(portrait.profile, here))


@router.put(
    "/update_profile/",
    operation_id="updateProfileSettings",
    summary="Update profile settings",
    response_model=SettingsOut,
    responses=errors(400, 401, 409, 422, 429, 503, fault="twitter"),
)
@router.patch(
    "/update_profile/",
    operation_id="patchProfileSettings",
    summary="Update a part of the profile settings",
    response_model=SettingsOut,
    responses=errors(400, 401, 409, 422, 429, 503, fault="twitter"),
)
async def update_profile_settings(body: SettingsIn, me: Me, uow: Uow, now: Now) -> Response:
    """One's links and switches. Without notifications there are no mails but the needful ones."""
    return bare(SettingsOut.of(await profiles.change(uow, me, body.change(), now)))


@router.get(
    "/{id:int}/events_organized/",
    operation_id="listEventsOrganized",
    summary="Get user's organized events",
    response_model=list[ListedEventOut],
    responses=errors(401, 404, 503),
)
async def list_events_organized(
    user_id: ItemId, request: Request, me: Me, rt: Rt, now: Now
) -> Response:
    """Those that one may see, the latest first; one's own drafts too."""
    await profiles.of(rt.unit_of_work(), me, user_id)
    wanted = ConferenceFilter(organizer_id=user_id)
    latest = PageRequest(size=MOST, ordering=("-start_date",))
    page = await conferences.listed(rt.unit_of_work(), me, wanted, latest, now)
    return bare(await shown_in_list(rt, page.items, str(request.base_url), now))


@router.get(
    "/{id:int}/reviews/",
    operation_id="listReviewsOfUser",
    summary="Get user's reviews",
    response_model=list[ReviewOut],
    responses=errors(401, 404, 503),
)
async def list_reviews_of_user(user_id: ItemId, me: Me, rt: Rt) -> Response:
    """Those of events that one may see, the newest first."""
    await profiles.of(rt.unit_of_work(), me, user_id)
    newest = PageRequest(size=MOST, ordering=("-created_at",))
    page = await reviews.listed(rt.unit_of_work(), me, ReviewFilter(user_id=user_id), newest)
    return bare([ReviewOut.of(review) for review in page.items])
