"""The door over HTTP: scans one by one or by the thousand, who came, and lists for offline use."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from app.domain import checking_in
from app.domain.check_ins import Shown
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import PathId
from app.routers.v1.check_in_models import (
    CheckInIn,
    CheckInOut,
    CheckInsQuery,
    OfflineOut,
    OfflineQuery,
    TurnoutOut,
    UploadIn,
    UploadOut,
    offline_list,
    uploaded,
)
from app.routers.v1.envelope import Envelope, ListEnvelope, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import asked, documented
from app.routers.v1.paths import V1

router = APIRouter(tags=["Check-in"])
CHECK_INS = f"{V1}/check-ins"
OF_CONFERENCE = f"{V1}/conferences/{{conference_id}}/check-ins"


@router.post(
    f"{CHECK_INS}/",
    summary="Check a ticket in",
    operation_id="checkIn",
    response_model=Envelope[CheckInOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def check_in(body: CheckInIn, me: Me, uow: Uow, rt: Rt) -> Response:
    """By its code, once; the same nonce again is answered as the first time.

    Refusals tell why: `already_checked_in` (and when), `unpaid`, `cancelled`, `wrong_conference`,
    `unknown`; `not_checked_in` where the check-in of this nonce was undone.
    """
    shown = Shown(caller=me, scan=body.scan(), door_id=body.conference, claim=uow.claim)
    done = await checking_in.check_in(rt.doors, shown)
    return ok(CheckInOut.of(done))


@router.post(
    f"{CHECK_INS}/bulk/",
    summary="Upload scans made offline",
    operation_id="uploadScans",
    response_model=Envelope[UploadOut],
    responses=errors(400, 401, 403, 404, 409, 413, 422, 429, 503),
)
async def upload_scans(body: UploadIn, me: Me, uow: Uow, now: Now) -> Response:
    """Up to 10,000 at once, each with its own result. Of several scans of a ticket the earliest
    counts; times that cannot be right are those of the upload. Sent again, nothing counts twice.
    """
    scans = [scan.scan() for scan in body.scans]
    return ok(uploaded(await checking_in.upload(uow, me, body.conference, scans, now)))


@router.get(
    f"{CHECK_INS}/",
    summary="List check-ins",
    operation_id="listCheckIns",
    response_model=ListEnvelope[CheckInOut],
    responses=errors(400, 401, 403, 503),
    openapi_extra=documented(CheckInsQuery),
)
async def list_check_ins(
    request: Request, me: Me, query: Annotated[CheckInsQuery, asked(CheckInsQuery)], uow: Uow
) -> Response:
    """The newest first, those that were undone too; organizers see those of their conferences."""
    page = await checking_in.listed(uow, me, query.filter(), query.page_request())
    return listed([CheckInOut.of(item) for item in page.items], page, request)


@router.post(
    f"{CHECK_INS}/{{check_in_id}}/undo/",
    summary="Undo a check-in",
    operation_id="undoCheckIn",
    response_model=Envelope[CheckInOut],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def undo_check_in(check_in_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """The ticket is good for entry again, for a scan with a nonce of its own."""
    return ok(CheckInOut.of(await checking_in.undo(uow, me, check_in_id, now)))


@router.get(
    f"{OF_CONFERENCE}/",
    summary="Count who came",
    operation_id="getTurnout",
    response_model=Envelope[TurnoutOut],
    responses=errors(401, 403, 404, 503),
)
async def get_turnout(conference_id: PathId, me: Me, uow: Uow) -> Response:
    """Confirmed tickets, and how many of them are checked in; what was cancelled is left out."""
    turnouts = await checking_in.turnout(uow, me, conference_id)
    return ok(TurnoutOut.of(conference_id, turnouts))


@router.get(
    f"{OF_CONFERENCE}/offline/",
    summary="List tickets for offline scanners",
    operation_id="listOfflineTickets",
    response_model=Envelope[OfflineOut],
    responses=errors(400, 401, 403, 404, 503),
    openapi_extra=documented(OfflineQuery),
)
async def list_offline_tickets(
    conference_id: PathId,
    me: Me,
    query: Annotated[OfflineQuery, asked(OfflineQuery)],
    uow: Uow,
    now: Now,
) -> Response:
    """Live tickets as short rows. A ticket goes by the SHA-256 of its code (in lower case), which
    recognises the code and cannot be printed; `state` is `ok`, `in` or `unpaid`.
    """
    tickets = await checking_in.offline(uow, me, conference_id, query.after, query.limit)
    return ok(offline_list(conference_id, tickets, query.limit, now))
