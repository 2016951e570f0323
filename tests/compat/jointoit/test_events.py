"""Seed 004, Event Management: one event put up, shown, changed and taken away."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.jointoit import seed
from tests.factories import Units, a_conference, a_registration, a_session, a_user, login
from tests.shapes import differences

EVENTS = "/api/events"
SOON = "2035-07-20T14:00:00Z"


async def put_up(api: httpx.AsyncClient, headers: Headers, **other: object) -> dict[str, Any]:
    answer = await api.post(f"{EVENTS}/", json=seed.EVENT_IN | other, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_the_documented_creation(
    api: httpx.AsyncClient, as_guest: Headers, guest: User, slash: str
) -> None:
    answer = await api.post(f"{EVENTS}{slash}", json=seed.EVENT_IN, headers=as_guest)
    assert (answer.status_code, differences(seed.CREATED, answer.json())) == (201, [])
    made = answer.json()
    assert {name: made[name] for name in seed.EVENT_IN} == seed.EVENT_IN
    assert set(made) == set(seed.CREATED)
    assert (made["organizer"], made["organizer_name"]) == (guest.id, "Ada Lovelace")
    assert (made["attendees_count"], made["available_spots"]) == (0, 30)
    # The day of the document has gone by.
    assert (made["is_active"], made["is_past"]) == (False, True)
    later = await put_up(api, as_guest, date=SOON)
    assert (later["is_active"], later["is_past"]) == (True, False)
    assert (await api.get(f"{EVENTS}/{later['id']}{slash}")).json() == later


async def test_whoever_creates_an_event_is_an_organizer_by_that_and_at_once(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_guest: Headers, guest: User
) -> None:
    native = {
        "conference_name": "Summit",
        "location": "Here",
        "start_date": "2035-03-01",
        "end_date": "2035-03-02",
    }
    refused = await client.post("/api/v1/conferences/", json=native, headers=as_guest)
    assert refused.status_code == 403
    made = await put_up(api, as_guest)
    me = (await client.get("/api/v1/users/me/", headers=as_guest)).json()["data"]
    assert (me["id"], me["role"]) == (guest.id, "organizer")
    allowed = await client.post("/api/v1/conferences/", json=native, headers=as_guest)
    assert allowed.status_code == 201
    manages = await client.get(f"/api/v1/conferences/{made['id']}/attendees/", headers=as_guest)
    assert manages.status_code == 200


async def test_who_has_another_role_keeps_it(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_admin: Headers
) -> None:
    await put_up(api, as_admin)
    me = (await client.get("/api/v1/users/me/", headers=as_admin)).json()["data"]
    assert me["role"] == "admin"


async def test_what_is_refused_makes_nobody_an_organizer(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_guest: Headers
) -> None:
    wrong = await api.post(f"{EVENTS}/", json={"title": "X"}, headers=as_guest)
    assert (wrong.status_code, set(wrong.json())) == (400, {"date", "location"})
    me = (await client.get("/api/v1/users/me/", headers=as_guest)).json()["data"]
    assert me["role"] == "attendee"


async def test_a_repeated_creation_under_a_key_is_one(
    api: httpx.AsyncClient, as_guest: Headers
) -> None:
    keyed = as_guest | {"Idempotency-Key": "once"}
    assert await put_up(api, keyed) == await put_up(api, keyed)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("title", ""),
        ("title", 5),
        ("title", "x" * 201),
        ("date", "2024-07-20"),
        ("date", "2024-07-20T14:00:00"),
        ("date", "1999-07-20T14:00:00Z"),
        ("date", "2101-07-20T14:00:00Z"),
        ("date", None),
        ("location", ""),
        ("max_attendees", 0),
        ("max_attendees", -1),
        ("max_attendees", 1.5),
        ("max_attendees", True),
        ("max_attendees", 2**31),
        ("description", None),
    ],
)
async def test_what_cannot_be_meant_is_named(
    api: httpx.AsyncClient, as_guest: Headers, field: str, wrong: object
) -> None:
    body = seed.EVENT_IN | {field: wrong}
    answer = await api.post(f"{EVENTS}/", json=body, headers=as_guest)
    assert (answer.status_code, list(answer.json())) == (400, [field])


async def test_any_offset_is_understood_and_comes_back_in_utc(
    api: httpx.AsyncClient, as_guest: Headers
) -> None:
    made = await put_up(api, as_guest, date="2035-07-20T16:00:00+02:00", max_attendees="30")
    assert (made["date"], made["max_attendees"]) == (SOON, 30)


@pytest.mark.parametrize("sent", [{"max_attendees": None}, {}])
async def test_without_a_limit_there_is_no_number_of_spots(
    api: httpx.AsyncClient, as_guest: Headers, sent: dict[str, object]
) -> None:
    body = {name: value for name, value in seed.EVENT_IN.items() if name != "max_attendees"}
    made = (await api.post(f"{EVENTS}/", json=body | sent, headers=as_guest)).json()
    assert (made["max_attendees"], made["available_spots"]) == (None, None)
    [listed] = (await api.get(f"{EVENTS}/?has_spots=true")).json()["results"]
    assert listed["available_spots"] is None


async def test_without_a_token_nothing_is_put_up(api: httpx.AsyncClient) -> None:
    answer = await api.post(f"{EVENTS}/", json=seed.EVENT_IN)
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])


async def test_the_documented_updates(
    api: httpx.AsyncClient, as_organizer: Headers, slash: str
) -> None:
    made = await put_up(api, as_organizer)
    path = f"{EVENTS}/{made['id']}{slash}"
    whole = seed.EVENT_IN | {"title": "Python Day", "date": SOON, "max_attendees": 40}
    answer = await api.put(path, json=whole, headers=as_organizer)
    assert (answer.status_code, differences(seed.CREATED, answer.json())) == (200, [])
    assert {name: answer.json()[name] for name in whole} == whole
    part = await api.patch(path, json=seed.CHANGE, headers=as_organizer)
    assert part.status_code == 200
    changed = part.json()
    assert changed == answer.json() | seed.CHANGE | {
        "available_spots": 200,
        "updated_at": changed["updated_at"],
    }
    assert changed["updated_at"] > made["updated_at"]
    assert (await api.get(path)).json() == changed


@pytest.mark.parametrize("missing", ["title", "date", "location"])
async def test_a_full_update_is_full(
    api: httpx.AsyncClient, as_organizer: Headers, missing: str
) -> None:
    made = await put_up(api, as_organizer)
    body = {name: value for name, value in seed.EVENT_IN.items() if name != missing}
    answer = await api.put(f"{EVENTS}/{made['id']}/", json=body, headers=as_organizer)
    assert (answer.status_code, answer.json()) == (400, {missing: ["This field is required."]})


async def test_a_new_date_keeps_the_length(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, organizer: User
) -> None:
    headers = await login(client, organizer)
    event = await a_conference(uow, organizer=organizer, days=3)
    answer = await api.patch(f"{EVENTS}/{event.id}/", json={"date": SOON}, headers=headers)
    assert answer.json()["date"] == SOON
    native = (await client.get(f"/api/v1/conferences/{event.id}/", headers=headers)).json()
    assert native["data"]["end_date"] == "2035-07-23"


async def test_what_it_holds_already_must_fit(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, organizer: User
) -> None:
    headers = await login(client, organizer)
    event = await a_conference(uow, organizer=organizer, capacity=5)
    for _ in range(2):
        await a_registration(uow, event)
    await a_session(uow, event)
    path = f"{EVENTS}/{event.id}/"
    small = await api.patch(path, json={"max_attendees": 1}, headers=headers)
    assert (small.status_code, list(small.json())) == (400, ["max_attendees"])
    assert small.headers["x-error-code"] == "capacity_below_taken"
    moved = await api.patch(path, json={"date": SOON}, headers=headers)
    assert (moved.status_code, list(moved.json())) == (400, ["date"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_only_its_organizer_and_admins_change_an_event(
    api: httpx.AsyncClient,
    as_organizer: Headers,
    as_guest: Headers,
    as_admin: Headers,
    method: str,
) -> None:
    made = await put_up(api, as_organizer)
    await put_up(api, as_guest)
    path = f"{EVENTS}/{made['id']}/"
    body = None if method == "DELETE" else seed.EVENT_IN
    stranger = await api.request(method, path, json=body, headers=as_guest)
    assert (stranger.status_code, list(stranger.json())) == (403, ["detail"])
    assert (await api.request(method, path, json=body)).status_code == 401
    allowed = await api.request(method, path, json=body, headers=as_admin)
    assert allowed.status_code == (204 if method == "DELETE" else 200)


async def test_a_deleted_event_is_gone(
    api: httpx.AsyncClient, as_organizer: Headers, slash: str
) -> None:
    made = await put_up(api, as_organizer)
    path = f"{EVENTS}/{made['id']}{slash}"
    answer = await api.delete(path, headers=as_organizer)
    assert (answer.status_code, answer.content) == (204, b"")
    for again in (await api.get(path), await api.delete(path, headers=as_organizer)):
        assert (again.status_code, again.json()) == (404, {"detail": "Not found."})
    assert (await api.get(f"{EVENTS}/")).json()["count"] == 0
    assert (await api.get(f"{EVENTS}/my_events/", headers=as_organizer)).json()["count"] == 0


async def test_called_off_it_stays_readable(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_organizer: Headers
) -> None:
    made = await put_up(api, as_organizer, date=SOON)
    await client.post(f"/api/v1/conferences/{made['id']}/cancel/", headers=as_organizer)
    shown = (await api.get(f"{EVENTS}/{made['id']}/")).json()
    assert (shown["is_active"], shown["is_past"]) == (False, False)
    assert (await api.get(f"{EVENTS}/?is_active=false")).json()["count"] == 1
    assert (await api.get(f"{EVENTS}/upcoming/")).json()["count"] == 0


async def test_one_that_is_going_on_is_active_and_past(api: httpx.AsyncClient, uow: Units) -> None:
    begun = await a_conference(uow, starts_at=utc_now() - timedelta(hours=5), days=1)
    shown = (await api.get(f"{EVENTS}/{begun.id}/")).json()
    assert (shown["is_active"], shown["is_past"]) == (True, True)


async def test_drafts_and_private_ones_do_not_exist_for_strangers(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, organizer: User
) -> None:
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    secret = await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)
    stranger = await login(client, await a_user(uow, role=Role.ORGANIZER))
    owner = await login(client, organizer)
    for event in (draft, secret):
        for headers, status in (({}, 404), (stranger, 404), (owner, 200)):
            answer = await api.get(f"{EVENTS}/{event.id}/", headers=headers)
            assert answer.status_code == status
        put = await api.patch(f"{EVENTS}/{event.id}/", json=seed.CHANGE, headers=stranger)
        assert put.status_code == 404
    assert (await api.get(f"{EVENTS}/", headers=stranger)).json()["count"] == 0
    assert (await api.get(f"{EVENTS}/my_events/", headers=owner)).json()["count"] == 2


async def test_an_event_of_nobody_has_no_organizer(
    api: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    body = {
        "name": "Open",
        "location": "Park",
        "start_time": "2035-01-01T10:00:00Z",
        "end_time": "2035-01-01T12:00:00Z",
        "max_capacity": 3,
    }
    made = (await client.post("/compat/mini-event/api/events/", json=body)).json()
    shown = (await api.get(f"{EVENTS}/{made['id']}/")).json()
    assert (shown["organizer"], shown["organizer_name"]) == (None, "")


@pytest.mark.parametrize("id", ["0", "999999", str(2**63), "9" * 30, "x", "-1"])
async def test_what_is_not_there(api: httpx.AsyncClient, id: str) -> None:
    answer = await api.get(f"{EVENTS}/{id}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
