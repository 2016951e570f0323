"""The database of a command: the one that is given, or the embedded one while it is used."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from app.config import ConfigurationError, Settings
from app.environment import ensure_data_dir


@contextmanager
def with_database(settings: Settings, *, looks: bool = False) -> Iterator[Settings]:
    """The settings with a database in them; whoever only looks makes none for that."""
    if settings.database_url is not None:
        yield settings
        return
    from app.embedded import EmbeddedPostgres, is_there  # noqa: PLC0415 (where none is given)

    if looks and not is_there(settings.data_dir):
        raise ConfigurationError(
            f"There is no database under {settings.data_dir}: name the folder that has one"
            " (--data-dir), or a database (PLENARY_DATABASE_URL)."
        )
    ensure_data_dir(settings.data_dir)
    with EmbeddedPostgres(settings.data_dir) as postgres:
        yield settings.model_copy(update={"database_url": SecretStr(postgres.url)})
