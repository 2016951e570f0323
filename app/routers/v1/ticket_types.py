"""Ticket types over HTTP: what a conference sells."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import revising, ticket_types
from app.domain.ticket_types import TicketType, TicketTypeChanges, TicketTypeDraft
from app.routers.deps import Me, Now, Uow
from app.routers.fields import Instant, LongText, Name, PathId, Price, Seats, left_out
from app.routers.v1.envelope import Envelope, ListEnvelope, created, deleted, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/conferences/{{conference_id}}/ticket-types", tags=["Ticket types"])


class TicketTypeIn(BaseModel):
    """`price` is in the conference's currency; `quantity` null is unlimited."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "Early bird",
                    "price": 80.00,
                    "quantity": 100,
                    "sales_end": "2026-07-01T00:00:00Z",
                }
            ]
        },
    )

    name: Name
    price: Price
    quantity: Seats | None
    description: LongText = ""
    sales_start: Instant | None = None
    sales_end: Instant | None = None

    def draft(self) -> TicketTypeDraft:
        return TicketTypeDraft(
            name=self.name,
            price=self.price,
            capacity=self.quantity,
            description=self.description,
            sales_start=self.sales_start,
            sales_end=self.sales_end,
        )


class TicketTypePatch(BaseModel):
    """Any part of the fields; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"quantity": 120}]})

    name: Name = left_out()
    price: Price = left_out()
    quantity: Seats | None = None
    description: LongText = left_out()
    sales_start: Instant | None = None
    sales_end: Instant | None = None

    def changes(self) -> TicketTypeChanges:
        named = {
            "capacity" if field == "quantity" else field: getattr(self, field)
            for field in self.model_fields_set
        }
        return cast(TicketTypeChanges, named)


class TicketTypeOut(BaseModel):
    """`seats_taken` counts live registrations by quantity, `waiting` those who wait for one.

    `quantity` and `remaining` null are unlimited. Sold from `sales_start` until `sales_end`.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 1,
                    "conference": 1,
                    "name": "Early bird",
                    "description": "",
                    "price": 80.0,
                    "currency": "USD",
                    "quantity": 100,
                    "seats_taken": 12,
                    "remaining": 88,
                    "waiting": 0,
                    "sales_start": None,
                    "sales_end": "2026-07-01T00:00:00Z",
                    "created_at": "2026-05-01T10:00:00Z",
                    "updated_at": "2026-05-01T10:00:00Z",
                }
            ]
        }
    )

    id: int
    conference: int
    name: str
    description: str
    price: float
    currency: str
    quantity: int | None
    seats_taken: int
    remaining: int | None
    waiting: int
    sales_start: datetime | None
    sales_end: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, ticket_type: TicketType) -> "TicketTypeOut":
        return cls(
            id=ticket_type.id,
            conference=ticket_type.conference_id,
            name=ticket_type.name,
            description=ticket_type.description,
            price=float(ticket_type.price.amount),
            currency=ticket_type.price.currency,
            quantity=ticket_type.capacity,
            seats_taken=ticket_type.seats_taken,
            remaining=ticket_type.remaining,
            waiting=ticket_type.waiting,
            sales_start=ticket_type.sales_start,
            sales_end=ticket_type.sales_end,
            created_at=ticket_type.created_at,
            updated_at=ticket_type.updated_at,
        )


class TicketTypesQuery(ListQuery):
    ordering: Annotated[str, orderable("created_at", "name", "price", "sales_start")] = "created_at"


@router.get(
    "/",
    summary="List ticket types",
    operation_id="listTicketTypes",
    response_model=ListEnvelope[TicketTypeOut],
    responses=errors(400, 401, 404, 503),
    openapi_extra=documented(TicketTypesQuery),
)
async def list_ticket_types(
    request: Request,
    conference_id: PathId,
    me: Me,
    query: Annotated[TicketTypesQuery, asked(TicketTypesQuery)],
    uow: Uow,
) -> Response:
    """What the conference sells, as it was added; sold-out ones and those not on sale included."""
    page = await ticket_types.listed(uow, me, conference_id, query.page_request())
    return listed([TicketTypeOut.of(item) for item in page.items], page, request)


@router.post(
    "/",
    summary="Create a ticket type",
    operation_id="createTicketType",
    status_code=201,
    response_model=Envelope[TicketTypeOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def create_ticket_type(
    conference_id: PathId, body: TicketTypeIn, me: Me, uow: Uow, now: Now
) -> Response:
    """For the organizer. From the first one on, admissions name a ticket type."""
    ticket_type = await ticket_types.create(uow, me, conference_id, body.draft(), now)
    return created(TicketTypeOut.of(ticket_type))


@router.get(
    "/{ticket_type_id}/",
    summary="Get a ticket type",
    operation_id="getTicketType",
    response_model=Envelope[TicketTypeOut],
    responses=errors(401, 404, 503),
)
async def get_ticket_type(
    conference_id: PathId, ticket_type_id: PathId, me: Me, uow: Uow
) -> Response:
    """One ticket type, with what is left of it."""
    return ok(TicketTypeOut.of(await ticket_types.find(uow, me, conference_id, ticket_type_id)))


@router.put(
    "/{ticket_type_id}/",
    summary="Update a ticket type",
    operation_id="updateTicketType",
    response_model=Envelope[TicketTypeOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
@router.patch(
    "/{ticket_type_id}/",
    summary="Update a part of a ticket type",
    operation_id="patchTicketType",
    response_model=Envelope[TicketTypeOut],
    responses=errors(400, 401, 403, 404, 409, 422, 429, 503),
)
async def update_ticket_type(
    conference_id: PathId,
    ticket_type_id: PathId,
    body: TicketTypePatch,
    me: Me,
    uow: Uow,
    now: Now,
) -> Response:
    """Takes any part of the fields. A new price is for those who register from now on."""
    ticket_type = await revising.update_ticket_type(
        uow, me, conference_id, ticket_type_id, changes=body.changes(), now=now
    )
    return ok(TicketTypeOut.of(ticket_type))


@router.delete(
    "/{ticket_type_id}/",
    summary="Delete a ticket type",
    operation_id="deleteTicketType",
    response_model=Envelope[None],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def delete_ticket_type(
    conference_id: PathId, ticket_type_id: PathId, me: Me, uow: Uow, now: Now
) -> Response:
    """Takes it out of sale and sight, unless somebody holds or waits for one."""
    await ticket_types.delete(uow, me, conference_id, ticket_type_id, now)
    return deleted()
