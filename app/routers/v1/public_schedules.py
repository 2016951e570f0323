"""Public programmes as other programs read them: calendars, and the schedules of conference apps.

No token is needed, and none helps: what is not for everybody is not there.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from app.documents.press import Addresses
from app.domain import calendars, schedules
from app.domain.schedules import Schedule
from app.routers import conditional
from app.routers.deps import Rt
from app.routers.fields import PathId
from app.routers.media import cover_path
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1
from app.runtime import Runtime

router = APIRouter(prefix=f"{V1}/public/conferences", tags=["Feeds"])

ICS = "text/calendar; charset=utf-8"
_XML = "application/xml"
_JSON = "application/json"
_PAGE = "https://plenary.example/api/v1/public/conferences/1/"
_EXAMPLE = {
    "$schema": "https://c3voc.de/schedule/schema.json",
    "generator": {"name": "Plenary", "version": "1.0.0"},
    "schedule": {
        "url": f"{_PAGE}schedule.json",
        "version": "5b1f0c9e6c1f",
        "base_url": "https://plenary.example/",
        "conference": {
            "acronym": "conference_1",
            "title": "Tech Summit 2026",
            "start": "2026-09-01",
            "end": "2026-09-03",
            "daysCount": 3,
            "timeslot_duration": "00:05",
            "time_zone_name": "Europe/Berlin",
            "url": _PAGE,
            "rooms": [],
            "days": [],
        },
    },
}
ANYBODY: dict[str, Any] = {"security": []}
Draw = Callable[[Schedule, Addresses], Awaitable[bytes]]


def feed_responses(media_type: str, *codes: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with a file for programs that ask again and again."""
    tag = {"schema": {"type": "string"}, "description": "Of this very content."}
    content: dict[str, Any] = {media_type.partition(";")[0]: {"schema": {"type": "string"}}}
    if media_type == _JSON:
        content[_JSON] = {"schema": {"type": "object"}, "example": _EXAMPLE}
    return {
        200: {"description": "The file", "content": content, "headers": {"ETag": tag}},
        304: {"description": "What `If-None-Match` names is still how it is; there is no body."},
        **errors(*codes),
    }


def base_of(request: Request) -> str:
    """The address under which people reach this server, without a slash at its end."""
    held: Runtime = request.state.runtime
    return (held.settings.public_url or str(request.base_url)).rstrip("/")


@router.get(
    "/{conference_id}/calendar.ics",
    summary="Subscribe to a public conference",
    operation_id="getPublicConferenceCalendar",
    response_class=Response,
    responses=feed_responses(ICS, 404, 503),
    openapi_extra=ANYBODY,
)
async def get_public_calendar(request: Request, conference_id: PathId, rt: Rt) -> Response:
    """The conference and each of its sessions, in its time zone. Where to meet online is not told.

    When it is called off, each of them says so.
    """

    async def build(_: datetime, written: int | None) -> bytes:
        calendar = await rt.publicly(written, lambda uow: calendars.find(uow, None, conference_id))
        return await rt.press.calendar(calendar)

    page = await rt.pages.get(f"calendar.ics {conference_id}", build)
    return _open(conditional.answer(request, page, ICS), f"conference-{conference_id}.ics")


@router.get(
    "/{conference_id}/schedule.json",
    summary="Get the schedule of a public conference as JSON",
    operation_id="getScheduleJson",
    response_class=Response,
    responses=feed_responses(_JSON, 404, 503),
    openapi_extra=ANYBODY,
)
async def get_schedule_json(request: Request, conference_id: PathId, rt: Rt) -> Response:
    """As conference apps read it: days, rooms, sessions, speakers. Its schema is C3VOC's."""
    return await _schedule(request, rt, conference_id, "json", rt.press.schedule_json)


@router.get(
    "/{conference_id}/schedule.xml",
    summary="Get the schedule of a public conference as XML",
    operation_id="getScheduleXml",
    response_class=Response,
    responses=feed_responses(_XML, 404, 503),
    openapi_extra=ANYBODY,
)
async def get_schedule_xml(request: Request, conference_id: PathId, rt: Rt) -> Response:
    """The same as XML: the format of Pentabarf and frab."""
    return await _schedule(request, rt, conference_id, "xml", rt.press.schedule_xml)


async def _schedule(
    request: Request, rt: Runtime, conference_id: int, kind: str, draw: Draw
) -> Response:
    base = base_of(request)

    async def build(_: datetime, written: int | None) -> bytes:
        schedule = await rt.publicly(written, lambda uow: schedules.find(uow, conference_id))
        cover = cover_path(schedule.cover_image)
        addresses = Addresses(
            base=f"{base}/",
            page=f"{base}{router.prefix}/{conference_id}/",
            logo=f"{base}{cover}" if cover else None,
        )
        return await draw(schedule, addresses)

    page = await rt.pages.get(f"schedule.{kind} {conference_id} {base}", build)
    answer = conditional.answer(request, page, _XML if kind == "xml" else _JSON)
    return _open(answer, f"schedule-{conference_id}.{kind}")


def _open(answer: Response, name: str) -> Response:
    """Read by pages of others, too."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
