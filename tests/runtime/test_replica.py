"""Public pages are written from a streaming replica, and tell no less for it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from app import replica, schema
from app.main import create_app
from app.repositories import conferences
from app.repositories.uow import UnitOfWork
from app.runtime import create_engine
from tests.conftest import settings_for
from tests.factories import a_conference, a_session
from tests.runtime.standby import Standby
from tests.serving import Served, served
from torture.processes import Postgres

pytestmark = pytest.mark.slow

PUBLIC = "/api/v1/public/conferences/"


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    """Rows are known by the number of their transaction, and each cluster begins to count anew."""
    conferences._remembered.clear()


@pytest.fixture
async def app(postgres: Postgres, standby: Standby) -> AsyncIterator[Served]:
    settings = settings_for(postgres.url(), database_read_url=postgres.url(standby.port))
    async with served(create_app(settings)) as running:
        yield running


@pytest.fixture
async def client(app: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with app.client() as client:
        yield client


@pytest.fixture
def asked(app: Served) -> list[str]:
    """What the replica is asked, from now on."""
    heard: list[str] = []
    assert app.runtime.replica is not None
    there = app.runtime.replica._readers.sync_engine
    event.listen(there, "before_cursor_execute", lambda *said: heard.append(said[2]))
    return heard


def uow(app: Served) -> Any:
    return lambda: UnitOfWork(app.runtime.engine)


async def names(client: httpx.AsyncClient) -> set[str]:
    answer = await client.get(PUBLIC)
    assert answer.status_code == 200, answer.text
    listed = answer.json()
    found = {one["conference_name"] for one in listed["data"]}
    assert listed["meta"]["count"] == len(found)
    return found


async def shows(client: httpx.AsyncClient, name: str) -> float:
    """How many seconds it takes until a name is on the public page."""
    began = time.monotonic()
    while name not in await names(client):
        assert time.monotonic() - began < 5, (await client.get(PUBLIC)).text
        await asyncio.sleep(0.01)
    return time.monotonic() - began


async def test_changes_show_within_a_second_on_pages_that_the_replica_writes(
    app: Served, client: httpx.AsyncClient, asked: list[str]
) -> None:
    lags = []
    for number in range(8):
        made = await a_conference(uow(app), name=f"Summit {number}")
        await a_session(uow(app), made)
        lags.append(await shows(client, made.name))
        detail = await client.get(f"{PUBLIC}{made.id}/")
        schedule = await client.get(f"{PUBLIC}{made.id}/schedule.json")
        calendar = await client.get(f"{PUBLIC}{made.id}/calendar.ics")
        assert [one.status_code for one in (detail, schedule, calendar)] == [200, 200, 200]
        assert len(detail.json()["data"]["sessions"]) == 1
    assert max(lags) < 1
    written = [one for one in asked if "pg_last_wal_replay_lsn" not in one]
    assert sum("LIMIT" in one for one in written) >= 8
    assert len(written) >= 4 * 8


@pytest.mark.parametrize("trouble", ["lags", "is frozen", "is killed"])
async def test_a_replica_in_trouble_costs_nobody_an_answer(
    app: Served,
    client: httpx.AsyncClient,
    standby: Standby,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    # So that it is tried again soon.
    monkeypatch.setattr(replica, "_LONGEST_REST", replica._SHORTEST_REST)
    first = await a_conference(uow(app), name="Before")
    await shows(client, first.name)
    if trouble == "lags":
        await standby.run("SELECT pg_wal_replay_pause()")
    elif trouble == "is frozen":
        standby.freeze()
    else:
        await standby.kill()
    for number in range(3):
        made = await a_conference(uow(app), name=f"Meanwhile {number}")
        assert await shows(client, made.name) < 4
    if trouble == "lags":
        await standby.run("SELECT pg_wal_replay_resume()")
    elif trouble == "is frozen":
        standby.thaw()
    else:
        standby.begin()
        await standby.run("SELECT 1")
    asked.clear()
    for number in range(100):
        made = await a_conference(uow(app), name=f"After {number}")
        await shows(client, made.name)
        if any("LIMIT" in one for one in asked):
            break
        await asyncio.sleep(0.2)
    else:
        pytest.fail("the replica was not asked again")


async def test_what_is_no_replica_is_not_asked(
    postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    await schema.migrate(postgres.url())
    settings = settings_for(postgres.url(), database_read_url=postgres.url())
    caplog.set_level(logging.WARNING)
    async with served(create_app(settings)) as app, app.client() as client:
        made = await a_conference(uow(app), name="Alone")
        assert await shows(client, made.name) < 1
    assert "it is no replica, but a database of its own" in caplog.text


async def test_many_who_meet_the_same_trouble_leave_it_alone_for_one_rest() -> None:
    nowhere = settings_for("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    alone = replica.Replica(create_engine(nowhere, reading=True))

    async def question(_: UnitOfWork) -> None:
        pytest.fail("nobody is there to be asked")

    asked = (alone.ask(0, question) for _ in range(6))
    failures = await asyncio.gather(*asked, return_exceptions=True)
    await alone.dispose()
    assert {type(failure) for failure in failures} == {replica.NoReplica}
    assert 0 < alone._rests_until - time.monotonic() <= replica._SHORTEST_REST


@pytest.mark.parametrize("asked_for", ["another database", "what the driver cannot read"])
async def test_a_replica_that_is_misnamed_costs_nobody_an_answer(
    postgres: Postgres, standby: Standby, asked_for: str
) -> None:
    named = postgres.url(standby.port)
    if asked_for == "another database":
        named = f"{named.removesuffix('/plenary')}/postgres"
    else:
        named += "?statement_cache_size=some"
    settings = settings_for(postgres.url(), database_read_url=named)
    async with served(create_app(settings)) as app, app.client() as client:
        made = await a_conference(uow(app), name="Alone")
        assert await shows(client, made.name) < 1
        assert (await client.get(f"{PUBLIC}{made.id}/")).status_code == 200
