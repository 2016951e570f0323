"""The server that is measured: the application itself, with one endpoint more that does nothing.

Run as `python -m bench.server`, configured by PLENARY_ variables like any other server.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict

from app import serving, telemetry
from app.config import Settings
from app.domain.errors import Unauthenticated
from app.environment import read_settings, secret_values
from app.listening import listening_socket
from app.main import create_app
from app.routers.deps import Rt
from app.routers.fields import Id
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/noop", tags=["Bench"])


class NoopIn(BaseModel):
    """The body of a registration."""

    model_config = ConfigDict(extra="forbid")

    conference: Id
    session: Id
    attendee: Id


class NoopOut(BaseModel):
    conference: int
    session: int
    attendee: int
    user: int


async def token_user(request: Request, rt: Rt) -> int:
    """Whom the access token names: verified like any, but looked up nowhere."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return rt.tokens.read_access(token.strip()).user_id


@router.post(
    "/",
    summary="Do nothing",
    operation_id="noop",
    response_model=Envelope[NoopOut],
    responses=errors(400, 401),
)
async def noop(body: NoopIn, user: Annotated[int, Depends(token_user)]) -> Response:
    """Parses, authenticates, answers."""
    return ok(
        NoopOut(conference=body.conference, session=body.session, attendee=body.attendee, user=user)
    )


def create(settings: Settings) -> FastAPI:
    """The application and the endpoint."""
    app = create_app(settings)
    app.router.routes.extend(router.routes)
    return app


def main() -> None:
    settings = read_settings()
    telemetry.configure(settings, secret_values(settings))
    with listening_socket(settings.host, settings.port) as bound:
        serving.run(settings, bound, create=create)


if __name__ == "__main__":
    main()
