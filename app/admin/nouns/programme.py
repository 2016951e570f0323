"""What one can register for: conferences, sessions, ticket types and categories."""

from typing import Any

from sqlalchemy import true
from starlette.requests import Request
from starlette_admin import row_action
from starlette_admin.flash import flash

from app.admin.acting import acting, call_up, number_of
from app.admin.fields import Amount, Link, Moment, Number, Status, Text, Words, YesNo
from app.admin.listing import Listing
from app.admin.reading import Clause
from app.domain import closing, opening
from app.domain.access import Caller
from app.repositories import tables

_c, _s, _t = tables.conferences.c, tables.sessions.c, tables.ticket_types.c
_organizers = tables.users.alias("organizer")
_STATUSES = ("draft", "published", "cancelled")


class Conferences(Listing):
    key = "conferences"
    noted_as = "conference"
    menu_label = "Conferences"
    display_name = "Conference"
    icon = "fa fa-landmark"
    source = tables.conferences.outerjoin(
        tables.categories, _c.category_id == tables.categories.c.id
    ).outerjoin(_organizers, _c.organizer_id == _organizers.c.id)
    columns = {
        **{name: column for name, column in _c.items() if name != "search"},
        "category": tables.categories.c.name,
        "organizer": _organizers.c.username,
        "price": _c.price_minor,
    }
    fields = [
        Number("id", label="No."),
        Words("name"),
        Status("status", choices=_STATUSES),
        Status("visibility", choices=("public", "private"), exclude_from_list=True),
        Moment("starts_at", label="Starts"),
        Moment("ends_at", label="Ends"),
        Words("timezone", exclude_from_list=True),
        Words("location", exclude_from_list=True),
        Link("category", key="categories", by="category_id"),
        Link("organizer", key="users", by="organizer_id"),
        Number("seats_taken"),
        Number("capacity"),
        Number("waiting"),
        Amount("price"),
        YesNo("multi_track", exclude_from_list=True),
        Moment("registration_deadline", exclude_from_list=True),
        Text("description"),
        Moment("created_at", exclude_from_list=True),
        Moment("updated_at", exclude_from_list=True),
        Moment("deleted_at", exclude_from_list=True),
    ]
    searched = ("name", "location")
    living = _c.deleted_at.is_(None)
    related = (
        ("sessions", "conference"),
        ("ticket-types", "conference"),
        ("registrations", "conference"),
        ("waitlist", "conference"),
        ("check-ins", "conference"),
        ("payments", "conference"),
        ("refunds", "conference"),
        ("invoices", "conference"),
        ("reviews", "conference"),
        ("certificates", "conference"),
        ("notifications", "conference"),
    )
    row_actions = ("view", "publish", "serve", "cancel")

    def offers(self, name: str, row: Any, caller: Caller) -> bool:
        if name == "view":
            return True
        if row.deleted_at is not None:
            return False
        if name == "publish":
            return bool(row.status == "draft")
        if name == "serve":
            return bool(row.status == "published" and row.waiting)
        return bool(row.status != "cancelled")

    @row_action(
        name="publish",
        text="Publish",
        confirmation="Everybody it is meant for will see this conference.",
        submit_btn_text="Publish",
        icon_class="fa fa-bullhorn",
        action_btn_class="btn btn-success",
    )
    async def publish(self, request: Request, pk: Any) -> None:
        act = acting(request)
        published = await opening.publish(act.uow, act.caller, number_of(pk), act.now)
        flash(request, f"“{published.name}” is published.", "success")

    @row_action(
        name="serve",
        text="Serve the queue",
        confirmation="Seats that are free go to those who wait, first come first served.",
        submit_btn_text="Serve the queue",
        icon_class="fa fa-arrow-up-right-dots",
        action_btn_class="btn btn-primary",
    )
    async def serve(self, request: Request, pk: Any) -> None:
        await call_up(request, number_of(pk), None)

    @row_action(
        name="cancel",
        text="Cancel",
        confirmation="All its registrations are cancelled, what was paid is refunded, and everybody"
        " is told. This cannot be undone.",
        submit_btn_text="Cancel the conference",
        submit_btn_class="btn btn-danger",
        icon_class="fa fa-ban",
        action_btn_class="btn btn-danger",
    )
    async def cancel(self, request: Request, pk: Any) -> None:
        act = acting(request)
        over = await closing.cancel_conference(act.uow, act.caller, number_of(pk), act.now)
        flash(request, f"“{over.name}” is cancelled.", "success")


class Sessions(Listing):
    key = "sessions"
    noted_as = "session"
    menu_label = "Sessions"
    display_name = "Session"
    icon = "fa fa-calendar"
    source = tables.sessions.join(tables.conferences, _s.conference_id == _c.id)
    columns = {
        **{name: column for name, column in _s.items() if name != "search"},
        "conference": _c.name,
        "price": _s.price_minor,
    }
    fields = [
        Number("id", label="No."),
        Words("name"),
        Link("conference", key="conferences", by="conference_id"),
        Moment("starts_at", label="Starts"),
        Moment("ends_at", label="Ends"),
        Words("speaker"),
        Words("room"),
        Number("seats_taken"),
        Number("capacity"),
        Number("waiting"),
        Amount("price"),
        Text("description"),
        Moment("created_at", exclude_from_list=True),
        Moment("updated_at", exclude_from_list=True),
        Moment("deleted_at", exclude_from_list=True),
    ]
    searched = ("name", "speaker")
    living = _s.deleted_at.is_(None)
    related = (("registrations", "session"), ("waitlist", "session"))
    row_actions = ("view", "serve")

    def offers(self, name: str, row: Any, caller: Caller) -> bool:
        return name == "view" or bool(row.waiting and row.deleted_at is None)

    @row_action(
        name="serve",
        text="Serve the queue",
        confirmation="Seats that are free go to those who wait, first come first served.",
        submit_btn_text="Serve the queue",
        icon_class="fa fa-arrow-up-right-dots",
        action_btn_class="btn btn-primary",
    )
    async def serve(self, request: Request, pk: Any) -> None:
        session = await self.the_row(request, pk)
        await call_up(request, session.conference_id, session.id)


class TicketTypes(Listing):
    key = "ticket-types"
    noted_as = "ticket_type"
    menu_label = "Ticket types"
    display_name = "Ticket type"
    icon = "fa fa-tags"
    source = tables.ticket_types.join(tables.conferences, _t.conference_id == _c.id)
    columns = {**dict(_t.items()), "conference": _c.name, "price": _t.price_minor}
    fields = [
        Number("id", label="No."),
        Words("name"),
        Link("conference", key="conferences", by="conference_id"),
        Amount("price"),
        Number("seats_taken"),
        Number("capacity", label="Quantity"),
        Number("waiting"),
        Moment("sales_start", label="On sale from"),
        Moment("sales_end", label="On sale until"),
        Text("description"),
        Moment("created_at", exclude_from_list=True),
        Moment("deleted_at", exclude_from_list=True),
    ]
    searched = ("name",)
    living = _t.deleted_at.is_(None)
    related = (("registrations", "ticket_type"),)


class Categories(Listing):
    key = "categories"
    noted_as = "category"
    menu_label = "Categories"
    display_name = "Category"
    icon = "fa fa-folder"
    source = tables.categories
    columns = dict(tables.categories.c.items())
    fields = [
        Number("id", label="No."),
        Words("name"),
        Words("slug"),
        Moment("created_at", label="Created"),
    ]
    searched = ("name", "slug")
    fields_default_sort = ["name"]
    related = (("conferences", "category"),)

    def sight(self, caller: Caller) -> Clause:
        return true()
