"""Seed 003, Waitlist: joining, places in line, leaving."""

from typing import Any

import httpx
import pytest

from app.domain.conferences import Conference
from tests.compat.conftest import Headers
from tests.factories import Units, a_conference, a_registration, a_user, login


@pytest.fixture
async def full(uow: Units) -> Conference:
    event = await a_conference(uow, name="Test Workshop", capacity=1)
    await a_registration(uow, event)
    return event


async def joined(
    api: httpx.AsyncClient, headers: Headers, event: Conference, slash: str = "/"
) -> dict[str, Any]:
    body = {"event": event.id}
    answer = await api.post(f"/api/waitlist{slash}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_documented_joining_list_and_leaving(
    api: httpx.AsyncClient, as_guest: Headers, full: Conference, slash: str
) -> None:
    made = await joined(api, as_guest, full, slash)
    assert (made["event"], made["event_title"], made["position"]) == (full.id, full.name, 1)
    assert made["user_name"] == "Ada Lovelace"
    assert made["joined_at"].endswith("Z")
    listed = await api.get(f"/api/waitlist{slash}", headers=as_guest)
    assert (listed.status_code, listed.json()) == (200, [made])
    # It is no booking yet.
    assert (await api.get("/api/bookings/", headers=as_guest)).json() == []
    path = f"/api/waitlist/{made['id']}/leave{slash}"
    left = await api.post(path, headers=as_guest)
    assert (left.status_code, left.json()["position"]) == (200, None)
    assert (await api.get("/api/waitlist/", headers=as_guest)).json() == []
    assert (await api.post(path, headers=as_guest)).status_code == 409


async def test_others_move_up(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, full: Conference
) -> None:
    people = [await login(client, await a_user(uow)) for _ in range(3)]
    made = [await joined(api, one, full) for one in people]
    assert [one["position"] for one in made] == [1, 2, 3]
    stranger = f"/api/waitlist/{made[0]['id']}/leave/"
    assert (await api.post(stranger, headers=people[1])).status_code == 404
    await api.post(stranger, headers=people[0])
    [second] = (await api.get("/api/waitlist/", headers=people[1])).json()
    [third] = (await api.get("/api/waitlist/", headers=people[2])).json()
    assert (second["position"], third["position"]) == (1, 2)


async def test_whoever_moves_up_has_a_booking(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, uow: Units
) -> None:
    event = await a_conference(uow, capacity=1)
    first = await api.post("/api/bookings/", json={"event": event.id}, headers=as_organizer)
    made = await joined(api, as_guest, event)
    await api.post(f"/api/bookings/{first.json()['id']}/cancel/", headers=as_organizer)
    assert (await api.get("/api/waitlist/", headers=as_guest)).json() == []
    [booking] = (await api.get("/api/bookings/", headers=as_guest)).json()
    assert (booking["id"], booking["status"]) == (made["id"], "confirmed")
    answer = await api.post(f"/api/waitlist/{made['id']}/leave/", headers=as_guest)
    assert answer.status_code == 409


async def test_refusals(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units, full: Conference
) -> None:
    async def refusal(event: object, headers: Headers) -> tuple[int, str]:
        answer = await api.post("/api/waitlist/", json={"event": event}, headers=headers)
        assert {"detail", "error"} <= set(answer.json())
        return answer.status_code, answer.headers["x-error-code"]

    free = await a_conference(uow, capacity=5)
    assert await refusal(free.id, as_guest) == (409, "seats_available")
    await joined(api, as_guest, full)
    assert await refusal(full.id, as_guest) == (409, "already_registered")
    assert await refusal(999_999, as_guest) == (404, "not_found")
    assert await refusal("x", as_guest) == (400, "invalid")
    assert await refusal(full.id, {}) == (401, "not_authenticated")


async def test_the_list_is_filtered_and_ordered(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, uow: Units, full: Conference
) -> None:
    other = await a_conference(uow, capacity=1)
    await a_registration(uow, other)
    await joined(api, as_organizer, full)
    second = await joined(api, as_guest, full)
    first = await joined(api, as_guest, other)

    async def ids(query: str) -> list[int]:
        answer = await api.get(f"/api/waitlist/?{query}", headers=as_guest)
        return [one["id"] for one in answer.json()]

    assert await ids("ordering=position") == [first["id"], second["id"]]
    assert await ids("ordering=-position") == [second["id"], first["id"]]
    assert await ids(f"event={full.id}") == [second["id"]]
    assert (await api.get("/api/waitlist/?event=x", headers=as_guest)).status_code == 400
