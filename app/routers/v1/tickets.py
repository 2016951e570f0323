"""Tickets and calendars over HTTP: as JSON, and as the files one keeps of them."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import calendars, tickets
from app.domain.registrations import RegistrationStatus
from app.domain.tickets import Ticket
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import PathId
from app.routers.media import SEALED
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors
from app.routers.v1.paths import V1

router = APIRouter(prefix=V1)

_PDF = "application/pdf"
_PNG = "image/png"
_SVG = "image/svg+xml"
_ICS = "text/calendar; charset=utf-8"

_URL = "https://plenary.example/api/v1/registrations/15/ticket"


class TicketFilesOut(BaseModel):
    """Where the ticket is to be had as a file; a token is needed there too."""

    pdf: str
    png: str
    svg: str
    ics: str

    @classmethod
    def of(cls, request: Request, registration_id: int) -> "TicketFilesOut":
        start = f"{str(request.base_url).rstrip('/')}{V1}/registrations/{registration_id}/ticket"
        return cls(pdf=f"{start}.pdf", png=f"{start}.png", svg=f"{start}.svg", ics=f"{start}.ics")


class TicketOut(BaseModel):
    """`code` is what the QR code holds; a ticket that is not valid has still to be paid.

    Without `session` it admits to the conference; otherwise times and room are the session's.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "7f3c2a9e-51d4-4b8e-9c06-2de1a4f0b773",
                    "registration": 15,
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "session": None,
                    "session_name": None,
                    "ticket_type": 4,
                    "ticket_type_name": "Early bird",
                    "attendee": 10,
                    "attendee_name": "Jane Doe",
                    "quantity": 1,
                    "price": 99.0,
                    "currency": "USD",
                    "status": "confirmed",
                    "is_valid": True,
                    "issued_at": "2026-08-01T10:00:00Z",
                    "checked_in_at": None,
                    "is_checked_in": False,
                    "starts_at": "2026-09-01T07:00:00Z",
                    "ends_at": "2026-09-04T07:00:00Z",
                    "timezone": "America/Los_Angeles",
                    "location": "San Francisco",
                    "room": "",
                    "files": {
                        "pdf": f"{_URL}.pdf",
                        "png": f"{_URL}.png",
                        "svg": f"{_URL}.svg",
                        "ics": f"{_URL}.ics",
                    },
                }
            ]
        }
    )

    code: str
    registration: int
    conference: int
    conference_name: str
    session: int | None
    session_name: str | None
    ticket_type: int | None
    ticket_type_name: str | None
    attendee: int
    attendee_name: str
    quantity: int
    price: float
    currency: str
    status: RegistrationStatus
    is_valid: bool
    issued_at: datetime
    checked_in_at: datetime | None
    is_checked_in: bool
    starts_at: datetime
    ends_at: datetime
    timezone: str
    location: str
    room: str
    files: TicketFilesOut

    @classmethod
    def of(cls, ticket: Ticket, files: TicketFilesOut) -> "TicketOut":
        return cls(
            code=ticket.code,
            registration=ticket.registration_id,
            conference=ticket.conference_id,
            conference_name=ticket.conference_name,
            session=ticket.session_id,
            session_name=ticket.session_name,
            ticket_type=ticket.ticket_type_id,
            ticket_type_name=ticket.ticket_type_name,
            attendee=ticket.attendee_id,
            attendee_name=ticket.attendee_name,
            quantity=ticket.quantity,
            price=float(ticket.price.amount),
            currency=ticket.price.currency,
            status=ticket.status,
            is_valid=ticket.is_valid,
            issued_at=ticket.issued_at,
            checked_in_at=ticket.checked_in_at,
            is_checked_in=ticket.is_checked_in,
            starts_at=ticket.period.start,
            ends_at=ticket.period.end,
            timezone=ticket.timezone,
            location=ticket.location,
            room=ticket.room,
            files=files,
        )


def _responses(media_type: str, *codes: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with a file."""
    binary = not media_type.startswith(("text/", _SVG))
    schema = {"type": "string", "format": "binary"} if binary else {"type": "string"}
    content = {media_type.partition(";")[0]: {"schema": schema}}
    return {200: {"description": "The file", "content": content}, **errors(*codes)}


def _file(content: bytes, media_type: str, name: str) -> Response:
    """A file for one person: shown as what it is, and kept by nobody on its way."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    if media_type == _SVG:
        # A drawing may hold scripts; ours does not, and none would run.
        headers["Content-Security-Policy"] = SEALED
    return Response(content, 200, headers, media_type=media_type)


@router.get(
    "/registrations/{registration_id}/ticket/",
    summary="Get a ticket",
    operation_id="getTicket",
    tags=["Tickets"],
    response_model=Envelope[TicketOut],
    responses=errors(401, 404, 409, 503),
)
async def get_ticket(registration_id: PathId, request: Request, me: Me, uow: Uow) -> Response:
    """The ticket of a confirmed or pending registration, and where its files are to be had.

    A 409 while the registration waits for a seat, and once it has ended.
    """
    ticket = await tickets.find(uow, me, registration_id)
    answer = ok(TicketOut.of(ticket, TicketFilesOut.of(request, registration_id)))
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@router.get(
    "/registrations/{registration_id}/ticket.pdf",
    summary="Print a ticket",
    operation_id="getTicketPdf",
    tags=["Tickets"],
    response_class=Response,
    responses=_responses(_PDF, 401, 404, 409, 503),
)
async def get_ticket_pdf(registration_id: PathId, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Half a sheet of A4; while the registration is pending it says that it is not paid yet."""
    ticket = await tickets.find(uow, me, registration_id)
    drawn = await rt.press.ticket_pdf(ticket, now)
    return _file(drawn, _PDF, f"ticket-{registration_id}.pdf")


@router.get(
    "/registrations/{registration_id}/ticket.png",
    summary="Get the QR code of a ticket as a picture",
    operation_id="getTicketPng",
    tags=["Tickets"],
    response_class=Response,
    responses=_responses(_PNG, 401, 404, 409, 503),
)
async def get_ticket_png(registration_id: PathId, me: Me, uow: Uow, rt: Rt) -> Response:
    """The QR code holds the ticket's code and nothing else."""
    ticket = await tickets.find(uow, me, registration_id)
    return _file(await rt.press.ticket_png(ticket), _PNG, f"ticket-{registration_id}.png")


@router.get(
    "/registrations/{registration_id}/ticket.svg",
    summary="Get the QR code of a ticket as a drawing",
    operation_id="getTicketSvg",
    tags=["Tickets"],
    response_class=Response,
    responses=_responses(_SVG, 401, 404, 409, 503),
)
async def get_ticket_svg(registration_id: PathId, me: Me, uow: Uow, rt: Rt) -> Response:
    """As large as whoever shows it likes."""
    ticket = await tickets.find(uow, me, registration_id)
    return _file(await rt.press.ticket_svg(ticket), _SVG, f"ticket-{registration_id}.svg")


@router.get(
    "/registrations/{registration_id}/ticket.ics",
    summary="Put a ticket into one's calendar",
    operation_id="getTicketCalendar",
    tags=["Tickets"],
    response_class=Response,
    responses=_responses(_ICS, 401, 404, 409, 503),
)
async def get_ticket_ics(registration_id: PathId, me: Me, uow: Uow, rt: Rt) -> Response:
    """What the ticket is for, as one event in the conference's time zone; without the code."""
    ticket = await tickets.find(uow, me, registration_id)
    drawn = await rt.press.calendar(calendars.of_ticket(ticket))
    return _file(drawn, _ICS, f"ticket-{registration_id}.ics")


@router.get(
    "/conferences/{conference_id}/calendar.ics",
    summary="Put a conference into one's calendar",
    operation_id="getConferenceCalendar",
    tags=["Conferences"],
    response_class=Response,
    responses=_responses(_ICS, 401, 404, 503),
)
async def get_conference_calendar(conference_id: PathId, me: Me, uow: Uow, rt: Rt) -> Response:
    """The conference and each of its sessions, in its time zone, for whoever may see it."""
    calendar = await calendars.find(uow, me, conference_id)
    return _file(await rt.press.calendar(calendar), _ICS, f"conference-{conference_id}.ics")
