"""One's places in line (seed 003, Waitlist)."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.domain import attendees, endings, names, registering
from app.domain import waitlist as queues
from app.domain.admission import Target, Wish
from app.domain.pages import PageRequest
from app.domain.registering import Ask
from app.routers.compat.drf import references
from app.routers.compat.event_hub.asking import MOST
from app.routers.compat.event_hub.booking_models import WaitingOut, WaitlistIn, WaitlistQuery
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.frame import ItemId, bare
from app.routers.deps import Me, Now, Rt, Uow

router = APIRouter(prefix="/api/waitlist", tags=["Waitlist"])


@router.get(
    "/",
    operation_id="listWaitlist",
    summary="Get user's waitlist entries",
    response_model=list[WaitingOut],
    responses=errors(400, 401, 503, fault="event", wrong="A whole number is required."),
)
async def list_waitlist(
    me: Me, query: Annotated[WaitlistQuery, Query()], uow: Uow, rt: Rt
) -> Response:
    """One's own, each with the place in line, counted from 1."""
    page = await queues.mine(uow, me, PageRequest(size=MOST))
    own = [
        one
        for one in page.items
        if one.registration.session_id is None
        and query.event in (None, one.registration.conference_id)
    ]
    own.sort(key=lambda one: one.position, reverse=query.ordering.startswith("-"))
    request = query.paged(query.ordering)
    own = own[request.offset : request.offset + request.size]
    known = await names.of_registrations(rt.unit_of_work(), [one.registration for one in own])
    return bare([WaitingOut.of(one, known) for one in own])


@router.post(
    "/",
    operation_id="joinWaitlist",
    summary="Join waitlist",
    status_code=201,
    response_model=WaitingOut,
    responses=errors(400, 401, 404, 409, 422, 429, 503, fault="event"),
)
async def join_waitlist(body: WaitlistIn, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """For one seat of an event that is full; where there are free seats, one books."""
    attendee = await attendees.own(rt.unit_of_work(), me, now)
    wish = Wish(
        attendee_id=attendee.id,
        target=Target(conference_id=body.event, session_id=None),
        any_ticket_type=True,
        must_wait=True,
    )
    with references(place="conference"):
        made = await registering.register(
            rt.registrations, Ask(caller=me, wish=wish, claim=uow.claim)
        )
    position = await queues.position(rt.unit_of_work(), made)
    known = await names.of_registrations(rt.unit_of_work(), [made])
    return bare(WaitingOut.at(made, position, known), 201)


@router.post(
    "/{id:int}/leave/",
    operation_id="leaveWaitlist",
    summary="Leave waitlist",
    response_model=WaitingOut,
    responses=errors(401, 404, 409, 422, 429, 503),
)
async def leave_waitlist(entry_id: ItemId, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """Gives up the place in line; the others move up."""
    left = await endings.leave(uow, me, entry_id, now)
    known = await names.of_registrations(rt.unit_of_work(), [left])
    return bare(WaitingOut.at(left, None, known))
