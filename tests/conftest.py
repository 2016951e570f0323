"""What every test may ask for: a database of its own, settings, the application, a client.

What only some tests need is imported by the fixture that gives it: the domain's tests load no web.
"""

import shutil
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import TYPE_CHECKING

import httpx
import hypothesis
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import CONTRACTS, Settings
from tests import postgres
from tests.serving import BESIDE_REQUESTS, Served, served

if TYPE_CHECKING:
    from app.repositories.uow import UnitOfWork

SECRET = "f1c0ba5e7d4e4f7e9a6b2f0d83c5a917c2e86d3b"


# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("house", deadline=None)
# Of mutants one wants to know whether they are noticed, the same every time, and no more.
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    max_examples=50,
    database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tests log what cannot be encoded, on purpose; what was captured travels between processes."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def settings_for(database_url: str, **others: object) -> Settings:
    """Settings for tests: cheap hashes, no limits, every contract; all else as delivered."""
    chosen: dict[str, object] = {
        "database_url": database_url,
        "secret_key": SECRET,
        "contracts": CONTRACTS,
        "argon2_time_cost": 1,
        "argon2_memory_kib": 8,
        "login_limit_account": 0,
        "login_limit_address": 0,
        "write_limit": 0,
        "log_level": "warning",
        # Nobody listens there; on the port by default somebody's own server may.
        "callback_url": "http://127.0.0.1:1/api/v1/payments/callback/",
    }
    return Settings.model_validate(chosen | others)


@pytest.fixture(scope="session")
async def settings(
    worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Settings]:
    """Of this process's own database; for others, `settings.model_copy(update={…})`."""
    async with postgres.a_database(f"plenary_{worker_id}") as url:
        yield settings_for(url, data_dir=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
async def pool(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """Connections for all tests of this process; tests ask for `engine`."""
    from app.runtime import create_engine  # noqa: PLC0415

    engine = create_engine(settings, name="tests")
    yield engine
    await engine.dispose()


@pytest.fixture
async def engine(pool: AsyncEngine, settings: Settings) -> AsyncIterator[AsyncEngine]:
    """An empty, migrated database; what the test commits is gone afterwards."""
    yield pool
    async with pool.connect() as connection:
        await postgres.empty(connection)
    shutil.rmtree(settings.data_dir / "mail", ignore_errors=True)


@pytest.fixture
def statements(engine: AsyncEngine, app: Served) -> Iterator[list[str]]:
    """Every statement that a request or the test sends; not what runs beside them."""
    sent: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        if not BESIDE_REQUESTS.get():
            sent.append(statement)

    runtime = app.runtime
    engines = [one.sync_engine for one in (engine, runtime.engine, runtime.readers)]
    for one in engines:
        event.listen(one, "before_cursor_execute", note)
    yield sent
    for one in engines:
        event.remove(one, "before_cursor_execute", note)


@pytest.fixture
def uow(engine: AsyncEngine) -> "Callable[[], UnitOfWork]":
    """Makes units of work; nobody hears when they announce something."""
    from app.repositories.uow import UnitOfWork  # noqa: PLC0415

    return lambda: UnitOfWork(engine)


@pytest.fixture(scope="session")
def built(settings: Settings) -> FastAPI:
    """The application with its routes, built once; tests ask for `app`."""
    from app.main import create_app  # noqa: PLC0415

    return create_app(settings)


@pytest.fixture
async def app(built: FastAPI, engine: AsyncEngine) -> AsyncIterator[Served]:  # noqa: ARG001
    """The application, started for this test over its empty database."""
    async with served(built) as running:
        yield running


@pytest.fixture
async def client(app: Served) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, not logged in."""
    async with app.client() as client:
        yield client


@pytest.fixture
async def fresh_database() -> AsyncIterator[str]:
    """The URL of a migrated database for this test alone, for processes that share it."""
    async with postgres.a_database("plenary_fresh") as url:
        yield url
