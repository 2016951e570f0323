"""Log-in, and new access tokens (seed 003, Authentication)."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import logins
from app.domain.access import fold
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.frame import bare
from app.routers.deps import Now, Rt, address
from app.routers.fields import AnyPassword, Name, Token

router = APIRouter(prefix="/api/auth/token", tags=["Authentication"])

_TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"  # noqa: S105


class CredentialsIn(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "admin", "password": "admin123"}]}
    )

    username: Name
    password: AnyPassword


class TokensOut(BaseModel):
    """`access` goes into the `Authorization` header, `refresh` is kept for the next one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"access": _TOKEN, "refresh": _TOKEN}]}
    )

    access: str
    refresh: str


class RefreshIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh": _TOKEN}]})

    refresh: Token


class AccessOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"access": _TOKEN}]})

    access: str


@router.post(
    "/",
    operation_id="getToken",
    summary="Obtain JWT token",
    response_model=TokensOut,
    responses=errors(400, 401, 409, 429, 503, fault="username"),
)
async def get_token(body: CredentialsIn, request: Request, rt: Rt, now: Now) -> Response:
    """A pair of tokens for a username and its password. They are good in every contract."""
    rt.throttle.login(fold(body.username), address(request))
    pair = await logins.log_in(
        rt.unit_of_work(),
        rt.hasher,
        rt.tokens,
        username=body.username,
        password=body.password,
        now=now,
    )
    return bare(TokensOut(access=pair.access, refresh=pair.refresh))


@router.post(
    "/refresh/",
    operation_id="refreshToken",
    summary="Refresh token",
    response_model=AccessOut,
    responses=errors(400, 401, 503, fault="refresh"),
)
async def refresh_token(body: RefreshIn, rt: Rt, now: Now) -> Response:
    """A new access token. The refresh token stays good until it expires or its login ends."""
    access = await logins.refresh_only(rt.unit_of_work(), rt.tokens, body.refresh, now)
    return bare(AccessOut(access=access))
