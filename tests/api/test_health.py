from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import text

from app import schema
from app.config import Settings
from app.main import create_app
from tests.serving import Served, served


async def test_alive_without_asking_anybody(settings: Settings) -> None:
    nowhere = settings.model_copy(
        update={"database_url": _secret("postgresql+asyncpg://x@127.0.0.1:1/x")}
    )
    async with served(create_app(nowhere)) as app, app.client() as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 503
    assert ready.json() == {"status": "not ready", "reason": "The database cannot be reached."}


async def test_ready_when_the_database_is_migrated(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert answer.headers["cache-control"] == "no-store"


async def test_ready_over_a_schema_that_a_newer_release_made(
    client: httpx.AsyncClient, app: Served
) -> None:
    async with at_revision(app, "newer"):
        answer = await client.get("/readyz")
    assert answer.status_code == 200


async def test_not_ready_over_an_older_schema(
    client: httpx.AsyncClient, app: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "_revisions", lambda: ("newest", frozenset({"first", "second"})))
    async with at_revision(app, "second"):
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["reason"] == (
        "The database is at revision second, this release needs newest. Run `plenary migrate`."
    )


async def test_not_ready_before_the_first_migration(client: httpx.AsyncClient, app: Served) -> None:
    async with at_revision(app, None):
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "no tables yet" in answer.json()["reason"]


async def test_not_ready_while_stopping(client: httpx.AsyncClient, app: Served) -> None:
    app.runtime.draining = True
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/healthz")).status_code == 200


@asynccontextmanager
async def at_revision(app: Served, revision: str | None) -> AsyncIterator[None]:
    """The database says for a while that it is at another revision."""

    async def exchange(new: str | None) -> str | None:
        async with app.runtime.engine.begin() as connection:
            found = await connection.execute(text("DELETE FROM alembic_version RETURNING *"))
            if new is not None:
                await connection.execute(
                    text("INSERT INTO alembic_version VALUES (:new)"), {"new": new}
                )
            return found.scalar_one_or_none()

    known = await exchange(revision)
    try:
        yield
    finally:
        await exchange(known)


def _secret(url: str) -> object:
    return Settings.model_validate({"database_url": url}).database_url
