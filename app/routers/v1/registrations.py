"""Registrations over HTTP (seed 000 §5.4)."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.domain import attendees, endings, moving, registering, registrations, waitlist
from app.domain.admission import Target, Wish
from app.domain.moving import RegistrationChange
from app.domain.registering import Ask
from app.domain.registrations import Registration, RegistrationFilter, RegistrationStatus
from app.routers.deps import Claimed, Me, MyLogin, Now, Rt, Uow, current_caller
from app.routers.fields import Flag, Id, PathId, QueryId
from app.routers.v1.envelope import Envelope, ListEnvelope, created, deleted, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/registrations", tags=["Registrations"])

MOST_SEATS_AT_ONCE = 100
REGISTRATION: dict[str, Any] = {
    "id": 15,
    "conference": 1,
    "session": 5,
    "ticket_type": None,
    "attendee": 10,
    "status": "confirmed",
    "quantity": 1,
    "price": 0.0,
    "currency": "USD",
    "hold_expires_at": None,
    "created_at": "2026-08-01T10:00:00Z",
    "confirmed_at": "2026-08-01T10:00:00Z",
    "ended_at": None,
    "end_reason": "",
    "checked_in_at": None,
    "position": None,
}


class RegistrationIn(BaseModel):
    """Without `session` it is an admission to the conference; without `attendee`, oneself.

    An admission names a `ticket_type` where the conference has any. With `waitlist`, whoever finds
    no seat gets a place in line.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"conference": 1, "session": 5, "attendee": 10}]},
    )

    conference: Id
    session: Id | None = None
    attendee: Id | None = None
    ticket_type: Id | None = None
    waitlist: Flag = False
    quantity: Annotated[int, Field(strict=True, ge=1, le=MOST_SEATS_AT_ONCE)] = 1


class RegistrationPatch(BaseModel):
    """Another session of the same conference, or of another one that is named with it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"conference": 1, "session": 6}]}
    )

    conference: Id | None = None
    session: Id | None = None
    attendee: Id | None = None
    ticket_type: Id | None = None

    def change(self) -> RegistrationChange:
        return RegistrationChange(
            conference_id=self.conference,
            session_id=self.session,
            names_session="session" in self.model_fields_set,
            attendee_id=self.attendee,
            ticket_type_id=self.ticket_type,
        )


class RegistrationOut(BaseModel):
    """`price` is for all seats; a pending one must be paid before `hold_expires_at`.

    `position` is the place in line of one that is waitlisted, where it is asked for alone.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [REGISTRATION]})

    id: int
    conference: int
    session: int | None
    ticket_type: int | None
    attendee: int
    status: RegistrationStatus
    quantity: int
    price: float
    currency: str
    hold_expires_at: datetime | None
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    checked_in_at: datetime | None
    position: int | None

    @staticmethod
    def of(registration: Registration, position: int | None = None) -> dict[str, Any]:
        """As it is written; the model is what the document tells of it."""
        price = registration.price
        return {
            "id": registration.id,
            "conference": registration.conference_id,
            "session": registration.session_id,
            "ticket_type": registration.ticket_type_id,
            "attendee": registration.attendee_id,
            # Its value, for an enumeration takes as long to write as half of all this.
            "status": registration.status.value,
            "quantity": registration.quantity,
            "price": 0.0 if price.is_free else float(price.amount),
            "currency": price.currency,
            "hold_expires_at": registration.hold_expires_at,
            "created_at": registration.created_at,
            "confirmed_at": registration.confirmed_at,
            "ended_at": registration.ended_at,
            "end_reason": registration.end_reason,
            "checked_in_at": registration.checked_in_at,
            "position": position,
        }


class RegistrationsQuery(ListQuery):
    """Without `status`, what is cancelled or expired is left out."""

    ordering: Annotated[str, orderable("created_at", "id", "status")] = "-created_at"
    conference: QueryId | None = None
    session: QueryId | None = None
    attendee: QueryId | None = None
    status: RegistrationStatus | None = None

    def filter(self) -> RegistrationFilter:
        return RegistrationFilter(
            conference_id=self.conference,
            session_id=self.session,
            attendee_id=self.attendee,
            status=self.status,
        )


@router.get(
    "/",
    summary="List registrations",
    operation_id="listRegistrations",
    response_model=ListEnvelope[RegistrationOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(RegistrationsQuery),
)
async def list_registrations(
    request: Request,
    me: Me,
    query: Annotated[RegistrationsQuery, asked(RegistrationsQuery)],
    uow: Uow,
) -> Response:
    """One's own; an organizer's conferences'; all for admins. Newest first."""
    page = await registrations.listed(uow, me, query.filter(), query.page_request())
    return listed([RegistrationOut.of(item) for item in page.items], page, request)


@router.post(
    "/",
    summary="Register an attendee",
    operation_id="createRegistration",
    status_code=201,
    response_model=Envelope[RegistrationOut],
    responses=errors(400, 401, 403, 409, 422, 429, 503),
)
async def create_registration(
    request: Request, body: RegistrationIn, login: MyLogin, claim: Claimed, rt: Rt, now: Now
) -> Response:
    """Checks capacity, duplicates and the attendee's schedule; what is free is confirmed at once.

    What has a price is `pending` and keeps its seats until `hold_expires_at`. What is full is
    refused, or `waitlisted` with its `position` if that is asked for.
    """
    attendee_id = body.attendee
    if attendee_id is None:
        me = await current_caller(request)
        attendee_id = (await attendees.own(rt.unit_of_work(), me, now)).id
    target = Target(conference_id=body.conference, session_id=body.session)
    wish = Wish(
        attendee_id=attendee_id,
        target=target,
        quantity=body.quantity,
        ticket_type_id=body.ticket_type,
        may_wait=body.waitlist,
    )
    ask = Ask(caller=login, wish=wish, claim=claim)
    registration = await registering.register(rt.registrations, ask)
    if not registration.is_waiting:
        return created(RegistrationOut.of(registration))
    position = await waitlist.position(rt.unit_of_work(), registration)
    return created(RegistrationOut.of(registration, position))


@router.get(
    "/{registration_id:int}/",
    summary="Get a registration",
    operation_id="getRegistration",
    response_model=Envelope[RegistrationOut],
    responses=errors(401, 404, 503),
)
async def get_registration(registration_id: PathId, me: Me, uow: Uow) -> Response:
    """Cancelled ones stay readable; one that is waitlisted tells its `position`."""
    registration = await registrations.find(uow, me, registration_id)
    return ok(RegistrationOut.of(registration, await waitlist.position(uow, registration)))


@router.put(
    "/{registration_id:int}/",
    summary="Move a registration",
    operation_id="updateRegistration",
    response_model=Envelope[RegistrationOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
@router.patch(
    "/{registration_id:int}/",
    summary="Move a registration by a part of its fields",
    operation_id="patchRegistration",
    response_model=Envelope[RegistrationOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def update_registration(
    registration_id: PathId, body: RegistrationPatch, me: Me, uow: Uow, now: Now
) -> Response:
    """Moves it to another session or ticket type; all is checked again, in one transaction."""
    return ok(RegistrationOut.of(await moving.move(uow, me, registration_id, body.change(), now)))


@router.delete(
    "/{registration_id:int}/",
    summary="Cancel a registration",
    operation_id="deleteRegistration",
    response_model=Envelope[None],
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def delete_registration(registration_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Cancels it and frees the seats; what was paid is refunded. It stays readable by id."""
    await endings.cancel(uow, me, registration_id, now)
    return deleted()


@router.post(
    "/{registration_id}/cancel/",
    summary="Cancel a registration and get it back",
    operation_id="cancelRegistration",
    response_model=Envelope[RegistrationOut],
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def cancel_registration(registration_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """Cancels it and frees the seats; what was paid is refunded."""
    return ok(RegistrationOut.of(await endings.cancel(uow, me, registration_id, now)))


@router.post(
    "/{registration_id}/confirm/",
    summary="Confirm a free registration",
    operation_id="confirmRegistration",
    response_model=Envelope[RegistrationOut],
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def confirm_registration(registration_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """A pending registration that costs nothing; a priced one is confirmed by its payment alone."""
    return ok(RegistrationOut.of(await registrations.confirm(uow, me, registration_id, now)))
