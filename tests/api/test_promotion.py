"""Moving up: whatever frees a seat, the first in line who fits has it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.endings import expire_due
from app.domain.promotion import serve_due
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.api.claims import cancel, get, join, people, status
from tests.factories import a_conference, a_session, a_ticket_type, a_user, login
from tests.races.scene import broken_promises

Uow = Callable[[], UnitOfWork]


async def test_moving_up_is_told_by_one_message_and_one_notification(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    session = await a_session(uow, capacity=1, name="Keynote")
    first, second = await people(client, uow, 2)
    seated, waits = await join(client, first, session), await join(client, second, session)
    await cancel(client, first, seated)
    async with engine.connect() as connection:
        told = await connection.execute(text("SELECT subject FROM outbox WHERE kind = 'promoted'"))
        assert told.scalars().all() == [waits["id"]]
        kept = await connection.execute(
            text(
                "SELECT kind, registration_id, message FROM notifications"
                " WHERE kind = 'waitlist_promotion'"
            )
        )
        assert [tuple(row) for row in kept] == [
            (
                "waitlist_promotion",
                waits["id"],
                "You moved up from the waitlist of “Keynote”.",
            )
        ]


async def test_a_priced_seat_is_held_for_whoever_moves_up_and_goes_on_when_the_hold_runs_out(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    session = await a_session(uow, capacity=1, price=Decimal(50))
    first, second, third = await people(client, uow, 3)
    seated = await join(client, first, session)
    second_in_line = await join(client, second, session)
    third_in_line = await join(client, third, session)
    await cancel(client, first, seated)
    held = await get(client, second, f"registrations/{second_in_line['id']}/")
    assert held["status"] == "pending"
    assert held["hold_expires_at"] is not None
    await expire_due(uow(), utc_now() + timedelta(hours=1))
    assert await status(client, second, second_in_line) == "expired"
    assert await status(client, third, third_in_line) == "pending"
    assert await broken_promises(engine) == []


@pytest.mark.parametrize("quantity", [2, 3])
async def test_a_group_is_passed_over_by_those_who_fit_and_the_log_says_why(
    client: httpx.AsyncClient, uow: Uow, quantity: int
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=organizer, capacity=3)
    first, second, group, single = await people(client, uow, 4)
    one_seat = await join(client, first, conference)
    two_seats = await join(client, second, conference, quantity=2)
    many = await join(client, group, conference, quantity=quantity)
    alone = await join(client, single, conference)
    await cancel(client, first, one_seat)
    assert await status(client, group, many) == "waitlisted"
    assert await status(client, single, alone) == "confirmed"
    await cancel(client, second, two_seats)
    expected = "confirmed" if quantity == 2 else "waitlisted"
    assert await status(client, group, many) == expected
    its = await login(client, organizer)
    log = await get(client, its, f"conferences/{conference.id}/waitlist/log/")
    lines = [(one["registration"], one["event"], one["reason"]) for one in reversed(log)]
    assert lines[:4] == [
        (many["id"], "joined", "full"),
        (alone["id"], "joined", "full"),
        (alone["id"], "promoted", "cancelled"),
        (many["id"], "skipped", "needs_more_seats"),
    ]


async def test_a_raised_capacity_serves_the_queue_of_a_session_and_of_a_conference(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=organizer, capacity=1)
    session = await a_session(uow, conference, capacity=1)
    its, *guests = [await login(client, organizer), *await people(client, uow, 3)]
    for target in (session, conference):
        claims = [await join(client, who, target) for who in guests]
        path = "sessions" if target is session else "conferences"
        field = "max_attendees" if target is session else "capacity"
        url = f"/api/v1/{path}/{target.id}/"
        raised = await client.patch(url, json={field: 2}, headers=its)
        assert raised.status_code == 200, raised.text
        found = [await status(client, who, one) for who, one in zip(guests, claims, strict=True)]
        assert found == ["confirmed", "confirmed", "waitlisted"]
        unlimited = await client.patch(url, json={field: None}, headers=its)
        assert unlimited.status_code == 200, unlimited.text
        assert await status(client, guests[2], claims[2]) == "confirmed"
    assert await broken_promises(engine) == []


async def test_each_ticket_type_has_its_own_line_and_all_share_the_house(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=organizer, capacity=3)
    general = await a_ticket_type(uow, conference, name="General", quantity=2)
    vip = await a_ticket_type(uow, conference, name="VIP", quantity=1)
    its = await login(client, organizer)
    guests = await people(client, uow, 5)
    kinds = [general.id, general.id, vip.id, vip.id, general.id]
    claims = [
        await join(client, who, conference, ticket_type=kind)
        for who, kind in zip(guests, kinds, strict=True)
    ]
    assert [one["status"] for one in claims] == ["confirmed"] * 3 + ["waitlisted"] * 2
    assert [one["position"] for one in claims[3:]] == [1, 1]
    queue = await get(client, its, f"conferences/{conference.id}/waitlist/")
    assert [one["id"] for one in queue] == [claims[3]["id"], claims[4]["id"]]
    await cancel(client, guests[0], claims[0])
    # The seat is one of the general type: whoever waits for another type does not get it.
    assert await status(client, guests[4], claims[4]) == "confirmed"
    assert await status(client, guests[3], claims[3]) == "waitlisted"
    url = f"/api/v1/conferences/{conference.id}/ticket-types/{vip.id}/"
    raised = await client.patch(url, json={"quantity": 2}, headers=its)
    assert raised.status_code == 200, raised.text
    # The house is full: there are three seats, whatever the ticket types add up to.
    assert await status(client, guests[3], claims[3]) == "waitlisted"
    await cancel(client, guests[1], claims[1])
    assert await status(client, guests[3], claims[3]) == "confirmed"
    assert await broken_promises(engine) == []


async def test_a_schedule_that_becomes_free_lets_one_move_up_elsewhere(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    """Whoever sits elsewhere at that time is passed over, and not forgotten."""
    conference = await a_conference(uow, multi_track=True)
    wanted = await a_session(uow, conference, capacity=1, hour=9)
    other = await a_session(uow, conference, hour=9)
    first, second = await people(client, uow, 2)
    seated = await join(client, first, wanted)
    waits = await join(client, second, wanted)
    blocking = await join(client, second, other)
    await cancel(client, first, seated)
    assert await status(client, second, waits) == "waitlisted"
    await cancel(client, second, blocking)
    assert await status(client, second, waits) == "confirmed"
    assert await broken_promises(engine) == []


async def test_a_deleted_session_lets_its_attendees_move_up_elsewhere(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=organizer, multi_track=True)
    wanted = await a_session(uow, conference, capacity=1, hour=9)
    doomed = await a_session(uow, conference, hour=9)
    first, second = await people(client, uow, 2)
    seated = await join(client, first, wanted)
    waits = await join(client, second, wanted)
    await join(client, second, doomed)
    await cancel(client, first, seated)
    its = await login(client, organizer)
    deleted = await client.delete(f"/api/v1/sessions/{doomed.id}/", headers=its)
    assert deleted.status_code == 200, deleted.text
    assert await status(client, second, waits) == "confirmed"
    assert await broken_promises(engine) == []


async def test_what_nobody_served_the_sweeper_serves(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    session = await a_session(uow, capacity=1)
    first, second = await people(client, uow, 2)
    await join(client, first, session)
    waits = await join(client, second, session)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE sessions SET capacity = 2"))
    assert await serve_due(uow(), utc_now()) == 1
    assert await status(client, second, waits) == "confirmed"
    assert await serve_due(uow(), utc_now()) == 0


async def test_a_registration_that_moves_leaves_its_seat_to_the_next(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference, capacity=1)
    other = await a_session(uow, conference, hour=12)
    first, second = await people(client, uow, 2)
    seated = await join(client, first, session)
    waits = await join(client, second, session)
    moved = await client.patch(
        f"/api/v1/registrations/{seated['id']}/", json={"session": other.id}, headers=first
    )
    assert moved.status_code == 200, moved.text
    assert await status(client, second, waits) == "confirmed"
    assert await broken_promises(engine) == []


async def test_another_ticket_type_is_a_move_that_is_checked(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow)
    general = await a_ticket_type(uow, conference, name="General", quantity=1)
    vip = await a_ticket_type(uow, conference, name="VIP", quantity=1)
    first, second, third = await people(client, uow, 3)
    seated = await join(client, first, conference, ticket_type=general.id)
    await join(client, second, conference, ticket_type=vip.id)
    waits = await join(client, third, conference, ticket_type=general.id)
    url = f"/api/v1/registrations/{seated['id']}/"
    full = await client.patch(url, json={"ticket_type": vip.id}, headers=first)
    assert (full.status_code, full.json()["code"]) == (409, "ticket_type_sold_out")
    balcony = await a_ticket_type(uow, conference, name="Balcony", quantity=1)
    moved = await client.patch(url, json={"ticket_type": balcony.id}, headers=first)
    assert moved.json()["data"]["ticket_type"] == balcony.id
    assert await status(client, third, waits) == "confirmed"
    assert await broken_promises(engine) == []


async def test_what_is_over_serves_nobody_any_more(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    session = await a_session(uow, capacity=1)
    first, second = await people(client, uow, 2)
    seated = await join(client, first, session)
    waits = await join(client, second, session)
    async with engine.begin() as connection:
        past = {"start": datetime(2020, 1, 1, tzinfo=UTC), "end": datetime(2020, 1, 2, tzinfo=UTC)}
        for table in ("conferences", "sessions"):
            await connection.execute(
                text(f"UPDATE {table} SET starts_at = :start, ends_at = :end"), past
            )
    await cancel(client, first, seated)
    assert await status(client, second, waits) == "waitlisted"


async def test_the_seat_one_has_is_free_for_another_ticket_type(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    """A full house is no reason: whoever changes the type takes no more seats than before."""
    conference = await a_conference(uow, capacity=1)
    general = await a_ticket_type(uow, conference, name="General", quantity=1)
    vip = await a_ticket_type(uow, conference, name="VIP", quantity=1)
    [who] = await people(client, uow, 1)
    seated = await join(client, who, conference, ticket_type=general.id)
    url = f"/api/v1/registrations/{seated['id']}/"
    moved = await client.patch(url, json={"ticket_type": vip.id}, headers=who)
    assert moved.json()["data"]["ticket_type"] == vip.id
    assert await broken_promises(engine) == []


async def test_moving_about_prolongs_no_hold(client: httpx.AsyncClient, uow: Uow) -> None:
    conference = await a_conference(uow)
    cheap = await a_ticket_type(uow, conference, name="Cheap", price=Decimal(3))
    dear = await a_ticket_type(uow, conference, name="Dear", price=Decimal(4))
    [who] = await people(client, uow, 1)
    held = await join(client, who, conference, ticket_type=cheap.id)
    for kind, price in ((dear, 4.0), (cheap, 3.0)):
        url = f"/api/v1/registrations/{held['id']}/"
        moved = await client.patch(url, json={"ticket_type": kind.id}, headers=who)
        found = moved.json()["data"]
        assert (found["price"], found["hold_expires_at"]) == (price, held["hold_expires_at"])


async def test_queues_that_cannot_move_do_not_stand_before_one_that_can(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    """A group too large, and somebody who sits elsewhere: nobody comes by for them in vain."""
    conference = await a_conference(uow, multi_track=True)
    roomy = await a_session(uow, conference, capacity=2, hour=9)
    elsewhere = await a_session(uow, conference, hour=9)
    wanted = await a_session(uow, conference, capacity=1, hour=12)
    first, second, third = await people(client, uow, 3)
    await join(client, first, roomy)
    await join(client, second, roomy, quantity=2)
    await join(client, third, roomy, quantity=2)
    await join(client, third, elsewhere)
    await join(client, first, wanted)
    waits = await join(client, second, wanted)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE sessions SET capacity = 2 WHERE id = :id"), {"id": wanted.id}
        )
    assert await serve_due(uow(), utc_now(), most=1) == 1
    assert await status(client, second, waits) == "confirmed"
    assert await serve_due(uow(), utc_now(), most=1) == 0
    assert await broken_promises(engine) == []


@pytest.mark.parametrize("price", [0, 50])
async def test_whoever_waits_for_two_overlapping_sessions_gets_a_seat_in_one(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine, price: int
) -> None:
    """Both are free, and neither can be taken, until what is held at that time is given up."""
    conference = await a_conference(uow, multi_track=True)
    held = await a_session(uow, conference, hours=2, capacity=1, price=Decimal(price))
    awaited = [await a_session(uow, conference, hours=2, capacity=1) for _ in range(2)]
    waits, *others = await people(client, uow, 3)
    taken = [await join(client, *pair) for pair in zip(others, awaited, strict=True)]
    places = [await join(client, waits, session) for session in awaited]
    seat = await join(client, waits, held)
    for other, claim in zip(others, taken, strict=True):
        await cancel(client, other, claim)
    assert [await status(client, waits, one) for one in places] == ["waitlisted"] * 2
    if price:
        await expire_due(uow(), utc_now() + timedelta(hours=1))
    else:
        await cancel(client, waits, seat)
    assert [await status(client, waits, one) for one in places] == ["confirmed", "waitlisted"]
    assert await broken_promises(engine) == []
