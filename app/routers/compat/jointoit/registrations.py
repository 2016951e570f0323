"""Registering for an event, who comes, and what one is registered for oneself (seed 004)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.domain import attendees, endings, guests, own_registrations, registering
from app.domain.access import Caller
from app.domain.admission import Target, Wish
from app.domain.errors import Forbidden
from app.domain.guests import GuestFilter
from app.domain.own_registrations import OwnFilter
from app.domain.registering import Ask
from app.routers.compat.drf import references
from app.routers.compat.frame import ItemId, bare
from app.routers.compat.jointoit.manner import errors
from app.routers.compat.jointoit.paging import ListQuery, Paged, paged
from app.routers.compat.jointoit.registration_models import (
    AttendeeOut,
    LeftOut,
    OwnRegistrationOut,
    RegistrationOut,
)
from app.routers.deps import Me, Now, Rt, Uow

router = APIRouter(prefix="/api", tags=["Registrations"])

Asked = Annotated[ListQuery, Query()]
_WRONG = "A whole number is required."
_ALL = OwnFilter(admissions=True)
_ACTIVE = OwnFilter(admissions=True, is_standing=True, has_begun=False)
_PAST = OwnFilter(admissions=True, has_begun=True)


@router.post(
    "/events/{id:int}/register/",
    operation_id="registerForEvent",
    summary="Register for event",
    status_code=201,
    response_model=RegistrationOut,
    responses=errors(400, 401, 404, 409, 422, 429, 503),
)
async def register_for_event(event_id: ItemId, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """For oneself, until it begins. Nobody is waitlisted here.

    Where the event has ticket types, the cheapest that is to be had is taken. What has a price is
    `pending` and held until it is paid.
    """
    attendee = await attendees.own(rt.unit_of_work(), me, now)
    wish = Wish(
        attendee_id=attendee.id,
        target=Target(conference_id=event_id, session_id=None),
        any_ticket_type=True,
        before_start=True,
    )
    with references(place="conference"):
        made = await registering.register(
            rt.registrations, Ask(caller=me, wish=wish, claim=uow.claim)
        )
    return bare(RegistrationOut.of(me, made), 201)


@router.post(
    "/events/{id:int}/unregister/",
    operation_id="unregisterFromEvent",
    summary="Unregister from event",
    response_model=LeftOut,
    responses=errors(400, 401, 404, 409, 422, 429, 503),
)
async def unregister_from_event(event_id: ItemId, me: Me, uow: Uow, now: Now) -> Response:
    """Gives the seat back; what was paid is refunded. One may register again."""
    await endings.withdraw(uow, me, event_id, now)
    return bare(LeftOut(detail="Successfully unregistered from the event."))


@router.get(
    "/events/{id:int}/attendees/",
    operation_id="listEventAttendees",
    summary="Get event attendees (organizer only)",
    response_model=Paged[AttendeeOut],
    responses=errors(400, 401, 403, 404, 503, fault="page", wrong=_WRONG),
)
async def list_event_attendees(
    event_id: ItemId, request: Request, me: Me, query: Asked, uow: Uow
) -> Response:
    """Those with a seat, in the order in which they registered."""
    try:
        page = await guests.listed(uow, me, event_id, GuestFilter(), query.page_request("id"))
    except Forbidden:
        raise Forbidden("Only the organizer can view attendees.") from None
    return paged([AttendeeOut.of(event_id, comer) for comer in page.items], page, request)


@router.get(
    "/my-registrations/",
    operation_id="listMyRegistrations",
    summary="My registrations",
    response_model=Paged[OwnRegistrationOut],
    responses=errors(400, 401, 404, 503, fault="page", wrong=_WRONG),
)
async def list_my_registrations(
    request: Request, me: Me, query: Asked, uow: Uow, now: Now
) -> Response:
    """All that one ever made, cancelled ones too; the newest first."""
    return await _mine(request, me, query, uow, now, _ALL)


@router.get(
    "/my-registrations/active/",
    operation_id="listActiveRegistrations",
    summary="Active registrations",
    response_model=Paged[OwnRegistrationOut],
    responses=errors(400, 401, 404, 503, fault="page", wrong=_WRONG),
)
async def list_active_registrations(
    request: Request, me: Me, query: Asked, uow: Uow, now: Now
) -> Response:
    """Those that stand, for events to come."""
    return await _mine(request, me, query, uow, now, _ACTIVE)


@router.get(
    "/my-registrations/past/",
    operation_id="listPastRegistrations",
    summary="Past registrations",
    response_model=Paged[OwnRegistrationOut],
    responses=errors(400, 401, 404, 503, fault="page", wrong=_WRONG),
)
async def list_past_registrations(
    request: Request, me: Me, query: Asked, uow: Uow, now: Now
) -> Response:
    """Those for events that have begun, whatever became of them."""
    return await _mine(request, me, query, uow, now, _PAST)


async def _mine(
    request: Request, me: Caller, query: ListQuery, uow: Uow, now: Now, wanted: OwnFilter
) -> Response:
    asked = query.page_request("-created_at")
    page = await own_registrations.mine(uow, me, wanted, asked, now)
    return paged([OwnRegistrationOut.of(own) for own in page.items], page, request)
