"""Sign-up and one's own account."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from app.domain import accounts, logins, profiles
from app.domain.access import Role
from app.domain.accounts import SignUp, User
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import AnyPassword, Email, NewPassword, ShortText, Username
from app.routers.v1.envelope import Envelope, created, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1
from app.routers.v1.profile_models import ProfileIn, ProfileOut
from app.routers.v1.tokens import TokensOut

router = APIRouter(prefix=f"{V1}/users", tags=["Users"])

_PROFILE: dict[str, Any] = {
    "username": "jane",
    "email": "jane@example.com",
    "first_name": "Jane",
    "last_name": "Doe",
}


class SignUpIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [_PROFILE | {"password": "StrongPass123", "role": "attendee"}]
        },
    )

    username: Username
    email: Email
    password: NewPassword
    first_name: ShortText = ""
    last_name: ShortText = ""
    role: Literal["attendee", "organizer"] = "attendee"


class PasswordIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"old_password": "StrongPass123", "new_password": "StrongerPass456"}]
        },
    )

    old_password: AnyPassword
    new_password: NewPassword


class UserOut(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"id": 7}
                | _PROFILE
                | {
                    "role": "attendee",
                    "created_at": "2026-08-01T10:00:00Z",
                    "updated_at": "2026-08-01T10:00:00Z",
                }
            ]
        }
    )

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    role: Role
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserOut":
        return cls(
            id=user.id,
            username=user.username,
            email=user.email,
            first_name=user.first_name,
            last_name=user.last_name,
            role=user.role,
            created_at=user.created_at,
            updated_at=user.updated_at,
        )


@router.post(
    "/",
    status_code=201,
    operation_id="signUp",
    summary="Open an account",
    response_model=Envelope[UserOut],
    responses=errors(400, 401, 409, 422, 429, 503),
)
async def sign_up(body: SignUpIn, uow: Uow, runtime: Rt, now: Now) -> Response:
    """No token is needed. An attendee known under the e-mail is linked to the account."""
    draft = SignUp(
        username=body.username,
        email=body.email,
        password=body.password,
        first_name=body.first_name,
        last_name=body.last_name,
        role=Role(body.role),
    )
    return created(UserOut.of(await accounts.sign_up(uow, runtime.hasher, draft, now)))


@router.get(
    "/me/",
    operation_id="getOwnProfile",
    summary="One's own profile",
    response_model=Envelope[ProfileOut],
    responses=errors(401, 503),
)
async def profile(me: Me, uow: Uow) -> Response:
    """Who one is here, and in which role."""
    return ok(ProfileOut.of(await profiles.own(uow, me)))


@router.put(
    "/me/",
    operation_id="updateOwnProfile",
    summary="Change one's own profile",
    response_model=Envelope[ProfileOut],
    responses=errors(400, 401, 409, 422, 429, 503),
)
@router.patch(
    "/me/",
    operation_id="patchOwnProfile",
    summary="Change a part of one's own profile",
    response_model=Envelope[ProfileOut],
    responses=errors(400, 401, 409, 422, 429, 503),
)
async def change_profile(body: ProfileIn, me: Me, uow: Uow, now: Now) -> Response:
    """What is left out stays as it is. The attendee linked to the account keeps the same e-mail."""
    return ok(ProfileOut.of(await profiles.change(uow, me, body.change(), now)))


@router.post(
    "/me/password/",
    operation_id="changeOwnPassword",
    summary="Change one's own password",
    response_model=Envelope[TokensOut],
    responses=errors(400, 401, 409, 429, 503),
)
async def change_password(body: PasswordIn, me: Me, runtime: Rt, now: Now) -> Response:
    """Ends every login of the account; the tokens in the answer are those of a new one."""
    runtime.throttle.password_of(me.user_id)
    pair = await logins.change_password(
        runtime.unit_of_work(),
        runtime.hasher,
        runtime.tokens,
        me,
        old=body.old_password,
        new=body.new_password,
        now=now,
    )
    return ok(TokensOut.of(pair))
