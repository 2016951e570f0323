"""One's own registrations over HTTP: all of them, the active and the past ones."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict

from app.domain import own_registrations
from app.domain.own_registrations import OwnFilter, OwnRegistration
from app.domain.registrations import RegistrationStatus
from app.routers.deps import Me, Now, Uow
from app.routers.fields import QueryId
from app.routers.v1.envelope import ListEnvelope, listed
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1
from app.routers.v1.registrations import REGISTRATION, RegistrationOut

router = APIRouter(prefix=f"{V1}/registrations", tags=["Registrations"])


class MyRegistrationOut(RegistrationOut):
    """With what it is for: `starts_at` and `ends_at` are the session's, or the conference's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **REGISTRATION,
                    "conference_name": "Tech Summit 2027",
                    "session_name": "Keynote: Future of AI",
                    "location": "San Francisco",
                    "timezone": "America/Los_Angeles",
                    "starts_at": "2027-09-01T16:00:00Z",
                    "ends_at": "2027-09-01T17:30:00Z",
                }
            ]
        }
    )

    conference_name: str
    session_name: str | None
    location: str
    timezone: str
    starts_at: datetime
    ends_at: datetime

    @staticmethod
    def of_own(own: OwnRegistration) -> dict[str, Any]:
        return {
            **RegistrationOut.of(own.registration),
            "conference_name": own.conference_name,
            "session_name": own.session_name or None,
            "location": own.location,
            "timezone": own.timezone,
            "starts_at": own.period.start,
            "ends_at": own.period.end,
        }


class MyRegistrationsQuery(ListQuery):
    """Active is what is neither cancelled nor over; past is all that is over."""

    ordering: Annotated[str, orderable("start_time", "created_at", "id")] = "-created_at"
    when: Literal["active", "past"] | None = None
    conference: QueryId | None = None
    status: RegistrationStatus | None = None

    def filter(self) -> OwnFilter:
        return OwnFilter(
            is_standing=True if self.when == "active" else None,
            is_over=None if self.when is None else self.when == "past",
            conference_id=self.conference,
            status=self.status,
        )


@router.get(
    "/mine/",
    summary="List one's own registrations",
    operation_id="listMyRegistrations",
    response_model=ListEnvelope[MyRegistrationOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(MyRegistrationsQuery),
)
async def list_my_registrations(
    request: Request,
    me: Me,
    query: Annotated[MyRegistrationsQuery, asked(MyRegistrationsQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """Whatever became of them, with the name, place and time of what they are for."""
    page = await own_registrations.mine(uow, me, query.filter(), query.page_request(), now)
    return listed([MyRegistrationOut.of_own(item) for item in page.items], page, request)
