"""Online events, who comes to them, and what they come to in numbers, over HTTP."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference
from tests.api.claims import get
from tests.api.conftest import Headers
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    a_user,
    an_attendee,
    login,
)

PATH = "/api/v1/conferences/"
MEETUP = {
    "conference_name": "Meetup",
    "start_date": "2031-03-01",
    "end_date": "2031-03-01",
    "is_online": True,
    "online_url": "https://meet.example/1?pwd=secret",
    "tags": "python , AI,ai, open  source",
    "registration_deadline": "2031-02-01T00:00:00Z",
    "capacity": 5,
}


async def made(client: httpx.AsyncClient, **others: object) -> dict[str, Any]:
    answer = await client.post(PATH, json=MEETUP | others)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_an_online_event_is_put_up_and_changed(organizer_client: httpx.AsyncClient) -> None:
    event = await made(organizer_client)
    shown = {
        "is_online": True,
        "online_url": MEETUP["online_url"],
        "tags": "python, AI, open source",
        "registration_deadline": MEETUP["registration_deadline"],
        "available_spots": 5,
        "is_registration_open": True,
        "reviews_count": 0,
        "average_rating": 0.0,
    }
    assert {name: event[name] for name in shown} == shown
    changes = {"is_online": False, "online_url": "", "tags": ""}
    answer = await organizer_client.patch(f"{PATH}{event['id']}/", json=changes)
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()["data"][name] for name in changes} == changes


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("online_url", "javascript:alert(1)"),
        ("online_url", "meet.example"),
        ("online_url", "https://" + "x" * 500),
        ("online_url", None),
        ("tags", "x" * 501),
        ("tags", "a\nb"),
        ("is_online", "yes"),
    ],
)
async def test_what_is_no_link_and_no_tags_is_refused(
    organizer_client: httpx.AsyncClient, field: str, value: object
) -> None:
    event = await made(organizer_client)
    nothing: dict[str, object] = {}
    bodies = (("POST", PATH, MEETUP), ("PATCH", f"{PATH}{event['id']}/", nothing))
    for method, path, body in bodies:
        answer = await organizer_client.request(method, path, json={**body, field: value})
        assert answer.status_code == 400, answer.text
        assert list(answer.json()["errors"]) == [field]


async def test_where_to_meet_is_told_to_those_with_a_seat(
    client: httpx.AsyncClient,
    organizer_client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    admin_client: httpx.AsyncClient,
    as_guest: Headers,
) -> None:
    event = await made(organizer_client)
    paths = [f"{PATH}{event['id']}/", PATH, f"{PATH}upcoming/", "/api/v1/search/?q=meetup"]

    async def shows(asking: httpx.AsyncClient, headers: Headers | None = None) -> set[bool]:
        told = [(await asking.get(path, headers=headers)).text for path in paths]
        assert all("Meetup" in text for text in told)
        return {"pwd=secret" in text for text in told}

    assert await shows(organizer_client) == await shows(admin_client) == {True}
    assert await shows(rival_client) == await shows(client, as_guest) == {False}
    body = {"conference": event["id"]}
    registered = await client.post("/api/v1/registrations/", json=body, headers=as_guest)
    assert registered.status_code == 201, registered.text
    assert await shows(client, as_guest) == {True}
    registration = registered.json()["data"]["id"]
    await client.delete(f"/api/v1/registrations/{registration}/", headers=as_guest)
    assert await shows(client, as_guest) == {False}


async def test_lists_are_filtered_and_ordered(organizer_client: httpx.AsyncClient) -> None:
    await made(organizer_client, conference_name="dear", price=100)
    await made(organizer_client, conference_name="cheap", price=9.5, is_online=False, tags="yoga")

    async def names(**query: str) -> list[str]:
        answer = await organizer_client.get(PATH, params=query)
        assert answer.status_code == 200, answer.text
        return [item["conference_name"] for item in answer.json()["data"]]

    assert await names(ordering="price") == ["cheap", "dear"]
    assert await names(ordering="-price") == ["dear", "cheap"]
    assert await names(is_online="true") == ["dear"]
    assert await names(tag="Open Source") == ["dear"]
    assert await names(search="yog") == ["cheap"]
    refused = await organizer_client.get(PATH, params={"is_online": "perhaps"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["is_online"])


async def earned(engine: AsyncEngine, registration: int, minor: int, given_back: int) -> None:
    """A payment of it, of which a part was given back."""
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO payments (registration_id, amount_minor, status, refunded_minor,"
                " created_at) VALUES (:id, :minor, :status, :given_back, now())"
            ),
            {
                "id": registration,
                "minor": minor,
                "given_back": given_back,
                "status": "refunded" if given_back == minor else "paid",
            },
        )


async def test_statistics_are_one_statement_and_tell_earnings_to_who_manages(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    as_organizer: Headers,
    as_admin: Headers,
    as_guest: Headers,
) -> None:
    event = await a_conference(uow, organizer=organizer, capacity=5)
    session = await a_session(uow, event)
    first, second = [await a_registration(uow, event) for _ in range(2)]
    third = await a_registration(uow, session)
    await earned(engine, first.id, 4900, 900)
    await earned(engine, second.id, 1000, 1000)
    await earned(engine, third.id, 550, 0)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE registrations SET checked_in_at = now() WHERE id = :id"), {"id": first.id}
        )
        await connection.execute(
            text("UPDATE conferences SET reviews_count = 3, ratings_sum = 13, waiting = 1")
        )
    expected = {
        "total_attendees": 2,
        "available_spots": 3,
        "waitlist_count": 1,
        "checked_in": 1,
        "reviews_count": 3,
        "average_rating": 4.33,
        "total_revenue": 45.5,
        "currency": "USD",
    }
    path = f"conferences/{event.id}/statistics/"
    assert await get(client, as_organizer, path) == expected
    assert await get(client, as_admin, path) == expected
    assert await get(client, as_guest, path) == expected | {"total_revenue": 0.0}
    assert (await client.get(f"/api/v1/{path}")).status_code == 401
    unknown = await client.get(f"{PATH}999/statistics/", headers=as_admin)
    assert unknown.status_code == 404


async def test_who_comes_is_listed_for_who_manages(
    client: httpx.AsyncClient,
    uow: Units,
    conference: Conference,
    as_organizer: Headers,
    as_admin: Headers,
    as_guest: Headers,
) -> None:
    regular = await a_ticket_type(uow, conference, name="Regular")
    ada, bob = await an_attendee(uow), await an_attendee(uow)
    first = await a_registration(uow, regular, ada)
    await a_registration(uow, regular, bob)
    await a_registration(uow, await a_session(uow, conference))
    path = f"conferences/{conference.id}/attendees/"
    found = await get(client, as_organizer, path)
    assert [one["name"] for one in found] == [ada.name, bob.name]
    assert found[0] == {
        "registration": first.id,
        "attendee": ada.id,
        "name": ada.name,
        "email": ada.email,
        "phone": ada.phone_number,
        "status": "confirmed",
        "ticket_type_id": regular.id,
        "ticket_type": "Regular",
        "quantity": 1,
        "registered_at": found[0]["registered_at"],
        "checked_in_at": None,
    }
    assert await get(client, as_admin, path) == found
    for query, names in (
        ("?ordering=-name&page_size=1", [max(ada.name, bob.name)]),
        (f"?search={ada.email.upper()}", [ada.name]),
        (f"?ticket_type={regular.id}", [ada.name, bob.name]),
        (f"?ticket_type={regular.id + 1}", []),
        ("?status=cancelled", []),
        ("?checked_in=true", []),
    ):
        assert [one["name"] for one in await get(client, as_organizer, path + query)] == names
    for who, status in ((as_guest, 403), (await login(client, await a_user(uow)), 403)):
        assert (await client.get(f"/api/v1/{path}", headers=who)).status_code == status
    assert (await client.get(f"{PATH}999/attendees/", headers=as_admin)).status_code == 404
