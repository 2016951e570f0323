"""Who comes to a conference, over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import guests
from app.domain.guests import Comer, GuestFilter
from app.domain.registrations import RegistrationStatus
from app.routers.deps import Me, Uow
from app.routers.fields import Needle, PathId, QueryId
from app.routers.v1.envelope import ListEnvelope, listed
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/conferences", tags=["Conferences"])


class ComerOut(BaseModel):
    """An admission by the name it was registered under; `ticket_type` is the name of one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "registration": 31,
                    "attendee": 10,
                    "name": "Grace Hopper",
                    "email": "grace@example.org",
                    "phone": "123-456-7890",
                    "status": "confirmed",
                    "ticket_type_id": 1,
                    "ticket_type": "Regular",
                    "quantity": 1,
                    "registered_at": "2026-08-01T10:00:00Z",
                    "checked_in_at": None,
                }
            ]
        }
    )

    registration: int
    attendee: int
    name: str
    email: str
    phone: str
    status: RegistrationStatus
    ticket_type_id: int | None
    ticket_type: str | None
    quantity: int
    registered_at: datetime
    checked_in_at: datetime | None

    @classmethod
    def of(cls, comer: Comer) -> "ComerOut":
        return cls(
            registration=comer.registration_id,
            attendee=comer.attendee_id,
            name=comer.name,
            email=comer.email,
            phone=comer.phone,
            status=comer.status,
            ticket_type_id=comer.ticket_type_id,
            ticket_type=comer.ticket_type_name,
            quantity=comer.quantity,
            registered_at=comer.registered_at,
            checked_in_at=comer.checked_in_at,
        )


class ComersQuery(ListQuery):
    """Without `status`, those with a seat. `ticket_type` is an id; `search` a part of name or
    e-mail.
    """

    ordering: Annotated[str, orderable("name", "registered_at", "id")] = "id"
    status: RegistrationStatus | None = None
    ticket_type: QueryId | None = None
    checked_in: bool | None = None
    search: Needle | None = None

    def filter(self) -> GuestFilter:
        return GuestFilter(
            status=self.status,
            ticket_type_id=self.ticket_type,
            checked_in=self.checked_in,
            search=self.search,
        )


@router.get(
    "/{conference_id}/attendees/",
    summary="List who comes to a conference",
    operation_id="listConferenceAttendees",
    response_model=ListEnvelope[ComerOut],
    responses=errors(400, 401, 403, 404, 503),
    openapi_extra=documented(ComersQuery),
)
async def list_conference_attendees(
    conference_id: PathId,
    request: Request,
    me: Me,
    query: Annotated[ComersQuery, asked(ComersQuery)],
    uow: Uow,
) -> Response:
    """The admissions, for the organizer and admins: whom to expect, and who is there."""
    page = await guests.listed(uow, me, conference_id, query.filter(), query.page_request())
    return listed([ComerOut.of(comer) for comer in page.items], page, request)
