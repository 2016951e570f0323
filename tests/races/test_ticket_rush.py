"""An event with two ticket types, and more people than tickets, all at once through a contract."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.repositories.uow import UnitOfWork
from tests.factories import a_user, login
from tests.races.scene import broken_promises

BASE = "/compat/event-management"
EVENT = {
    "title": "Tech Conference 2031",
    "description": "Future of AI and Web",
    "date_time": "2031-12-15T10:00:00Z",
    "location": "New York",
    "capacity": 100,
    "visibility": "public",
    "category": 1,
}
Uow = Callable[[], UnitOfWork]
Headers = dict[str, str]


async def an_event(client: httpx.AsyncClient, uow: Uow, price: str) -> tuple[int, list[int]]:
    """Of an organizer, with 80 general tickets and 20 of the better kind."""
    organizer = await login(client, await a_user(uow, role=Role.ORGANIZER))
    made = await client.post(f"{BASE}/api/events/create/", json=EVENT, headers=organizer)
    assert made.status_code == 200, made.text
    event = made.json()["id"]
    kinds = []
    for name, quantity in (("General", 80), ("VIP", 20)):
        added = await client.post(
            f"/api/v1/conferences/{event}/ticket-types/",
            json={"name": name, "price": price, "quantity": quantity},
            headers=organizer,
        )
        assert added.status_code == 201, added.text
        kinds.append(added.json()["data"]["id"])
    return event, kinds


async def register(client: httpx.AsyncClient, who: Headers, event: int, kind: int) -> Any:
    answer = await client.post(
        f"{BASE}/api/registrations/{event}/register/", json={"ticket_type": kind}, headers=who
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def standing(client: httpx.AsyncClient, who: Headers) -> Any:
    """The one registration of somebody, as the contract tells it."""
    answer = await client.get(f"{BASE}/registrations/me/", headers=who)
    [only] = answer.json()
    return only


async def told(engine: AsyncEngine) -> dict[str, list[int]]:
    """Registrations that moved up, by each way in which their owners were told."""
    ways = {
        "mail": "SELECT subject FROM outbox WHERE kind = 'promoted' ORDER BY subject",
        "notification": (
            "SELECT registration_id FROM notifications WHERE kind = 'waitlist_promotion'"
            " ORDER BY registration_id"
        ),
    }
    async with engine.connect() as connection:
        return {
            way: list((await connection.execute(text(query))).scalars())
            for way, query in ways.items()
        }


async def test_a_hundred_and_fifty_want_a_hundred_tickets_and_the_rest_move_up_in_order(
    client: httpx.AsyncClient, uow: Uow, engine: AsyncEngine
) -> None:
    event, [general, vip] = await an_event(client, uow, price="0.00")
    people = [await login(client, await a_user(uow)) for _ in range(150)]
    wanted = [general if number % 3 else vip for number in range(150)]
    claims = await asyncio.gather(
        *(register(client, who, event, kind) for who, kind in zip(people, wanted, strict=True))
    )
    holding = [one for one in claims if not one["is_waitlisted"]]
    assert Counter(one["ticket_type"] for one in holding) == {general: 80, vip: 20}
    assert len({one["ticket"]["code"] for one in holding}) == 100
    waiting = sorted((one for one in claims if one["is_waitlisted"]), key=lambda one: one["id"])
    assert [one["ticket"] for one in waiting] == [None] * 50
    for kind in (general, vip):
        line = [one for one in waiting if one["ticket_type"] == kind]
        assert [one["position"] for one in line] == list(range(1, len(line) + 1))

    who_of = {one["id"]: who for one, who in zip(claims, people, strict=True)}
    leaving = [one["id"] for one in holding if one["ticket_type"] == general][:6]
    leaving += [one["id"] for one in holding if one["ticket_type"] == vip][:4]
    answers = await asyncio.gather(
        *(client.delete(f"/api/v1/registrations/{id}/", headers=who_of[id]) for id in leaving)
    )
    assert {answer.status_code for answer in answers} == {200}
    moved_up = [one["id"] for one in waiting if one["ticket_type"] == general][:6]
    moved_up += [one["id"] for one in waiting if one["ticket_type"] == vip][:4]
    for one in waiting:
        now = await standing(client, who_of[one["id"]])
        assert now["is_waitlisted"] == (one["id"] not in moved_up)
        assert (now["ticket"] is not None) == (one["id"] in moved_up)
    assert await told(engine) == {"mail": sorted(moved_up), "notification": sorted(moved_up)}
    unmoved = [one for one in holding if one["id"] not in leaving]
    for one in unmoved:
        assert (await standing(client, who_of[one["id"]]))["ticket"] == one["ticket"]
    assert await broken_promises(engine) == []
