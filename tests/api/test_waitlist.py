"""The waitlist over HTTP: joining, the place in line, leaving, and who sees it."""

from collections.abc import Callable
from datetime import timedelta

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.api.claims import cancel, get, join, people, status
from tests.factories import a_conference, a_session, a_ticket_type, a_user, login
from tests.races.scene import broken_promises

Uow = Callable[[], UnitOfWork]


async def test_without_asking_to_wait_a_full_session_refuses(
    client: httpx.AsyncClient, uow: Uow
) -> None:
    session = await a_session(uow, capacity=1)
    first, second = await people(client, uow, 2)
    await join(client, first, session)
    body = {"conference": session.conference_id, "session": session.id}
    refused = await client.post("/api/v1/registrations/", json=body, headers=second)
    assert (refused.status_code, refused.json()["code"]) == (409, "session_full")


async def test_whoever_finds_no_seat_waits_and_moves_up_when_one_is_given_back(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    session = await a_session(uow, capacity=1)
    first, second, third = await people(client, uow, 3)
    seated = await join(client, first, session)
    waits = [await join(client, who, session) for who in (second, third)]
    assert [one["status"] for one in waits] == ["waitlisted", "waitlisted"]
    assert [one["position"] for one in waits] == [1, 2]
    await cancel(client, first, seated)
    assert await status(client, second, waits[0]) == "confirmed"
    left = await get(client, third, f"registrations/{waits[1]['id']}/")
    assert (left["status"], left["position"]) == ("waitlisted", 1)
    assert await broken_promises(engine) == []


async def test_a_group_larger_than_the_house_is_refused_at_once(
    client: httpx.AsyncClient, uow: Uow
) -> None:
    conference = await a_conference(uow, capacity=2)
    [who] = await people(client, uow, 1)
    body = {"conference": conference.id, "quantity": 3, "waitlist": True}
    refused = await client.post("/api/v1/registrations/", json=body, headers=who)
    assert (refused.status_code, refused.json()["code"]) == (409, "conference_full")


async def test_nobody_waits_twice_for_the_same(client: httpx.AsyncClient, uow: Uow) -> None:
    session = await a_session(uow, capacity=1)
    first, second = await people(client, uow, 2)
    await join(client, first, session)
    await join(client, second, session)
    body = {"conference": session.conference_id, "session": session.id, "waitlist": True}
    again = await client.post("/api/v1/registrations/", json=body, headers=second)
    assert (again.status_code, again.json()["code"]) == (409, "already_registered")


async def test_a_conference_with_ticket_types_is_entered_by_one_of_them(
    client: httpx.AsyncClient, uow: Uow
) -> None:
    conference = await a_conference(uow)
    elsewhere = await a_ticket_type(uow, await a_conference(uow), name="Other")
    await a_ticket_type(uow, conference, name="General")
    [who] = await people(client, uow, 1)
    for body, code in (
        ({}, "ticket_type_required"),
        ({"ticket_type": elsewhere.id}, "unknown_reference"),
        ({"ticket_type": 10**6}, "unknown_reference"),
    ):
        refused = await client.post(
            "/api/v1/registrations/", json={"conference": conference.id} | body, headers=who
        )
        assert (refused.status_code, refused.json()["code"]) == (400, code)
        assert list(refused.json()["errors"]) == ["ticket_type"]


async def test_a_ticket_type_is_sold_within_its_window(client: httpx.AsyncClient, uow: Uow) -> None:
    conference = await a_conference(uow)
    now = utc_now()
    soon = await a_ticket_type(uow, conference, name="Soon", sales_start=now + timedelta(days=1))
    late = await a_ticket_type(uow, conference, name="Late", sales_end=now)
    early = await a_ticket_type(
        uow, conference, sales_start=now - timedelta(days=1), sales_end=now + timedelta(days=1)
    )
    [who] = await people(client, uow, 1)
    for kind in (soon, late):
        body = {"conference": conference.id, "ticket_type": kind.id}
        refused = await client.post("/api/v1/registrations/", json=body, headers=who)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_on_sale")
    assert (await join(client, who, conference, ticket_type=early.id))["status"] == "confirmed"


async def test_an_organizer_may_call_the_queue_and_nobody_else(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=organizer)
    session = await a_session(uow, conference, capacity=1)
    first, second = await people(client, uow, 2)
    await join(client, first, session)
    await join(client, second, session)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE sessions SET capacity = 2"))
    url, its = f"/api/v1/conferences/{conference.id}/waitlist/call/", await login(client, organizer)
    refused = await client.post(url, json={"session": session.id}, headers=first)
    assert refused.status_code == 403
    called = await client.post(url, json={"session": session.id}, headers=its)
    assert called.json()["data"] == {"promoted": 1}
    foreign = await a_session(uow)
    unknown = await client.post(url, json={"session": foreign.id}, headers=its)
    assert unknown.status_code == 404


async def test_one_sees_ones_own_places_and_leaves_them(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    session = await a_session(uow, capacity=1)
    first, second, third = await people(client, uow, 3)
    seated = await join(client, first, session)
    waits = [await join(client, who, session) for who in (second, third)]
    [mine] = await get(client, third, "waitlist/")
    assert (mine["id"], mine["position"], mine["session"]) == (waits[1]["id"], 2, session.id)
    stranger = await client.post(f"/api/v1/waitlist/{mine['id']}/leave/", headers=first)
    assert stranger.status_code == 404
    left = await client.post(f"/api/v1/waitlist/{waits[0]['id']}/leave/", headers=second)
    assert left.json()["data"]["status"] == "cancelled"
    assert await get(client, second, "waitlist/") == []
    [moved] = await get(client, third, "waitlist/")
    assert moved["position"] == 1
    not_waiting = await client.post(f"/api/v1/waitlist/{seated['id']}/leave/", headers=first)
    assert (not_waiting.status_code, not_waiting.json()["code"]) == (409, "registration_state")
    assert await broken_promises(engine) == []


async def test_who_waits_is_shown_to_those_who_manage_the_conference_alone(
    client: httpx.AsyncClient, uow: Uow
) -> None:
    conference = await a_conference(uow)
    [who] = await people(client, uow, 1)
    other = await login(client, await a_user(uow, role=Role.ORGANIZER))
    for path in ("waitlist/", "waitlist/log/"):
        for stranger in (who, other):
            url = f"/api/v1/conferences/{conference.id}/{path}"
            assert (await client.get(url, headers=stranger)).status_code == 403
    missing = await client.get("/api/v1/conferences/999/waitlist/", headers=who)
    assert missing.status_code == 404


async def test_a_cancelled_conference_ends_the_waiting(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=organizer, capacity=1)
    first, second = await people(client, uow, 2)
    await join(client, first, conference)
    waits = await join(client, second, conference)
    its = await login(client, organizer)
    await client.post(f"/api/v1/conferences/{conference.id}/cancel/", headers=its)
    assert await status(client, second, waits) == "cancelled"
    assert await broken_promises(engine) == []


async def test_a_waiting_registration_is_not_moved(client: httpx.AsyncClient, uow: Uow) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference, capacity=1)
    other = await a_session(uow, conference, hour=12)
    first, second = await people(client, uow, 2)
    await join(client, first, session)
    waits = await join(client, second, session)
    moved = await client.patch(
        f"/api/v1/registrations/{waits['id']}/", json={"session": other.id}, headers=second
    )
    assert (moved.status_code, moved.json()["code"]) == (409, "registration_state")
