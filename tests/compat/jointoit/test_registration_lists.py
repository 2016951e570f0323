"""Seed 004: who comes, for the organizer; and what one is registered for oneself."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.jointoit import seed
from tests.factories import Units, a_conference, a_registration, a_user, an_attendee, login
from tests.shapes import differences

EVENTS = "/api/events"
MINE = "/api/my-registrations"


@pytest.fixture
async def event(uow: Units, organizer: User) -> Conference:
    return await a_conference(uow, organizer=organizer)


async def register(api: httpx.AsyncClient, headers: Headers, event: Conference) -> Any:
    answer = await api.post(f"{EVENTS}/{event.id}/register/", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_the_documented_attendees(
    api: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    as_admin: Headers,
    guest: User,
    event: Conference,
    slash: str,
) -> None:
    made = await register(api, as_guest, event)
    left = await register(api, as_admin, event)
    await api.post(f"{EVENTS}/{event.id}/unregister/", headers=as_admin)
    for headers in (as_organizer, as_admin):
        answer = await api.get(f"{EVENTS}/{event.id}/attendees{slash}", headers=headers)
        assert (answer.status_code, differences(seed.ATTENDEES, answer.json())) == (200, [])
        page = answer.json()
        assert (page["count"], page["next"], page["previous"]) == (1, None, None)
        [shown] = page["results"]
        assert shown == made | {"name": "Ada Lovelace"}
        assert shown["user"] == guest.id
        assert shown["id"] != left["id"]


async def test_only_the_organizer_sees_them(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, slash: str
) -> None:
    await register(api, as_guest, event)
    answer = await api.get(f"{EVENTS}/{event.id}/attendees{slash}", headers=as_guest)
    assert (answer.status_code, answer.json()) == (403, seed.NOT_THE_ORGANIZER)
    unknown = await api.get(f"{EVENTS}/999999/attendees/", headers=as_guest)
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "Not found."})


async def test_guests_without_an_account_are_among_them(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_organizer: Headers, event: Conference
) -> None:
    body = {"name": "Bob The Builder", "email": "bob@example.com"}
    await client.post(f"/compat/mini-event/api/events/{event.id}/register/", json=body)
    answer = await api.get(f"{EVENTS}/{event.id}/attendees/", headers=as_organizer)
    [shown] = answer.json()["results"]
    assert (shown["user"], shown["name"]) == (None, "Bob The Builder")
    assert "bob@example.com" not in answer.text


async def test_attendees_come_page_by_page_in_order(
    api: httpx.AsyncClient, as_organizer: Headers, event: Conference, uow: Units
) -> None:
    made = [(await a_registration(uow, event)).id for _ in range(5)]
    address: str | None = f"{EVENTS}/{event.id}/attendees/?page_size=2"
    seen: list[int] = []
    while address:
        page = (await api.get(address, headers=as_organizer)).json()
        assert page["count"] == 5
        seen += [one["id"] for one in page["results"]]
        address = page["next"]
    assert seen == made
    beyond = await api.get(f"{EVENTS}/{event.id}/attendees/?page=2", headers=as_organizer)
    assert (beyond.status_code, beyond.json()) == (404, {"detail": "Invalid page."})
    wrong = await api.get(f"{EVENTS}/{event.id}/attendees/?page=x", headers=as_organizer)
    assert (wrong.status_code, list(wrong.json())) == (400, ["page"])


async def test_the_documented_own_registrations(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, slash: str
) -> None:
    made = await register(api, as_guest, event)
    for which in ("", "/active"):
        answer = await api.get(f"{MINE}{which}{slash}", headers=as_guest)
        assert (answer.status_code, differences(seed.MY_REGISTRATIONS, answer.json())) == (200, [])
        [mine] = answer.json()["results"]
        assert mine == {
            "id": made["id"],
            "event": {"id": event.id, "title": event.name, "date": "2031-03-01T00:00:00Z"},
            "registered_at": made["registered_at"],
            "is_cancelled": False,
            "status": "confirmed",
        }
        assert answer.json()["count"] == 1
    past = await api.get(f"{MINE}/past{slash}", headers=as_guest)
    assert past.json() == {"count": 0, "next": None, "previous": None, "results": []}


async def test_active_and_past_ones(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units, engine: AsyncEngine
) -> None:
    """Cancelled ones are no more active; past ones are there whatever became of them."""
    events = [await a_conference(uow) for _ in range(5)]
    made = [(await register(api, as_guest, one))["id"] for one in events]
    stands, left, was, was_left, going = made
    for one in (events[1], events[3]):
        answer = await api.post(f"{EVENTS}/{one.id}/unregister/", headers=as_guest)
        assert answer.status_code == 200
    begin = text("UPDATE conferences SET starts_at = :start, ends_at = :end WHERE id = :id")
    now = utc_now()
    ended = {"start": now - timedelta(days=2), "end": now - timedelta(days=1)}
    begun = {"start": now - timedelta(hours=1), "end": now + timedelta(hours=1)}
    async with engine.begin() as connection:
        for one, period in ((events[2], ended), (events[3], ended), (events[4], begun)):
            await connection.execute(begin, period | {"id": one.id})

    async def ids(which: str) -> list[int]:
        page = (await api.get(f"{MINE}/{which}", headers=as_guest)).json()
        assert page["count"] == len(page["results"])
        return [one["id"] for one in page["results"]]

    assert await ids("") == made[::-1]
    assert await ids("active/") == [stands]
    assert await ids("past/") == [going, was_left, was]
    everything = (await api.get(f"{MINE}/", headers=as_guest)).json()["results"]
    assert {one["id"] for one in everything if one["is_cancelled"]} == {left, was_left}


async def test_they_are_ones_own_alone(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, event: Conference
) -> None:
    await register(api, as_guest, event)
    assert (await api.get(f"{MINE}/", headers=as_organizer)).json()["count"] == 0


async def test_what_a_deleted_event_leaves_behind_is_cancelled(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, event: Conference
) -> None:
    await register(api, as_guest, event)
    await api.delete(f"{EVENTS}/{event.id}/", headers=as_organizer)
    [mine] = (await api.get(f"{MINE}/", headers=as_guest)).json()["results"]
    assert mine["is_cancelled"] is True
    assert (await api.get(f"{MINE}/active/", headers=as_guest)).json()["count"] == 0


async def test_own_registrations_come_page_by_page(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units
) -> None:
    user = await a_user(uow)
    headers, person = await login(client, user), await an_attendee(uow, user=user)
    made = [(await a_registration(uow, await a_conference(uow), person)).id for _ in range(3)]
    first = (await api.get(f"{MINE}/?page_size=2", headers=headers)).json()
    second = (await api.get(first["next"], headers=headers)).json()
    assert [one["id"] for one in first["results"] + second["results"]] == made[::-1]
    assert (await api.get(second["previous"], headers=headers)).json() == first
    beyond = await api.get(f"{MINE}/active/?page=2", headers=headers)
    assert (beyond.status_code, beyond.json()) == (404, {"detail": "Invalid page."})


async def test_lists_cost_as_many_statements_however_long_they_are(
    api: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    event: Conference,
    guest: User,
    uow: Units,
    statements: list[str],
) -> None:
    person = await an_attendee(uow, user=guest)

    async def costs() -> list[int]:
        counted = []
        asked = [(f"{MINE}/{which}", as_guest) for which in ("", "active/", "past/")]
        for path, headers in [*asked, (f"{EVENTS}/{event.id}/attendees/", as_organizer)]:
            statements.clear()
            assert (await api.get(path, headers=headers)).status_code == 200
            counted.append(len(statements))
        return counted

    await a_registration(uow, event, person)
    one = await costs()
    for _ in range(2):
        await a_registration(uow, event)
        await a_registration(uow, await a_conference(uow), person)
    # Who asks, the page and its count; for the organizer, the event before.
    assert await costs() == one == [3, 3, 3, 4]
