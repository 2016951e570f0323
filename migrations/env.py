"""What alembic runs: on a connection it is handed, or on the database of PLENARY_DATABASE_URL."""

import asyncio
import os
from logging.config import fileConfig
from typing import Any

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.repositories.tables import metadata

# One migrator at a time: several processes may start at once over one database.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('plenary'), hashtext('migrations'))")
# The others wait for the first; the time-outs of a serving connection are not for them.
_PATIENCE = (
    text("SET LOCAL lock_timeout = '60s'"),
    text("SET LOCAL statement_timeout = 0"),
)


def settings() -> dict[str, Any]:
    """What is compared: types, and defaults the server fills in, next to what alembic always does.

    Check and exclusion constraints are not compared by alembic; tests/migrations does that.
    """
    return {
        "target_metadata": metadata,
        "compare_type": True,
        "compare_server_default": True,
    }


def migrate(connection: Connection) -> None:
    """Run what was asked for in one transaction: all of it, or nothing."""
    context.configure(connection=connection, **settings())
    with context.begin_transaction():
        for statement in _PATIENCE:
            connection.execute(statement)
        connection.execute(_LOCK)
        context.run_migrations()


async def connect_and_migrate(url: str) -> None:
    """Open a connection of our own, for a command line that has none."""
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"), poolclass=NullPool
    )
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def print_sql() -> None:
    """`alembic upgrade --sql`: the statements, for whoever wants to read or run them."""
    context.configure(dialect_name="postgresql", literal_binds=True, **settings())
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    if context.config.config_file_name is not None:
        fileConfig(context.config.config_file_name, disable_existing_loggers=False)
    given: Connection | None = context.config.attributes.get("connection")
    url = os.environ.get("PLENARY_DATABASE_URL")
    if context.is_offline_mode():
        print_sql()
    elif given is not None:
        migrate(given)
    elif url:
        asyncio.run(connect_and_migrate(url))
    else:
        raise CommandError("Set PLENARY_DATABASE_URL, or use `plenary migrate`.")


run()
