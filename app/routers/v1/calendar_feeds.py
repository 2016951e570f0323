"""One's own calendar at a secret address, and the address itself."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import calendar_feeds
from app.domain.calendar_feeds import CalendarFeed
from app.kept_pages import kept_page
from app.routers import conditional
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.v1.envelope import Envelope, created, deleted, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1
from app.routers.v1.public_schedules import ANYBODY, ICS, base_of, feed_responses
from app.runtime import Runtime

router = APIRouter(prefix=V1, tags=["Feeds"])

_PUBLIC = "/public/calendars"
# Its reader asks every time, and is told when it has all of it.
_MINE = "private, no-cache"
Secret = Annotated[str, Path(description="As it stands in the address that one was given.")]


class CalendarFeedOut(BaseModel):
    """Both are null where there is no feed. Whoever has the `url` reads the calendar."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://plenary.example/api/v1/public/calendars/"
                    "b5tB0rMbTkmzv0x0bS0Y3qT1n5yR8m2cV4wZ7kQ9pLs.ics",
                    "created_at": "2026-08-01T10:00:00Z",
                }
            ]
        }
    )

    url: str | None
    created_at: datetime | None

    @classmethod
    def of(cls, feed: CalendarFeed | None, request: Request) -> "CalendarFeedOut":
        if feed is None:
            return cls(url=None, created_at=None)
        held: Runtime = request.state.runtime
        secret = calendar_feeds.secret_of(feed.nonce, held.tokens.digest_key)
        return cls(url=f"{base_of(request)}{V1}{_PUBLIC}/{secret}.ics", created_at=feed.created_at)


@router.get(
    "/calendar-feed/",
    summary="Get the address of one's own calendar",
    operation_id="getCalendarFeed",
    response_model=Envelope[CalendarFeedOut],
    responses=errors(401, 503),
)
async def get_calendar_feed(request: Request, me: Me, uow: Uow) -> Response:
    """Null before one is made, and after it was revoked: asking makes none."""
    return ok(CalendarFeedOut.of(await calendar_feeds.own(uow, me), request))


@router.post(
    "/calendar-feed/",
    summary="Make, or renew, the address of one's own calendar",
    operation_id="renewCalendarFeed",
    status_code=201,
    response_model=Envelope[CalendarFeedOut],
    responses=errors(401, 409, 422, 429, 503),
)
async def renew_calendar_feed(request: Request, me: Me, uow: Uow, now: Now) -> Response:
    """A new address, which nobody can guess; the one before it stops working at once."""
    return created(CalendarFeedOut.of(await calendar_feeds.renew(uow, me, now), request))


@router.delete(
    "/calendar-feed/",
    summary="Revoke the address of one's own calendar",
    operation_id="revokeCalendarFeed",
    response_model=Envelope[None],
    responses=errors(401, 409, 422, 429, 503),
)
async def revoke_calendar_feed(me: Me, uow: Uow) -> Response:
    """It stops working at once; where there is none, none is left."""
    await calendar_feeds.revoke(uow, me)
    return deleted()


@router.get(
    f"{_PUBLIC}/{{secret}}.ics",
    summary="Read one's own calendar",
    operation_id="getOwnCalendar",
    response_class=Response,
    responses=feed_responses(ICS, 404, 503),
    openapi_extra=ANYBODY,
)
async def get_own_calendar(
    request: Request, secret: Secret, uow: Uow, rt: Rt, now: Now
) -> Response:
    """What the owner of the address is registered for, each in its own time zone; no token.

    What is not confirmed yet is tentative, and what was cancelled says so for thirty days.
    """
    calendar = await calendar_feeds.read(uow, secret, rt.tokens.digest_key, now)
    answer = conditional.answer(request, kept_page(await rt.press.calendar(calendar)), ICS)
    answer.headers["Cache-Control"] = _MINE
    answer.headers["Content-Disposition"] = 'inline; filename="registrations.ics"'
    # Should the address ever stand on a page, it is not to be found by it.
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
