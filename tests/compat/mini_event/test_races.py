"""Many guests at once: as many as there are seats, and nobody twice."""

import asyncio
from collections import Counter

import httpx

from tests.compat.conftest import Headers
from tests.compat.mini_event.seed import ADJUSTED
from tests.factories import Units, a_user, login

NATIVE = "/api/v1"


async def put_up(api: httpx.AsyncClient, seats: int) -> int:
    answer = await api.post("/api/events/", json=ADJUSTED | {"max_capacity": seats})
    return int(answer.json()["id"])


async def register(api: httpx.AsyncClient, event: int, email: str) -> int:
    body = {"name": "Somebody", "email": email}
    return (await api.post(f"/api/events/{event}/register/", json=body)).status_code


async def test_forty_guests_and_ten_seats(api: httpx.AsyncClient) -> None:
    event = await put_up(api, 10)
    asked = (register(api, event, f"guest{n}@example.com") for n in range(40))
    assert Counter(await asyncio.gather(*asked)) == {201: 10, 400: 30}
    listed = (await api.get(f"/api/events/{event}/attendees/")).json()
    assert len({guest["email"] for guest in listed}) == 10
    assert (await api.get(f"/api/events/{event}/")).json()["seats_left"] == 0


async def people(client: httpx.AsyncClient, as_admin: Headers) -> int:
    known = (await client.get(f"{NATIVE}/attendees/", headers=as_admin)).json()
    return int(known["meta"]["count"])


async def test_whoever_is_refused_leaves_nothing_behind(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_admin: Headers
) -> None:
    """Not even one who is refused here while the same one gets a seat there."""
    full, free = await put_up(api, 1), await put_up(api, 100)
    assert await register(api, full, "first@example.com") == 201
    both = [
        (register(api, full, f"guest{n}@example.com"), register(api, free, f"guest{n}@example.com"))
        for n in range(10)
    ]
    alone = [register(api, full, f"other{n}@example.com") for n in range(10)]
    asked = (*(ask for pair in both for ask in pair), *alone)
    assert Counter(await asyncio.gather(*asked)) == {201: 10, 400: 20}
    assert await people(client, as_admin) == 11


async def test_somebody_who_was_known_stays_when_refused(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_admin: Headers
) -> None:
    body = {"attendee_name": "Ada", "email": "ada@example.com"}
    await client.post(f"{NATIVE}/attendees/", json=body, headers=as_admin)
    full = await put_up(api, 1)
    assert await register(api, full, "first@example.com") == 201
    assert await register(api, full, "Ada@example.com") == 400
    assert await people(client, as_admin) == 2


async def test_twenty_times_the_same_guest(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_admin: Headers
) -> None:
    event = await put_up(api, 100)
    asked = (register(api, event, "Bob@Example.com") for _ in range(20))
    assert Counter(await asyncio.gather(*asked)) == {201: 1, 400: 19}
    known = (await client.get(f"{NATIVE}/attendees/", headers=as_admin)).json()
    assert known["meta"]["count"] == 1


async def test_a_guest_and_an_account_with_the_same_email(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units
) -> None:
    event = await put_up(api, 100)
    user = await a_user(uow)
    headers = await login(client, user)

    async def as_account() -> int:
        body = {"conference": event}
        answer = await client.post(f"{NATIVE}/registrations/", json=body, headers=headers)
        return answer.status_code

    both = [(register(api, event, user.email), as_account()) for _ in range(8)]
    statuses = Counter(await asyncio.gather(*(ask for pair in both for ask in pair)))
    assert statuses[201] == 1
    assert statuses[400] + statuses[409] == 15
    assert len((await api.get(f"/api/events/{event}/attendees/")).json()) == 1
