"""Real processes: how a server starts, is looked after, and stops."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.embedded import EmbeddedPostgres
from tests import processes
from tests.conftest import SECRET

pytestmark = pytest.mark.slow


@pytest.fixture
def environment(fresh_database: str) -> Mapping[str, str]:
    return {"PLENARY_DATABASE_URL": fresh_database, "PLENARY_SECRET_KEY": SECRET}


@pytest.fixture
async def pair(environment: Mapping[str, str], tmp_path: Path) -> AsyncIterator[processes.Server]:
    """A supervisor with two server processes."""
    given = {**environment, "PLENARY_DRAIN_SECONDS": "0"}
    server = await processes.serve(given, tmp_path, "--workers=2")
    yield server
    await server.stop()


async def test_told_to_stop_it_drains_first(environment: Mapping[str, str], tmp_path: Path) -> None:
    given = {**environment, "PLENARY_DRAIN_SECONDS": "1"}
    server = await processes.serve(given, tmp_path)
    os.kill(server.pid, signal.SIGTERM)
    async with httpx.AsyncClient(base_url=server.url) as client:
        await asyncio.sleep(0.3)
        ready, served = await client.get("/readyz"), await client.get("/api/v1/nothing/")
    assert (ready.status_code, served.status_code) == (503, 404)
    await asyncio.wait_for(_gone(server.pid), 10)


async def test_a_dead_process_is_replaced(pair: processes.Server) -> None:
    children = psutil.Process(pair.pid).children()
    assert len(children) == 2
    children[0].kill()
    async with asyncio.timeout(processes.READY_WITHIN):
        while len(_alive(pair.pid) - {children[0].pid}) < 2:  # noqa: ASYNC110 (other processes)
            await asyncio.sleep(0.1)
    async with httpx.AsyncClient(base_url=pair.url) as client:
        assert (await client.get("/readyz")).status_code == 200


async def test_processes_die_with_their_supervisor(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    server = await processes.serve(environment, tmp_path, "--workers=2")
    children = psutil.Process(server.pid).children()
    await server.kill()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []


@pytest.mark.parametrize(("trusted", "noted"), [("127.0.0.1", "203.0.113.7"), ("", "127.0.0.1")])
async def test_forwarded_addresses_are_believed_of_named_proxies_alone(
    environment: Mapping[str, str], tmp_path: Path, trusted: str, noted: str
) -> None:
    given = {**environment, "PLENARY_TRUSTED_PROXIES": trusted, "PLENARY_DRAIN_SECONDS": "0"}
    server = await processes.serve(given, tmp_path)
    forwarded = {"X-Forwarded-For": "203.0.113.7", "X-Real-IP": "203.0.113.8"}
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get("/api/v1/nothing/", headers=forwarded)).status_code == 404
    await server.stop()
    url = make_url(environment["PLENARY_DATABASE_URL"]).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT ip FROM request_logs"))
        assert found.scalars().all() == [noted]
    await engine.dispose()


async def test_a_port_in_use_is_said(environment: Mapping[str, str], tmp_path: Path) -> None:
    first = await processes.serve(environment, tmp_path)
    port = first.url.rpartition(":")[2]
    second = await processes.run(
        "serve", f"--port={port}", environment=environment, directory=tmp_path
    )
    await asyncio.wait_for(_gone(second.pid), processes.READY_WITHIN)
    await first.stop()
    assert f"Cannot listen on 127.0.0.1:{port}" in second.log.read_text()


@pytest.mark.parametrize("workers", [1, 2])
async def test_it_says_when_it_is_ready_and_before_that_why_not(
    environment: Mapping[str, str], tmp_path: Path, pool: AsyncEngine, workers: int
) -> None:
    name = make_url(environment["PLENARY_DATABASE_URL"]).database
    await _administer(pool, f"ALTER DATABASE {name} RENAME TO {name}_away")
    server = await processes.run(
        "serve",
        f"--port={processes.free_port()}",
        f"--workers={workers}",
        environment={**environment, "PLENARY_DRAIN_SECONDS": "0"},
        directory=tmp_path,
    )
    try:
        await _said(server, "but not ready: The database cannot be reached.")
        assert "Plenary is ready" not in server.log.read_text()
        await _administer(pool, f"ALTER DATABASE {name}_away RENAME TO {name}")
        await _said(server, "Plenary is ready: ")
    finally:
        await server.stop()
    assert server.log.read_text().count("but not ready") == 1


async def test_a_worker_says_why_it_is_not_ready(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    nowhere = {**environment, "PLENARY_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}
    worker = await processes.run("worker", environment=nowhere, directory=tmp_path)
    try:
        await _said(worker, "The worker is up, but not ready: The database cannot be reached.")
        await _said(worker, "The outbox cannot be reached: The database cannot be reached.")
    finally:
        await worker.stop()
    said = worker.log.read_text()
    assert "The worker is ready" not in said
    assert "0 similar" not in said


async def test_the_demos_admin_is_not_served_to_the_world(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    demo = await processes.serve(environment, tmp_path, "--demo")
    await demo.stop()
    real = await processes.run("serve", environment=environment, directory=tmp_path)
    await asyncio.wait_for(_gone(real.pid), processes.READY_WITHIN)
    assert "which everybody knows" in real.log.read_text()


def test_the_embedded_database_outlives_kills_and_ends_with_its_last_user(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path) as first:
        victim = _postmaster(tmp_path)
        with EmbeddedPostgres(tmp_path) as second:
            assert second.url == first.url
        assert _postmaster(tmp_path) == victim
        os.kill(victim, signal.SIGKILL)
        for _ in range(100):
            if _postmaster(tmp_path) not in {victim, 0}:
                break
            signal.sigtimedwait([], 0.1)
        assert _postmaster(tmp_path) != victim
    assert _postmaster(tmp_path) == 0


def test_the_embedded_database_lies_where_no_socket_would_fit(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 20) / "it's here & there"
    deep.mkdir(parents=True)
    with EmbeddedPostgres(deep) as postgres:
        assert postgres.url.startswith("postgresql+asyncpg://postgres@/plenary?host=/")


async def _said(server: processes.Server, sentence: str) -> None:
    async with asyncio.timeout(processes.READY_WITHIN):
        while sentence not in server.log.read_text():  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.05)


async def _administer(pool: AsyncEngine, statement: str) -> None:
    async with pool.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(statement))


def _postmaster(data_dir: Path) -> int:
    try:
        return int((data_dir / "postgres" / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return 0


def _alive(parent: int) -> set[int]:
    return {
        child.pid
        for child in psutil.Process(parent).children()
        if child.status() != psutil.STATUS_ZOMBIE
    }


async def _gone(pid: int) -> None:
    """Wait until the process has ended, whether or not it is buried yet."""
    with suppress(psutil.NoSuchProcess):
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.05)
