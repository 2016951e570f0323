"""The public pages of conferences: no token, cacheable, and served without a query while they last.

`app/kept_pages.py` tells how long that is.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from app.documents.structured import event_of
from app.domain import conferences, publishing
from app.domain.publishing import Announcement
from app.domain.times import utc_now
from app.kept_pages import Build, Passing, kept_page
from app.routers import conditional
from app.routers.deps import Rt
from app.routers.fields import PathId
from app.routers.media import cover_path
from app.routers.v1.conference_models import ConferenceOut
from app.routers.v1.conference_pages import conferences_listed
from app.routers.v1.conference_queries import AllConferencesQuery
from app.routers.v1.envelope import Envelope, ListEnvelope, example, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import asked, documented
from app.routers.v1.paths import V1
from app.routers.v1.sessions import SessionOut
from app.routers.v1.ticket_types import TicketTypeOut

router = APIRouter(prefix=f"{V1}/public/conferences", tags=["Public pages"])

_ANYBODY: dict[str, Any] = {"security": []}
_LONGEST_KEPT = 512
_TAGGED = {
    "headers": {
        "ETag": {"schema": {"type": "string"}, "description": "Of this very content."},
        "Cache-Control": {"schema": {"type": "string"}, "description": "`public, max-age=1`."},
    }
}
_KNOWN: dict[int | str, dict[str, Any]] = {
    200: _TAGGED,
    304: {"description": "What `If-None-Match` names is still how it is; there is no body."},
}


class PublicConferencesQuery(AllConferencesQuery):
    """As every list of conferences; twenty at a time, and a hundred at most."""

    page_size: int = Field(default=20, ge=1, le=100, description="At most 100.")


class AnnouncementOut(ConferenceOut):
    """A conference with its programme, its ticket types, and what search engines read of it.

    `json_ld` is a schema.org Event, to be put into a page as it is.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **example(ConferenceOut),
                    "organizer_name": "Olga Organizer",
                    "category_slug": "conference",
                    "sessions": [example(SessionOut)],
                    "ticket_types": [example(TicketTypeOut)],
                    "json_ld": {
                        "@context": "https://schema.org",
                        "@type": "Event",
                        "name": "Tech Summit 2026",
                        "startDate": "2026-09-01T00:00:00Z",
                    },
                }
            ]
        }
    )

    organizer_name: str
    category_slug: str
    sessions: list[SessionOut]
    ticket_types: list[TicketTypeOut]
    json_ld: dict[str, Any]

    @classmethod
    def told(cls, announced: Announcement, base: str, now: datetime) -> "AnnouncementOut":
        conference = announced.conference
        cover = cover_path(conference.cover_image)
        described = event_of(
            conference,
            url=f"{base}{router.prefix}/{conference.id}/",
            image=f"{base}{cover}" if cover else None,
            organizer_name=announced.organizer or None,
            offers=announced.ticket_types,
            now=now,
        )
        return cls(
            **dict(ConferenceOut.of(conference, now)),
            organizer_name=announced.organizer,
            category_slug=announced.category,
            sessions=[SessionOut.of(session) for session in announced.sessions],
            ticket_types=[TicketTypeOut.of(kind) for kind in announced.ticket_types],
            json_ld=described,
        )


@router.get(
    "/",
    summary="List public conferences",
    operation_id="listPublicConferences",
    response_model=ListEnvelope[ConferenceOut],
    responses=errors(400, 503) | _KNOWN,
    openapi_extra=_ANYBODY | documented(PublicConferencesQuery),
)
async def list_public_conferences(
    request: Request,
    query: Annotated[PublicConferencesQuery, asked(PublicConferencesQuery, by_anybody=True)],
    rt: Rt,
) -> Response:
    """What is published for everybody, by start; needs no token. Answers with an entity tag, and
    with 304 to whoever has the page already.
    """

    async def build(now: datetime, written: int | None) -> bytes | Passing:
        wanted, page_request = query.filter(), query.page_request()
        page = await rt.publicly(
            written, lambda uow: conferences.listed(uow, None, wanted, page_request, now)
        )
        body = bytes(conferences_listed(page, request, now).body)
        return body if page.is_exact else Passing(body=body)

    return await _answer(request, rt, build)


@router.get(
    "/{conference_id}/",
    summary="Get a public conference",
    operation_id="getPublicConference",
    response_model=Envelope[AnnouncementOut],
    responses=errors(404, 503) | _KNOWN,
    openapi_extra=_ANYBODY,
)
async def get_public_conference(request: Request, conference_id: PathId, rt: Rt) -> Response:
    """One conference with its sessions and ticket types, and as JSON-LD; needs no token."""

    async def build(now: datetime, written: int | None) -> bytes:
        announced = await rt.publicly(
            written, lambda uow: publishing.announcement(uow, conference_id)
        )
        base = (rt.settings.public_url or str(request.base_url)).rstrip("/")
        return bytes(ok(AnnouncementOut.told(announced, base, now)).body)

    return await _answer(request, rt, build)


async def _answer(request: Request, rt: Rt, build: Build) -> Response:
    """From what is kept; addresses in a page begin as they were asked for."""
    query: bytes = request.scope["query_string"]
    key = f"{request.base_url}{request.scope['path']}?{query.decode('latin-1')}"
    if len(key) > _LONGEST_KEPT:
        return conditional.answer(request, kept_page(await build(utc_now(), None)))
    return conditional.answer(request, await rt.pages.get(key, build))
