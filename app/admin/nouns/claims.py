"""Who has a seat, who waits for one, and who came."""

from typing import Any
from uuid import uuid4

from sqlalchemy import select
from starlette.requests import Request
from starlette_admin import row_action
from starlette_admin.flash import flash

from app.admin.acting import acting, cancel_registration, number_of, undo_check_in
from app.admin.fields import Amount, Link, Moment, Number, Status, Words
from app.admin.listing import Listing
from app.domain import checking_in
from app.domain.access import Caller
from app.domain.check_ins import Scan, Shown
from app.repositories import tables

_r, _a = tables.registrations.c, tables.attendees.c
_c, _s, _t = tables.conferences.c, tables.sessions.c, tables.ticket_types.c
_w, _i = tables.waitlist_log.c, tables.check_ins.c
_STATUSES = ("pending", "confirmed", "waitlisted", "cancelled", "expired")
_UNDO = "The ticket is good for entry again, as if it had never been scanned."
_scanners, _undoers = tables.users.alias("scanner"), tables.users.alias("undoer")


class Registrations(Listing):
    key = "registrations"
    noted_as = "registration"
    menu_label = "Registrations"
    display_name = "Registration"
    icon = "fa fa-ticket"
    source = (
        tables.registrations.join(tables.attendees, _r.attendee_id == _a.id)
        .join(tables.conferences, _r.conference_id == _c.id)
        .outerjoin(tables.sessions, _r.session_id == _s.id)
        .outerjoin(tables.ticket_types, _r.ticket_type_id == _t.id)
    )
    columns = {
        **dict(_r.items()),
        "attendee": _a.name,
        "email": _a.email,
        "conference": _c.name,
        "session": _s.name,
        "ticket_type": _t.name,
        "price": _r.price_minor,
        "standing": select(_i.id)
        .where(_i.registration_id == _r.id, _i.undone_at.is_(None))
        .scalar_subquery(),
    }
    fields = [
        Number("id", label="No."),
        Link("attendee", key="attendees", by="attendee_id"),
        Words("email", label="E-mail"),
        Link("conference", key="conferences", by="conference_id"),
        Link("session", key="sessions", by="session_id"),
        Link("ticket_type", key="ticket-types", by="ticket_type_id"),
        Status("status", choices=_STATUSES),
        Number("quantity"),
        Amount("price"),
        Moment("created_at", label="Created"),
        Moment("checked_in_at", label="Checked in"),
        Words("guest_name", exclude_from_list=True),
        Words("ticket_code", searchable=False, exclude_from_list=True, copy_to_clipboard=True),
        Moment("hold_expires_at", label="Held until", exclude_from_list=True),
        Moment("confirmed_at", label="Confirmed", exclude_from_list=True),
        Moment("ended_at", label="Ended", exclude_from_list=True),
        Words("end_reason", exclude_from_list=True),
    ]
    searched = ("attendee", "email")
    codes = ("ticket_code",)
    related = (
        ("payments", "registration"),
        ("check-ins", "registration"),
        ("waitlist", "registration"),
    )
    row_actions = ("view", "check_in", "undo", "cancel")

    def offers(self, name: str, row: Any, caller: Caller) -> bool:
        if name == "check_in":
            return bool(row.status == "confirmed" and row.checked_in_at is None)
        if name == "undo":
            return bool(row.checked_in_at is not None)
        return name == "view" or row.status in ("pending", "confirmed", "waitlisted")

    @row_action(
        name="check_in",
        text="Check in",
        confirmation="The attendee is here.",
        submit_btn_text="Check in",
        icon_class="fa fa-door-open",
        action_btn_class="btn btn-success",
    )
    async def check_in(self, request: Request, pk: Any) -> None:
        row = await self.the_row(request, pk)
        act = acting(request)
        scan = Scan(code=row.ticket_code, nonce=f"admin-{uuid4()}")
        shown = Shown(caller=act.caller, scan=scan, door_id=row.conference_id)
        await checking_in.check_in_alone(act.uow, shown, act.now)
        flash(request, f"{row.attendee} is checked in.", "success")

    @row_action(
        name="undo",
        text="Undo the check-in",
        confirmation=_UNDO,
        submit_btn_text="Undo the check-in",
        icon_class="fa fa-rotate-left",
        action_btn_class="btn btn-warning",
    )
    async def undo(self, request: Request, pk: Any) -> None:
        row = await self.the_row(request, pk)
        await undo_check_in(request, row.standing)

    @row_action(
        name="cancel",
        text="Cancel and refund",
        confirmation="The seats become free and go to those who wait; what was paid is refunded;"
        " the attendee is told. This cannot be undone.",
        submit_btn_text="Cancel the registration",
        submit_btn_class="btn btn-danger",
        icon_class="fa fa-ban",
        action_btn_class="btn btn-danger",
    )
    async def cancel(self, request: Request, pk: Any) -> None:
        await cancel_registration(request, number_of(pk))


class Waitlist(Listing):
    key = "waitlist"
    menu_label = "Waitlist log"
    display_name = "Entry of the waitlist log"
    icon = "fa fa-hourglass-half"
    source = (
        tables.waitlist_log.join(tables.registrations, _w.registration_id == _r.id)
        .join(tables.attendees, _r.attendee_id == _a.id)
        .join(tables.conferences, _w.conference_id == _c.id)
        .outerjoin(tables.sessions, _w.session_id == _s.id)
        .outerjoin(tables.ticket_types, _w.ticket_type_id == _t.id)
    )
    columns = {
        **dict(_w.items()),
        "registration": _a.name,
        "conference": _c.name,
        "session": _s.name,
        "ticket_type": _t.name,
    }
    fields = [
        Number("id", label="No."),
        Moment("at"),
        Status("event", choices=("joined", "promoted", "skipped", "left")),
        Words("reason"),
        Link("registration", key="registrations", by="registration_id"),
        Link("conference", key="conferences", by="conference_id"),
        Link("session", key="sessions", by="session_id"),
        Link("ticket_type", key="ticket-types", by="ticket_type_id"),
    ]
    searched = ("registration",)


class CheckIns(Listing):
    key = "check-ins"
    noted_as = "check_in"
    menu_label = "Check-ins"
    display_name = "Check-in"
    icon = "fa fa-door-open"
    source = (
        tables.check_ins.join(tables.registrations, _i.registration_id == _r.id)
        .join(tables.attendees, _r.attendee_id == _a.id)
        .join(tables.conferences, _i.conference_id == _c.id)
        .outerjoin(_scanners, _i.scanned_by == _scanners.c.id)
        .outerjoin(_undoers, _i.undone_by == _undoers.c.id)
    )
    columns = {
        **dict(_i.items()),
        "registration": _a.name,
        "conference": _c.name,
        "scanner": _scanners.c.username,
        "undoer": _undoers.c.username,
    }
    fields = [
        Number("id", label="No."),
        Link("registration", key="registrations", by="registration_id"),
        Link("conference", key="conferences", by="conference_id"),
        Moment("scanned_at", label="Scanned"),
        Words("scanner", label="Scanned by"),
        Moment("received_at", label="Received", exclude_from_list=True),
        Words("nonce", exclude_from_list=True),
        Moment("undone_at", label="Undone"),
        Words("undoer", label="Undone by"),
    ]
    searched = ("registration",)
    row_actions = ("view", "undo")

    def offers(self, name: str, row: Any, caller: Caller) -> bool:
        return name == "view" or row.undone_at is None

    @row_action(
        name="undo",
        text="Undo",
        confirmation=_UNDO,
        submit_btn_text="Undo the check-in",
        icon_class="fa fa-rotate-left",
        action_btn_class="btn btn-warning",
    )
    async def undo(self, request: Request, pk: Any) -> None:
        await undo_check_in(request, number_of(pk))
