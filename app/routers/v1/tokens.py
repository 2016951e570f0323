"""Log in, go on, log out (seed 000 §3)."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import logins
from app.domain.access import fold
from app.domain.accounts import TokenPair
from app.routers.deps import Now, Rt, address
from app.routers.fields import AnyPassword, Name, Token
from app.routers.v1.envelope import Envelope, deleted, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/token", tags=["Auth"])

_TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"  # noqa: S105


class LoginIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"username": "admin", "password": "your_password"}]},
    )

    username: Name
    password: AnyPassword


class RefreshIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"refresh": _TOKEN}]})

    refresh: Token


class TokensOut(BaseModel):
    """`access` goes into the `Authorization` header; `refresh` is good once, for the next pair."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"refresh": _TOKEN, "access": _TOKEN}]}
    )

    refresh: str
    access: str

    @classmethod
    def of(cls, pair: TokenPair) -> "TokensOut":
        return cls(refresh=pair.refresh, access=pair.access)


@router.post(
    "/",
    operation_id="logIn",
    summary="Log in (get token)",
    response_model=Envelope[TokensOut],
    responses=errors(400, 401, 429, 503),
)
async def log_in(body: LoginIn, request: Request, runtime: Rt, now: Now) -> Response:
    """A pair of tokens for a username and its password."""
    runtime.throttle.login(fold(body.username), address(request))
    entered = await logins.log_in(
        runtime.unit_of_work(),
        runtime.hasher,
        runtime.tokens,
        username=body.username,
        password=body.password,
        now=now,
    )
    return ok(TokensOut.of(entered.tokens))


@router.post(
    "/refresh/",
    operation_id="refreshToken",
    summary="Exchange a refresh token for the next pair",
    response_model=Envelope[TokensOut],
    responses=errors(400, 401, 503),
)
async def refresh(body: RefreshIn, runtime: Rt, now: Now) -> Response:
    """Each refresh token is good once; shown again after 30 seconds, it ends its login."""
    pair = await logins.refresh(runtime.unit_of_work(), runtime.tokens, body.refresh, now)
    return ok(TokensOut.of(pair))


@router.post(
    "/revoke/",
    operation_id="logOut",
    summary="Log out",
    response_model=Envelope[None],
    responses=errors(400, 401, 503),
)
async def revoke(body: RefreshIn, runtime: Rt, now: Now) -> Response:
    """Every token of this login is refused from now on."""
    await logins.log_out(runtime.unit_of_work(), runtime.tokens, body.refresh, now)
    return deleted()
