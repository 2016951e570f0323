"""What keeps the promises: the outbox and the log of requests. For admins."""

from typing import Any

from sqlalchemy import true
from starlette.requests import Request
from starlette_admin import action, row_action
from starlette_admin.actions import ActionSelection

from app.admin.acting import number_of, redrive
from app.admin.fields import Instant, Link, Moment, Number, Status, Text, Words
from app.admin.listing import Listing
from app.admin.reading import Clause
from app.domain.access import Caller
from app.repositories import tables

_o, _l = tables.outbox.c, tables.request_logs.c


class Outbox(Listing):
    key = "outbox"
    menu_label = "Outbox"
    display_name = "Message"
    icon = "fa fa-envelope"
    for_admins = True
    source = tables.outbox
    columns = {name: column for name, column in _o.items() if name != "lease"}
    fields = [
        Number("id", label="No."),
        Words("kind"),
        Number("subject"),
        Status("state", choices=("open", "done", "dead")),
        Number("attempts"),
        Moment("created_at", label="Created"),
        Moment("due_at", label="Due"),
        Moment("done_at", label="Done"),
        Words("last_error"),
        Words("dedupe_key", exclude_from_list=True),
        Moment("leased_until", exclude_from_list=True),
    ]
    searched = ("kind", "last_error")
    row_actions = ("view", "redrive")
    actions = ("redrive_selected", "redrive_all")

    def sight(self, caller: Caller) -> Clause:
        return true()

    def offers(self, name: str, row: Any, caller: Caller) -> bool:
        return name == "view" or bool(row.state == "dead")

    @row_action(
        name="redrive",
        text="Send again",
        confirmation="The message is tried anew, as often as a fresh one.",
        submit_btn_text="Send again",
        icon_class="fa fa-paper-plane",
        action_btn_class="btn btn-primary",
    )
    async def redrive(self, request: Request, pk: Any) -> None:
        await redrive(request, [number_of(pk)])

    @action(
        name="redrive_selected",
        text="Send again",
        confirmation="Those of the selected messages that were given up are tried anew.",
        submit_btn_text="Send again",
        icon_class="fa fa-paper-plane",
    )
    async def redrive_selected(self, request: Request, selection: ActionSelection) -> None:
        await redrive(request, [number_of(pk) for pk in await selection.pks()])

    @action(
        name="redrive_all",
        text="Send all dead messages again",
        confirmation="All messages that were given up are tried anew.",
        submit_btn_text="Send again",
        icon_class="fa fa-paper-plane",
        allow_empty_selection=True,
    )
    async def redrive_all(self, request: Request, selection: ActionSelection) -> None:
        await redrive(request, None)


class RequestLogs(Listing):
    key = "request-logs"
    menu_label = "Request logs"
    display_name = "Request"
    icon = "fa fa-list"
    for_admins = True
    source = tables.request_logs
    columns = dict(_l.items())
    fields = [
        Number("id", label="No."),
        Instant("timestamp", label="When"),
        Words("method"),
        Words("path"),
        Number("status"),
        Link("username", label="User", key="users", by="user_id"),
        Number("duration_ms", label="Milliseconds"),
        Words("ip", label="Address"),
        Text("query"),
        Words("request_id", exclude_from_list=True, copy_to_clipboard=True),
    ]
    searched = ("path", "username", "request_id")

    def sight(self, caller: Caller) -> Clause:
        return true()
