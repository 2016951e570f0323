"""What was paid, given back and billed, and what people were told: for reading."""

from typing import Any

from starlette.requests import Request
from starlette_admin import row_action

from app.admin.acting import cancel_registration
from app.admin.fields import Amount, Link, Moment, Number, Status, Text, Words
from app.admin.listing import Listing
from app.domain.access import Caller
from app.repositories import tables

_p, _r, _a, _c = (
    tables.payments.c,
    tables.registrations.c,
    tables.attendees.c,
    tables.conferences.c,
)
_n, _u = tables.notifications.c, tables.users.c
_b, _i = tables.refunds.c, tables.invoices.c
_paid = (
    tables.payments.join(tables.registrations, _p.registration_id == _r.id)
    .join(tables.attendees, _r.attendee_id == _a.id)
    .join(tables.conferences, _r.conference_id == _c.id)
)
_OF_PAYMENT = {
    "payment": _p.transaction_id,
    "registration_id": _p.registration_id,
    "registration": _a.name,
    "email": _a.email,
    "conference_id": _r.conference_id,
    "conference": _c.name,
}


class Payments(Listing):
    key = "payments"
    noted_as = "payment"
    menu_label = "Payments"
    display_name = "Payment"
    icon = "fa fa-credit-card"
    source = _paid
    columns = {
        **{name: column for name, column in _p.items() if name != "callback_url"},
        "registration": _a.name,
        "email": _a.email,
        "conference_id": _r.conference_id,
        "conference": _c.name,
        "amount": _p.amount_minor,
    }
    fields = [
        Number("id", label="No."),
        Link("registration", key="registrations", by="registration_id"),
        Words("email", label="E-mail"),
        Link("conference", key="conferences", by="conference_id"),
        Amount("amount", minor="amount_minor"),
        Status("status", choices=("pending", "paid", "failed", "refunded")),
        Moment("created_at", label="Created"),
        Moment("settled_at", label="Settled"),
        Moment("refunded_at", label="Refunded"),
        Words("failure_reason", exclude_from_list=True),
        Words("settled_by", label="Settled by callback", exclude_from_list=True),
    ]
    searched = ("registration", "email")
    related = (("refunds", "payment"), ("invoices", "payment"))
    row_actions = ("view", "refund")

    def offers(self, name: str, row: Any, caller: Caller) -> bool:
        return name == "view" or bool(row.status == "paid")

    @row_action(
        name="refund",
        text="Cancel and refund",
        confirmation="The registration is cancelled: its seats become free, the money goes back,"
        " and the attendee is told. This cannot be undone.",
        submit_btn_text="Cancel and refund",
        submit_btn_class="btn btn-danger",
        icon_class="fa fa-money-bill-transfer",
        action_btn_class="btn btn-danger",
    )
    async def refund(self, request: Request, pk: Any) -> None:
        payment = await self.the_row(request, pk)
        await cancel_registration(request, payment.registration_id)


class Refunds(Listing):
    key = "refunds"
    noted_as = "refund"
    menu_label = "Refunds"
    display_name = "Refund"
    icon = "fa fa-rotate-left"
    source = _paid.join(tables.refunds, _b.payment_id == _p.id).outerjoin(
        tables.users, _b.refunded_by == _u.id
    )
    columns = {
        **dict(_b.items()),
        **_OF_PAYMENT,
        "amount": _b.amount_minor,
        "refunder": _u.username,
    }
    fields = [
        Number("id", label="No."),
        Link("payment", key="payments", by="payment_id"),
        Link("registration", key="registrations", by="registration_id"),
        Words("email", label="E-mail"),
        Link("conference", key="conferences", by="conference_id"),
        Amount("amount", minor="amount_minor"),
        Words("reason"),
        Moment("created_at", label="Refunded"),
        Words("refunder", label="Refunded by"),
    ]
    searched = ("registration", "email", "payment")


class Invoices(Listing):
    key = "invoices"
    noted_as = "invoice"
    menu_label = "Invoices"
    display_name = "Invoice"
    icon = "fa fa-file-invoice"
    source = _paid.join(tables.invoices, _i.payment_id == _p.id)
    columns = {**dict(_i.items()), **_OF_PAYMENT, "amount": _i.amount_minor}
    fields = [
        Number("id", label="No."),
        Words("number", copy_to_clipboard=True),
        Link("payment", key="payments", by="payment_id"),
        Link("registration", key="registrations", by="registration_id"),
        Link("conference", key="conferences", by="conference_id"),
        Words("buyer_name", label="Buyer"),
        Amount("amount", minor="amount_minor"),
        Moment("issued_at", label="Issued"),
        Moment("sent_at", label="Sent"),
        Words("buyer_email", exclude_from_list=True),
        Words("buyer_organization", exclude_from_list=True),
        Words("seller_name", label="Seller", exclude_from_list=True),
        Words("seller_email", exclude_from_list=True),
        Words("description", exclude_from_list=True),
        Number("quantity", exclude_from_list=True),
    ]
    searched = ("number", "buyer_name", "payment")


class Notifications(Listing):
    key = "notifications"
    menu_label = "Notifications"
    display_name = "Notification"
    icon = "fa fa-bell"
    source = tables.notifications.join(tables.users, _n.user_id == _u.id).outerjoin(
        tables.conferences, _n.conference_id == _c.id
    )
    columns = {**dict(_n.items()), "user": _u.username, "conference": _c.name}
    fields = [
        Number("id", label="No."),
        Moment("created_at", label="Created"),
        Link("user", key="users", by="user_id"),
        Words("kind"),
        Words("title"),
        Text("message"),
        Link("conference", key="conferences", by="conference_id"),
        Moment("read_at", label="Read"),
    ]
    searched = ("user", "title")
