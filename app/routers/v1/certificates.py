"""Certificates over HTTP: issued, listed, and taken home as a PDF."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import certificates
from app.domain.certificates import Certificate, CertificateFilter
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import Id, Needle, PathId, QueryId
from app.routers.v1.envelope import Envelope, ListEnvelope, created, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1
from app.routers.v1.public import verification_url

router = APIRouter(prefix=f"{V1}/certificates", tags=["Certificates"])

_PDF = "application/pdf"
_NUMBER = "CERT-1-10-7KQ4MZ2XW9HTR3BD"
_URL = "https://plenary.example/api/v1"


class CertificateIn(BaseModel):
    """Without `attendee` it is for everybody who was checked in."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"conference": 1, "attendee": 10}]}
    )

    conference: Id
    attendee: Id | None = None


class CertificateOut(BaseModel):
    """Names, hours and tags as they were when it was issued.

    `pdf` needs a token; `verify` is for anybody, and is where the QR code leads.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 3,
                    "number": _NUMBER,
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "attendee": 10,
                    "attendee_name": "Jane Doe",
                    "hours": 72.0,
                    "skill_tags": "python, programming",
                    "issued_at": "2026-09-04T07:00:05Z",
                    "is_downloaded": False,
                    "downloaded_at": None,
                    "pdf": f"{_URL}/certificates/3/certificate.pdf",
                    "verify": f"{_URL}/public/certificates/{_NUMBER}/",
                }
            ]
        }
    )

    id: int
    number: str
    conference: int
    conference_name: str
    attendee: int
    attendee_name: str
    hours: float
    skill_tags: str
    issued_at: datetime
    is_downloaded: bool
    downloaded_at: datetime | None
    pdf: str
    verify: str

    @classmethod
    def of(cls, certificate: Certificate, request: Request) -> "CertificateOut":
        here = str(request.base_url).rstrip("/")
        return cls(
            id=certificate.id,
            number=certificate.number,
            conference=certificate.conference_id,
            conference_name=certificate.conference_name,
            attendee=certificate.attendee_id,
            attendee_name=certificate.attendee_name,
            hours=float(certificate.hours),
            skill_tags=certificate.skill_tags,
            issued_at=certificate.issued_at,
            is_downloaded=certificate.is_downloaded,
            downloaded_at=certificate.downloaded_at,
            pdf=f"{here}{V1}/certificates/{certificate.id}/certificate.pdf",
            verify=verification_url(request, certificate.number),
        )


class IssuedOut(BaseModel):
    """How many were issued; who had one keeps it. Those who remain get theirs within moments."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"conference": 1, "issued": 40, "remaining": 0}]}
    )

    conference: int
    issued: int
    remaining: int


class CertificatesQuery(ListQuery):
    """Newest first."""

    ordering: Annotated[str, orderable("issued_at", "conference_name", "hours")] = "-issued_at"
    conference: QueryId | None = None
    is_downloaded: bool | None = None
    search: Needle | None = None

    def filter(self) -> CertificateFilter:
        return CertificateFilter(
            conference_id=self.conference, is_downloaded=self.is_downloaded, search=self.search
        )


@router.post(
    "/",
    summary="Issue certificates",
    operation_id="issueCertificates",
    status_code=201,
    response_model=Envelope[CertificateOut],
    responses={
        200: {
            "model": Envelope[IssuedOut],
            "description": "Without `attendee`: how many of those checked in got theirs",
        },
        **errors(400, 401, 403, 409, 422, 429, 503),
    },
)
async def issue_certificates(
    body: CertificateIn, request: Request, me: Me, uow: Uow, now: Now
) -> Response:
    """At any time, to an attendee with a confirmed registration, or to all who were checked in.

    Those who were checked in get theirs by themselves once the conference has ended.
    """
    if body.attendee is None:
        done = await certificates.issue_to_all(uow, me, body.conference, now)
        shown = IssuedOut(conference=body.conference, issued=done.issued, remaining=done.remaining)
        return ok(shown)
    certificate = await certificates.issue(uow, me, body.conference, body.attendee, now)
    return created(CertificateOut.of(certificate, request))


@router.get(
    "/",
    summary="List certificates",
    operation_id="listCertificates",
    response_model=ListEnvelope[CertificateOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(CertificatesQuery),
)
async def list_certificates(
    request: Request,
    me: Me,
    query: Annotated[CertificatesQuery, asked(CertificatesQuery)],
    uow: Uow,
) -> Response:
    """One's own; those of an organizer's conferences; all for admins.

    `search` looks into numbers and names of conferences.
    """
    page = await certificates.listed(uow, me, query.filter(), query.page_request())
    return listed([CertificateOut.of(item, request) for item in page.items], page, request)


@router.get(
    "/{certificate_id}/",
    summary="Get a certificate",
    operation_id="getCertificate",
    response_model=Envelope[CertificateOut],
    responses=errors(401, 404, 503),
)
async def get_certificate(certificate_id: PathId, request: Request, me: Me, uow: Uow) -> Response:
    """For its owner, the conference's organizer and admins."""
    certificate = await certificates.find(uow, me, certificate_id)
    return ok(CertificateOut.of(certificate, request))


@router.get(
    "/{certificate_id}/certificate.pdf",
    summary="Print a certificate",
    operation_id="getCertificatePdf",
    response_class=Response,
    responses={
        200: {
            "description": "The file",
            "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}},
        },
        **errors(401, 404, 503),
    },
)
async def get_certificate_pdf(
    certificate_id: PathId, request: Request, me: Me, uow: Uow, rt: Rt, now: Now
) -> Response:
    """A sheet of A4, with a QR code that leads to its verification.

    Once its owner has taken it, it counts as downloaded.
    """
    certificate = await certificates.find(uow, me, certificate_id)
    drawn = await rt.press.certificate_pdf(
        certificate, verification_url(request, certificate.number)
    )
    if certificate.owner_id == me.user_id and not certificate.is_downloaded:
        await certificates.mark_downloaded(uow, me, certificate_id, now)
    headers = {
        "Content-Disposition": f'inline; filename="{certificate.number}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return Response(drawn, 200, headers, media_type=_PDF)


@router.post(
    "/{certificate_id}/mark-as-downloaded/",
    summary="Mark a certificate as downloaded",
    operation_id="markCertificateDownloaded",
    response_model=Envelope[CertificateOut],
    responses=errors(401, 403, 404, 422, 429, 503),
)
async def mark_certificate_downloaded(
    certificate_id: PathId, request: Request, me: Me, uow: Uow, now: Now
) -> Response:
    """For its owner alone; the first time counts."""
    certificate = await certificates.mark_downloaded(uow, me, certificate_id, now)
    return ok(CertificateOut.of(certificate, request))
