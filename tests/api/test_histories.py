import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import payments
from app.domain.access import Role
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from app.signing import signed
from tests import factories
from tests.serving import Served

Units = Callable[[], UnitOfWork]
V1 = "/api/v1"


async def history(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], **asked: Any
) -> list[dict[str, Any]]:
    answer = await client.get(f"{V1}/{path}history/", headers=headers, params=asked)
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json()["data"]
    return told


@pytest.fixture
async def organizer(uow: Units) -> Any:
    return await factories.a_user(uow, role=Role.ORGANIZER, username="olga")


async def test_a_registration_tells_who_did_what_the_newest_first(
    client: httpx.AsyncClient, uow: Units, organizer: Any
) -> None:
    user = await factories.a_user(uow, username="ada")
    conference = await factories.a_conference(uow, organizer=organizer)
    owner, manager = await factories.login(client, user), await factories.login(client, organizer)
    named = {"X-Request-ID": "made-by-ada"}
    made = await client.post(
        f"{V1}/registrations/", json={"conference": conference.id}, headers=owner | named
    )
    id = made.json()["data"]["id"]
    await client.delete(f"{V1}/registrations/{id}/", headers=manager)
    ended, began = await history(client, f"registrations/{id}/", manager)
    assert began["verb"] == "created"
    assert began["changes"] == {"status": {"from": None, "to": "confirmed"}}
    assert began["actor"] == {"kind": "user", "user": user.id, "username": "ada"}
    assert ended["verb"] == "cancelled"
    assert ended["changes"]["status"] == {"from": "confirmed", "to": "cancelled"}
    assert ended["actor"] == {"kind": "user", "user": organizer.id, "username": "olga"}
    # Requests are for admins.
    assert (began["request_id"], ended["request_id"]) == (None, None)


async def test_an_owner_is_named_and_no_other_actor(
    client: httpx.AsyncClient, uow: Units, organizer: Any
) -> None:
    user = await factories.a_user(uow, username="ada")
    conference = await factories.a_conference(uow, organizer=organizer)
    owner, manager = await factories.login(client, user), await factories.login(client, organizer)
    made = await client.post(
        f"{V1}/registrations/", json={"conference": conference.id}, headers=owner
    )
    id = made.json()["data"]["id"]
    await client.delete(f"{V1}/registrations/{id}/", headers=manager)
    ended, began = await history(client, f"registrations/{id}/", owner)
    assert began["actor"]["username"] == "ada"
    assert ended["actor"] == {"kind": "user", "user": None, "username": None}


async def test_an_account_tells_its_owner_what_changed_and_no_secret(
    client: httpx.AsyncClient, uow: Units
) -> None:
    user = await factories.a_user(uow, username="ada")
    own = await factories.login(client, user)
    await client.patch(f"{V1}/users/me/", json={"bio": "Engines."}, headers=own)
    changed, began = await history(client, f"users/{user.id}/", own)
    assert changed["changes"] == {"bio": {"from": "", "to": "Engines."}}
    assert (began["verb"], began["changes"]) == ("created", {})


async def test_pages_go_on(client: httpx.AsyncClient, uow: Units, organizer: Any) -> None:
    conference = await factories.a_conference(uow, organizer=organizer)
    manager = await factories.login(client, organizer)
    for place in ("Oslo", "Rome"):
        path = f"{V1}/conferences/{conference.id}/"
        moved = await client.patch(path, json={"location": place}, headers=manager)
        assert moved.status_code == 200, moved.text
    answer = await client.get(
        f"{V1}/conferences/{conference.id}/history/",
        headers=manager,
        params={"page": 2, "page_size": 1},
    )
    assert answer.json()["meta"]["count"] == 3
    [entry] = answer.json()["data"]
    assert entry["changes"] == {"location": {"from": "San Francisco", "to": "Oslo"}}


async def test_moments_are_told_as_everywhere_else(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, organizer: Any
) -> None:
    conference = await factories.a_conference(uow, organizer=organizer)
    manager = await factories.login(client, organizer)
    path = f"{V1}/conferences/{conference.id}/"
    deadline = (conference.period.start - timedelta(days=1)).isoformat()
    changed = await client.patch(
        path,
        json={"registration_deadline": deadline, "conference_name": deadline},
        headers=manager,
    )
    [entry, _] = await history(client, f"conferences/{conference.id}/", manager)
    told = changed.json()["data"]["registration_deadline"]
    assert told.endswith("Z")
    assert entry["changes"]["registration_deadline"] == {"from": None, "to": told}
    # A name is what it is, whatever it looks like.
    assert entry["changes"]["name"]["to"] == deadline
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL timezone = 'Asia/Kathmandu'"))
        end = "UPDATE conferences SET registration_deadline = 'infinity', ends_at = :end"
        await connection.execute(text(end), {"end": conference.period.end + timedelta(days=1)})
    [elsewhere, *_] = await history(client, f"conferences/{conference.id}/", manager)
    assert elsewhere["changes"]["ends_at"]["from"].endswith("Z")
    assert elsewhere["changes"]["registration_deadline"] == {"from": told, "to": "infinity"}


async def test_admins_read_everything_by_kind_actor_and_time(
    client: httpx.AsyncClient, uow: Units, organizer: Any
) -> None:
    admin = await factories.a_user(uow, role=Role.ADMIN, username="root")
    conference = await factories.a_conference(uow, organizer=organizer)
    manager, headers = (
        await factories.login(client, organizer),
        await factories.login(client, admin),
    )
    path = f"{V1}/conferences/{conference.id}/"
    named = {"X-Request-ID": "moved-1"}
    await client.patch(path, json={"location": "Oslo"}, headers=manager | named)
    [moved] = await history(client, "", headers, user=organizer.id)
    assert (moved["kind"], moved["object_id"], moved["verb"]) == (
        "conference",
        conference.id,
        "changed",
    )
    assert moved["request_id"] == "moved-1"
    assert [one["kind"] for one in await history(client, "", headers, kind="user")] == ["user"] * 2
    assert len(await history(client, "", headers, kind="conference", actor="command")) == 1
    tomorrow = (utc_now() + timedelta(days=1)).isoformat()
    assert await history(client, "", headers, since=tomorrow) == []
    assert len(await history(client, "", headers, until=tomorrow)) == 4
    # None of them is of before the trail.
    assert "trail" not in {one["kind"] for one in await history(client, "", headers)}


async def test_what_is_unknown_is_refused(client: httpx.AsyncClient, uow: Units) -> None:
    admin = await factories.login(client, await factories.a_user(uow, role=Role.ADMIN))
    for asked in ({"kind": "secret"}, {"ordering": "id"}, {"since": "yesterday"}, {"x": "1"}):
        answer = await client.get(f"{V1}/history/", headers=admin, params=asked)
        assert answer.status_code == 400, asked


async def test_a_payment_is_settled_by_the_gateway(
    client: httpx.AsyncClient, uow: Units, organizer: Any, app: Served
) -> None:
    user = await factories.a_user(uow, username="ada")
    concert = await factories.a_conference(uow, organizer=organizer, price=Decimal(49))
    owner = await factories.login(client, user)
    made = await client.post(f"{V1}/registrations/", json={"conference": concert.id}, headers=owner)
    who = factories.caller(user)
    asked = await payments.start(uow(), who, made.json()["data"]["id"], None, utc_now())
    word = {"payment_id": asked.id, "outcome": "paid"}
    body = json.dumps({"type": "payment.settled", "timestamp": "now", "data": word}).encode()
    key = app.runtime.settings.webhook_keys[0]
    settled = await client.post(
        f"{V1}/payments/callback/", content=body, headers=signed(key, "event1", utc_now(), body)
    )
    assert settled.status_code == 200, settled.text
    paid, _ = await history(client, f"payments/{asked.id}/", owner)
    assert (paid["verb"], paid["actor"]["kind"]) == ("paid", "gateway")
    confirmed, began = await history(client, f"registrations/{made.json()['data']['id']}/", owner)
    assert (confirmed["actor"]["kind"], began["actor"]["kind"]) == ("gateway", "user")


async def test_who_is_let_in_is_noted_with_the_request_that_asked(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, organizer: Any
) -> None:
    conference = await factories.a_conference(uow, organizer=organizer)
    people = [await factories.an_attendee(uow) for _ in range(2)]
    sold = [await factories.a_registration(uow, conference, one) for one in people]
    headers = await factories.login(client, organizer)
    answers = await asyncio.gather(
        *(
            client.post(
                f"{V1}/check-ins/",
                json={"code": one.ticket_code, "nonce": f"nonce-{one.id}"},
                headers=headers | {"X-Request-ID": f"scan-of-{one.id}"},
            )
            for one in sold
        )
    )
    async with engine.connect() as connection:
        noted = await connection.execute(
            text("SELECT object_id, actor, actor_id, request_id FROM trail WHERE kind = 'check_in'")
        )
        assert {tuple(row) for row in noted} == {
            (answer.json()["data"]["id"], "user", organizer.id, f"scan-of-{one.id}")
            for one, answer in zip(sold, answers, strict=True)
        }
