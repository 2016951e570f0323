"""A forgotten password, replaced by whoever reads the mail of the account's address."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import resets
from app.domain.access import fold
from app.domain.verification import digest
from app.routers.deps import Now, Rt, Uow, address
from app.routers.fields import Email, NewPassword, Token
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/users/password-reset", tags=["Users"])


class ResetAskedIn(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": "jane@example.com"}]}
    )

    email: Email


class ResetIn(BaseModel):
    """The token of the link that was mailed, and the password that is to be."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "token": "cL1dAqPq0q1mXb2hY2l3yq0mB1l4Yk7gQm8xk7o9T3s",
                    "password": "StrongerPass456",
                }
            ]
        },
    )

    token: Token
    password: NewPassword


@router.post(
    "/",
    status_code=202,
    summary="Have the link mailed that replaces a forgotten password",
    operation_id="askForPasswordReset",
    response_model=Envelope[None],
    responses=errors(400, 401, 409, 422, 429, 503),
)
async def ask_for_password_reset(
    body: ResetAskedIn, request: Request, uow: Uow, rt: Rt, now: Now
) -> Response:
    """No login is needed. The answer, and its time, are the same whether there is an account."""
    rt.throttle.reset(fold(body.email), address(request))
    await resets.ask(uow, body.email, now)
    said = "If there is an account with this address, a mail is on its way to it."
    return ok(None, said, 202)


@router.post(
    "/confirm/",
    summary="Replace a forgotten password",
    operation_id="resetPassword",
    response_model=Envelope[None],
    responses=errors(400, 401, 409, 422, 429, 503),
)
async def reset_password(body: ResetIn, request: Request, uow: Uow, rt: Rt, now: Now) -> Response:
    """The token of the mailed link is good once, for an hour; every login of the account ends.

    The address counts as verified from then on: who reads its mail has shown it.
    """
    rt.throttle.reset(digest(body.token), address(request))
    await resets.confirm(uow, rt.hasher, body.token, body.password, now)
    return ok(None, "The password is set; every login is ended.")
