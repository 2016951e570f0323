"""How conferences and their ticket types change: what is different fits what is there already."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain import news, promotion
from app.domain.access import Caller
from app.domain.admission import Target
from app.domain.conferences import (
    Conference,
    ConferenceChanges,
    ensure_category,
    ensure_currency_kept,
    ensure_forward,
    ensure_in_time,
    ensure_one_track,
    ensure_programme_within,
    ensure_room_for_taken,
    lock_managed,
)
from app.domain.idempotency import once
from app.domain.money import exact
from app.domain.profiles import ensure_link
from app.domain.ticket_types import (
    TicketType,
    TicketTypeChanges,
    ensure_named_apart,
    ensure_sales_forward,
    named_in,
    retyped,
)
from app.domain.times import TimeRange, days, first_day, last_day
from app.domain.waitlist import Cause

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


def altered(conference: Conference, changes: ConferenceChanges) -> Conference:
    """The conference as the changes would have it; no rule is asked but that of the price."""
    amount = changes.get("price", conference.price.amount)
    currency = changes.get("currency", conference.price.currency)
    return replace(
        conference,
        name=changes.get("name", conference.name),
        description=changes.get("description", conference.description),
        location=changes.get("location", conference.location),
        timezone=changes.get("timezone", conference.timezone),
        period=_moved(conference, changes),
        capacity=changes.get("capacity", conference.capacity),
        price=exact(amount, currency),
        multi_track=changes.get("multi_track", conference.multi_track),
        visibility=changes.get("visibility", conference.visibility),
        registration_deadline=changes.get(
            "registration_deadline", conference.registration_deadline
        ),
        category_id=changes.get("category_id", conference.category_id),
        cover_image=changes.get("cover_image", conference.cover_image),
        is_online=changes.get("is_online", conference.is_online),
        online_url=changes.get("online_url", conference.online_url),
        tags=changes.get("tags", conference.tags),
    )


def _moved(conference: Conference, changes: ConferenceChanges) -> TimeRange:
    """The period on its new days; a bound whose day and zone stay keeps its time of day.

    With a new start in instants it lasts as long as before, unless an end is named too.
    """
    if "start" in changes or "end" in changes:
        start = changes.get("start", conference.period.start)
        same_length = start + (conference.period.end - conference.period.start)
        return TimeRange(start=start, end=changes.get("end", same_length))
    zone = changes.get("timezone", conference.timezone)
    old_first = first_day(conference.period, conference.timezone)
    old_last = last_day(conference.period, conference.timezone)
    first = changes.get("first_day", old_first)
    last = changes.get("last_day", old_last)
    named = days(first, last, zone)
    same_zone = zone == conference.timezone
    return TimeRange(
        start=conference.period.start if same_zone and first == old_first else named.start,
        end=conference.period.end if same_zone and last == old_last else named.end,
    )


@once
async def update_conference(
    uow: "UnitOfWork",
    caller: Caller,
    conference_id: int,
    changes: ConferenceChanges,
    now: datetime,
) -> Conference:
    """Change what is named. Raises NotFound, Forbidden, InvalidPeriod and what a rule refuses."""
    async with uow as tx:
        old = await lock_managed(tx, caller, conference_id)
        new = replace(altered(old, changes), updated_at=now)
        await _ensure_fits(tx, old, new)
        await ensure_category(tx, changes.get("category_id"))
        await tx.conferences.save(new)
        await news.note(tx, new, news.of_conference(old), news.of_conference(new), now)
        if has_more_room(old.capacity, new.capacity):
            await _serve(tx, new.id, now)
            new = await tx.conferences.lock(new.id) or new
        await tx.keep(new)
    return new


@once
async def update_ticket_type(
    uow: "UnitOfWork",
    caller: Caller,
    conference_id: int,
    ticket_type_id: int,
    *,
    changes: TicketTypeChanges,
    now: datetime,
) -> TicketType:
    """Change what is named. Raises NotFound, Forbidden, InvalidPeriod, NameTaken,
    CapacityBelowTaken.
    """
    async with uow as tx:
        await lock_managed(tx, caller, conference_id)
        types = await tx.ticket_types.of_conference(conference_id)
        old = named_in(types, ticket_type_id)
        new = replace(retyped(old, changes), updated_at=now)
        ensure_sales_forward(new.sales_start, new.sales_end)
        ensure_named_apart(new.name, [other for other in types if other.id != new.id])
        ensure_room_for_taken(new.capacity, new.seats_taken, field="quantity")
        await tx.ticket_types.save(new)
        if has_more_room(old.capacity, new.capacity):
            await _serve(tx, conference_id, now)
            new = named_in(await tx.ticket_types.of_conference(conference_id), new.id)
        await tx.keep(new)
    return new


def has_more_room(old: int | None, new: int | None) -> bool:
    """Whether a capacity was raised; none is no limit."""
    return old is not None and (new is None or new > old)


async def _serve(tx: "Transaction", conference_id: int, now: datetime) -> None:
    """Seats that are new go to those who wait."""
    target = Target(conference_id=conference_id, session_id=None)
    await promotion.serve(tx, [target], Cause.CAPACITY_RAISED, now)


async def _ensure_fits(tx: "Transaction", old: Conference, new: Conference) -> None:
    """What the conference holds already has its place in what it is to be."""
    ensure_forward(new.period, field="end_date")
    ensure_in_time(new.period, field="end_date")
    ensure_link(new.online_url, "online_url")
    ensure_room_for_taken(new.capacity, new.seats_taken, field="capacity")
    programme = await tx.sessions.programme(new.id)
    ensure_programme_within(new.period, programme)
    ensure_currency_kept(old, new, programme, await tx.ticket_types.of_conference(new.id))
    if not new.multi_track:
        ensure_one_track(programme)
