"""Sign-up, log-in and one's own account (seed 004, Authentication Endpoints)."""

from fastapi import APIRouter, Request, Response

from app.domain import accounts, logins, profiles
from app.domain.errors import Invalid
from app.routers.compat import tokens
from app.routers.compat.frame import bare
from app.routers.compat.jointoit.account_models import (
    AccountOut,
    CredentialsIn,
    DoneOut,
    LoginOut,
    PasswordIn,
    ProfileIn,
    SignUpIn,
    UserOut,
)
from app.routers.compat.jointoit.manner import MANNER, errors
from app.routers.compat.tokens import AccessOut, RefreshIn
from app.routers.deps import Me, Now, Rt, Uow
from app.runtime import Runtime

router = APIRouter(prefix="/api/auth", tags=["Authentication"])

_NOT_THE_SAME = "Password fields didn't match."


@router.post(
    "/register/",
    status_code=201,
    operation_id="registerUser",
    summary="User registration",
    response_model=AccountOut,
    responses=errors(400, 401, 409, 422, 429, 503, fault="password", wrong=_NOT_THE_SAME),
)
async def register_user(body: SignUpIn, uow: Uow, rt: Rt, now: Now) -> Response:
    """Opens an account; no token is needed. Whoever puts up an event is an organizer from then."""
    await _ensure_repeated(rt, body)
    user = await accounts.sign_up(uow, rt.hasher, body.draft(), now)
    return bare(AccountOut.of(user), 201)


@router.post(
    "/login/",
    operation_id="logIn",
    summary="User login",
    response_model=LoginOut,
    responses=errors(400, 401, 409, 429, 503, fault="username"),
)
async def log_in(body: CredentialsIn, request: Request, rt: Rt, now: Now) -> Response:
    """A pair of tokens for a username and its password. They are good in every contract."""
    return bare(LoginOut.of(await tokens.log_in(body, request, rt, now)))


@router.post(
    "/token/refresh/",
    operation_id="refreshToken",
    summary="Token refresh",
    response_model=AccessOut,
    responses=errors(400, 401, 503, fault="refresh"),
)
async def refresh_token(body: RefreshIn, rt: Rt, now: Now) -> Response:
    """A new access token. The refresh token stays good until it expires or its login ends."""
    return bare(await tokens.refreshed(body, rt, now))


@router.get(
    "/profile/",
    operation_id="getProfile",
    summary="Get user profile",
    response_model=UserOut,
    responses=errors(401, 503),
)
async def get_profile(me: Me, uow: Uow) -> Response:
    """Who one is here."""
    return bare(UserOut.of(await accounts.profile(uow, me)))


@router.put(
    "/profile/update/",
    operation_id="updateProfile",
    summary="Update user profile",
    response_model=AccountOut,
    responses=errors(400, 401, 409, 422, 429, 503, fault="email"),
)
@router.patch(
    "/profile/update/",
    operation_id="patchProfile",
    summary="Update a part of the user profile",
    response_model=AccountOut,
    responses=errors(400, 401, 409, 422, 429, 503, fault="email"),
)
async def update_profile(body: ProfileIn, me: Me, uow: Uow, now: Now) -> Response:
    """What is left out stays as it is; tokens stay good under another name."""
    profile = await profiles.change(uow, me, body.change(), now)
    return bare(AccountOut.of(profile.user))


@router.post(
    "/change-password/",
    operation_id="changePassword",
    summary="Change password",
    response_model=DoneOut,
    responses=errors(
        400, 401, 409, 429, 503, fault="old_password", wrong="Old password is not correct"
    ),
)
async def change_password(body: PasswordIn, me: Me, rt: Rt, now: Now) -> Response:
    """Ends every login of the account, this one too: log in with the new password."""
    rt.throttle.login(f"user:{me.user_id}", f"user:{me.user_id}")
    await logins.change_password(
        rt.unit_of_work(),
        rt.hasher,
        rt.tokens,
        me,
        old=body.old_password,
        new=body.new_password,
        now=now,
    )
    return bare(DoneOut(detail="Password updated successfully"))


async def _ensure_repeated(rt: Runtime, sent: SignUpIn) -> None:
    """Whoever mistypes a password is told at once of all else that stands in the way."""
    if sent.password == sent.password2:
        return
    refusals = await accounts.taken(rt.unit_of_work(), sent.username, sent.email)
    named = {str(one.field): [MANNER.said(one)] for one in refusals}
    raise Invalid(errors=named | {"password": [_NOT_THE_SAME]})
