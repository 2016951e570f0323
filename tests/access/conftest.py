"""The house in which the table of permissions is tried, one for each process of a test run."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from app.config import Settings
from app.main import create_app
from app.repositories.uow import UnitOfWork
from tests import postgres
from tests.access.house import PICTURE, House
from tests.access.scene import a_scene
from tests.conftest import settings_for
from tests.serving import served

# Nothing is there: what is announced stays where it is, and nothing happens but what is asked for.
_NO_WORKER = "redis://127.0.0.1:1"


@pytest.fixture(scope="session")
async def house_settings(
    worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Settings]:
    """Of a database that no other test has."""
    async with postgres.a_database(f"plenary_access_{worker_id}") as url:
        yield settings_for(
            url,
            data_dir=tmp_path_factory.mktemp("house"),
            redis_url=_NO_WORKER,
            payment_wait_seconds=0,
            # That nobody hears the bell is as it should be.
            log_level="error",
        )


@pytest.fixture(scope="session")
async def built_house(house_settings: Settings) -> AsyncIterator[House]:
    """The application, started over the scene; tests ask for `house`."""
    assert house_settings.database_url is not None
    engine = create_async_engine(house_settings.database_url.get_secret_value())
    async with served(create_app(house_settings)) as app:
        scene = await a_scene(app, engine, lambda: UnitOfWork(engine), PICTURE)
        house = House(app, engine, scene)
        await house.keep()
        yield house
    await engine.dispose()


@pytest.fixture
async def house(built_house: House) -> House:
    """With the scene as it was built."""
    await built_house.restore()
    return built_house
