"""Reports over HTTP (seed 000 §5.5)."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain import reports
from app.domain.reports import ConferenceReport, SessionReport, TicketTypeReport
from app.routers.deps import Me, Uow
from app.routers.fields import QueryId
from app.routers.v1.envelope import ListEnvelope, listed
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/reports", tags=["Reports"])


class ConferenceReportOut(BaseModel):
    """`unique_attendees` are live registrations' people, each counted once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "total_sessions": 12,
                    "unique_attendees": 340,
                }
            ]
        }
    )

    conference: int
    conference_name: str
    total_sessions: int
    unique_attendees: int

    @classmethod
    def of(cls, report: ConferenceReport) -> "ConferenceReportOut":
        return cls(
            conference=report.conference_id,
            conference_name=report.name,
            total_sessions=report.total_sessions,
            unique_attendees=report.unique_attendees,
        )


class SessionReportOut(BaseModel):
    """`remaining_capacity` null is unlimited; `revenue` is what was paid and not given back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "session": 5,
                    "session_name": "Keynote: Future of AI",
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "total_registrations": 120,
                    "remaining_capacity": 380,
                    "revenue": 0.0,
                    "currency": "USD",
                }
            ]
        }
    )

    session: int
    session_name: str
    conference: int
    conference_name: str
    total_registrations: int
    remaining_capacity: int | None
    revenue: float
    currency: str

    @classmethod
    def of(cls, report: SessionReport) -> "SessionReportOut":
        return cls(
            session=report.session_id,
            session_name=report.name,
            conference=report.conference_id,
            conference_name=report.conference_name,
            total_registrations=report.total_registrations,
            remaining_capacity=report.remaining_capacity,
            revenue=float(report.revenue.amount),
            currency=report.revenue.currency,
        )


class TicketTypeReportOut(BaseModel):
    """`sold` counts seats; `quantity` and `remaining` null are unlimited; `revenue` is what was
    paid and not given back.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ticket_type": 1,
                    "ticket_type_name": "VIP",
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "quantity": 20,
                    "sold": 18,
                    "waiting": 0,
                    "remaining": 2,
                    "revenue": 2700.0,
                    "currency": "USD",
                }
            ]
        }
    )

    ticket_type: int
    ticket_type_name: str
    conference: int
    conference_name: str
    quantity: int | None
    sold: int
    waiting: int
    remaining: int | None
    revenue: float
    currency: str

    @classmethod
    def of(cls, report: TicketTypeReport) -> "TicketTypeReportOut":
        return cls(
            ticket_type=report.ticket_type_id,
            ticket_type_name=report.name,
            conference=report.conference_id,
            conference_name=report.conference_name,
            quantity=report.capacity,
            sold=report.sold,
            waiting=report.waiting,
            remaining=report.remaining,
            revenue=float(report.revenue.amount),
            currency=report.revenue.currency,
        )


class ReportQuery(ListQuery):
    conference: QueryId | None = Field(default=None, description="This conference alone.")


@router.get(
    "/conferences/",
    summary="Report on conferences",
    operation_id="reportConferences",
    response_model=ListEnvelope[ConferenceReportOut],
    responses=errors(400, 401, 403, 503),
    openapi_extra=documented(ReportQuery),
)
async def report_conferences(
    request: Request, me: Me, query: Annotated[ReportQuery, asked(ReportQuery)], uow: Uow
) -> Response:
    """Over all for admins, over their own for organizers; deleted and cancelled do not count."""
    page = await reports.conferences(uow, me, query.conference, query.page_request())
    return listed([ConferenceReportOut.of(item) for item in page.items], page, request)


@router.get(
    "/sessions/",
    summary="Report on sessions",
    operation_id="reportSessions",
    response_model=ListEnvelope[SessionReportOut],
    responses=errors(400, 401, 403, 503),
    openapi_extra=documented(ReportQuery),
)
async def report_sessions(
    request: Request, me: Me, query: Annotated[ReportQuery, asked(ReportQuery)], uow: Uow
) -> Response:
    """Over all for admins, over their own for organizers; deleted and cancelled do not count."""
    page = await reports.sessions(uow, me, query.conference, query.page_request())
    return listed([SessionReportOut.of(item) for item in page.items], page, request)


@router.get(
    "/ticket-types/",
    summary="Report on ticket types",
    operation_id="reportTicketTypes",
    response_model=ListEnvelope[TicketTypeReportOut],
    responses=errors(400, 401, 403, 503),
    openapi_extra=documented(ReportQuery),
)
async def report_ticket_types(
    request: Request, me: Me, query: Annotated[ReportQuery, asked(ReportQuery)], uow: Uow
) -> Response:
    """Over all for admins, over their own for organizers; deleted and cancelled do not count."""
    page = await reports.ticket_types(uow, me, query.conference, query.page_request())
    return listed([TicketTypeReportOut.of(item) for item in page.items], page, request)
