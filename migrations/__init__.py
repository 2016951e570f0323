"""The way from an empty database to the present one, run by alembic.

Found beside the package, wherever that is installed: nothing here depends on the directory
a command is started in.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def config_for(connection: Connection | None = None) -> Config:
    """Alembic's settings; with a connection, commands run on it and leave logging alone."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the database up to a revision; for use with `AsyncConnection.run_sync`."""
    command.upgrade(config_for(connection), revision)


def downgrade(connection: Connection, revision: str = "base") -> None:
    """Take the database down to a revision; for use with `AsyncConnection.run_sync`."""
    command.downgrade(config_for(connection), revision)


def head() -> str | None:
    """The revision this code needs."""
    return ScriptDirectory.from_config(config_for()).get_current_head()


def current(connection: Connection) -> str | None:
    """The revision the database is at; for use with `AsyncConnection.run_sync`."""
    return MigrationContext.configure(connection).get_current_revision()
