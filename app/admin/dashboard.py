"""The front page: a few numbers, all of one statement."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select, true
from starlette.requests import Request
from starlette_admin import CustomView
from starlette_admin.widgets import Breakpoints, GridWidget, StatWidget

from app.admin import reading
from app.admin.entrance import caller_of
from app.admin.reading import MOST_COUNTED, AnySelect, of_own
from app.domain.access import Caller
from app.domain.times import utc_now
from app.repositories import tables

# Where today's registrations begin is found by going back from the newest in steps of so many.
STEP = 1_000

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
        now = utc_now()
        midnight = datetime.combine(now.astimezone(UTC).date(), time.min, UTC)
        [found] = await reading.rows(request, _numbers(caller, now, midnight))
        is_more = caller.is_admin and found.today > MOST_COUNTED
        today = f"{MOST_COUNTED:,}+" if is_more else f"{found.today:,}"
        to_come = f"status__in=published AND ends_at__gte={now:%Y-%m-%dT%H:%M}"
        since = f"created_at__gte={midnight:%Y-%m-%dT%H:%M}"
        cards = [
            _card(request, "Conferences to come", found.upcoming, "conferences", to_come),
            _card(request, "Drafts", found.drafts, "conferences", "status__in=draft"),
            _card(request, "Registrations today", today, "registrations", since),
            _card(request, "Waiting", found.waiting, "registrations", "status__in=waitlisted"),
        ]
        if caller.is_admin:
            cards.append(_card(request, "Dead messages", found.dead, "outbox", "state__in=dead"))
        return GridWidget(children=[*cards], breakpoints=Breakpoints(default=1, md=2, lg=3))


def _numbers(caller: Caller, now: datetime, midnight: datetime) -> AnySelect:
    own = of_own(_c.id, caller) & _c.deleted_at.is_(None)
    of_sessions = select(_sum(_s.waiting)).where(
        of_own(_s.conference_id, caller), _s.deleted_at.is_(None)
    )
    numbers: dict[str, ColumnElement[Any]] = {
        "upcoming": _count(own & (_c.status == "published") & (_c.ends_at > now)),
        "drafts": _count(own & (_c.status == "draft")),
        "today": _today(caller, midnight),
        "waiting": select(_sum(_c.waiting)).where(own).scalar_subquery()
        + of_sessions.scalar_subquery(),
    }
    if caller.is_admin:
        dead = _o.state == literal_column("'dead'")
        numbers["dead"] = select(func.count(_o.id)).where(dead).scalar_subquery()
    return select(*[number.label(name) for name, number in numbers.items()])


def _today(caller: Caller, midnight: datetime) -> ColumnElement[int]:
    """How many registrations are of today: for admins counted up to a bound, as lists are.

    Ids grow with time, and have an index, by conference too; times have none.
    """
    fresh = (_r.id > _newest_of_yesterday(midnight)) & (_r.created_at >= midnight)
    if caller.is_admin:
        some = select(_r.id).where(fresh).limit(reading.literal(MOST_COUNTED + 1)).subquery()
        return select(func.count()).select_from(some).scalar_subquery()
    of_one = select(func.count(_r.id)).where(_r.conference_id == _c.id, fresh)
    own = _c.organizer_id == caller.user_id
    return (
        select(_sum(of_one.correlate(tables.conferences).scalar_subquery()))
        .where(own)
        .scalar_subquery()
    )


def _newest_of_yesterday(midnight: datetime) -> ColumnElement[int]:
    """The id of a registration that is older than today, at most a step of ids before the first
    that is not; 0 where there is none.
    """
    newest = select(_r.id, _r.created_at).order_by(_r.id.desc()).limit(literal_column("1"))
    back = newest.cte("back", recursive=True)
    earlier = newest.where(_r.id <= back.c.id - STEP).lateral("earlier")
    back = back.union_all(
        select(earlier.c.id, earlier.c.created_at)
        .select_from(back)
        .join(earlier, true())
        .where(back.c.created_at >= midnight)
    )
    found = select(func.max(back.c.id)).where(back.c.created_at < midnight)
    return func.coalesce(found.scalar_subquery(), 0)


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
