"""Invoices over HTTP: as JSON, and on paper."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from app.domain import invoices
from app.domain.invoices import Invoice, InvoiceFilter
from app.domain.invoicing import Sale
from app.domain.payments import PaymentStatus
from app.routers.deps import Me, Now, Rt, Uow
from app.routers.fields import Needle, PathId, QueryId
from app.routers.v1.envelope import Envelope, ListEnvelope, listed, ok
from app.routers.v1.errors import errors
from app.routers.v1.files import pdf, pdf_responses
from app.routers.v1.listing import ListQuery, asked, documented, orderable
from app.routers.v1.paths import V1

router = APIRouter(prefix=f"{V1}/invoices", tags=["Invoices"])


class SellerOut(BaseModel):
    name: str
    email: str

    @classmethod
    def of(cls, sale: Sale) -> "SellerOut":
        return cls(name=sale.seller_name, email=sale.seller_email)


class BuyerOut(BaseModel):
    name: str
    email: str
    organization: str

    @classmethod
    def of(cls, sale: Sale) -> "BuyerOut":
        return cls(
            name=sale.buyer_name, email=sale.buyer_email, organization=sale.buyer_organization
        )


class InvoiceOut(BaseModel):
    """Names are as they were when it was made; `payment_status` is how things stand now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 4,
                    "number": "INV-2-2026-000004",
                    "payment": 7,
                    "registration": 15,
                    "conference": 1,
                    "transaction_id": "EVH-7Q2MZ0K4XW9B",
                    "payment_status": "paid",
                    "seller": {"name": "Tech Events Ltd", "email": "events@example.com"},
                    "buyer": {
                        "name": "Jane Doe",
                        "email": "jane@example.com",
                        "organization": "Innovate Corp",
                    },
                    "description": "Tech Summit 2026, Early bird",
                    "quantity": 1,
                    "amount": 49.0,
                    "refunded_amount": 0.0,
                    "currency": "USD",
                    "issued_at": "2026-08-01T10:00:00Z",
                    "due_date": "2026-08-01",
                    "is_sent": False,
                    "sent_at": None,
                }
            ]
        }
    )

    id: int
    number: str
    payment: int
    registration: int
    conference: int
    transaction_id: str
    payment_status: PaymentStatus
    seller: SellerOut
    buyer: BuyerOut
    description: str
    quantity: int
    amount: float
    refunded_amount: float
    currency: str
    issued_at: datetime
    due_date: date | None
    is_sent: bool
    sent_at: datetime | None

    @classmethod
    def of(cls, invoice: Invoice) -> "InvoiceOut":
        sale = invoice.sale
        return cls(
            id=invoice.id,
            number=invoice.number,
            payment=invoice.payment_id,
            registration=invoice.registration_id,
            conference=invoice.conference_id,
            transaction_id=invoice.transaction_id,
            payment_status=invoice.payment_status,
            seller=SellerOut.of(sale),
            buyer=BuyerOut.of(sale),
            description=sale.description,
            quantity=sale.quantity,
            amount=float(invoice.amount.amount),
            refunded_amount=float(invoice.refunded.amount),
            currency=invoice.amount.currency,
            issued_at=invoice.issued_at,
            due_date=invoice.due_on,
            is_sent=invoice.is_sent,
            sent_at=invoice.sent_at,
        )


class InvoicesQuery(ListQuery):
    """Newest first unless asked otherwise; `search` looks into the two numbers."""

    ordering: Annotated[str, orderable("issued_at", "number", "id")] = "-issued_at"
    payment: QueryId | None = None
    conference: QueryId | None = None
    is_sent: bool | None = None
    search: Needle | None = None

    def filter(self) -> InvoiceFilter:
        return InvoiceFilter(
            payment_id=self.payment,
            conference_id=self.conference,
            is_sent=self.is_sent,
            search=self.search,
        )


@router.get(
    "/",
    summary="List invoices",
    operation_id="listInvoices",
    response_model=ListEnvelope[InvoiceOut],
    responses=errors(400, 401, 503),
    openapi_extra=documented(InvoicesQuery),
)
async def list_invoices(
    request: Request, me: Me, query: Annotated[InvoicesQuery, asked(InvoicesQuery)], uow: Uow
) -> Response:
    """One's own; an organizer's conferences'; all for admins."""
    page = await invoices.listed(uow, me, query.filter(), query.page_request())
    return listed([InvoiceOut.of(item) for item in page.items], page, request)


@router.get(
    "/{invoice_id}/",
    summary="Get an invoice",
    operation_id="getInvoice",
    response_model=Envelope[InvoiceOut],
    responses=errors(401, 404, 503),
)
async def get_invoice(invoice_id: PathId, me: Me, uow: Uow) -> Response:
    """There is one for each attempt to pay, made with it."""
    return ok(InvoiceOut.of(await invoices.find(uow, me, invoice_id)))


@router.get(
    "/{invoice_id}/invoice.pdf",
    summary="Print an invoice",
    operation_id="getInvoicePdf",
    response_class=Response,
    responses=pdf_responses(401, 404, 503),
)
async def get_invoice_pdf(invoice_id: PathId, me: Me, uow: Uow, rt: Rt, now: Now) -> Response:
    """A sheet of A4, with how its payment stands."""
    invoice = await invoices.find(uow, me, invoice_id)
    return pdf(await rt.press.invoice_pdf(invoice, now), f"{invoice.number}.pdf")


@router.post(
    "/{invoice_id}/mark-as-sent/",
    summary="Mark an invoice as sent",
    operation_id="markInvoiceAsSent",
    response_model=Envelope[InvoiceOut],
    responses=errors(401, 403, 404, 409, 422, 429, 503),
)
async def mark_invoice_as_sent(invoice_id: PathId, me: Me, uow: Uow, now: Now) -> Response:
    """For organizer and admins; the first time counts, repeats change nothing."""
    return ok(InvoiceOut.of(await invoices.mark_as_sent(uow, me, invoice_id, now)))
