"""A streaming replica of a test's own PostgreSQL."""

import asyncio
import shutil
import subprocess
from pathlib import Path
from typing import Any

import asyncpg

from torture.processes import HOST, Postgres, Process, free_port, options


class Standby(Process):
    """Follows a cluster, from a copy of it on."""

    def __init__(self, primary: Postgres) -> None:
        folder = primary.log.parent
        home, binaries = folder / "standby", Path(primary.binary).parent
        home.mkdir(mode=0o700)
        if primary.user is not None:
            shutil.chown(home, primary.user)
        copy = [str(binaries / "pg_basebackup"), "-h", HOST, "-p", str(primary.port)]
        copy += ["-U", "postgres", "-D", str(home), "-R", "-c", "fast"]
        subprocess.run(copy, check=True, user=primary.user, cwd="/")
        self.port = free_port()
        command = [primary.binary, "-D", str(home), *options(self.port)]
        super().__init__("standby", command, folder=folder, user=primary.user)

    async def run(self, statement: str) -> Any:
        """What a statement there comes to, as soon as it takes connections."""
        async with asyncio.timeout(30):
            while True:
                try:
                    connection = await asyncpg.connect(
                        host=HOST, port=self.port, user="postgres", database="plenary"
                    )
                except (OSError, asyncpg.PostgresError):
                    await asyncio.sleep(0.1)
                    continue
                try:
                    return await connection.fetchval(statement)
                finally:
                    await connection.close()
