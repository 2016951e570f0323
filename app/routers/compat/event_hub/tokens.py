"""Log-in, and new access tokens (seed 003, Authentication)."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.routers.compat import tokens
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.frame import bare
from app.routers.compat.tokens import TOKEN, AccessOut, RefreshIn
from app.routers.deps import Now, Rt

router = APIRouter(prefix="/api/auth/token", tags=["Authentication"])


class CredentialsIn(tokens.Credentials):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "admin", "password": "admin123"}]}
    )


class TokensOut(BaseModel):
    """`access` goes into the `Authorization` header, `refresh` is kept for the next one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"access": TOKEN, "refresh": TOKEN}]})

    access: str
    refresh: str


@router.post(
    "/",
    operation_id="getToken",
    summary="Obtain JWT token",
    response_model=TokensOut,
    responses=errors(400, 401, 409, 429, 503, fault="username"),
)
async def get_token(body: CredentialsIn, request: Request, rt: Rt, now: Now) -> Response:
    """A pair of tokens for a username and its password. They are good in every contract."""
    pair = (await tokens.log_in(body, request, rt, now)).tokens
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
    return bare(await tokens.refreshed(body, rt, now))
