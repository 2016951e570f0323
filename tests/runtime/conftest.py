from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from torture.processes import DATABASE, Postgres, free_port


@pytest.fixture
async def postgres(tmp_path: Path) -> AsyncIterator[Postgres]:
    """A PostgreSQL of this test's own, by TCP, which may be killed and frozen."""
    # What root starts is another user's.
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    cluster = Postgres(tmp_path, free_port())
    try:
        await cluster.ready()
        connection = await cluster.connect("postgres")
        await connection.execute(f"CREATE DATABASE {DATABASE}")
        await connection.close()
        yield cluster
    finally:
        cluster.thaw()
        await cluster.kill()
