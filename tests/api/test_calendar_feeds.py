"""The secret address of one's own calendar: made, renewed, revoked, and told to nobody else."""

import logging
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from tests.api.certifying import run
from tests.api.subscribing import FEED, Headers, made, subscribed
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

LOGS = "/api/v1/core/logs/"


@pytest.fixture
async def feed(client: httpx.AsyncClient, as_guest: Headers) -> str:
    return await made(client, as_guest)


async def test_asking_for_the_address_makes_none(
    client: httpx.AsyncClient, as_guest: Headers
) -> None:
    for _ in range(2):
        answer = await client.get(FEED, headers=as_guest)
        assert answer.status_code == 200
        assert answer.json()["data"] == {"url": None, "created_at": None}


async def test_the_address_can_be_looked_up_again(
    client: httpx.AsyncClient, as_guest: Headers, feed: str
) -> None:
    data = (await client.get(FEED, headers=as_guest)).json()["data"]
    assert data["url"] == feed
    assert data["created_at"] is not None


async def test_only_whoever_is_logged_in_has_one(client: httpx.AsyncClient) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert (await client.request(method, FEED)).status_code == 401


async def test_renewed_it_is_another_and_the_old_one_stops(
    client: httpx.AsyncClient, as_guest: Headers, feed: str
) -> None:
    renewed = await made(client, as_guest)
    assert renewed != feed
    assert (await client.get(feed)).status_code == 404
    assert (await client.get(renewed)).status_code == 200


async def test_revoked_it_stops_and_revoking_again_is_no_harm(
    client: httpx.AsyncClient, as_guest: Headers, feed: str
) -> None:
    for _ in range(2):
        answer = await client.delete(FEED, headers=as_guest)
        assert (answer.status_code, answer.json()["data"]) == (200, None)
        assert (await client.get(feed)).status_code == 404
    assert (await client.get(FEED, headers=as_guest)).json()["data"]["url"] is None


async def test_a_request_repeated_under_its_key_makes_one_address(
    client: httpx.AsyncClient, as_guest: Headers, engine: AsyncEngine
) -> None:
    headers = as_guest | {"Idempotency-Key": "once"}
    first, again = await made(client, headers), await made(client, headers)
    assert first == again
    assert (await client.get(first)).status_code == 200
    secret = first.rpartition("/")[2].removesuffix(".ics")
    async with engine.connect() as connection:
        for table in ("calendar_feeds", "idempotency_keys"):
            kept = await connection.exec_driver_sql(f"SELECT CAST(t AS text) FROM {table} t")
            rows = kept.scalars().all()
            assert rows
            assert not any(secret in row for row in rows)


async def test_others_addresses_are_others(
    client: httpx.AsyncClient, uow: Units, guest: User, feed: str
) -> None:
    conference = await a_conference(uow, name="Mine")
    await a_registration(uow, conference, await an_attendee(uow, user=guest))
    other = await made(client, await login(client, await a_user(uow)))
    assert await subscribed(client, other) == {}
    assert list(await subscribed(client, feed)) == ["Mine"]


@pytest.mark.parametrize(
    "change",
    [
        lambda secret: "A" * 43,
        lambda secret: secret[:-1],
        lambda secret: f"{secret}A",
        lambda secret: secret.swapcase(),
        lambda secret: f"{secret}%00",
        lambda secret: "x",
    ],
)
async def test_what_is_nearly_an_address_is_none(
    client: httpx.AsyncClient, feed: str, statements: list[str], change: Any
) -> None:
    start, _, name = feed.rpartition("/")
    statements.clear()
    answer = await client.get(f"{start}/{change(name.removesuffix('.ics'))}.ics")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    # It is known for what it is without being looked up.
    assert statements == []


async def test_closed_accounts_have_no_feed(
    client: httpx.AsyncClient, engine: AsyncEngine, guest: User, feed: str
) -> None:
    assert (await client.get(feed)).status_code == 200
    await run(engine, f"UPDATE users SET is_active = false WHERE id = {guest.id}")
    answer = await client.get(feed)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_who_has_it_already_is_told_so(
    client: httpx.AsyncClient, uow: Units, guest: User, feed: str
) -> None:
    first = await client.get(feed)
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["x-robots-tag"] == "noindex"
    known = {"If-None-Match": first.headers["etag"]}
    again = await client.get(feed, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    conference = await a_conference(uow)
    await a_registration(uow, conference, await an_attendee(uow, user=guest))
    assert (await client.get(feed, headers=known)).status_code == 200


async def test_however_many_there_are_they_are_two_questions(
    client: httpx.AsyncClient, uow: Units, guest: User, feed: str, statements: list[str]
) -> None:
    person = await an_attendee(uow, user=guest)
    counts = []
    for number in range(4):
        conference = await a_conference(uow)
        await a_registration(uow, conference, person)
        session = await a_session(uow, conference, hour=2 * number)
        await a_registration(uow, session, person)
        statements.clear()
        assert len(await subscribed(client, feed)) == 2 * (number + 1)
        counts.append(len(statements))
    assert counts == [2, 2, 2, 2]


async def test_the_secret_is_in_no_log(
    client: httpx.AsyncClient,
    app: Served,
    as_admin: Headers,
    feed: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    secret = feed.rpartition("/")[2].removesuffix(".ics")
    with caplog.at_level(logging.DEBUG):
        for path in (feed, feed.replace("calendars", "Calendars"), f"{feed}/", f"{feed}x"):
            await client.get(path)
    await app.runtime.logs.flush()
    answer = await client.get(f"{LOGS}?page_size=100", headers=as_admin)
    assert answer.status_code == 200, answer.text
    paths = [entry["path"] for entry in answer.json()["data"]]
    assert "/api/v1/public/calendars/***" in paths
    # What the client of the test notes of its own requests is no log of the server.
    noted = [one.getMessage() for one in caplog.records if not one.name.startswith("httpx")]
    seen = "".join((answer.text, *noted, *capsys.readouterr()))
    assert secret not in seen
