"""One's open logins, and how they are ended."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from app.domain import open_logins
from app.domain.access import Caller
from app.domain.errors import NotFound
from app.domain.logins import OpenLogin
from app.routers.deps import Me, Now, Uow
from app.routers.fields import PathId
from app.routers.v1.envelope import Envelope, ListEnvelope, deleted, listed
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/users", tags=["Users"])

_LOGIN = "0a0b0c0d-0000-4000-8000-0123456789ab"


def _login_id(value: Any) -> str:
    """What cannot be the id of a login is that of none."""
    try:
        known = str(UUID(str(value)))
    except ValueError:
        raise NotFound from None
    if known != value:
        raise NotFound
    return known


LoginId = Annotated[
    str, BeforeValidator(_login_id), WithJsonSchema({"type": "string", "format": "uuid"})
]


class LoginOut(BaseModel):
    """`is_current` is the login by which one asks; `used_at` is when it was last prolonged."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": _LOGIN,
                    "is_current": True,
                    "created_at": "2026-08-01T10:00:00Z",
                    "used_at": "2026-08-03T09:30:00Z",
                    "expires_at": "2026-08-10T09:30:00Z",
                }
            ]
        }
    )

    id: str
    is_current: bool
    created_at: datetime
    used_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, login: OpenLogin, caller: Caller) -> "LoginOut":
        return cls(
            id=login.id,
            is_current=login.id == caller.family,
            created_at=login.created_at,
            used_at=login.used_at,
            expires_at=login.expires_at,
        )


class LoginsQuery(ListQuery):
    """Nothing but pages."""


@router.get(
    "/me/logins/",
    summary="List one's open logins",
    operation_id="listOwnLogins",
    response_model=ListEnvelope[LoginOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(LoginsQuery),
)
async def list_own_logins(
    request: Request,
    me: Me,
    query: Annotated[LoginsQuery, asked(LoginsQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """The latest used first: each is a place where one is logged in, by the API or the site."""
    page = await open_logins.listed(uow, me, query.page_request(), now)
    return listed([LoginOut.of(item, me) for item in page.items], page, request)


@router.delete(
    "/me/logins/",
    summary="End all other logins",
    operation_id="endOtherLogins",
    response_model=Envelope[None],
    responses=errors(401, 409, 422, 429, 503),
)
async def end_other_logins(me: Me, uow: Uow, now: Now) -> Response:
    """All of one's logins but the one by which one asks are refused from now on."""
    await open_logins.end_others(uow, me, now)
    return deleted()


@router.delete(
    "/me/logins/{login_id}/",
    summary="End one of one's logins",
    operation_id="endOwnLogin",
    response_model=Envelope[None],
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def end_own_login(login_id: LoginId, me: Me, uow: Uow, now: Now) -> Response:
    """Every token of that login is refused from now on; it may be the present one."""
    await open_logins.end_one(uow, me, login_id, now)
    return deleted()


@router.delete(
    "/{user_id}/logins/",
    summary="End every login of a user",
    operation_id="endLoginsOfUser",
    response_model=Envelope[None],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def end_logins_of_user(user_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """For admins, who want somebody to log in anew; the account stays open."""
    await open_logins.end_all_of(uow, me, user_id, now)
    return deleted()
