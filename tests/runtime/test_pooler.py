"""Behind a PgBouncer that pools transactions: the same answers, and nothing broken."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app import schema
from app.runtime import create_engine, limits
from tests import processes
from tests.conftest import SECRET, settings_for
from tests.factories import PASSWORD
from tests.races.scene import broken_promises, live, set_up
from torture.processes import DATABASE, HOST, Postgres, Process, free_port

BINARY = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BINARY is None, reason="there is no pgbouncer on this machine"),
]

# Fewer than the two servers' forty: transactions share them all the time. A chore of the sweeper
# holds one while it waits for another, so that too few would wait for each other.
CONNECTIONS = 16
INI = """\
[databases]
{database} = host={host} port={port} dbname={database} user=postgres

[pgbouncer]
listen_addr = {host}
listen_port = {listens}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
max_client_conn = 200
query_wait_timeout = 5
"""


@pytest.fixture
async def pooler(postgres: Postgres) -> AsyncIterator[int]:
    """The port of a PgBouncer in front of that database, which may read what lies beside it."""
    port, folder = free_port(), postgres.log.parent
    ini = folder / "pgbouncer.ini"
    ini.write_text(
        INI.format(
            database=DATABASE,
            host=HOST,
            port=postgres.port,
            listens=port,
            connections=CONNECTIONS,
        )
    )
    ini.chmod(0o644)
    assert BINARY is not None
    pgbouncer = Process("pgbouncer", [BINARY, str(ini)], folder=folder, user=postgres.user)
    pgbouncer.begin()
    yield port
    await pgbouncer.kill()


@pytest.fixture
def environment(postgres: Postgres, pooler: int) -> Mapping[str, str]:
    return {
        "PLENARY_DATABASE_URL": postgres.url(pooler),
        "PLENARY_DATABASE_POOLER": "transaction",
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_WRITE_LIMIT": "0",
        "PLENARY_DRAIN_SECONDS": "0",
    }


@pytest.fixture
async def shared(postgres: Postgres) -> AsyncIterator[AsyncEngine]:
    """The database, migrated, past the pooler."""
    await schema.migrate(postgres.url())
    engine = create_engine(settings_for(postgres.url()), name="observer")
    yield engine
    await engine.dispose()


async def give_limits(postgres: Postgres) -> None:
    connection = await postgres.connect()
    for name, value in limits(settings_for(postgres.url())).items():
        await connection.execute(f"ALTER ROLE CURRENT_USER SET {name} = '{value}'")
    await connection.close()


async def test_without_its_time_outs_a_role_is_not_served_with(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    server = await processes.run("serve", environment=environment, directory=tmp_path)
    await asyncio.wait_for(server.ended(), 90)
    said = server.log.read_text()
    assert "ALTER ROLE CURRENT_USER SET lock_timeout = '3000';" in said
    assert "tcp_keepalives" not in said


async def test_a_rush_and_what_follows_it_go_through_a_pooler(
    environment: Mapping[str, str], postgres: Postgres, shared: AsyncEngine, tmp_path: Path
) -> None:
    await give_limits(postgres)
    scene = await set_up(shared, attendees=100, capacities=[10], price_minor=2500)
    server = await processes.serve(environment, tmp_path, "--workers=2")
    limit = httpx.Limits(max_connections=32)
    base = f"{server.url}/api/v1"
    async with httpx.AsyncClient(base_url=base, limits=limit, timeout=60) as client:
        login = {"username": "admin", "password": PASSWORD}
        access = (await client.post("/token/", json=login)).json()["data"]["access"]
        client.headers["Authorization"] = f"Bearer {access}"
        target = {"conference": scene.conference, "session": scene.sessions[0]}
        answers = await asyncio.gather(
            *(
                client.post("/registrations/", json={**target, "attendee": who})
                for who in scene.attendees
            )
        )
        made = [one.json()["data"]["id"] for one in answers if one.status_code == 201]
        paid = await asyncio.gather(
            *(
                client.post("/payments/process/", json={"registration_id": one, "method": "mock"})
                for one in made
            )
        )
        looked = [
            await client.get(path)
            for path in ("/conferences/", "/sessions/", "/search/?q=rush", "/reports/sessions/")
            for _ in range(5)
        ]
    await server.stop()
    assert Counter(one.status_code for one in answers) == {201: 10, 409: 90}
    assert {one.json()["data"]["status"] for one in paid} == {"Paid"}
    assert {one.status_code for one in looked} == {200}
    async with shared.connect() as connection:
        assert await live(connection, scene.sessions[0]) == 10
    assert await broken_promises(shared) == []
