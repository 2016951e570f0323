"""The database's schema: brought up to date under a lock, and asked how far it is."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

_REVISION_OF = re.compile(r"^revision\b[^=\n]*= *['\"](\w+)", re.MULTILINE)
_DOWN_REVISION_OF = re.compile(r"^down_revision\b[^=\n]*= *['\"](\w+)", re.MULTILINE)
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('plenary'), hashtext(:work))")
_REVISION = text("SELECT version_num FROM alembic_version")


@cache
def head() -> str:
    """The revision that this code needs, read without alembic: a server has no other use for it."""
    spec = find_spec("migrations")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "versions"
    texts = [path.read_text() for path in folder.glob("*.py")]
    made = {name for text in texts for name in _REVISION_OF.findall(text)}
    built_upon = {name for text in texts for name in _DOWN_REVISION_OF.findall(text)}
    newest: str
    [newest] = made - built_upon
    return newest


async def revision(engine: AsyncEngine) -> str | None:
    """The revision the database is at; None before the first migration."""
    async with engine.connect() as connection:
        return await _revision_of(connection)


async def migrate(url: str) -> tuple[str | None, str]:
    """Bring the database up to `head`; says where it was and where it is.

    Safe to start several times at once: one migrates, the others wait and find it done.
    """
    import migrations  # noqa: PLC0415 (alembic is large, and seldom needed)

    engine = create_async_engine(url, poolclass=NullPool)
    try:
        before = await revision(engine)
        if before != head():
            async with engine.connect() as connection:
                await connection.run_sync(migrations.upgrade)
                await connection.commit()
        after = await revision(engine)
    finally:
        await engine.dispose()
    assert after is not None
    return before, after


@asynccontextmanager
async def alone(engine: AsyncEngine, work: str) -> AsyncIterator[None]:
    """Of all processes on this database, one at a time does this work; the others wait."""
    async with engine.connect() as connection:
        await connection.execute(text("SET LOCAL lock_timeout = '60s'"))
        await connection.execute(_ALONE, {"work": work})
        yield


def migrate_now(url: str) -> tuple[str | None, str]:
    """`migrate`, for a caller that has no event loop."""
    return asyncio.run(migrate(url))


async def _revision_of(connection: AsyncConnection) -> str | None:
    try:
        result = await connection.execute(_REVISION)
    except ProgrammingError:
        # There is no such table yet.
        return None
    row = result.one_or_none()
    return None if row is None else str(row[0])


async def server_version(engine: AsyncEngine) -> int:
    """The major version of the server."""
    async with engine.connect() as connection:
        found = await connection.execute(text("SHOW server_version_num"))
        return int(found.scalar_one()) // 10_000
