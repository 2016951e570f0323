"""`plenary doctor` on what it takes more than a command to find."""

import asyncio
from pathlib import Path

import pytest

from app.doctor import Finding, examine
from tests.conftest import settings_for
from tests.runtime.standby import Standby
from torture.processes import Postgres

pytestmark = pytest.mark.slow


async def found(database: str, replica: str, folder: Path) -> Finding:
    """What it says of a replica."""
    settings = settings_for(database, database_read_url=replica, data_dir=folder)
    findings = await asyncio.to_thread(examine, settings)
    return next(finding for finding in findings if finding.what == "replica")


async def test_a_replica_that_follows_is_well_and_a_stopped_one_is_so_much_behind(
    postgres: Postgres, standby: Standby, tmp_path: Path
) -> None:
    there = postgres.url(standby.port)
    well = await found(postgres.url(), there, tmp_path)
    assert (well.good, well.said) == (True, "follows, and knows all that was written")

    await standby.run("SELECT pg_wal_replay_pause()")
    connection = await postgres.connect("plenary")
    await connection.execute("CREATE TABLE unheard_of AS SELECT generate_series(1, 1000)")
    await connection.close()
    late = await found(postgres.url(), there, tmp_path)
    assert not late.good
    assert " bytes behind, and no nearer in 1 s" in late.said

    await standby.kill()
    gone = await found(postgres.url(), there, tmp_path)
    assert not gone.good
    assert "PLENARY_DATABASE_READ_URL" in gone.hint


async def test_a_replica_of_another_database_and_none_are_told_apart(
    fresh_database: str, postgres: Postgres, standby: Standby, tmp_path: Path
) -> None:
    other = await found(fresh_database, postgres.url(standby.port), tmp_path)
    assert (other.good, other.said) == (False, "it is a replica of another database")
    none = await found(postgres.url(), fresh_database, tmp_path)
    assert (none.good, none.said) == (False, "it is no replica, but a database of its own")
