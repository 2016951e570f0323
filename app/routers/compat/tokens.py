"""Log-in and new access tokens, as every contract has them: they differ in their paths alone."""

from datetime import datetime

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from app.domain import logins
from app.domain.access import fold
from app.domain.logins import Login
from app.routers.deps import address
from app.routers.fields import AnyPassword, Name, Token
from app.runtime import Runtime

TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"  # noqa: S105


class Credentials(BaseModel):
    """What one logs in with; each contract shows an example of its own."""

    username: Name
    password: AnyPassword


class RefreshIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"refresh": TOKEN}]})

    refresh: Token


class AccessOut(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"access": TOKEN}]})

    access: str


async def log_in(sent: Credentials, request: Request, rt: Runtime, now: datetime) -> Login:
    """Who it is, and a pair of tokens; no more attempts than there may be."""
    rt.throttle.login(fold(sent.username), address(request))
    return await logins.log_in(
        rt.unit_of_work(),
        rt.hasher,
        rt.tokens,
        username=sent.username,
        password=sent.password,
        now=now,
    )


async def refreshed(sent: RefreshIn, rt: Runtime, now: datetime) -> AccessOut:
    """A new access token. The refresh token stays good until it expires or its login ends."""
    access = await logins.refresh_only(rt.unit_of_work(), rt.tokens, sent.refresh, now)
    return AccessOut(access=access)
