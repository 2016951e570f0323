import httpx
from sqlalchemy import text

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


async def test_not_ready_over_a_schema_of_another_release(
    client: httpx.AsyncClient, app: Served
) -> None:
    async with app.runtime.engine.begin() as connection:
        known = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        await connection.execute(text("UPDATE alembic_version SET version_num = 'other'"))
    try:
        answer = await client.get("/readyz")
    finally:
        async with app.runtime.engine.begin() as connection:
            await connection.execute(
                text("UPDATE alembic_version SET version_num = :known"), {"known": known}
            )
    assert answer.status_code == 503
    assert "plenary migrate" in answer.json()["reason"]


async def test_not_ready_while_stopping(client: httpx.AsyncClient, app: Served) -> None:
    app.runtime.draining = True
    assert (await client.get("/readyz")).status_code == 503
    assert (await client.get("/healthz")).status_code == 200


def _secret(url: str) -> object:
    return Settings.model_validate({"database_url": url}).database_url
