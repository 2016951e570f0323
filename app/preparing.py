"""What happens before a server serves: a database, its schema, its secrets, the demo's data."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from app import schema
from app.config import ConfigurationError, Settings
from app.demo import ADMIN_NAME, ADMIN_PASSWORD, Demo
from app.domain.times import utc_now
from app.embedded import EmbeddedPostgres
from app.repositories.uow import UnitOfWork
from app.runtime import create_engine
from app.security import Hasher

logger = logging.getLogger(__name__)


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database in them: the given one, or the embedded one while this lasts."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if settings.database_url is not None:
        yield settings
        return
    with EmbeddedPostgres(settings.data_dir) as postgres:
        yield settings.model_copy(update={"database_url": SecretStr(postgres.url)})


@asynccontextmanager
async def connected(settings: Settings, name: str) -> AsyncIterator[AsyncEngine]:
    """A pool for a command that ends soon."""
    engine = create_engine(settings, name=name)
    try:
        yield engine
    finally:
        await engine.dispose()


def hasher(settings: Settings) -> Hasher:
    return Hasher(
        time_cost=settings.argon2_time_cost,
        memory_kib=settings.argon2_memory_kib,
        parallelism=settings.argon2_parallelism,
        concurrency=settings.hashing_concurrency,
    )


async def prepare(settings: Settings, *, migrates: bool) -> None:
    """Make the database fit to be served, or say why it is not."""
    assert settings.database_url is not None
    if migrates or settings.demo:
        await schema.migrate(settings.database_url.get_secret_value())
    async with connected(settings, "plenary prepare") as engine:
        if not await _is_current(engine):
            return
        if settings.demo:
            await fill_demo(settings, engine)
        else:
            await ensure_no_demo_admin(settings, engine)


async def fill_demo(settings: Settings, engine: AsyncEngine) -> bool:
    """Add the sample data, once, whoever starts at the same time."""
    passwords = hasher(settings)
    try:
        async with schema.alone(engine, "demo"):
            return await Demo(partial(UnitOfWork, engine), passwords, utc_now()).fill()
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


async def _is_current(engine: AsyncEngine) -> bool:
    """Whether the schema is the one this release needs; unreachable, the server waits for it."""
    try:
        revision = await schema.revision(engine)
    except Exception as error:
        logger.warning("the database cannot be reached yet: %s: %s", type(error).__name__, error)
        return False
    if revision != schema.head():
        raise ConfigurationError(
            f"The database is at revision {revision}, this release needs {schema.head()}."
            " Run `plenary migrate` first, or `plenary serve --migrate`."
        )
    return True


def run_prepare(settings: Settings, *, migrates: bool) -> None:
    """`prepare`, for a caller that has no event loop."""
    asyncio.run(prepare(settings, migrates=migrates))
