"""What anybody may ask without a token, and caches may keep for a while."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict

from app.config import VERIFICATION_PATH
from app.domain import certificates
from app.domain.certificates import Certificate
from app.domain.errors import NotFound
from app.routers.deps import Uow
from app.routers.negotiation import PAGE, prefers_page
from app.routers.v1.certificate_pages import genuine, unknown
from app.routers.v1.envelope import Envelope, ok
from app.routers.v1.errors import errors, refused
from app.runtime import Runtime

router = APIRouter(prefix=VERIFICATION_PATH.rstrip("/"), tags=["Certificates"])

_BRIEFLY = "public, max-age=60"
Number = Annotated[str, Path(description="As it is printed; case does not matter.")]


class VerificationOut(BaseModel):
    """What is printed on the certificate of this number, and nothing more about anybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "valid": True,
                    "number": "CERT-1-10-7KQ4MZ2XW9HTR3BD",
                    "attendee_name": "Jane Doe",
                    "conference": 1,
                    "conference_name": "Tech Summit 2026",
                    "hours": 72.0,
                    "skill_tags": "python, programming",
                    "issued_at": "2026-09-04T07:00:05Z",
                }
            ]
        }
    )

    valid: Literal[True] = True
    number: str
    attendee_name: str
    conference: int
    conference_name: str
    hours: float
    skill_tags: str
    issued_at: datetime

    @classmethod
    def of(cls, certificate: Certificate) -> "VerificationOut":
        return cls(
            number=certificate.number,
            attendee_name=certificate.attendee_name,
            conference=certificate.conference_id,
            conference_name=certificate.conference_name,
            hours=float(certificate.hours),
            skill_tags=certificate.skill_tags,
            issued_at=certificate.issued_at,
        )


def verification_url(request: Request, number: str) -> str:
    """Where anybody verifies a number: at the address that people use."""
    held: Runtime = request.state.runtime
    base = held.settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{VERIFICATION_PATH}{number}/"


@router.get(
    "/{number}/",
    summary="Verify a certificate",
    operation_id="verifyCertificate",
    response_model=Envelope[VerificationOut],
    responses={
        200: {
            "description": "The proof; a page where `Accept` prefers one, as browsers do",
            "content": {PAGE: {"schema": {"type": "string"}}},
        },
        **errors(404, 503),
    },
    openapi_extra={"security": []},
)
async def verify_certificate(number: Number, request: Request, uow: Uow) -> Response:
    """Where the QR code of a certificate leads; needs no token. A 404 for any other number."""
    as_page = prefers_page(request.headers.get("accept"))
    try:
        certificate = await certificates.verify(uow, number)
    except NotFound as refusal:
        answer = unknown() if as_page else refused(request, refusal)
    else:
        answer = genuine(certificate) if as_page else ok(VerificationOut.of(certificate))
        answer.headers["Cache-Control"] = _BRIEFLY
    answer.headers["Vary"] = "Accept"
    return answer
