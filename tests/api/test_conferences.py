"""Conferences over HTTP, as seed 000 §5.1 and what goes beyond it."""

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
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

SUMMIT = {
    "conference_name": "Tech Summit 2026",
    "start_date": "2026-09-01",
    "end_date": "2026-09-03",
    "location": "San Francisco",
    "description": "Global tech/AI summit.",
}
PATH = "/api/v1/conferences/"


async def made(client: httpx.AsyncClient, **others: object) -> dict[str, Any]:
    answer = await client.post(PATH, json=SUMMIT | others)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def at_fault(answer: httpx.Response) -> list[str]:
    return sorted(answer.json()["errors"])


async def test_the_documented_body_makes_a_conference(organizer_client: httpx.AsyncClient) -> None:
    answer = await organizer_client.post(PATH, json=SUMMIT)
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["message"]) == ("success", "Operation successful")
    data = body["data"]
    assert data == data | SUMMIT
    assert data == data | {
        "timezone": "UTC",
        "starts_at": "2026-09-01T00:00:00Z",
        "ends_at": "2026-09-04T00:00:00Z",
        "capacity": None,
        "seats_taken": 0,
        "price": 0.0,
        "currency": "USD",
        "multi_track": False,
        "visibility": "public",
        "registration_deadline": None,
    }
    again = await organizer_client.get(f"{PATH}{data['id']}/")
    assert again.status_code == 200
    assert again.json()["data"] == data


async def test_every_field_comes_back(organizer_client: httpx.AsyncClient) -> None:
    extras = {
        "timezone": "America/Los_Angeles",
        "capacity": 300,
        "price": "49.90",
        "currency": "EUR",
        "multi_track": True,
        "visibility": "private",
        "status": "draft",
        "registration_deadline": "2026-08-31T12:00:00+02:00",
    }
    data = await made(organizer_client, **extras)
    assert data == data | extras | {
        "price": 49.9,
        "registration_deadline": "2026-08-31T10:00:00Z",
        "starts_at": "2026-09-01T07:00:00Z",
        "ends_at": "2026-09-04T07:00:00Z",
        "start_date": "2026-09-01",
        "end_date": "2026-09-03",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("conference_name", ""),
        ("conference_name", " "),
        ("conference_name", "x" * 201),
        ("conference_name", "a\x00b"),
        ("conference_name", None),
        ("conference_name", 5),
        ("start_date", "2026-02-30"),
        ("start_date", "1999-12-31"),
        ("start_date", 20260901),
        ("end_date", "2101-01-01"),
        ("location", "x" * 301),
        ("description", "x" * 10_001),
        ("timezone", "Mars/Olympus"),
        ("timezone", "localtime"),
        ("capacity", 0),
        ("capacity", True),
        ("capacity", "10"),
        ("capacity", 2**31),
        ("price", -1),
        ("price", "NaN"),
        ("price", 1e10),
        ("price", 1.0005),
        ("price", 1.005),
        ("currency", "usd"),
        ("multi_track", 1),
        ("status", "cancelled"),
        ("visibility", "secret"),
        ("registration_deadline", "2026-08-31T12:00:00"),
        ("registration_deadline", 1788000000),
        ("id", 5),
    ],
)
async def test_what_cannot_be_meant_is_named(
    organizer_client: httpx.AsyncClient, field: str, value: object
) -> None:
    answer = await organizer_client.post(PATH, json=SUMMIT | {field: value})
    assert code(answer) == (400, "invalid")
    assert answer.json()["message"] == "Validation failed"
    assert at_fault(answer) == [field]


async def test_every_missing_field_is_named(organizer_client: httpx.AsyncClient) -> None:
    answer = await organizer_client.post(PATH, json={})
    assert answer.status_code == 400
    assert at_fault(answer) == ["conference_name", "end_date", "start_date"]


async def test_the_end_is_not_before_the_start(organizer_client: httpx.AsyncClient) -> None:
    answer = await organizer_client.post(PATH, json=SUMMIT | {"end_date": "2026-08-31"})
    assert code(answer) == (400, "invalid_period")
    assert at_fault(answer) == ["end_date"]
    await made(organizer_client, end_date="2026-09-01")


async def test_who_may(
    client: httpx.AsyncClient,
    organizer_client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    visitor_client: httpx.AsyncClient,
    admin_client: httpx.AsyncClient,
) -> None:
    path = f"{PATH}{(await made(organizer_client))['id']}/"
    assert (await client.get(path)).status_code == 401
    assert (await client.get(PATH)).status_code == 401
    assert code(await visitor_client.post(PATH, json=SUMMIT)) == (403, "forbidden")
    assert (await visitor_client.get(path)).status_code == 200
    for stranger in (visitor_client, rival_client):
        assert (await stranger.put(path, json={"location": "Mine"})).status_code == 403
        assert (await stranger.delete(path)).status_code == 403
        assert (await stranger.post(f"{path}cancel/")).status_code == 403
    assert (await admin_client.put(path, json={"location": "Ours"})).status_code == 200
    assert (await organizer_client.get(path)).json()["data"]["location"] == "Ours"


@pytest.mark.parametrize("hidden", [{"status": "draft"}, {"visibility": "private"}])
async def test_what_is_hidden_does_not_exist_for_strangers(
    organizer_client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    admin_client: httpx.AsyncClient,
    hidden: dict[str, str],
) -> None:
    path = f"{PATH}{(await made(organizer_client, **hidden))['id']}/"
    for answer in (
        await rival_client.get(path),
        await rival_client.put(path, json={"location": "Mine"}),
        await rival_client.delete(path),
        await rival_client.post(f"{path}publish/"),
        await rival_client.post(f"{path}cancel/"),
    ):
        assert code(answer) == (404, "not_found")
    assert (await rival_client.get(PATH)).json()["meta"]["count"] == 0
    for insider in (organizer_client, admin_client):
        assert (await insider.get(path)).status_code == 200
        assert (await insider.get(PATH)).json()["meta"]["count"] == 1


async def test_a_guest_of_a_private_conference_sees_it_and_may_not_write(
    organizer_client: httpx.AsyncClient, app: Served, uow: Units
) -> None:
    owner = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=owner)
    path = f"{PATH}{conference.id}/"
    guest = await a_user(uow)
    await a_registration(uow, conference, await an_attendee(uow, user=guest))
    async with app.client() as client:
        client.headers.update(await login(client, owner))
        assert (await client.patch(path, json={"visibility": "private"})).status_code == 200
        client.headers.update(await login(client, guest))
        assert (await client.get(path)).status_code == 200
        assert (await client.get(PATH)).json()["meta"]["count"] == 1
        assert code(await client.put(path, json={})) == (403, "forbidden")
    assert (await organizer_client.get(path)).status_code == 404


@pytest.mark.parametrize("id", ["0", "999", "abc", "1.5", "9" * 30, "-1"])
async def test_what_is_not_there(organizer_client: httpx.AsyncClient, id: str) -> None:
    assert code(await organizer_client.get(f"{PATH}{id}/")) == (404, "not_found")
    assert code(await organizer_client.put(f"{PATH}{id}/", json={})) == (404, "not_found")
    assert code(await organizer_client.delete(f"{PATH}{id}/")) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_part_of_the_fields_is_updated(
    organizer_client: httpx.AsyncClient, method: str
) -> None:
    before = await made(organizer_client, capacity=10)
    path = f"{PATH}{before['id']}/"
    changes = {"end_date": "2026-09-04", "capacity": None, "price": 12.5}
    answer = await organizer_client.request(method, path, json=changes)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data == before | changes | {
        "ends_at": "2026-09-05T00:00:00Z",
        "available_spots": None,
        "updated_at": data["updated_at"],
    }
    assert data["updated_at"] > before["updated_at"]
    assert (await organizer_client.get(path)).json()["data"] == data


@pytest.mark.parametrize(
    ("field", "value"),
    [("conference_name", None), ("start_date", None), ("status", "draft"), ("seats_taken", 3)],
)
async def test_an_update_is_checked_too(
    organizer_client: httpx.AsyncClient, field: str, value: object
) -> None:
    path = f"{PATH}{(await made(organizer_client))['id']}/"
    answer = await organizer_client.put(path, json={field: value})
    assert code(answer) == (400, "invalid")
    assert at_fault(answer) == [field]


async def test_new_days_must_hold_the_sessions(admin_client: httpx.AsyncClient, uow: Units) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference, hour=60)
    path = f"{PATH}{conference.id}/"
    answer = await admin_client.put(path, json={"end_date": "2031-03-02"})
    assert code(answer) == (400, "invalid_period")
    assert answer.json()["conflicts_with"] == {
        "kind": "session",
        "id": session.id,
        "name": session.name,
    }
    assert session.name in answer.json()["errors"]["end_date"][0]
    assert (await admin_client.get(path)).json()["data"]["end_date"] == "2031-03-03"
    assert (await admin_client.put(path, json={"end_date": "2031-03-09"})).status_code == 200


async def test_a_single_track_cannot_be_laid_over_an_overlap(
    admin_client: httpx.AsyncClient, uow: Units
) -> None:
    conference = await a_conference(uow, multi_track=True)
    await a_session(uow, conference)
    second = await a_session(uow, conference)
    path = f"{PATH}{conference.id}/"
    answer = await admin_client.patch(path, json={"multi_track": False})
    assert code(answer) == (409, "session_overlap")
    assert answer.json()["conflicts_with"]["id"] == second.id
    assert (await admin_client.delete(f"/api/v1/sessions/{second.id}/")).status_code == 200
    assert (await admin_client.patch(path, json={"multi_track": False})).status_code == 200


async def test_a_capacity_is_not_lowered_below_what_is_taken(
    admin_client: httpx.AsyncClient, uow: Units
) -> None:
    conference = await a_conference(uow, capacity=5)
    for _ in range(2):
        await a_registration(uow, conference)
    path = f"{PATH}{conference.id}/"
    assert code(await admin_client.put(path, json={"capacity": 1})) == (409, "capacity_below_taken")
    answer = await admin_client.put(path, json={"capacity": 2})
    assert answer.json()["data"]["seats_taken"] == 2


async def test_the_currency_is_settled_once_there_are_sessions(
    admin_client: httpx.AsyncClient, uow: Units
) -> None:
    session = await a_session(uow)
    path = f"{PATH}{session.conference_id}/"
    assert code(await admin_client.put(path, json={"currency": "EUR"})) == (409, "conference_state")


async def test_deleting_is_soft_and_takes_everything_along(
    admin_client: httpx.AsyncClient, uow: Units, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference)
    await a_registration(uow, session)
    await a_registration(uow, conference)
    path = f"{PATH}{conference.id}/"
    answer = await admin_client.delete(path)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "Operation successful",
        "data": None,
    }
    assert code(await admin_client.get(path)) == (404, "not_found")
    assert code(await admin_client.delete(path)) == (404, "not_found")
    assert code(await admin_client.get(f"/api/v1/sessions/{session.id}/")) == (404, "not_found")
    for listing in (PATH, "/api/v1/sessions/"):
        assert (await admin_client.get(listing)).json()["meta"]["count"] == 0
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT status, end_reason FROM registrations"))
        assert [tuple(row) for row in rows] == [("cancelled", "conference_deleted")] * 2
        told = text("SELECT count(*) FROM outbox WHERE kind = 'registration_cancelled'")
        assert (await connection.execute(told)).scalar_one() == 2
        kept = text("SELECT count(*) FROM conferences WHERE deleted_at IS NOT NULL")
        assert (await connection.execute(kept)).scalar_one() == 1


async def test_a_draft_is_published_once(
    organizer_client: httpx.AsyncClient, visitor_client: httpx.AsyncClient
) -> None:
    draft = await made(
        organizer_client, status="draft", start_date="2090-01-01", end_date="2090-01-02"
    )
    path = f"{PATH}{draft['id']}/"
    assert draft["status"] == "draft"
    answer = await organizer_client.post(f"{path}publish/")
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "published"
    assert (await visitor_client.get(path)).status_code == 200
    assert code(await organizer_client.post(f"{path}publish/")) == (409, "conference_state")


async def test_a_cancelled_conference_stays_to_be_seen(
    admin_client: httpx.AsyncClient, uow: Units, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow, capacity=3)
    session = await a_session(uow, conference)
    await a_registration(uow, conference)
    await a_registration(uow, session)
    path = f"{PATH}{conference.id}/"
    answer = await admin_client.post(f"{path}cancel/")
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "cancelled"
    assert answer.json()["data"]["seats_taken"] == 0
    assert (await admin_client.get(path)).json() == answer.json()
    assert (await admin_client.get(f"/api/v1/sessions/{session.id}/")).json()["data"][
        "seats_taken"
    ] == 0
    assert code(await admin_client.post(f"{path}cancel/")) == (409, "conference_state")
    assert code(await admin_client.post(f"{path}publish/")) == (409, "conference_state")
    async with engine.connect() as connection:
        reasons = await connection.execute(text("SELECT end_reason FROM registrations"))
        assert reasons.scalars().all() == ["conference_cancelled"] * 2


async def test_a_repeated_request_makes_one_conference(organizer_client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await organizer_client.post(PATH, json=SUMMIT, headers=headers)
    again = await organizer_client.post(PATH, json=SUMMIT, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (await organizer_client.get(PATH)).json()["meta"]["count"] == 1
    another = await organizer_client.post(PATH, json=SUMMIT | {"location": "Oslo"}, headers=headers)
    assert code(another) == (422, "idempotency_key_reused")


async def test_a_repeated_deletion_answers_as_the_first_one_did(
    organizer_client: httpx.AsyncClient,
) -> None:
    path = f"{PATH}{(await made(organizer_client))['id']}/"
    headers = {"Idempotency-Key": "gone"}
    assert (await organizer_client.delete(path, headers=headers)).status_code == 200
    assert (await organizer_client.delete(path, headers=headers)).status_code == 200
    assert (await organizer_client.delete(path)).status_code == 404


async def test_paths_work_without_their_last_slash(organizer_client: httpx.AsyncClient) -> None:
    answer = await organizer_client.post("/api/v1/conferences", json=SUMMIT)
    assert answer.status_code == 201
    path = f"/api/v1/conferences/{answer.json()['data']['id']}"
    assert (await organizer_client.get(path)).status_code == 200
