"""The door over HTTP, scan by scan."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference
from tests.api.asking import count
from tests.door import CHECK_INS, Sold, broken_promises, scan, sell, standing
from tests.factories import Units, a_conference, a_session, a_ticket_type

Headers = dict[str, str]


async def checked_in(
    client: httpx.AsyncClient, body: dict[str, Any], headers: Headers
) -> dict[str, Any]:
    answer = await client.post(CHECK_INS, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def refused(
    client: httpx.AsyncClient, body: dict[str, Any], headers: Headers, status: int, code: str
) -> dict[str, Any]:
    answer = await client.post(CHECK_INS, json=body, headers=headers)
    refusal: dict[str, Any] = answer.json()
    assert (answer.status_code, refusal["code"]) == (status, code), answer.text
    return refusal


@pytest.fixture
async def ticket(engine: AsyncEngine, conference: Conference) -> Sold:
    [sold] = await sell(engine, conference)
    return sold


async def test_a_ticket_lets_in_and_the_door_sees_whom(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    organizer: User,
    as_organizer: Headers,
    conference: Conference,
) -> None:
    early = await a_ticket_type(uow, conference, name="Early bird")
    [sold] = await sell(engine, conference, ticket_type=early, quantity=3)
    before = datetime.now(UTC)
    data = await checked_in(client, scan(sold.code, "n1", conference=conference.id), as_organizer)
    at = datetime.fromisoformat(data.pop("checked_in_at"))
    assert before <= at <= datetime.now(UTC)
    assert datetime.fromisoformat(data.pop("received_at")) == at
    assert data == {
        "id": 1,
        "conference": conference.id,
        "registration": sold.registration,
        "attendee_name": "Guest 1",
        "ticket_type_name": "Early bird",
        "session_name": None,
        "quantity": 3,
        "nonce": "n1",
        "scanned_by": organizer.id,
        "undone_at": None,
        "undone_by": None,
    }
    assert await standing(engine) == [sold.registration]
    assert await broken_promises(engine) == []


async def test_a_place_in_a_session_has_a_ticket_of_its_own(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    as_organizer: Headers,
    conference: Conference,
) -> None:
    keynote = await a_session(uow, conference, name="Keynote")
    [sold] = await sell(engine, keynote, guest_name="Countess of Lovelace")
    data = await checked_in(client, scan(sold.code), as_organizer)
    assert (data["session_name"], data["ticket_type_name"]) == ("Keynote", None)
    assert data["attendee_name"] == "Countess of Lovelace"


async def test_the_same_scan_again_is_answered_as_the_first_time(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, ticket: Sold
) -> None:
    body = scan(ticket.code)
    first = await client.post(CHECK_INS, json=body, headers=as_organizer)
    again = await client.post(CHECK_INS, json=body, headers=as_organizer)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert await standing(engine) == [ticket.registration]


async def test_another_scan_of_the_same_ticket_is_told_when_it_came_in(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, ticket: Sold
) -> None:
    first = await checked_in(client, scan(ticket.code), as_organizer)
    refusal = await refused(client, scan(ticket.code), as_organizer, 409, "already_checked_in")
    assert refusal["checked_in_at"] == first["checked_in_at"]
    assert refusal["errors"] == {"code": ["This ticket is checked in already."]}
    assert await standing(engine) == [ticket.registration]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("pending", "unpaid"),
        ("cancelled", "cancelled"),
        ("expired", "cancelled"),
        ("waitlisted", "cancelled"),
    ],
)
async def test_what_is_not_confirmed_does_not_let_in(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    as_organizer: Headers,
    conference: Conference,
    status: str,
    code: str,
) -> None:
    [sold] = await sell(engine, conference, status=status)
    refusal = await refused(client, scan(sold.code), as_organizer, 409, code)
    assert "checked_in_at" not in refusal
    assert await count(engine, "check_ins") == 0


async def test_a_ticket_of_another_conference_is_known_for_one(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    organizer: User,
    as_organizer: Headers,
    as_admin: Headers,
    ticket: Sold,
) -> None:
    mine = await a_conference(uow, organizer=organizer)
    strangers = await a_conference(uow)
    [theirs] = await sell(engine, strangers)
    wrong = (409, "wrong_conference")
    await refused(client, scan(ticket.code, conference=mine.id), as_organizer, *wrong)
    await refused(client, scan(theirs.code, conference=mine.id), as_organizer, *wrong)
    await refused(client, scan(theirs.code, conference=mine.id), as_admin, *wrong)
    assert await count(engine, "check_ins") == 0


@pytest.mark.parametrize(
    "code",
    [
        "",
        "https://example.com/menu",
        "5d3c0f1e-8f5b-4f0a-9a35-0c7a1d9e6b42",
        "x" * 7_089,
        "٥" * 32,
        "\x00\n🎟️",
        "5d3c0f1e8f5b4f0a9a350c7a1d9e6b4",
    ],
)
async def test_scanners_read_anything_and_what_is_no_ticket_is_unknown(
    client: httpx.AsyncClient, as_organizer: Headers, code: str
) -> None:
    refusal = await refused(client, scan(code), as_organizer, 404, "unknown")
    assert refusal["errors"] == {"code": ["There is no such ticket."]}


async def test_a_code_is_read_however_it_is_written(
    client: httpx.AsyncClient, as_organizer: Headers, ticket: Sold
) -> None:
    shouted = f" {ticket.code.upper()}\n"
    assert (await checked_in(client, scan(shouted), as_organizer))["registration"]
    bare = ticket.code.replace("-", "")
    await refused(client, scan(bare), as_organizer, 409, "already_checked_in")


async def test_who_does_not_run_the_door_reads_no_tickets(
    client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    as_guest: Headers,
    as_admin: Headers,
    conference: Conference,
    ticket: Sold,
) -> None:
    await refused(client, scan(ticket.code), {}, 401, "not_authenticated")
    await refused(client, scan(ticket.code), as_guest, 403, "forbidden")
    for body in (scan(ticket.code), scan(ticket.code, conference=conference.id)):
        await refused(rival_client, body, {}, 404, "unknown")
    await checked_in(client, scan(ticket.code, conference=conference.id), as_admin)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", None),
        ("code", 5),
        ("code", "x" * 7_090),
        ("nonce", ""),
        ("nonce", "x" * 101),
        ("nonce", "two words"),
        ("nonce", "n\n"),
        ("nonce", 7),
        ("conference", "1"),
        ("scanned_at", "2026-09-01T08:41:07"),
        ("scanned_at", "yesterday"),
        ("scanned_at", 1788000000),
        ("gate", 2),
    ],
)
async def test_what_cannot_be_meant_is_named(
    client: httpx.AsyncClient, as_organizer: Headers, ticket: Sold, field: str, value: object
) -> None:
    refusal = await refused(
        client, scan(ticket.code) | {field: value}, as_organizer, 400, "invalid"
    )
    assert list(refusal["errors"]) == [field]


async def test_a_nonce_names_one_ticket(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    first, second = await sell(engine, conference, 2)
    await checked_in(client, scan(first.code, "same"), as_organizer)
    refusal = await refused(
        client, scan(second.code, "same"), as_organizer, 422, "idempotency_key_reused"
    )
    assert list(refusal["errors"]) == ["nonce"]
    assert await standing(engine) == [first.registration]


async def test_two_conferences_may_use_the_same_nonce(
    client: httpx.AsyncClient, engine: AsyncEngine, uow: Units, as_admin: Headers, ticket: Sold
) -> None:
    [other] = await sell(engine, await a_conference(uow))
    for code in (ticket.code, other.code):
        await checked_in(client, scan(code, "door-1"), as_admin)
    assert await standing(engine) == sorted([ticket.registration, other.registration])


@pytest.mark.parametrize(
    "told",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1970-01-01T00:00:00Z",
        "1999-12-31T23:59:59Z",
        "2060-01-01T00:00:00Z",
    ],
)
async def test_a_clock_that_cannot_be_right_is_not_believed(
    client: httpx.AsyncClient, as_organizer: Headers, ticket: Sold, told: str
) -> None:
    data = await checked_in(client, scan(ticket.code, at=told), as_organizer)
    assert data["checked_in_at"] == data["received_at"]


async def test_a_late_scan_keeps_the_time_of_its_device(
    client: httpx.AsyncClient, as_organizer: Headers, ticket: Sold
) -> None:
    body = scan(ticket.code, at="2026-01-02T03:04:05.678+01:00")
    data = await checked_in(client, body, as_organizer)
    assert data["checked_in_at"] == "2026-01-02T02:04:05.678000Z"
    refusal = await refused(client, scan(ticket.code), as_organizer, 409, "already_checked_in")
    assert refusal["checked_in_at"] == data["checked_in_at"]


async def test_what_was_undone_is_checked_in_again_by_a_new_scan_only(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, ticket: Sold
) -> None:
    first = await checked_in(client, scan(ticket.code, "old"), as_organizer)
    undo = f"{CHECK_INS}{first['id']}/undo/"
    undone = await client.post(undo, headers=as_organizer)
    assert undone.status_code == 200
    data = undone.json()["data"]
    assert data["undone_at"] is not None
    assert (data["undone_by"], data["nonce"]) == (first["scanned_by"], "old")
    assert await standing(engine) == []

    again = await client.post(undo, headers=as_organizer)
    assert (again.status_code, again.json()["code"]) == (409, "not_checked_in")
    await refused(client, scan(ticket.code, "old"), as_organizer, 409, "not_checked_in")

    second = await checked_in(client, scan(ticket.code, "new"), as_organizer)
    assert second["id"] != first["id"]
    refusal = await refused(
        client, scan(ticket.code, "old"), as_organizer, 409, "already_checked_in"
    )
    assert refusal["checked_in_at"] == second["checked_in_at"]
    assert await standing(engine) == [ticket.registration]
    assert await broken_promises(engine) == []


async def test_only_who_runs_the_door_undoes(
    client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    as_organizer: Headers,
    as_guest: Headers,
    ticket: Sold,
) -> None:
    undo = f"{CHECK_INS}{(await checked_in(client, scan(ticket.code), as_organizer))['id']}/undo/"
    assert (await client.post(undo, headers=as_guest)).status_code == 403
    assert (await rival_client.post(undo)).status_code == 404
    assert (await client.post(f"{CHECK_INS}999/undo/", headers=as_organizer)).status_code == 404
    assert (await client.post(undo)).status_code == 401


async def test_check_ins_are_listed_the_newest_first(
    client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    organizer: User,
    as_organizer: Headers,
    as_guest: Headers,
    conference: Conference,
) -> None:
    other = await a_conference(uow, organizer=organizer)
    sold = [*await sell(engine, conference, 2), *await sell(engine, other)]
    made = [await checked_in(client, scan(one.code), as_organizer) for one in sold]
    await client.post(f"{CHECK_INS}{made[0]['id']}/undo/", headers=as_organizer)

    async def ids(query: str) -> list[int]:
        answer = await client.get(f"{CHECK_INS}?{query}", headers=as_organizer)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["data"]]

    first, second, third = (one["id"] for one in made)
    assert await ids("") == [third, second, first]
    assert await ids(f"conference={conference.id}") == [second, first]
    assert await ids(f"registration={sold[0].registration}") == [first]
    assert await ids("page_size=1&page=2&ordering=id") == [second]
    assert (await rival_client.get(CHECK_INS)).json()["data"] == []
    assert (await client.get(CHECK_INS, headers=as_guest)).status_code == 403
    assert (await client.get(f"{CHECK_INS}?gate=1", headers=as_organizer)).status_code == 400


async def test_a_cancelled_registration_keeps_its_trace_and_counts_no_more(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    as_organizer: Headers,
    conference: Conference,
    ticket: Sold,
) -> None:
    body = scan(ticket.code)
    first = await checked_in(client, body, as_organizer)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE registrations SET status = 'cancelled'"))
    await refused(client, scan(ticket.code), as_organizer, 409, "cancelled")
    assert await checked_in(client, body, as_organizer) == first
    counted = await client.get(
        f"/api/v1/conferences/{conference.id}/check-ins/", headers=as_organizer
    )
    assert counted.json()["data"]["checked_in"] == 0
    assert await standing(engine) == [ticket.registration]


async def test_a_key_repeats_the_answer_like_any_other_write(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, ticket: Sold
) -> None:
    keyed = as_organizer | {"Idempotency-Key": "door"}
    body = scan(ticket.code)
    first = await checked_in(client, body, keyed)
    undo = f"{CHECK_INS}{first['id']}/undo/"
    keyed_undo = as_organizer | {"Idempotency-Key": "undo"}
    undone = [await client.post(undo, headers=keyed_undo) for _ in range(2)]
    assert undone[0].status_code == undone[1].status_code == 200
    assert undone[0].content == undone[1].content
    # The key answers with what was said under it; the nonce would tell what is true now.
    assert await checked_in(client, body, keyed) == first
    assert await standing(engine) == []


async def test_a_scan_takes_three_statements(
    client: httpx.AsyncClient, as_organizer: Headers, ticket: Sold, statements: list[str]
) -> None:
    await checked_in(client, scan(ticket.code), as_organizer)
    assert len([one for one in statements if "token_families" not in one]) == 3


async def test_scans_of_long_ago_are_not_older_than_the_century(
    client: httpx.AsyncClient, as_organizer: Headers, ticket: Sold
) -> None:
    year = timedelta(days=365)
    told = datetime.now(UTC) - 20 * year
    data = await checked_in(client, scan(ticket.code, at=told), as_organizer)
    assert datetime.fromisoformat(data["checked_in_at"]) == told
