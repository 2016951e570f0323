"""Seed 003, Events: put up, found, changed, published, called off."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.domain.accounts import User
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.event_hub.seed import (
    CURL_EVENT_IN,
    EVENT,
    EVENT_IN,
    LISTED_EVENT,
    NOT_FOUND,
    STATISTICS,
)
from tests.factories import Units, a_conference, a_registration, a_session, an_attendee
from tests.shapes import differences


async def created(
    api: httpx.AsyncClient, headers: Headers, *, publish: bool = False, **others: Any
) -> dict[str, Any]:
    answer = await api.post("/api/events/", json=EVENT_IN | others, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    if publish:
        published = await api.post(f"/api/events/{made['id']}/publish/", headers=headers)
        assert published.status_code == 200
        made = published.json()
    return made


@pytest.mark.parametrize("body", [EVENT_IN, CURL_EVENT_IN])
async def test_the_documented_creation(
    api: httpx.AsyncClient,
    as_organizer: Headers,
    organizer: User,
    body: dict[str, Any],
    slash: str,
) -> None:
    answer = await api.post(f"/api/events{slash}", json=body, headers=as_organizer)
    assert answer.status_code == 201
    made = answer.json()
    assert differences(EVENT, made) == []
    assert {name: made[name] for name in body} == body
    assert made["status"] == "draft"
    assert (made["organizer"], made["organizer_name"]) == (organizer.id, "Ada Lovelace")
    assert (made["attendees_count"], made["available_spots"]) == (0, 30)
    assert made["is_registration_open"] is False
    shown = await api.get(f"/api/events/{made['id']}{slash}", headers=as_organizer)
    assert (shown.status_code, shown.json()) == (200, made)


async def test_only_organizers_create(api: httpx.AsyncClient, as_guest: Headers) -> None:
    answer = await api.post("/api/events/", json=EVENT_IN, headers=as_guest)
    assert (answer.status_code, set(answer.json())) == (403, {"detail", "error"})
    assert (await api.post("/api/events/", json=EVENT_IN)).status_code == 401


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"category": "technology"}, "category"),
        ({"category": 1}, "category"),
        ({"start_date": "2035-12-27"}, "start_date"),
        ({"start_date": "2035-12-27T14:00:00"}, "start_date"),
        ({"end_date": "2035-12-27T13:00:00Z"}, "end_date"),
        ({"max_attendees": 0}, "max_attendees"),
        ({"max_attendees": None}, "max_attendees"),
        ({"price": "-1"}, "price"),
        ({"price": "1.001"}, "price"),
        ({"is_online": "maybe"}, "is_online"),
    ],
)
async def test_what_is_wrong_is_named(
    api: httpx.AsyncClient, as_organizer: Headers, change: dict[str, object], field: str
) -> None:
    answer = await api.post("/api/events/", json=EVENT_IN | change, headers=as_organizer)
    assert (answer.status_code, set(answer.json())) == (400, {"detail", "error", field})
    assert answer.json()["error"] == "The request data is invalid."


async def test_a_draft_is_its_organizers_alone_until_it_is_published(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers, slash: str
) -> None:
    made = await created(api, as_organizer)
    path = f"/api/events/{made['id']}"
    for headers in ({}, as_guest):
        for what in ("/", "/attendees/", "/statistics/"):
            answer = await api.get(f"{path}{what}", headers=headers)
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert (await api.get("/api/events/")).json() == []
    assert (await api.post(f"{path}/publish{slash}", headers=as_guest)).status_code == 404
    published = await api.post(f"{path}/publish{slash}", headers=as_organizer)
    assert published.status_code == 200
    assert differences(EVENT, published.json()) == []
    assert (published.json()["status"], published.json()["is_registration_open"]) == (
        "published",
        True,
    )
    again = await api.post(f"{path}/publish{slash}", headers=as_organizer)
    assert (again.status_code, again.headers["x-error-code"]) == (409, "conference_state")
    # Nobody is told where to meet who has no seat.
    assert (await api.get(path)).json() == published.json() | {"online_url": ""}


async def test_the_address_of_the_meeting_is_for_those_who_booked(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers
) -> None:
    made = await created(api, as_organizer, publish=True)
    path = f"/api/events/{made['id']}/"
    assert (await api.get(path, headers=as_guest)).json()["online_url"] == ""
    await api.post("/api/bookings/", json={"event": made["id"]}, headers=as_guest)
    assert (await api.get(path, headers=as_guest)).json()["online_url"] == "https://zoom.us/..."


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_the_organizer_changes_it(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers, method: str, slash: str
) -> None:
    made = await created(api, as_organizer, publish=True)
    path = f"/api/events/{made['id']}{slash}"
    change = {"title": "Python", "category": "training", "price": "5.00", "max_attendees": 40}
    answer = await api.request(method, path, json=change, headers=as_organizer)
    assert answer.status_code == 200
    assert answer.json() == made | change | {
        "available_spots": 40,
        "updated_at": answer.json()["updated_at"],
    }
    protected = {"status": "cancelled", "organizer": 1, "attendees_count": 9, "id": 77}
    same = await api.request(method, path, json=protected, headers=as_organizer)
    assert (same.json()["status"], same.json()["id"]) == ("published", made["id"])
    assert (await api.request(method, path, json=change, headers=as_guest)).status_code == 403
    assert (await api.request(method, path, json=change)).status_code == 401


async def test_the_documented_list(
    api: httpx.AsyncClient, as_organizer: Headers, slash: str
) -> None:
    made = await created(api, as_organizer, publish=True)
    answer = await api.get(f"/api/events{slash}")
    assert (answer.status_code, differences([LISTED_EVENT], answer.json())) == (200, [])
    assert answer.json() == [{name: made[name] for name in LISTED_EVENT}]


async def test_the_list_is_filtered_and_ordered(
    api: httpx.AsyncClient, as_organizer: Headers, uow: Units, organizer: User
) -> None:
    cheap = await created(api, as_organizer, publish=True, title="Baking", price="9.00")
    dear = await created(
        api,
        as_organizer,
        publish=True,
        category="webinar",
        is_online=False,
        price="100.00",
        tags="cooking",
        description="",
        start_date="2036-01-01T00:00:00Z",
        end_date="2036-01-02T00:00:00Z",
        registration_deadline=None,
    )
    draft = await created(api, as_organizer, title="Secret")
    now = utc_now()
    running = await a_conference(uow, organizer=organizer, starts_at=now - timedelta(hours=1))
    past = await a_conference(uow, organizer=organizer, starts_at=now - timedelta(days=9), days=1)
    off = await created(api, as_organizer, publish=True, title="Off")
    await api.post(f"/api/events/{off['id']}/cancel/", headers=as_organizer)

    async def ids(query: str, headers: Headers | None = None) -> list[int]:
        answer = await api.get(f"/api/events/?{query}", headers=headers or {})
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()]

    assert await ids("category=webinar") == [dear["id"]]
    # What has no other of the six words is a conference.
    assert set(await ids("category=conference")) == {running.id, past.id}
    assert await ids("status=draft") == []
    assert await ids("status=draft", as_organizer) == [draft["id"]]
    assert await ids("status=ongoing") == [running.id]
    assert await ids("status=completed") == [past.id]
    assert await ids("status=cancelled") == [off["id"]]
    assert await ids("status=published") == [dear["id"], cheap["id"]]
    assert await ids("status=published&is_online=true") == [cheap["id"]]
    assert await ids("status=published&is_online=False") == [dear["id"]]
    assert await ids("search=cooking") == [dear["id"]]
    assert await ids("search=BAKING") == [cheap["id"]]
    # Numbers, not words: 9 is less than 100.
    assert await ids("status=published&ordering=price") == [cheap["id"], dear["id"]]
    assert await ids("status=published&ordering=-price") == [dear["id"], cheap["id"]]
    assert await ids("status=published&ordering=start_date") == [cheap["id"], dear["id"]]
    assert await ids("status=published&ordering=-created_at") == [dear["id"], cheap["id"]]
    assert len(await ids("page_size=2&page=2")) == 2
    for wrong in ("category=technology", "status=open", "is_online=maybe", "ordering=secret"):
        answer = await api.get(f"/api/events/?{wrong}")
        assert (answer.status_code, set(answer.json())) == (
            400,
            {"detail", "error", wrong.partition("=")[0]},
        )


async def test_a_list_costs_as_many_statements_as_one_event(
    api: httpx.AsyncClient, uow: Units, statements: list[str]
) -> None:
    for _ in range(4):
        await a_conference(uow)
    await api.get("/api/events/")
    statements.clear()
    await api.get("/api/events/")
    # Which there are, and their names; the rest is remembered.
    assert len(statements) <= 3


async def test_an_event_made_elsewhere(api: httpx.AsyncClient, uow: Units) -> None:
    endless = await a_conference(uow)
    await a_session(uow, endless, speaker="Grace Hopper")
    shown = (await api.get(f"/api/events/{endless.id}/")).json()
    assert differences(EVENT | {"registration_deadline": None}, shown) == []
    assert (shown["max_attendees"], shown["available_spots"]) == (2**31 - 1, 2**31 - 1)
    [talk] = shown["sessions"]
    assert (talk["speaker"], talk["speaker_name"]) == (None, "Grace Hopper")
    assert shown["category"] == "conference"


async def test_calling_it_off_cancels_its_bookings(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers, slash: str
) -> None:
    made = await created(api, as_organizer, publish=True)
    await api.post("/api/bookings/", json={"event": made["id"]}, headers=as_guest)
    path = f"/api/events/{made['id']}/cancel{slash}"
    assert (await api.post(path, headers=as_guest)).status_code == 403
    answer = await api.post(path, headers=as_organizer)
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["attendees_count"]) == ("cancelled", 0)
    [booking] = (await api.get("/api/bookings/", headers=as_guest)).json()
    assert booking["status"] == "cancelled"
    assert (await api.post(path, headers=as_organizer)).status_code == 409


async def test_deleting_takes_it_from_sight(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers
) -> None:
    made = await created(api, as_organizer, publish=True)
    path = f"/api/events/{made['id']}/"
    assert (await api.delete(path, headers=as_guest)).status_code == 403
    answer = await api.delete(path, headers=as_organizer)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await api.get(path, headers=as_organizer)).json() == NOT_FOUND


async def test_attendees_are_shown_and_their_addresses_to_the_organizer(
    api: httpx.AsyncClient, as_organizer: Headers, organizer: User, uow: Units, slash: str
) -> None:
    event = await a_conference(uow, organizer=organizer)
    person = await an_attendee(uow)
    await a_registration(uow, event, person)
    path = f"/api/events/{event.id}/attendees{slash}"
    seen = await api.get(path)
    assert seen.status_code == 200
    [one] = seen.json()
    assert (one["user_name"], one["email"]) == (person.name, "")
    assert (await api.get(path, headers=as_organizer)).json() == [one | {"email": person.email}]


async def test_the_documented_statistics(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers, slash: str
) -> None:
    made = await created(api, as_organizer, publish=True, max_attendees=50)
    path = f"/api/events/{made['id']}/statistics{slash}"
    answer = await api.get(path)
    assert answer.status_code == 200
    assert differences(STATISTICS, answer.json()) == []
    assert answer.json() == STATISTICS
    body = {"event": made["id"], "number_of_tickets": 3}
    await api.post("/api/bookings/", json=body, headers=as_guest)
    assert (await api.get(path)).json()["available_spots"] == 47


async def test_ids_that_are_none(api: httpx.AsyncClient) -> None:
    for id in ("0", "x", "999999", str(2**64)):
        answer = await api.get(f"/api/events/{id}/")
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


async def test_prices_have_two_decimals(api: httpx.AsyncClient, uow: Units) -> None:
    event = await a_conference(uow, price=Decimal("7.5"))
    assert (await api.get(f"/api/events/{event.id}/")).json()["price"] == "7.50"
