"""Seed 003, Sessions: the programme of an event."""

from typing import Any

import httpx
import pytest

from app.domain.accounts import User
from app.domain.conferences import ConferenceStatus
from tests.compat.conftest import Headers
from tests.compat.event_hub.seed import EVENT_IN, NOT_FOUND, SESSION, SESSION_IN
from tests.factories import Units, a_conference, a_session
from tests.shapes import differences


@pytest.fixture
async def event(api: httpx.AsyncClient, as_organizer: Headers) -> int:
    answer = await api.post("/api/events/", json=EVENT_IN, headers=as_organizer)
    id: int = answer.json()["id"]
    await api.post(f"/api/events/{id}/publish/", headers=as_organizer)
    return id


async def created(
    api: httpx.AsyncClient, headers: Headers, event: int, **others: Any
) -> httpx.Response:
    body = SESSION_IN | {"event": event, "speaker": None} | others
    return await api.post("/api/sessions/", json=body, headers=headers)


async def test_the_documented_session(
    api: httpx.AsyncClient, as_organizer: Headers, guest: User, event: int, slash: str
) -> None:
    body = SESSION_IN | {"event": event, "speaker": guest.id}
    answer = await api.post(f"/api/sessions{slash}", json=body, headers=as_organizer)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert differences(SESSION, made) == []
    assert {name: made[name] for name in body} == body
    assert made["speaker_name"] == "Ada Lovelace"
    listed = await api.get(f"/api/sessions{slash}?event={event}")
    assert (listed.status_code, listed.json()) == (200, [made])
    assert (await api.get(f"/api/sessions/{made['id']}{slash}")).json() == made
    assert (await api.get(f"/api/events/{event}/")).json()["sessions"] == [made]


async def test_only_the_organizer_adds_sessions(
    api: httpx.AsyncClient, as_guest: Headers, event: int, uow: Units, as_organizer: Headers
) -> None:
    assert (await created(api, as_guest, event)).status_code == 403
    assert (await created(api, {}, event)).status_code == 401
    others = await a_conference(uow)
    assert (await created(api, as_organizer, others.id)).status_code == 403


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"speaker": 999_999}, 400, "speaker"),
        ({"speaker": "x"}, 400, "speaker"),
        ({"start_time": "2034-12-27T14:00:00Z"}, 400, "start_time"),
        ({"end_time": "2035-12-27T13:00:00Z"}, 400, "end_time"),
        ({"title": None}, 400, "title"),
        ({"event": 999_999}, 404, None),
    ],
)
async def test_what_is_refused(
    api: httpx.AsyncClient,
    as_organizer: Headers,
    event: int,
    change: dict[str, object],
    status: int,
    field: str | None,
) -> None:
    answer = await created(api, as_organizer, **({"event": event} | change))  # type: ignore[arg-type]
    assert answer.status_code == status
    assert set(answer.json()) == {"detail", "error"} | ({field} if field else set())


async def test_sessions_run_side_by_side_but_not_in_one_room(
    api: httpx.AsyncClient, as_organizer: Headers, event: int
) -> None:
    assert (await created(api, as_organizer, event)).status_code == 201
    answer = await created(api, as_organizer, event)
    assert (answer.status_code, answer.headers["x-error-code"]) == (409, "room_overlap")
    assert answer.json()["room_or_link"]
    assert (await created(api, as_organizer, event, room_or_link="B")).status_code == 201


async def test_the_list_is_filtered_and_ordered(
    api: httpx.AsyncClient,
    as_organizer: Headers,
    guest: User,
    event: int,
    uow: Units,
) -> None:
    late = {"start_time": "2035-12-27T15:00:00Z", "end_time": "2035-12-27T16:00:00Z"}
    second = (await created(api, as_organizer, event, **late)).json()["id"]
    first = (await created(api, as_organizer, event, speaker=guest.id)).json()["id"]
    draft = await a_conference(uow, status=ConferenceStatus.DRAFT)
    hidden = await a_session(uow, draft)

    async def ids(query: str) -> list[int]:
        answer = await api.get(f"/api/sessions/?{query}")
        assert answer.status_code == 200
        return [one["id"] for one in answer.json()]

    assert await ids("") == [first, second]
    assert await ids("ordering=-start_time") == [second, first]
    assert await ids(f"speaker={guest.id}") == [first]
    assert await ids("event=999999") == []
    assert (await api.get(f"/api/sessions/{hidden.id}/")).json() == NOT_FOUND
    assert (await api.get("/api/sessions/?event=x")).status_code == 400


async def test_another_speaker_named_natively_is_not_the_account_any_more(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_organizer: Headers,
    guest: User,
    event: int,
) -> None:
    made = (await created(api, as_organizer, event, speaker=guest.id)).json()
    path = f"/api/v1/sessions/{made['id']}/"
    await client.patch(path, json={"description": "New"}, headers=as_organizer)
    assert (await api.get(f"/api/sessions/{made['id']}/")).json()["speaker"] == guest.id
    await client.patch(path, json={"speaker": "Grace Hopper"}, headers=as_organizer)
    shown = (await api.get(f"/api/sessions/{made['id']}/")).json()
    assert (shown["speaker"], shown["speaker_name"]) == (None, "Grace Hopper")


async def test_deleting(
    api: httpx.AsyncClient, as_organizer: Headers, as_guest: Headers, event: int
) -> None:
    made = (await created(api, as_organizer, event)).json()
    path = f"/api/sessions/{made['id']}/"
    assert (await api.delete(path, headers=as_guest)).status_code == 403
    assert (await api.delete(path, headers=as_organizer)).status_code == 204
    assert (await api.get(path)).json() == NOT_FOUND
