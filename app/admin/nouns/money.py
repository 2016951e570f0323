"""What was paid, and what people were told in the application. Both are for reading."""

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


class Payments(Listing):
    key = "payments"
    menu_label = "Payments"
    display_name = "Payment"
    icon = "fa fa-credit-card"
    source = (
        tables.payments.join(tables.registrations, _p.registration_id == _r.id)
        .join(tables.attendees, _r.attendee_id == _a.id)
        .join(tables.conferences, _r.conference_id == _c.id)
    )
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
