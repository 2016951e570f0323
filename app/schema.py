"""The database's schema: brought up to date under a lock, and asked how far it is."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.pool import NullPool

from app.alchemy import AsyncConnection, AsyncEngine, create_async_engine
from app.config import ConfigurationError

logger = logging.getLogger(__name__)

_CONNECT_SECONDS = 5
# Between one attempt to migrate and the next.
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
_NO_LOCK = "55P03"
# Behind a pooler of transactions each statement may meet another connection: none has a name there.
UNPREPARED: Mapping[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,
}
_REVISION_OF = re.compile(r"^revision\b[^=\n]*= *['\"](\w+)", re.MULTILINE)
_DOWN_REVISION_OF = re.compile(r"^down_revision\b[^=\n]*= *['\"](\w+)", re.MULTILINE)
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('plenary'), hashtext(:work))")
_REVISION = text("SELECT version_num FROM alembic_version")


class Unreachable(ConfigurationError):
    """There is no answer from the database."""


def head() -> str:
    """The revision that this code needs."""
    newest, _ = _revisions()
    return newest


def is_behind(revision: str | None) -> bool:
    """A database that a newer release has migrated serves this one too: it only knows more."""
    newest, earlier = _revisions()
    return revision is None or (revision != newest and revision in earlier)


def ensure_migrated(revision: str | None) -> None:
    """What uses the tables needs all of them."""
    if is_behind(revision):
        raise ConfigurationError(f"{_behind(revision)} Run `plenary migrate` first.")


async def revision(engine: AsyncEngine) -> str | None:
    """The revision the database is at; None before the first migration. Raises Unreachable."""
    try:
        async with engine.connect() as connection:
            return await _revision_of(connection)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise Unreachable(f"The database cannot be reached: {reason}") from error


async def problem(engine: AsyncEngine) -> str | None:
    """Why this code cannot use the database, in words for everybody; None when it can."""
    try:
        found = await revision(engine)
    except Unreachable:
        return "The database cannot be reached."
    return f"{_behind(found)} Run `plenary migrate`." if is_behind(found) else None


async def migrate(url: str) -> tuple[str | None, str]:
    """Bring the database up to `head`, unless it is further; says where it was and where it is.

    Safe to start several times at once: one migrates, the others wait and find it done.
    """
    import migrations  # noqa: PLC0415 (alembic is large, and seldom needed)

    engine = create_async_engine(
        url, poolclass=NullPool, connect_args={"timeout": _CONNECT_SECONDS, **UNPREPARED}
    )
    try:
        before = await revision(engine)
        if is_behind(before):
            await _giving_way(engine, migrations.upgrade)
        after = await revision(engine)
    except DBAPIError as error:
        said = error.orig and error.orig.__cause__
        raise ConfigurationError(f"Nothing was migrated: {said or error.orig}.") from error
    finally:
        await engine.dispose()
    assert after is not None
    return before, after


async def _giving_way(engine: AsyncEngine, upgrade: Callable[[Connection], None]) -> None:
    """A migration that does not get a lock in time lets those pass who wait behind it, and tries
    again: nobody is kept from a table for longer than it waits.
    """
    for pause in (*_PAUSES, None):
        try:
            async with engine.connect() as connection:
                await connection.run_sync(upgrade)
                await connection.commit()
        except DBAPIError as error:
            cause = error.orig and error.orig.__cause__
            if pause is None or getattr(cause, "sqlstate", "") != _NO_LOCK:
                raise
            logger.warning("a table is in use; trying to migrate again in %g s", pause)
            await asyncio.sleep(pause)
        else:
            return


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


@cache
def _revisions() -> tuple[str, frozenset[str]]:
    """The newest revision, and those before; read without alembic, which a server never needs."""
    spec = find_spec("migrations")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "versions"
    texts = [path.read_text() for path in folder.glob("*.py")]
    made = {name for text in texts for name in _REVISION_OF.findall(text)}
    built_upon = {name for text in texts for name in _DOWN_REVISION_OF.findall(text)}
    newest: str
    [newest] = made - built_upon
    return newest, frozenset(built_upon)


def _behind(revision: str | None) -> str:
    if revision is None:
        return "The database has no tables yet."
    return f"The database is at revision {revision}, this release needs {head()}."


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
