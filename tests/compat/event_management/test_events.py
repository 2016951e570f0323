"""Seed 001 §2: events and categories, as documented and as refused."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.domain.access import Role
from app.domain.accounts import User
from tests.compat.conftest import Headers
from tests.compat.event_management.seed import (
    CATEGORIES,
    CHANGE,
    EVENT,
    EVENT_IN,
    TICKET_TYPES,
)
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    a_user,
    login,
)
from tests.shapes import differences

SLASHES = pytest.mark.parametrize("slash", ["/", ""])


async def created(api: httpx.AsyncClient, headers: Headers, **others: Any) -> dict[str, Any]:
    answer = await api.post("/api/events/create/", json=EVENT_IN | others, headers=headers)
    assert answer.status_code == 200, answer.text
    event: dict[str, Any] = answer.json()
    return event


@SLASHES
async def test_the_documented_categories(api: httpx.AsyncClient, slash: str) -> None:
    answer = await api.get(f"/api/events/categories{slash}")
    assert answer.status_code == 200
    assert answer.json()[:1] == CATEGORIES
    assert differences(CATEGORIES, answer.json()) == []


@SLASHES
async def test_the_documented_creation(
    api: httpx.AsyncClient, as_organizer: Headers, organizer: User, slash: str
) -> None:
    answer = await api.post(f"/api/events/create{slash}", json=EVENT_IN, headers=as_organizer)
    assert answer.status_code == 200
    event = answer.json()
    assert list(event) == list(EVENT)
    assert differences(EVENT, event) == []
    own = {"id": event["id"], "created_at": event["created_at"], "organizer": organizer.id}
    assert event == EVENT | own
    assert event["created_at"].endswith("Z")


@SLASHES
async def test_the_documented_list_and_the_documented_event(
    api: httpx.AsyncClient, as_organizer: Headers, uow: Units, organizer: User, slash: str
) -> None:
    sold = await a_conference(uow, organizer=organizer, capacity=100)
    for name, price, quantity in (("General", 50, 80), ("VIP", 150, 20)):
        await a_ticket_type(uow, sold, name=name, price=Decimal(price), quantity=quantity)
    plain = await created(api, as_organizer)
    answer = await api.get(f"/api/events{slash}")
    assert answer.status_code == 200
    first, second = answer.json()
    assert (first, second["id"]) == (plain, sold.id)
    assert [{**shown, "id": 0} for shown in second["ticket_types"]] == [
        {**shown, "id": 0} for shown in TICKET_TYPES
    ]
    documented = [EVENT | {"ticket_types": TICKET_TYPES}, EVENT]
    assert differences(documented, [second, first]) == []
    one = await api.get(f"/api/events/{plain['id']}{slash}")
    assert (one.status_code, one.json()) == (200, plain)


@SLASHES
async def test_the_documented_update_and_deletion(
    api: httpx.AsyncClient, as_organizer: Headers, slash: str
) -> None:
    event = await created(api, as_organizer)
    place = f"/api/events/{event['id']}"
    updated = await api.put(f"{place}/update{slash}", json=CHANGE, headers=as_organizer)
    assert (updated.status_code, list(updated.json())) == (200, list(EVENT))
    assert updated.json() == event | {"description": "Future of AI"}
    deleted = await api.delete(f"{place}/delete{slash}", headers=as_organizer)
    assert (deleted.status_code, deleted.content) == (204, b"")
    gone = await api.get(f"{place}{slash}")
    assert (gone.status_code, gone.json()) == (404, {"detail": "Not found.", "code": "not_found"})
    assert (await api.get("/api/events/")).json() == []


async def test_an_update_shows_the_ticket_types(
    api: httpx.AsyncClient, as_organizer: Headers, uow: Units, organizer: User
) -> None:
    event = await a_conference(uow, organizer=organizer, capacity=120)
    general = await a_ticket_type(uow, event, name="General", price=Decimal(100), quantity=100)
    place = f"/api/events/{event.id}/update/"
    answer = await api.patch(place, json={"title": "Renamed"}, headers=as_organizer)
    assert answer.status_code == 200
    assert answer.json()["title"] == "Renamed"
    sold = {"id": general.id, "name": "General", "price": "100.00", "quantity": 100}
    assert answer.json()["ticket_types"] == [sold]


async def test_it_ends_two_hours_later_and_has_the_same_id_everywhere(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_organizer: Headers
) -> None:
    event = await created(api, as_organizer)
    path = f"/api/v1/conferences/{event['id']}/"
    native = (await client.get(path, headers=as_organizer)).json()["data"]
    assert native["conference_name"] == event["title"]
    assert native["starts_at"] == "2025-12-15T10:00:00Z"
    assert native["ends_at"] == "2025-12-15T12:00:00Z"
    assert (native["capacity"], native["status"]) == (100, "completed")


async def test_it_may_be_told_when_it_ends(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_organizer: Headers
) -> None:
    event = await created(api, as_organizer, end_time="2025-12-15T18:00:00+02:00")
    path = f"/api/v1/conferences/{event['id']}/"
    native = (await client.get(path, headers=as_organizer)).json()["data"]
    assert native["ends_at"] == "2025-12-15T16:00:00Z"


async def test_a_conference_of_several_days_keeps_its_length(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_organizer: Headers,
    uow: Units,
    organizer: User,
) -> None:
    conference = await a_conference(uow, organizer=organizer, days=3, capacity=10)
    path = f"/api/v1/conferences/{conference.id}/"
    place = f"/api/events/{conference.id}"
    shown = (await api.get(f"{place}/")).json()
    assert shown["date_time"] == "2031-03-01T00:00:00Z"
    same = {"title": "Same days", "date_time": shown["date_time"], "capacity": 10}
    await api.put(f"{place}/update/", json=same, headers=as_organizer)
    native = (await client.get(path, headers=as_organizer)).json()["data"]
    assert (native["starts_at"], native["ends_at"]) == (
        "2031-03-01T00:00:00Z",
        "2031-03-04T00:00:00Z",
    )
    moved = {"date_time": "2031-05-01T09:00:00Z"}
    await api.patch(f"{place}/update/", json=moved, headers=as_organizer)
    native = (await client.get(path, headers=as_organizer)).json()["data"]
    assert (native["starts_at"], native["ends_at"]) == (
        "2031-05-01T09:00:00Z",
        "2031-05-04T09:00:00Z",
    )


async def test_sessions_are_shown_by_start(api: httpx.AsyncClient, uow: Units) -> None:
    event = await a_conference(uow)
    late = await a_session(uow, event, hour=11, name="Late", speaker="Ada", room="A", capacity=5)
    early = await a_session(uow, event, hour=9, name="Early")
    shown = (await api.get(f"/api/events/{event.id}/")).json()["sessions"]
    assert [session["id"] for session in shown] == [early.id, late.id]
    assert shown[1] == {
        "id": late.id,
        "title": "Late",
        "speaker": "Ada",
        "room": "A",
        "start_time": "2031-03-01T11:00:00Z",
        "end_time": "2031-03-01T12:00:00Z",
        "capacity": 5,
    }


async def test_what_has_no_limit_elsewhere_is_a_number_here(
    api: httpx.AsyncClient, uow: Units
) -> None:
    event = await a_conference(uow, capacity=None)
    await a_ticket_type(uow, event, quantity=None)
    shown = (await api.get(f"/api/events/{event.id}/")).json()
    assert shown["capacity"] == shown["ticket_types"][0]["quantity"] == 2**31 - 1


async def test_only_organizers_create(
    api: httpx.AsyncClient, as_guest: Headers, as_admin: Headers
) -> None:
    anonymous = await api.post("/api/events/create/", json=EVENT_IN)
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "not_authenticated")
    attendee = await api.post("/api/events/create/", json=EVENT_IN, headers=as_guest)
    assert (attendee.status_code, attendee.json()["code"]) == (403, "forbidden")
    # Who asks is found out before what is sent is judged.
    assert (await api.post("/api/events/create/", json={}, headers=as_guest)).status_code == 403
    await created(api, as_admin)


async def test_only_its_own_organizer_changes_it(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_organizer: Headers, uow: Units
) -> None:
    event = await created(api, as_organizer)
    other = await login(client, await a_user(uow, role=Role.ORGANIZER))
    place = f"/api/events/{event['id']}"
    for headers, status in ((other, 403), ({}, 401)):
        put = await api.put(f"{place}/update/", json=CHANGE, headers=headers)
        delete = await api.delete(f"{place}/delete/", headers=headers)
        assert put.status_code == delete.status_code == status
        assert set(put.json()) == {"detail", "code"}
    assert (await api.get(f"{place}/")).json() == event


async def test_what_is_not_there(api: httpx.AsyncClient, as_organizer: Headers) -> None:
    for path in ("999999", "0", "abc", "9223372036854775808"):
        assert (await api.get(f"/api/events/{path}/")).status_code == 404
        place = f"/api/events/{path}"
        put = await api.put(f"{place}/update/", json=CHANGE, headers=as_organizer)
        delete = await api.delete(f"{place}/delete/", headers=as_organizer)
        assert put.status_code == delete.status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", None),
        ("title", "x" * 201),
        ("title", "two\nlines"),
        ("date_time", "2025-12-15"),
        ("date_time", "2025-12-15T10:00:00"),
        ("date_time", "1999-12-31T23:59:59Z"),
        ("date_time", 1_765_792_800),
        ("capacity", 0),
        ("capacity", -1),
        ("capacity", 2**31),
        ("capacity", None),
        ("capacity", 1.5),
        ("capacity", True),
        ("capacity", "many"),
        ("visibility", "secret"),
        ("visibility", None),
        ("category", "technology"),
        ("category", 0),
        ("description", 5),
        ("location", ["New York"]),
    ],
)
async def test_a_field_at_fault_is_named(
    api: httpx.AsyncClient, as_organizer: Headers, field: str, value: object
) -> None:
    body = EVENT_IN | {field: value}
    answer = await api.post("/api/events/create/", json=body, headers=as_organizer)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    [said] = answer.json()[field]
    assert said.endswith(".")
    assert answer.headers["x-error-code"] == "invalid"


async def test_what_must_be_said_is_asked_for(
    api: httpx.AsyncClient, as_organizer: Headers
) -> None:
    answer = await api.post("/api/events/create/", json={}, headers=as_organizer)
    assert answer.status_code == 400
    required = ["This field is required."]
    assert answer.json() == {"title": required, "date_time": required, "capacity": required}


async def test_an_unknown_category_is_named_in_the_customary_words(
    api: httpx.AsyncClient, as_organizer: Headers
) -> None:
    body = EVENT_IN | {"category": 99}
    answer = await api.post("/api/events/create/", json=body, headers=as_organizer)
    assert answer.status_code == 400
    assert answer.json() == {"category": ['Invalid pk "99" - object does not exist.']}


async def test_a_category_may_be_left_out_and_taken_away(
    api: httpx.AsyncClient, as_organizer: Headers
) -> None:
    event = await created(api, as_organizer)
    assert (await created(api, as_organizer, category=None))["category"] == 4
    place = f"/api/events/{event['id']}/update/"
    answer = await api.patch(place, json={"category": None}, headers=as_organizer)
    assert answer.json() == event | {"category": None}


async def test_numbers_may_come_as_text_and_unknown_fields_do_nothing(
    api: httpx.AsyncClient, as_organizer: Headers, organizer: User
) -> None:
    sent = {"capacity": "100", "category": "1", "id": 1, "organizer": 77, "seats_taken": 5}
    event = await created(api, as_organizer, **sent)
    assert (event["capacity"], event["category"], event["organizer"]) == (100, 1, organizer.id)


async def test_a_capacity_is_not_lowered_below_the_seats_taken(
    api: httpx.AsyncClient, as_organizer: Headers, uow: Units, organizer: User
) -> None:
    event = await a_conference(uow, organizer=organizer, capacity=5)
    for _ in range(2):
        await a_registration(uow, event)
    place = f"/api/events/{event.id}/update/"
    answer = await api.patch(place, json={"capacity": 1}, headers=as_organizer)
    assert (answer.status_code, list(answer.json())) == (400, ["capacity"])
    assert answer.headers["x-error-code"] == "capacity_below_taken"


async def test_an_event_does_not_end_before_it_begins(
    api: httpx.AsyncClient, as_organizer: Headers
) -> None:
    body = EVENT_IN | {"end_time": EVENT_IN["date_time"]}
    answer = await api.post("/api/events/create/", json=body, headers=as_organizer)
    assert (answer.status_code, list(answer.json())) == (400, ["date_time"])
    assert answer.headers["x-error-code"] == "invalid_period"


async def test_a_repeated_creation_under_a_key_is_one_event(
    api: httpx.AsyncClient, as_organizer: Headers
) -> None:
    keyed = as_organizer | {"Idempotency-Key": "once"}
    first, second = [
        await api.post("/api/events/create/", json=EVENT_IN, headers=keyed) for _ in range(2)
    ]
    assert first.json() == second.json()
    assert len((await api.get("/api/events/")).json()) == 1
    other = await api.post("/api/events/create/", json=CHANGE, headers=keyed)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_path_of_its_own_has_its_own_methods(
    api: httpx.AsyncClient, as_organizer: Headers
) -> None:
    answer = await api.get("/api/events/create/", headers=as_organizer)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


async def test_nothing_is_moved_beyond_the_calendar(
    api: httpx.AsyncClient, as_organizer: Headers
) -> None:
    event = (await api.post("/api/events/create/", json=EVENT_IN, headers=as_organizer)).json()
    url = f"/api/events/{event['id']}/update/"
    long = {"date_time": "2001-01-01T00:00:00Z", "end_time": "2027-05-05T09:00:00Z"}
    assert (await api.patch(url, json=long, headers=as_organizer)).status_code == 200
    far = await api.patch(url, json={"date_time": "2099-12-31T00:00:00Z"}, headers=as_organizer)
    assert (far.status_code, far.headers["X-Error-Code"]) == (400, "invalid_period")
