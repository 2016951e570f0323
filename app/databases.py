"""The database of a command: the one that is given, or the embedded one while it is used."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from app.config import Settings
from app.environment import ensure_data_dir


@contextmanager
def with_database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database in them."""
    if settings.database_url is not None:
        yield settings
        return
    from app.embedded import EmbeddedPostgres  # noqa: PLC0415 (where none is given)

    ensure_data_dir(settings.data_dir)
    with EmbeddedPostgres(settings.data_dir) as postgres:
        yield settings.model_copy(update={"database_url": SecretStr(postgres.url)})
