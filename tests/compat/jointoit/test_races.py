"""Many at once: as many as there are seats, and nobody twice."""

import asyncio
from collections import Counter

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.compat.conftest import Headers
from tests.compat.jointoit import seed
from tests.factories import Units, a_conference, a_user, login
from tests.races.scene import broken_promises

EVENTS = "/api/events"


async def test_the_last_seat(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, engine: AsyncEngine
) -> None:
    event = await a_conference(uow, capacity=3)
    people = [await login(client, await a_user(uow)) for _ in range(12)]
    path = f"{EVENTS}/{event.id}/register/"
    answers = await asyncio.gather(*(api.post(path, headers=one) for one in people))
    assert Counter(one.status_code for one in answers) == {201: 3, 400: 9}
    assert all(one.json() == seed.FULL for one in answers if one.status_code == 400)
    shown = (await api.get(f"{EVENTS}/{event.id}/")).json()
    assert (shown["attendees_count"], shown["available_spots"]) == (3, 0)
    assert await broken_promises(engine) == []


async def test_the_same_person_many_times(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units, engine: AsyncEngine
) -> None:
    event = await a_conference(uow, capacity=50)
    path = f"{EVENTS}/{event.id}/register/"
    answers = await asyncio.gather(*(api.post(path, headers=as_guest) for _ in range(12)))
    assert Counter(one.status_code for one in answers) == {201: 1, 400: 11}
    assert all(one.json() == seed.ALREADY for one in answers if one.status_code == 400)
    assert await broken_promises(engine) == []


async def test_leaving_many_times_gives_one_seat_back(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units, engine: AsyncEngine
) -> None:
    event = await a_conference(uow, capacity=5)
    await api.post(f"{EVENTS}/{event.id}/register/", headers=as_guest)
    path = f"{EVENTS}/{event.id}/unregister/"
    answers = await asyncio.gather(*(api.post(path, headers=as_guest) for _ in range(8)))
    assert Counter(one.status_code for one in answers) == {200: 1, 400: 7}
    assert all(one.json() == seed.NOT_REGISTERED for one in answers if one.status_code == 400)
    assert (await api.get(f"{EVENTS}/{event.id}/")).json()["attendees_count"] == 0
    assert await broken_promises(engine) == []


async def test_coming_and_going_at_once_keeps_the_count(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units, engine: AsyncEngine
) -> None:
    event = await a_conference(uow, capacity=5)
    paths = [f"{EVENTS}/{event.id}/{action}/" for action in ("register", "unregister")] * 8
    answers = await asyncio.gather(*(api.post(path, headers=as_guest) for path in paths))
    assert {one.status_code for one in answers} <= {200, 201, 400}
    assert await broken_promises(engine) == []


async def test_the_first_events_of_somebody_put_up_at_once(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_guest: Headers
) -> None:
    """Each of them would make an organizer of whoever asks."""
    body = [seed.EVENT_IN | {"title": f"Event {number}"} for number in range(6)]
    answers = await asyncio.gather(
        *(api.post(f"{EVENTS}/", json=one, headers=as_guest) for one in body)
    )
    assert Counter(one.status_code for one in answers) == {201: 6}
    me = (await client.get("/api/v1/users/me/", headers=as_guest)).json()["data"]
    assert me["role"] == "organizer"


async def test_one_name_is_taken_once(api: httpx.AsyncClient) -> None:
    bodies = [seed.SIGN_UP | {"email": f"new{number}@example.com"} for number in range(8)]
    answers = await asyncio.gather(*(api.post("/api/auth/register/", json=body) for body in bodies))
    assert Counter(one.status_code for one in answers) == {201: 1, 400: 7}
    taken = {"username": seed.NOT_SIGNED_UP["username"]}
    assert all(one.json() == taken for one in answers if one.status_code == 400)
