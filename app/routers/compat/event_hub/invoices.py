"""Invoices of payments (seed 003, Invoices)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import invoices
from app.domain.invoices import Invoice, InvoiceFilter
from app.domain.pages import PageRequest
from app.routers.compat.event_hub.asking import ListQuery
from app.routers.compat.event_hub.manner import errors
from app.routers.compat.flags import QueryFlag
from app.routers.compat.frame import ItemId, bare
from app.routers.deps import Me, Now, Uow
from app.routers.fields import Needle

router = APIRouter(prefix="/api/invoices", tags=["Invoices"])

_OUT: dict[str, Any] = {
    "id": 1,
    "invoice_number": "INV-1-2025-000001",
    "payment": 1,
    "booking": 1,
    "event": 1,
    "user": 2,
    "user_name": "John Doe",
    "transaction_id": "EVH-ABCD1234EFGH",
    "description": "Test Workshop",
    "quantity": 1,
    "amount": "29.99",
    "currency": "USD",
    "due_date": "2025-12-20",
    "pdf_file": "https://plenary.example/api/v1/invoices/1/invoice.pdf",
    "issued_at": "2025-12-20T12:00:00Z",
    "is_sent": False,
    "sent_at": None,
}


class InvoiceOut(BaseModel):
    """Names and prices are as they were when it was issued; `pdf_file` wants the same token."""

    model_config = ConfigDict(json_schema_extra={"examples": [_OUT]})

    id: int
    invoice_number: str
    payment: int
    booking: int
    event: int
    user: int | None
    user_name: str
    transaction_id: str
    description: str
    quantity: int
    amount: str
    currency: str
    due_date: date | None
    pdf_file: str
    issued_at: datetime
    is_sent: bool
    sent_at: datetime | None

    @classmethod
    def of(cls, invoice: Invoice, here: str) -> "InvoiceOut":
        return cls.model_construct(
            id=invoice.id,
            invoice_number=invoice.number,
            payment=invoice.payment_id,
            booking=invoice.registration_id,
            event=invoice.conference_id,
            user=invoice.owner_id,
            user_name=invoice.sale.buyer_name,
            transaction_id=invoice.transaction_id,
            description=invoice.sale.description,
            quantity=invoice.sale.quantity,
            amount=f"{invoice.amount.amount:f}",
            currency=invoice.amount.currency,
            due_date=invoice.due_on,
            pdf_file=f"{here.rstrip('/')}/api/v1/invoices/{invoice.id}/invoice.pdf",
            issued_at=invoice.issued_at,
            is_sent=invoice.is_sent,
            sent_at=invoice.sent_at,
        )


class InvoicesQuery(ListQuery):
    """`search` looks into the numbers of invoices and transactions."""

    is_sent: QueryFlag | None = None
    search: Needle | None = None
    ordering: Literal["issued_at", "-issued_at"] = "-issued_at"

    def filter(self) -> InvoiceFilter:
        return InvoiceFilter(is_sent=self.is_sent, search=self.search)

    def page_request(self) -> PageRequest:
        return self.paged(self.ordering)


@router.get(
    "/",
    operation_id="listInvoices",
    summary="List user's invoices",
    response_model=list[InvoiceOut],
    responses=errors(400, 401, 503, fault="is_sent", wrong="A valid boolean is required."),
)
async def list_invoices(
    request: Request, me: Me, query: Annotated[InvoicesQuery, Query()], uow: Uow
) -> Response:
    """One's own, those of one's own events, and all for admins: whoever sends them finds them."""
    page = await invoices.listed(uow, me, query.filter(), query.page_request())
    here = str(request.base_url)
    return bare([InvoiceOut.of(invoice, here) for invoice in page.items])


@router.get(
    "/{id:int}/",
    operation_id="getInvoice",
    summary="Get invoice details",
    response_model=InvoiceOut,
    responses=errors(401, 404, 503),
)
async def get_invoice(invoice_id: ItemId, request: Request, me: Me, uow: Uow) -> Response:
    """For its buyer, the event's organizer and admins."""
    invoice = await invoices.find(uow, me, invoice_id)
    return bare(InvoiceOut.of(invoice, str(request.base_url)))


@router.post(
    "/{id:int}/mark_as_sent/",
    operation_id="markInvoiceSent",
    summary="Mark invoice as sent",
    response_model=InvoiceOut,
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def mark_invoice_sent(
    invoice_id: ItemId, request: Request, me: Me, uow: Uow, now: Now
) -> Response:
    """For the event's organizer and admins; the first time counts."""
    invoice = await invoices.mark_as_sent(uow, me, invoice_id, now)
    return bare(InvoiceOut.of(invoice, str(request.base_url)))
