"""Sessions over HTTP, as seed 000 §5.2 and what goes beyond it."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    login,
)
from tests.serving import Served

PATH = "/api/v1/sessions/"
KEYNOTE = {
    "session_name": "Keynote: Future of AI",
    "speaker": "Jane Doe",
    "start_time": "2031-03-01T09:00:00Z",
    "end_time": "2031-03-01T10:30:00Z",
    "max_attendees": 500,
    "price": 0.00,
}


@pytest.fixture
async def owner(uow: Units) -> User:
    return await a_user(uow, role=Role.ORGANIZER)


@pytest.fixture
async def organizer(app: Served, owner: User) -> AsyncIterator[httpx.AsyncClient]:
    async with app.client() as client:
        client.headers.update(await login(client, owner))
        yield client


@pytest.fixture
async def stranger(app: Served, uow: Units) -> AsyncIterator[httpx.AsyncClient]:
    """Another organizer."""
    async with app.client() as client:
        client.headers.update(await login(client, await a_user(uow, role=Role.ORGANIZER)))
        yield client


@pytest.fixture
async def summit(uow: Units, owner: User) -> Conference:
    return await a_conference(uow, organizer=owner)


@pytest.fixture
async def fair(uow: Units, owner: User) -> Conference:
    """One with many tracks."""
    return await a_conference(uow, organizer=owner, multi_track=True)


async def made(
    client: httpx.AsyncClient, conference: Conference, **others: object
) -> dict[str, Any]:
    answer = await client.post(PATH, json=KEYNOTE | {"conference": conference.id} | others)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def at(start: str, end: str) -> dict[str, str]:
    return {"start_time": f"2031-03-01T{start}:00Z", "end_time": f"2031-03-01T{end}:00Z"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def at_fault(answer: httpx.Response) -> list[str]:
    return sorted(answer.json()["errors"])


async def test_the_documented_body_makes_a_session(
    organizer: httpx.AsyncClient, summit: Conference
) -> None:
    body = KEYNOTE | {"conference": summit.id}
    answer = await organizer.post(PATH, json=body)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data == data | body
    assert isinstance(data["price"], float)
    assert data == data | {
        "conference_name": summit.name,
        "room": "",
        "description": "",
        "seats_taken": 0,
        "remaining": 500,
        "currency": "USD",
    }
    assert (await organizer.get(f"{PATH}{data['id']}/")).json()["data"] == data


async def test_a_cancelled_conference_gets_no_sessions(
    organizer: httpx.AsyncClient, summit: Conference
) -> None:
    await organizer.post(f"/api/v1/conferences/{summit.id}/cancel/")
    answer = await organizer.post(PATH, json=KEYNOTE | {"conference": summit.id})
    assert (answer.status_code, answer.json()["code"]) == (409, "conference_state")


async def test_no_limit_and_a_price_as_a_string(
    organizer: httpx.AsyncClient, summit: Conference
) -> None:
    data = await made(organizer, summit, max_attendees=None, price="12.50", room="Hall A")
    assert (data["max_attendees"], data["remaining"]) == (None, None)
    assert (data["price"], data["room"]) == (12.5, "Hall A")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("session_name", ""),
        ("session_name", None),
        ("conference", "1"),
        ("conference", 0),
        ("conference", 2**63),
        ("speaker", "a\nb"),
        ("start_time", "2031-03-01T09:00:00"),
        ("start_time", "2031-03-01"),
        ("start_time", 1930000000),
        ("end_time", "1999-01-01T00:00:00Z"),
        ("max_attendees", 0),
        ("max_attendees", 1.5),
        ("price", -0.01),
        ("price", True),
        ("price", "0.001"),
        ("seats_taken", 1),
    ],
)
async def test_what_cannot_be_meant_is_named(
    organizer: httpx.AsyncClient, summit: Conference, field: str, value: object
) -> None:
    body = KEYNOTE | {"conference": summit.id} | {field: value}
    answer = await organizer.post(PATH, json=body)
    assert code(answer) == (400, "invalid")
    assert at_fault(answer) == [field]


async def test_every_missing_field_is_named(organizer: httpx.AsyncClient) -> None:
    answer = await organizer.post(PATH, json={})
    assert at_fault(answer) == ["conference", "end_time", "session_name", "start_time"]


@pytest.mark.parametrize(
    ("times", "field"),
    [
        (at("10:00", "09:00"), "end_time"),
        (at("10:00", "10:00"), "end_time"),
        ({"start_time": "2031-02-28T23:00:00Z"}, "start_time"),
        ({"end_time": "2031-03-04T00:00:01Z"}, "end_time"),
    ],
)
async def test_it_starts_before_it_ends_within_the_conference(
    organizer: httpx.AsyncClient, summit: Conference, times: dict[str, str], field: str
) -> None:
    answer = await organizer.post(PATH, json=KEYNOTE | {"conference": summit.id} | times)
    assert code(answer) == (400, "invalid_period")
    assert at_fault(answer) == [field]
    session = await made(organizer, summit)
    answer = await organizer.put(f"{PATH}{session['id']}/", json=times)
    assert code(answer) == (400, "invalid_period")


async def test_overlapping_sessions_are_refused_and_nothing_is_written(
    organizer: httpx.AsyncClient, summit: Conference
) -> None:
    first = await made(organizer, summit)
    body = KEYNOTE | {"conference": summit.id, "session_name": "Second"} | at("10:00", "11:00")
    answer = await organizer.post(PATH, json=body)
    assert code(answer) == (409, "session_overlap")
    assert answer.json()["conflicts_with"] == {
        "kind": "session",
        "id": first["id"],
        "name": "Keynote: Future of AI",
    }
    assert at_fault(answer) == ["start_time"]
    assert (await organizer.get(PATH)).json()["meta"]["count"] == 1
    await made(organizer, summit, **at("10:30", "11:00"))
    await made(organizer, summit, **at("08:00", "09:00"))


async def test_many_tracks_share_no_room_and_no_speaker(
    organizer: httpx.AsyncClient, fair: Conference
) -> None:
    first = await made(organizer, fair, room="Hall A")
    body = KEYNOTE | {"conference": fair.id}
    same_room = await organizer.post(PATH, json=body | {"room": "hall a", "speaker": "John"})
    assert code(same_room) == (409, "room_overlap")
    same_speaker = await organizer.post(PATH, json=body | {"room": "B", "speaker": "JANE DOE"})
    assert code(same_speaker) == (409, "speaker_overlap")
    for answer in (same_room, same_speaker):
        assert answer.json()["conflicts_with"]["id"] == first["id"]
    second = await made(organizer, fair, room="Hall B", speaker="John Roe")
    path = f"{PATH}{second['id']}/"
    assert code(await organizer.patch(path, json={"room": "Hall A"})) == (409, "room_overlap")
    answer = await organizer.patch(path, json={"speaker": "jane doe"})
    assert code(answer) == (409, "speaker_overlap")
    assert (await organizer.patch(path, json={"session_name": "Renamed"})).status_code == 200


async def test_an_unknown_or_hidden_conference_is_a_fault_of_the_body(
    organizer: httpx.AsyncClient, uow: Units
) -> None:
    hidden = await a_conference(uow, status=ConferenceStatus.DRAFT)
    for id in (999, hidden.id):
        answer = await organizer.post(PATH, json=KEYNOTE | {"conference": id})
        assert code(answer) == (400, "unknown_reference")
        assert at_fault(answer) == ["conference"]


async def test_who_may(
    client: httpx.AsyncClient,
    organizer: httpx.AsyncClient,
    stranger: httpx.AsyncClient,
    summit: Conference,
) -> None:
    path = f"{PATH}{(await made(organizer, summit))['id']}/"
    assert (await client.get(path)).status_code == 401
    assert (await stranger.get(path)).status_code == 200
    body = KEYNOTE | {"conference": summit.id} | at("12:00", "13:00")
    assert code(await stranger.post(PATH, json=body)) == (403, "forbidden")
    assert code(await stranger.put(path, json={"room": "Mine"})) == (403, "forbidden")
    assert code(await stranger.delete(path)) == (403, "forbidden")


async def test_sessions_of_a_hidden_conference_do_not_exist_for_strangers(
    organizer: httpx.AsyncClient, stranger: httpx.AsyncClient, uow: Units, owner: User
) -> None:
    hidden = await a_conference(uow, organizer=owner, status=ConferenceStatus.DRAFT)
    path = f"{PATH}{(await made(organizer, hidden))['id']}/"
    for answer in (
        await stranger.get(path),
        await stranger.put(path, json={}),
        await stranger.delete(path),
    ):
        assert code(answer) == (404, "not_found")
    assert (await stranger.get(PATH)).json()["data"] == []
    assert (await organizer.get(path)).status_code == 200


@pytest.mark.parametrize("id", ["0", "999", "abc", "9" * 30])
async def test_what_is_not_there(organizer: httpx.AsyncClient, id: str) -> None:
    assert code(await organizer.get(f"{PATH}{id}/")) == (404, "not_found")
    assert code(await organizer.put(f"{PATH}{id}/", json={})) == (404, "not_found")
    assert code(await organizer.delete(f"{PATH}{id}/")) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_part_of_the_fields_is_updated(
    organizer: httpx.AsyncClient, summit: Conference, method: str
) -> None:
    before = await made(organizer, summit)
    path = f"{PATH}{before['id']}/"
    changes = at("09:30", "11:00") | {"price": 5.0, "max_attendees": 10, "conference": summit.id}
    answer = await organizer.request(method, path, json=changes)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data == before | changes | {"remaining": 10, "updated_at": data["updated_at"]}
    assert (await organizer.get(path)).json()["data"] == data


async def test_a_session_stays_in_its_conference(
    organizer: httpx.AsyncClient, summit: Conference, fair: Conference
) -> None:
    path = f"{PATH}{(await made(organizer, summit))['id']}/"
    answer = await organizer.put(path, json={"conference": fair.id})
    assert code(answer) == (400, "session_not_in_conference")
    assert at_fault(answer) == ["conference"]


async def test_a_capacity_is_not_lowered_below_what_is_taken(
    organizer: httpx.AsyncClient, uow: Units, summit: Conference
) -> None:
    session = await a_session(uow, summit, capacity=3)
    for _ in range(2):
        await a_registration(uow, session)
    path = f"{PATH}{session.id}/"
    answer = await organizer.patch(path, json={"max_attendees": 1})
    assert code(answer) == (409, "capacity_below_taken")
    assert at_fault(answer) == ["max_attendees"]
    data = (await organizer.patch(path, json={"max_attendees": 2})).json()["data"]
    assert (data["seats_taken"], data["remaining"]) == (2, 0)


async def test_moving_a_session_re_checks_its_attendees(
    organizer: httpx.AsyncClient, uow: Units, fair: Conference, engine: AsyncEngine
) -> None:
    person = await an_attendee(uow)
    moving = await a_session(uow, fair, hour=9)
    await a_registration(uow, moving, person)
    elsewhere = await a_session(uow, hour=11)
    await a_registration(uow, elsewhere, person)
    path = f"{PATH}{moving.id}/"
    answer = await organizer.put(path, json=at("11:30", "12:30"))
    assert code(answer) == (409, "schedule_conflict")
    assert answer.json()["conflicts_with"] == {
        "kind": "session",
        "id": elsewhere.id,
        "name": elsewhere.name,
    }
    answer = await organizer.put(path, json=at("12:00", "13:00"))
    assert answer.status_code == 200, answer.text
    async with engine.connect() as connection:
        copied = text("SELECT starts_at FROM registrations WHERE session_id = :id")
        start = (await connection.execute(copied, {"id": moving.id})).scalar_one()
        assert start.hour == 12


async def test_deleting_is_soft_frees_the_slot_and_ends_registrations(
    organizer: httpx.AsyncClient, uow: Units, summit: Conference, engine: AsyncEngine
) -> None:
    session = await made(organizer, summit, price=0)
    kept = await a_session(uow, summit, hour=20)
    await a_registration(uow, kept)
    async with engine.connect() as connection:
        before = await connection.execute(text("SELECT count(*) FROM outbox"))
        announced = before.scalar_one()
    path = f"{PATH}{session['id']}/"
    answer = await organizer.delete(path)
    assert (answer.status_code, answer.json()["data"]) == (200, None)
    assert code(await organizer.get(path)) == (404, "not_found")
    await made(organizer, summit)
    assert (await organizer.delete(f"{PATH}{kept.id}/")).status_code == 200
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT status, end_reason FROM registrations"))
        assert [tuple(row) for row in rows] == [("cancelled", "session_deleted")]
        told = await connection.execute(text("SELECT count(*) FROM outbox"))
        assert told.scalar_one() == announced + 1


async def test_lists_are_by_start_and_filtered(
    organizer: httpx.AsyncClient, uow: Units, summit: Conference
) -> None:
    await a_session(uow, summit, name="Late", hour=14, price=Decimal(5), room="Hall A")
    full = await a_session(uow, summit, name="Full", hour=9, capacity=1, speaker="Jane Doe")
    await a_registration(uow, full)
    await a_session(uow, name="Other", hour=10)

    async def names(**query: str | int) -> list[str]:
        answer = await organizer.get(PATH, params=query)
        assert answer.status_code == 200, answer.text
        return [item["session_name"] for item in answer.json()["data"]]

    assert await names() == ["Full", "Other", "Late"]
    assert await names(ordering="-price,session_name") == ["Late", "Full", "Other"]
    assert await names(conference=summit.id) == ["Full", "Late"]
    assert await names(speaker="jane") == ["Full"]
    assert await names(room="hall") == ["Late"]
    assert await names(has_spots="true") == ["Other", "Late"]
    assert await names(has_spots="false") == ["Full"]
    assert await names(start_after="2031-03-01T12:00:00+02:00") == ["Other", "Late"]
    assert await names(start_before="2031-03-01T10:00:00Z") == ["Full"]
    assert code(await organizer.get(PATH, params={"room_id": "1"})) == (400, "invalid")


async def test_a_repeated_request_makes_one_session(
    organizer: httpx.AsyncClient, summit: Conference
) -> None:
    body = KEYNOTE | {"conference": summit.id}
    headers = {"Idempotency-Key": "once"}
    first = await organizer.post(PATH, json=body, headers=headers)
    again = await organizer.post(PATH, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
