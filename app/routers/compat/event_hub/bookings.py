"""Bookings (seed 003, Bookings)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.domain import attendees, endings, names, registering, registrations
from app.domain.admission import Target, Wish
from app.domain.registering import Ask
from app.domain.registrations import Registration
from app.routers.compat.drf import references
from app.routers.compat.event_hub.booking_models import BookingIn, BookingOut, BookingsQuery
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.frame import ItemId, bare
from app.routers.deps import Me, Now, Rt, Uow
from app.runtime import Runtime

router = APIRouter(prefix="/api/bookings", tags=["Bookings"])


@router.get(
    "/",
    operation_id="listBookings",
    summary="List user's bookings",
    response_model=list[BookingOut],
    responses=errors(400, 401, 503, fault="event", wrong="A whole number is required."),
)
async def list_bookings(
    me: Me, query: Annotated[BookingsQuery, Query()], uow: Uow, rt: Rt
) -> Response:
    """One's own, whatever became of them. Who waits has a place in the waitlist instead."""
    page = await registrations.listed(uow, me, query.filter(me), query.page_request())
    known = await names.of_registrations(rt.unit_of_work(), page.items)
    return bare([BookingOut.of(one, known) for one in page.items])


@router.post(
    "/",
    operation_id="createBooking",
    summary="Create booking",
    status_code=201,
    response_model=BookingOut,
    responses=errors(400, 401, 404, 409, 422, 429, 503, fault="event"),
)
async def create_booking(body: BookingIn, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """For oneself. The seats are held until it is confirmed, or paid for if it has a price.

    Where the event has ticket types, the cheapest that is to be had is taken. A full event is a
    409; one may join its waitlist.
    """
    attendee = await attendees.own(rt.unit_of_work(), me, now)
    wish = Wish(
        attendee_id=attendee.id,
        target=Target(conference_id=body.event, session_id=None),
        quantity=body.number_of_tickets,
        any_ticket_type=True,
        awaits_confirmation=True,
        special_requirements=body.special_requirements,
    )
    with references(place="conference"):
        made = await registering.register(
            rt.registrations, Ask(caller=me, wish=wish, claim=uow.claim)
        )
    return bare(await shown(rt, made), 201)


@router.get(
    "/{id:int}/",
    operation_id="getBooking",
    summary="Get booking details",
    response_model=BookingOut,
    responses=errors(401, 404, 503),
)
async def get_booking(booking_id: ItemId, me: Me, uow: Uow, rt: Rt) -> Response:
    """For its owner, the event's organizer and admins."""
    return bare(await shown(rt, await registrations.find(uow, me, booking_id)))


@router.post(
    "/{id:int}/confirm/",
    operation_id="confirmBooking",
    summary="Confirm booking",
    response_model=BookingOut,
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def confirm_booking(booking_id: ItemId, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """One that costs nothing; one that has a price is confirmed by its payment alone."""
    return bare(await shown(rt, await registrations.confirm(uow, me, booking_id, now)))


@router.post(
    "/{id:int}/cancel/",
    operation_id="cancelBooking",
    summary="Cancel booking",
    response_model=BookingOut,
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def cancel_booking(booking_id: ItemId, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Gives the seats back; what was paid is refunded, and who waits moves up."""
    return bare(await shown(rt, await endings.cancel(uow, me, booking_id, now)))


async def shown(rt: Runtime, registration: Registration) -> BookingOut:
    """A booking with the names that belong to it."""
    known = await names.of_registrations(rt.unit_of_work(), [registration])
    return BookingOut.of(registration, known)
