"""Certificates (seed 003, Certificates)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import certificates
from app.domain.access import Caller
from app.domain.certificates import Certificate, CertificateFilter
from app.domain.pages import PageRequest
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.flags import QueryFlag
from app.routers.compat.frame import ItemId, bare
from app.routers.deps import Me, Now, Uow
from app.routers.fields import Needle, QueryId

router = APIRouter(prefix="/api/certificates", tags=["Certificates"])

_OUT: dict[str, Any] = {
    "id": 1,
    "event": 1,
    "event_title": "Test Workshop",
    "user": 2,
    "user_name": "John Doe",
    "certificate_number": "CERT-1-2-7KQ4MZ2XW9HTR3BD",
    "hours_completed": 2.0,
    "skill_tags": "python, programming",
    "pdf_file": "https://plenary.example/api/v1/certificates/1/certificate.pdf",
    "is_downloaded": False,
    "issued_date": "2025-12-20T12:00:00Z",
    "downloaded_at": None,
}


class CertificateOut(BaseModel):
    """`pdf_file` is where the sheet is to be had, with the same token."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: int
    event: int
    event_title: str
    user: int | None
    user_name: str
    certificate_number: str
    hours_completed: float
    skill_tags: str
    pdf_file: str
    is_downloaded: bool
    issued_date: datetime
    downloaded_at: datetime | None

    @classmethod
    def of(cls, certificate: Certificate, here: str) -> "CertificateOut":
        return cls.model_construct(
            id=certificate.id,
            event=certificate.conference_id,
            event_title=certificate.conference_name,
            user=certificate.owner_id,
            user_name=certificate.attendee_name,
            certificate_number=certificate.number,
            hours_completed=float(certificate.hours),
            skill_tags=certificate.skill_tags,
            pdf_file=f"{here.rstrip('/')}/api/v1/certificates/{certificate.id}/certificate.pdf",
            is_downloaded=certificate.is_downloaded,
            issued_date=certificate.issued_at,
            downloaded_at=certificate.downloaded_at,
        )


class CertificatesQuery(ListQuery):
    """One's own; `search` looks into numbers and the titles of events."""

    event: QueryId | None = None
    is_downloaded: QueryFlag | None = None
    search: Needle | None = None
    ordering: Literal["issued_date", "-issued_date"] = "-issued_date"

    def filter(self, me: Caller) -> CertificateFilter:
        return CertificateFilter(
            conference_id=self.event,
            is_downloaded=self.is_downloaded,
            owner_id=me.user_id,
            search=self.search,
        )

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering, {"issued_date": "issued_at"})


@router.get(
    "/",
    operation_id="listCertificates",
    summary="List user's certificates",
    response_model=list[CertificateOut],
    responses=errors(400, 401, 503, fault="is_downloaded", wrong="A valid boolean is required."),
)
async def list_certificates(
    request: Request, me: Me, query: Annotated[CertificatesQuery, Query()], uow: Uow
) -> Response:
    """One's own. They are issued to whoever was checked in, once the event has ended."""
    page = await certificates.listed(uow, me, query.filter(me), query.page_request())
    here = str(request.base_url)
    return bare([CertificateOut.of(certificate, here) for certificate in page.items])


@router.post(
    "/{id:int}/mark_as_downloaded/",
    operation_id="markCertificateDownloaded",
    summary="Mark certificate as downloaded",
    response_model=CertificateOut,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def mark_certificate_downloaded(
    certificate_id: ItemId, request: Request, me: Me, uow: Uow, now: Now
) -> Response:
    """For its owner alone; the first time counts."""
    certificate = await certificates.mark_downloaded(uow, me, certificate_id, now)
    return bare(CertificateOut.of(certificate, str(request.base_url)))
