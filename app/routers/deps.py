"""What routes are given: the caller, a unit of work, the present.

Each dependency is `async` and there are few of them: resolving them is paid for by every request.
"""

import hmac
from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security.base import SecurityBase

from app.domain.access import Caller, Login
from app.domain.errors import Invalid, InvalidToken, Unauthenticated
from app.domain.idempotency import Claim
from app.domain.times import utc_now
from app.domain.trail import act_as
from app.repositories.uow import UnitOfWork
from app.runtime import Runtime

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 255


async def runtime(request: Request) -> Runtime:
    """What the server holds, from the lifespan's state."""
    return cast(Runtime, request.state.runtime)


async def now() -> datetime:
    """One present per request."""
    return utc_now()


class BearerToken(SecurityBase):
    """The user behind the `Authorization` header: dependency and OpenAPI scheme in one."""

    scheme_name = "bearerAuth"

    def __init__(self) -> None:
        self.model = HTTPBearerModel(bearerFormat="JWT", description="An access token.")

    async def __call__(self, request: Request) -> Caller:
        caller = await identify(request)
        if caller is None:
            raise Unauthenticated
        return caller


class UnseenBearer(BearerToken):
    """The login that the header names, for use cases that look up who that is."""

    async def __call__(self, request: Request) -> Login:  # type: ignore[override]
        login = named(request)
        if login is None:
            raise Unauthenticated
        return login


current_caller = BearerToken()
current_login = UnseenBearer()


async def optional_caller(request: Request) -> Caller | None:
    """The caller where there is one; a token that is sent must be good all the same."""
    return await identify(request)


async def identify(request: Request) -> Caller | None:
    """Who sends this request, found out once."""
    login = named(request)
    if login is None:
        return None
    if login.caller is not None:
        return login.caller
    held: Runtime = request.state.runtime
    caller = await held.callers.ask(login.family)
    if caller is None or not login.recognise({login.family: caller}):
        raise InvalidToken
    return caller


def named(request: Request) -> Login | None:
    """Whom the token of this request names; read once, and left in `request.state.login`."""
    # Asked of every request, and most often there is none: what raises for that takes longer.
    state = request.scope["state"]
    known: Login | None = state.get("login")
    if known is not None:
        return known
    header = request.headers.get("authorization")
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    held: Runtime = state["runtime"]
    claims = held.tokens.read_access(token.strip(" \t"))
    state["login"] = login = Login(user_id=claims.user_id, family=claims.family)
    act_as(login.user_id)
    return login


async def unit_of_work(request: Request) -> UnitOfWork:
    """The transaction of this request; a write counts against its sender's limit.

    A write under an Idempotency-Key claims that key, for this sender and this exact request.
    """
    held: Runtime = request.state.runtime
    if request.method not in WRITING:
        return held.unit_of_work()
    await identify(request)
    return held.unit_of_work(await claim(request))


async def claim(request: Request) -> Claim | None:
    """The Idempotency-Key of a write, which counts against its sender's limit."""
    held: Runtime = request.state.runtime
    login = named(request)
    held.throttle.write(f"user:{login.user_id}" if login else f"address:{address(request)}")
    key = request.headers.get(KEY_HEADER)
    return None if key is None else await _claim(request, held, login, key)


def address(request: Request) -> str:
    """Where the request comes from, as the server knows it."""
    return request.client.host if request.client else "unknown"


async def _claim(request: Request, held: Runtime, login: Login | None, key: str) -> Claim:
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Invalid(f"1 to {LONGEST_KEY} printable ASCII characters.", field=KEY_HEADER)
    scope = request.scope
    asked = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}\0"
    # Keyed, because bodies may hold passwords and the digest is stored.
    digest = hmac.digest(held.tokens.digest_key, asked.encode() + await request.body(), "sha256")
    return Claim(
        caller=f"user:{login.user_id}" if login else "anonymous",
        key=key,
        fingerprint=digest.hex(),
    )


Me = Annotated[Caller, Depends(current_caller)]
MaybeMe = Annotated[Caller | None, Depends(optional_caller)]
MyLogin = Annotated[Login, Depends(current_login)]
Claimed = Annotated[Claim | None, Depends(claim)]
Now = Annotated[datetime, Depends(now)]
Rt = Annotated[Runtime, Depends(runtime)]
Uow = Annotated[UnitOfWork, Depends(unit_of_work)]
