from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app import schema
from tests.runtime.standby import Standby
from torture.processes import DATABASE, Postgres, free_port


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Not under pytest's own: where root runs the tests, what lies here is another user's."""
    with TemporaryDirectory(prefix="plenary-postgres-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        yield home


@pytest.fixture
async def postgres(open_folder: Path) -> AsyncIterator[Postgres]:
    """A PostgreSQL of this test's own, by TCP, which may be killed and frozen."""
    cluster = Postgres(open_folder, free_port())
    try:
        await cluster.ready()
        connection = await cluster.connect("postgres")
        await connection.execute(f"CREATE DATABASE {DATABASE}")
        await connection.close()
        yield cluster
    finally:
        cluster.thaw()
        await cluster.kill()


@pytest.fixture
async def standby(postgres: Postgres) -> AsyncIterator[Standby]:
    await schema.migrate(postgres.url())
    made = Standby(postgres)
    made.begin()
    assert await made.run("SELECT pg_is_in_recovery()")
    yield made
    made.thaw()
    await made.kill()
