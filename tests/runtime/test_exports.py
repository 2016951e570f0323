"""Exports of a real server, to clients that go away or do not read."""

import asyncio
import csv
import socket
from collections.abc import AsyncIterator, Callable
from io import StringIO
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from app.domain.access import Role
from app.repositories.uow import UnitOfWork
from app.routers.v1.exports import MOST_TABLES
from tests import processes
from tests.conftest import settings_for
from tests.factories import a_conference, a_user, login
from tests.repositories.test_exports import fill

pytestmark = pytest.mark.slow

MANY = 12_000


class Scene:
    """A server with a large conference, and what can be seen of it from outside."""

    def __init__(
        self, server: processes.Server, engine: AsyncEngine, folder: Path, path: str, token: str
    ) -> None:
        self.server, self.engine, self.folder = server, engine, folder
        self.path, self.token = path, token

    async def ask(self, format: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which an export has been asked for, and nothing is read."""
        host, _, port = self.server.url.removeprefix("http://").partition(":")
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, (host, int(port)))
        reader, writer = await asyncio.open_connection(sock=narrow, limit=1024)
        head = (
            f"GET {self.path}.{format} HTTP/1.1\r\nHost: x\r\nAuthorization: {self.token}\r\n\r\n"
        )
        writer.write(head.encode())
        await writer.drain()
        return reader, writer

    def processes(self) -> int:
        return len(psutil.Process(self.server.pid).children(recursive=True))

    def files(self) -> list[Path]:
        return list(self.folder.iterdir())

    async def at_rest(self) -> None:
        """Wait until none of the server's connections is at work, or in a transaction."""
        question = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'plenary' AND state <> 'idle'"
        )
        quiet = 0
        async with asyncio.timeout(60), self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            while quiet < 3:
                busy = (await connection.execute(text(question))).scalar_one()
                quiet = 0 if busy else quiet + 1
                await asyncio.sleep(0.05)


@pytest.fixture
async def scene(fresh_database: str, tmp_path: Path) -> AsyncIterator[Scene]:
    settings = settings_for(fresh_database)
    assert settings.database_url is not None
    engine = create_async_engine(settings.database_url.get_secret_value(), poolclass=NullPool)
    (folder := tmp_path / "tmp").mkdir()
    organizer = await a_user(lambda: UnitOfWork(engine), role=Role.ORGANIZER)
    conference = await a_conference(lambda: UnitOfWork(engine), organizer=organizer)
    await fill(engine, MANY, conference)
    environment = {
        "PLENARY_DATABASE_URL": fresh_database,
        "PLENARY_SECRET_KEY": settings.secret_key.get_secret_value(),
        "TMPDIR": str(folder),
    }
    server = await processes.serve(environment, tmp_path)
    async with httpx.AsyncClient(base_url=server.url) as client:
        token = (await login(client, organizer))["Authorization"]
    path = f"/api/v1/conferences/{conference.id}/exports/registrations"
    yield Scene(server, engine, folder, path, token)
    await server.stop()
    await engine.dispose()


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.02)


async def test_who_does_not_read_holds_up_nobody_and_no_transaction(scene: Scene) -> None:
    connections = [await scene.ask("csv") for _ in range(MOST_TABLES - 1)]
    await asyncio.gather(*(reader.readexactly(100) for reader, _ in connections))
    await scene.at_rest()
    headers = {"Authorization": scene.token}
    async with httpx.AsyncClient(base_url=scene.server.url, headers=headers) as client:
        answer = await client.get(f"{scene.path}.csv")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert len(rows) == MANY + 1
    for _, writer in connections:
        writer.transport.abort()
    await scene.at_rest()
    assert "Traceback" not in scene.server.log.read_text()


async def test_a_workbook_that_nobody_waits_for_is_given_up(scene: Scene) -> None:
    _, writer = await scene.ask("xlsx")
    await _until(lambda: scene.processes() == 1)
    assert len(scene.files()) == 1
    writer.transport.abort()
    await _until(lambda: scene.processes() == 0 and scene.files() == [])
    await scene.at_rest()
    assert "Traceback" not in scene.server.log.read_text()


async def test_a_workbook_goes_with_the_server_that_is_killed(scene: Scene) -> None:
    _, writer = await scene.ask("xlsx")
    await _until(lambda: scene.processes() == 1)
    [writing] = psutil.Process(scene.server.pid).children(recursive=True)
    await scene.server.kill()
    await _until(lambda: not writing.is_running() and scene.files() == [])
    writer.close()
