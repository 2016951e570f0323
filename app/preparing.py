"""What happens before a server serves: the database's schema, and the demo's data."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy import text

from app import schema, telemetry
from app.alchemy import AsyncEngine
from app.config import ConfigurationError, Settings
from app.demo import ADMIN_NAME, ADMIN_PASSWORD, HELD_FOR, Demo
from app.domain.times import utc_now
from app.environment import as_environment, read_settings, secret_values
from app.repositories.uow import UnitOfWork
from app.runtime import create_engine, limits
from app.security import Hasher

logger = logging.getLogger(__name__)

_SETTINGS = text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")


@asynccontextmanager
async def connected(settings: Settings, name: str) -> AsyncIterator[AsyncEngine]:
    """A pool for a command that ends soon."""
    engine = create_engine(settings, name=name, patient=True)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def migrated(settings: Settings, name: str) -> AsyncIterator[AsyncEngine]:
    """Likewise, for a command that needs the tables."""
    async with connected(settings, name) as engine:
        schema.ensure_migrated(await schema.revision(engine))
        yield engine


def hasher(settings: Settings) -> Hasher:
    return Hasher(
        time_cost=settings.argon2_time_cost,
        memory_kib=settings.argon2_memory_kib,
        parallelism=settings.argon2_parallelism,
        concurrency=settings.hashing_concurrency,
    )


async def ensure_fit(settings: Settings, *, migrates: bool) -> None:
    """Make the database fit to be served, or say why it is not.

    Migrating and filling are done by a process of their own: what they need is large, and the
    server that follows would keep it.
    """
    async with connected(settings, "plenary prepare") as engine:
        try:
            revision = await schema.revision(engine)
        except schema.Unreachable as error:
            # It may come later; until then nobody is told that all is well.
            logger.warning("%s", error)
            return
        await ensure_limits(settings, engine)
        if not (migrates or settings.demo):
            schema.ensure_migrated(revision)
        behind = schema.is_behind(revision)
        if behind or (settings.demo and not await has_admin(engine)):
            await _elsewhere(settings)
        if not settings.demo:
            await ensure_no_demo_admin(settings, engine)


async def ensure_limits(settings: Settings, engine: AsyncEngine) -> None:
    """Refuse to serve without time-outs, which the role has to have where a pooler is between."""
    if settings.database_pooler == "none":
        return
    wanted = limits(settings)
    async with engine.connect() as connection:
        found = await connection.execute(_SETTINGS, {"names": list(wanted)})
        has = {row.name: row.setting for row in found}
    lacking = {name: value for name, value in wanted.items() if has.get(name) != value}
    if lacking:
        commands = " ".join(
            f"ALTER ROLE CURRENT_USER SET {name} = '{value}';" for name, value in lacking.items()
        )
        raise ConfigurationError(
            "Sessions behind the pooler lack what Plenary relies on. As the user that Plenary"
            f" connects as, run: {commands} Then have the pooler connect anew (RECONNECT)."
        )


async def migrate_and_fill(settings: Settings) -> None:
    """Bring the database up to date and, for the demo, add its data."""
    assert settings.database_url is not None
    await schema.migrate(settings.database_url.get_secret_value())
    if settings.demo:
        async with connected(settings, "plenary prepare") as engine:
            await fill_demo(settings, engine)


async def has_admin(engine: AsyncEngine) -> bool:
    """Whether the demo's account is there, which comes last of all its data."""
    async with UnitOfWork(engine).reading() as tx:
        return await tx.accounts.credentials(ADMIN_NAME) is not None


async def fill_demo(settings: Settings, engine: AsyncEngine) -> bool:
    """Add the sample data, once, whoever starts at the same time."""
    passwords = hasher(settings)
    try:
        async with schema.alone(engine, "demo"):
            return await Demo(
                partial(UnitOfWork, engine, hold=HELD_FOR), passwords, utc_now()
            ).fill()
    finally:
        passwords.close()


async def ensure_no_demo_admin(settings: Settings, engine: AsyncEngine) -> None:
    """Refuse to serve without --demo what everybody may administer."""
    async with UnitOfWork(engine).reading() as tx:
        found = await tx.accounts.credentials(ADMIN_NAME)
    if found is None or not found.user.is_active:
        return
    passwords = hasher(settings)
    try:
        is_known = await passwords.verify(ADMIN_PASSWORD, found.password_hash)
    finally:
        passwords.close()
    if is_known:
        raise ConfigurationError(
            f"The account “{ADMIN_NAME}” has the demo's password, which everybody knows."
            " Serve another database, or change that password first"
            " (plenary create-admin --replace-password)."
        )


async def _elsewhere(settings: Settings) -> None:
    preparing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.preparing", env=os.environ | as_environment(settings)
    )
    if await preparing.wait() != 0:
        raise ConfigurationError("The database could not be prepared; the reason is said above.")


def main() -> None:
    settings = read_settings()
    telemetry.configure(settings, secret_values(settings))
    asyncio.run(migrate_and_fill(settings))


if __name__ == "__main__":
    main()
