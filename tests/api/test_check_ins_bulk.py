"""Uploads of scans that were made without a network."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus
from tests.api.asking import count
from tests.door import CHECK_INS, broken_promises, scan, scans, sell, standing
from tests.factories import Units, a_conference

BULK = f"{CHECK_INS}bulk/"
MORNING = datetime(2026, 1, 2, 8, tzinfo=UTC)
Headers = dict[str, str]
Body = dict[str, Any]


async def uploaded(
    client: httpx.AsyncClient, conference: Conference, sent: list[Body], headers: Headers
) -> list[Body]:
    body = {"conference": conference.id, "scans": sent}
    answer = await client.post(BULK, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert data["conference"] == conference.id
    assert [one["nonce"] for one in data["results"]] == [one["nonce"] for one in sent]
    results: list[Body] = data["results"]
    return results


def said(results: list[Body]) -> list[str]:
    return [one["result"] for one in results]


async def test_each_scan_has_its_own_result(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    as_organizer: Headers,
    conference: Conference,
) -> None:
    good, seen = await sell(engine, conference, 2)
    await client.post(CHECK_INS, json=scan(seen.code, at=MORNING), headers=as_organizer)
    [unpaid] = await sell(engine, conference, status="pending")
    [over] = await sell(engine, conference, status="cancelled")
    [foreign] = await sell(engine, await a_conference(uow))
    tickets = [good, seen, unpaid, over, foreign]
    sent = [*scans(tickets, MORNING + timedelta(minutes=1)), scan("a poster"), scan("x" * 5000)]
    results = await uploaded(client, conference, sent, as_organizer)
    assert said(results) == [
        "checked_in",
        "already_checked_in",
        "unpaid",
        "cancelled",
        "wrong_conference",
        "unknown",
        "unknown",
    ]
    assert [one["checked_in_at"] for one in results] == [
        "2026-01-02T08:01:00Z",
        "2026-01-02T08:00:00Z",
        *[None] * 5,
    ]
    assert await standing(engine) == sorted([good.registration, seen.registration])
    assert await broken_promises(engine) == []


async def test_ten_thousand_scans_uploaded_twice_count_once_each(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    sold = await sell(engine, conference, 10_000)
    sent = scans(sold, MORNING)
    first = await uploaded(client, conference, sent, as_organizer)
    assert Counter(said(first)) == {"checked_in": 10_000}
    assert await uploaded(client, conference, sent, as_organizer) == first
    assert await standing(engine) == [one.registration for one in sold]
    assert await count(engine, "check_ins") == 10_000
    assert await broken_promises(engine) == []


async def test_the_number_of_statements_does_not_grow_with_the_scans(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    as_organizer: Headers,
    conference: Conference,
    statements: list[str],
) -> None:
    taken = []
    for many in (1, 50):
        sold = await sell(engine, conference, many)
        statements.clear()
        await uploaded(client, conference, scans(sold), as_organizer)
        taken.append(len(statements))
    assert taken[0] == taken[1]


async def test_of_several_scans_of_a_ticket_the_earliest_counts(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    [sold] = await sell(engine, conference)
    at = [MORNING + timedelta(minutes=minutes) for minutes in (5, 0, 9)]
    sent = [*(scan(sold.code, at=one) for one in at), scan(sold.code)]
    results = await uploaded(client, conference, sent, as_organizer)
    expected = ["already_checked_in", "checked_in", "already_checked_in", "already_checked_in"]
    assert said(results) == expected
    assert {one["checked_in_at"] for one in results} == {"2026-01-02T08:00:00Z"}
    # Sent again, in parts and in another order, each is told the same.
    again = await uploaded(client, conference, sent[::-1], as_organizer)
    assert again == results[::-1]
    assert await count(engine, "check_ins") == 1


async def test_what_was_scanned_online_and_uploaded_later_counts_once(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    [sold] = await sell(engine, conference)
    body = scan(sold.code)
    online = (await client.post(CHECK_INS, json=body, headers=as_organizer)).json()["data"]
    [result] = await uploaded(client, conference, [body], as_organizer)
    assert result["result"] == "checked_in"
    assert result["checked_in_at"] == online["checked_in_at"]
    assert await count(engine, "check_ins") == 1


async def test_a_nonce_used_for_two_tickets_is_told(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    first, second, third = await sell(engine, conference, 3)
    sent = [
        scan(one.code, "same", MORNING) for one in sorted((first, second), key=lambda s: s.code)
    ]
    results = await uploaded(client, conference, sent, as_organizer)
    assert said(results) == ["checked_in", "idempotency_key_reused"]
    [later] = await uploaded(client, conference, [scan(third.code, "same")], as_organizer)
    assert later["result"] == "idempotency_key_reused"
    assert await count(engine, "check_ins") == 1


async def test_an_undone_scan_is_not_revived_by_an_upload(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    [sold] = await sell(engine, conference)
    body = scan(sold.code, at=MORNING)
    made = (await client.post(CHECK_INS, json=body, headers=as_organizer)).json()["data"]
    await client.post(f"{CHECK_INS}{made['id']}/undo/", headers=as_organizer)
    assert said(await uploaded(client, conference, [body], as_organizer)) == ["not_checked_in"]
    assert await standing(engine) == []


async def test_devices_with_wrong_clocks_have_scanned_all_the_same(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    sold = await sell(engine, conference, 2)
    sent = [
        scan(one.code, at=told)
        for one, told in zip(sold, ("1970-01-01T00:00:07Z", "2099-01-01T00:00:00Z"), strict=True)
    ]
    before = datetime.now(UTC)
    results = await uploaded(client, conference, sent, as_organizer)
    assert said(results) == ["checked_in", "checked_in"]
    for one in results:
        assert before <= datetime.fromisoformat(one["checked_in_at"]) <= datetime.now(UTC)


async def test_nothing_to_upload_is_nothing_wrong(
    client: httpx.AsyncClient, as_organizer: Headers, conference: Conference
) -> None:
    assert await uploaded(client, conference, [], as_organizer) == []


async def test_who_may_upload(
    client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    organizer: User,
    as_guest: Headers,
    as_admin: Headers,
    conference: Conference,
) -> None:
    [sold] = await sell(engine, conference)
    sent = scans([sold])
    body = {"conference": conference.id, "scans": sent}
    assert (await client.post(BULK, json=body)).status_code == 401
    assert (await client.post(BULK, json=body, headers=as_guest)).status_code == 403
    assert (await rival_client.post(BULK, json=body)).status_code == 403
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    unseen = await rival_client.post(BULK, json=body | {"conference": draft.id})
    assert unseen.status_code == 404
    assert await count(engine, "check_ins") == 0
    assert said(await uploaded(client, conference, sent, as_admin)) == ["checked_in"]


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        ({"scans": None}, "scans"),
        ({"scans": [{"code": "x"}]}, "scans.0.nonce"),
        ({"scans": [{"code": "x", "nonce": "a", "gate": 1}]}, "scans.0.gate"),
        ({"scans": [{"code": "x", "nonce": "a", "scanned_at": "now"}]}, "scans.0.scanned_at"),
        ({"scans": [{"code": "x", "nonce": str(n)} for n in range(10_001)]}, "scans"),
        ({"conference": None}, "conference"),
        ({"device": 1}, "device"),
    ],
)
async def test_what_cannot_be_meant_is_named(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    conference: Conference,
    broken: Body,
    field: str,
) -> None:
    body = {"conference": conference.id, "scans": []} | broken
    answer = await client.post(BULK, json=body, headers=as_organizer)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_an_upload_may_be_larger_than_other_bodies(
    client: httpx.AsyncClient, as_organizer: Headers, conference: Conference
) -> None:
    sent = [scan("x" * 3_000) for _ in range(1_000)]
    assert set(said(await uploaded(client, conference, sent, as_organizer))) == {"unknown"}
    twice = {"conference": conference.id, "scans": sent + sent}
    assert (await client.post(BULK, json=twice, headers=as_organizer)).status_code == 413
    elsewhere = await client.post(CHECK_INS, json=twice, headers=as_organizer)
    assert elsewhere.status_code == 413


async def test_a_key_repeats_the_answer_of_an_upload(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    keyed = as_organizer | {"Idempotency-Key": "upload"}
    sent = scans(await sell(engine, conference, 2))
    first = await uploaded(client, conference, sent, keyed)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE check_ins SET undone_at = now()"))
    assert await uploaded(client, conference, sent, keyed) == first
