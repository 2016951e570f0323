"""Seed 002: events, as documented and as refused."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.mini_event.seed import ADJUSTED, EVENT, EVENT_IN
from tests.factories import FIRST_DAY, Units, a_conference
from tests.shapes import differences

SLASHES = pytest.mark.parametrize("slash", ["/", ""])


async def created(api: httpx.AsyncClient, **others: Any) -> dict[str, Any]:
    answer = await api.post("/api/events/", json=ADJUSTED | others)
    assert answer.status_code == 201, answer.text
    event: dict[str, Any] = answer.json()
    return event


@SLASHES
async def test_the_documented_creation(api: httpx.AsyncClient, slash: str) -> None:
    answer = await api.post(f"/api/events{slash}", json=ADJUSTED)
    assert answer.status_code == 201
    event = answer.json()
    assert differences(EVENT, event) == []
    assert {key: event[key] for key in ADJUSTED} == ADJUSTED
    assert (event["registered"], event["seats_left"]) == (0, 750)


async def test_the_dates_of_the_document_are_over(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/events/", json=EVENT_IN)
    assert answer.status_code == 400
    assert answer.json() == {"start_time": ["The start must lie in the future."]}
    assert answer.headers["X-Error-Code"] == "starts_in_past"


@SLASHES
async def test_the_documented_list_and_the_documented_event(
    api: httpx.AsyncClient, slash: str
) -> None:
    event = await created(api)
    answer = await api.get(f"/api/events{slash}")
    assert (answer.status_code, answer.json()) == (200, [event])
    answer = await api.get(f"/api/events/{event['id']}{slash}")
    assert (answer.status_code, answer.json()) == (200, event)


async def test_the_list_holds_what_is_to_come_by_start(api: httpx.AsyncClient, uow: Units) -> None:
    now = utc_now()
    later = await a_conference(uow, starts_at=now + timedelta(days=20))
    soon = await a_conference(uow, starts_at=now + timedelta(hours=1))
    # Not in it: past, under way, a draft, and a private one.
    past = await a_conference(uow, starts_at=now - timedelta(days=30))
    await a_conference(uow, starts_at=now - timedelta(minutes=5))
    draft = await a_conference(uow, status=ConferenceStatus.DRAFT)
    private = await a_conference(uow, visibility=Visibility.PRIVATE)
    answer = await api.get("/api/events/")
    assert [event["id"] for event in answer.json()] == [soon.id, later.id]
    assert (await api.get(f"/api/events/{past.id}/")).status_code == 200
    for hidden in (draft, private):
        assert (await api.get(f"/api/events/{hidden.id}/")).status_code == 404


async def test_the_list_has_pages_for_whoever_asks(api: httpx.AsyncClient, uow: Units) -> None:
    made = [await a_conference(uow, starts_at=FIRST_DAY + timedelta(days=d)) for d in range(3)]
    answer = await api.get("/api/events/", params={"page": 2, "page_size": 2})
    assert [event["id"] for event in answer.json()] == [made[2].id]
    assert (await api.get("/api/events/", params={"page": 0})).status_code == 400
    assert len((await api.get("/api/events/", params={"unknown": 1})).json()) == 3


@pytest.mark.parametrize("id", ["999999", "0", "-1", "abc", str(2**70)])
async def test_what_is_not_there_is_not_found(api: httpx.AsyncClient, id: str) -> None:
    answer = await api.get(f"/api/events/{id}/")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "Not found."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", "x" * 201),
        ("location", ""),
        ("location", 7),
        ("start_time", "tomorrow"),
        ("start_time", "2031-03-15T09:00:00"),
        ("start_time", "1900-03-15T09:00:00Z"),
        ("end_time", "2031-03-15T09:00:00Z"),
        ("end_time", "2031-03-14T09:00:00Z"),
        ("max_capacity", 0),
        ("max_capacity", -5),
        ("max_capacity", "many"),
        ("max_capacity", 7.5),
        ("max_capacity", 2**31),
        ("max_capacity", True),
    ],
)
async def test_a_field_at_fault_is_named(api: httpx.AsyncClient, field: str, value: object) -> None:
    answer = await api.post("/api/events/", json=ADJUSTED | {field: value})
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    [said] = answer.json()[field]
    assert said.endswith(".")


@pytest.mark.parametrize("field", list(ADJUSTED))
async def test_no_field_may_be_left_out(api: httpx.AsyncClient, field: str) -> None:
    body = {key: value for key, value in ADJUSTED.items() if key != field}
    answer = await api.post("/api/events/", json=body)
    assert (answer.status_code, answer.json()) == (400, {field: ["This field is required."]})


async def test_unknown_fields_change_nothing(api: httpx.AsyncClient) -> None:
    event = await created(api, id=77, organizer=1, status="draft", visibility="private")
    assert event["id"] != 77
    assert (await api.get("/api/events/")).json() == [event]


async def test_any_offset_is_taken_and_turned_into_utc(api: httpx.AsyncClient) -> None:
    event = await created(api, start_time="2031-03-15T14:30:00+05:30")
    assert event["start_time"] == "2031-03-15T09:00:00Z"


async def test_an_event_of_nobody_is_an_admins_to_change(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_organizer: Headers, as_admin: Headers
) -> None:
    event = await created(api)
    path = f"/api/v1/conferences/{event['id']}/"
    seen = (await client.get(path, headers=as_organizer)).json()["data"]
    assert (seen["organizer"], seen["capacity"], seen["status"]) == (None, 750, "published")
    change = {"capacity": 10}
    refused = await client.patch(path, json=change, headers=as_organizer)
    assert refused.status_code == 403
    assert (await client.patch(path, json=change, headers=as_admin)).status_code == 200
    assert (await api.get(f"/api/events/{event['id']}/")).json()["max_capacity"] == 10


async def test_an_event_without_a_limit_has_the_largest_number(
    api: httpx.AsyncClient, uow: Units
) -> None:
    conference = await a_conference(uow, capacity=None)
    event = (await api.get(f"/api/events/{conference.id}/")).json()
    assert differences(EVENT, event) == []
    assert event["max_capacity"] == 2**31 - 1


async def test_a_repeated_request_under_a_key_makes_one_event(api: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "only-once"}
    first = await api.post("/api/events/", json=ADJUSTED, headers=key)
    again = await api.post("/api/events/", json=ADJUSTED, headers=key)
    assert first.json() == again.json()
    assert len((await api.get("/api/events/")).json()) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"'])
async def test_a_body_that_is_none_is_said(api: httpx.AsyncClient, body: bytes) -> None:
    json = {"Content-Type": "application/json"}
    answer = await api.post("/api/events/", content=body, headers=json)
    assert answer.status_code == 400
    assert "detail" in answer.json()
