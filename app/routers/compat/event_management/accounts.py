"""Sign-up, log-in and one's own account (seed 001 §2)."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import accounts
from app.domain.access import Role
from app.domain.accounts import SignUp, User
from app.routers.compat import tokens
from app.routers.compat.drf import errors
from app.routers.compat.frame import bare
from app.routers.compat.tokens import TOKEN, AccessOut, RefreshIn
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import Email, NewPassword, ShortText, Username

router = APIRouter(tags=["Users"])

_USER: dict[str, Any] = {
    "username": "johndoe",
    "email": "john@example.com",
    "first_name": "John",
    "last_name": "Doe",
    "role": "attendee",
}


class UserIn(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [_USER | {"password": "StrongPass123"}]}
    )

    username: Username
    email: Email
    password: NewPassword
    first_name: ShortText = ""
    last_name: ShortText = ""
    role: Literal["attendee", "organizer"] = "attendee"


class UserOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"id": 2} | _USER]})

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    role: Role

    @classmethod
    def of(cls, user: User) -> "UserOut":
        return cls(
            id=user.id,
            username=user.username,
            email=user.email,
            first_name=user.first_name,
            last_name=user.last_name,
            role=user.role,
        )


class CredentialsIn(tokens.Credentials):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "johndoe", "password": "StrongPass123"}]}
    )


class TokensOut(BaseModel):
    """`access` goes into the `Authorization` header, `refresh` is kept for the next one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh": TOKEN, "access": TOKEN}]})

    refresh: str
    access: str


@router.post(
    "/api/users/register/",
    status_code=201,
    operation_id="registerUser",
    summary="User register",
    response_model=UserOut,
    responses=errors(400, 401, 409, 422, 429, 503, fault="username"),
)
async def register_user(body: UserIn, uow: Uow, rt: Rt, now: Now) -> Response:
    """Opens an account; no token is needed. Whoever wants to put up events asks for `organizer`."""
    draft = SignUp(
        username=body.username,
        email=body.email,
        password=body.password,
        first_name=body.first_name,
        last_name=body.last_name,
        role=Role(body.role),
    )
    return bare(UserOut.of(await accounts.sign_up(uow, rt.hasher, draft, now)), 201)


@router.post(
    "/auth/token/",
    operation_id="getToken",
    summary="Get JWT token",
    response_model=TokensOut,
    responses=errors(400, 401, 409, 429, 503, fault="username"),
)
async def get_token(body: CredentialsIn, request: Request, rt: Rt, now: Now) -> Response:
    """A pair of tokens for a username and its password. They are good in every contract."""
    pair = (await tokens.log_in(body, request, rt, now)).tokens
    return bare(TokensOut(refresh=pair.refresh, access=pair.access))


@router.post(
    "/auth/token/refresh/",
    operation_id="refreshToken",
    summary="Refresh token",
    response_model=AccessOut,
    responses=errors(400, 401, 503, fault="refresh"),
)
async def refresh_token(body: RefreshIn, rt: Rt, now: Now) -> Response:
    """A new access token. The refresh token stays good until it expires or its login ends."""
    return bare(await tokens.refreshed(body, rt, now))


@router.get(
    "/api/users/me/",
    operation_id="getCurrentUser",
    summary="Get current user profile",
    response_model=UserOut,
    responses=errors(401, 503),
)
async def get_current_user(me: Me, uow: Uow) -> Response:
    """Who one is here, and in which role."""
    return bare(UserOut.of(await accounts.profile(uow, me)))
