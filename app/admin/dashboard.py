"""The front page: a few numbers, all of one statement."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select
from starlette.requests import Request
from starlette_admin import CustomView
from starlette_admin.widgets import Breakpoints, GridWidget, StatWidget

from app.admin import reading
from app.admin.entrance import caller_of
from app.admin.reading import AnySelect, of_own
from app.domain.access import Caller
from app.domain.times import utc_now
from app.repositories import tables

# Among so many of the newest registrations today's are looked for: those are cheap to find.
NEWEST = 10_000

_c, _s, _r, _o = (
    tables.conferences.c,
    tables.sessions.c,
    tables.registrations.c,
    tables.outbox.c,
)


class Dashboard(CustomView):
    menu_label = "Overview"
    icon = "fa fa-gauge"
    path = "/"
    route_name = "index"

    async def _resolve_widget(self, request: Request) -> GridWidget:
        caller = caller_of(request)
        [found] = await reading.rows(request, _numbers(caller, utc_now()))
        today = f"{found.today:,}{' or more' if found.busy else ''}"
        cards = [
            _card(request, "Conferences to come", found.upcoming, "conferences"),
            _card(request, "Drafts", found.drafts, "conferences", "status__in=draft"),
            _card(request, "Registrations today", today, "registrations"),
            _card(request, "Waiting", found.waiting, "registrations", "status__in=waitlisted"),
        ]
        if caller.is_admin:
            cards.append(_card(request, "Dead messages", found.dead, "outbox", "state__in=dead"))
        return GridWidget(children=[*cards], breakpoints=Breakpoints(default=1, md=2, lg=3))


def _numbers(caller: Caller, now: datetime) -> AnySelect:
    own = of_own(_c.id, caller) & _c.deleted_at.is_(None)
    today = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
    newest = (
        select(_r.conference_id, _r.created_at)
        .order_by(_r.id.desc())
        .limit(reading.literal(NEWEST))
        .cte("newest")
    )
    fresh = newest.c.created_at >= today
    of_sessions = select(_sum(_s.waiting)).where(
        of_own(_s.conference_id, caller), _s.deleted_at.is_(None)
    )
    numbers: dict[str, ColumnElement[Any]] = {
        "upcoming": _count(own & (_c.status == "published") & (_c.ends_at > now)),
        "drafts": _count(own & (_c.status == "draft")),
        "today": select(func.count())
        .select_from(newest)
        .where(fresh, of_own(newest.c.conference_id, caller))
        .scalar_subquery(),
        "busy": select(func.count().filter(fresh) == NEWEST).select_from(newest).scalar_subquery(),
        "waiting": select(_sum(_c.waiting)).where(own).scalar_subquery()
        + of_sessions.scalar_subquery(),
    }
    if caller.is_admin:
        dead = _o.state == literal_column("'dead'")
        numbers["dead"] = select(func.count(_o.id)).where(dead).scalar_subquery()
    return select(*[number.label(name) for name, number in numbers.items()])


def _count(which: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count(_c.id)).where(which).scalar_subquery()


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column), 0)


def _card(
    request: Request, title: str, value: int | str, key: str, narrowed: str = ""
) -> StatWidget:
    url = request.url_for("admin:list", key=key)
    if narrowed:
        url = url.include_query_params(filter=narrowed)
    return StatWidget(title=title, value_callback=_always(value), link=str(url))


def _always(value: int | str) -> Callable[[Request], Awaitable[int | str]]:
    async def answer(_: Request) -> int | str:
        return value

    return answer
