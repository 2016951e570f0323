"""`plenary serve` and `plenary worker`: from settings to something that runs.

While the database starts, in a process of its own, what uses it is loaded.
"""

import asyncio
import sys
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Thread

from app import memory
from app.config import ConfigurationError, Settings
from app.databases import with_database
from app.environment import ensure_data_dir
from app.listening import listening_socket


def serve(settings: Settings, *, migrates: bool) -> None:
    """Prepare everything and serve until a signal ends it; then leave nothing behind."""
    try:
        bound = listening_socket(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise ConfigurationError(f"Cannot listen on {where}: {error.strerror}.") from error
    _ensure_mails_can_be_kept(settings)
    memory.give_back()
    memory.expect_much()
    _load("app.supervising")
    with bound, with_database(settings) as complete:
        from app import serving, supervising  # noqa: PLC0415
        from app.preparing import ensure_fit  # noqa: PLC0415

        asyncio.run(ensure_fit(complete, migrates=migrates or settings.embedded))
        if complete.workers == 1:
            serving.run(complete, bound, partial(announce, complete))
        else:
            supervising.Supervisor(complete, bound).run(partial(announce, complete))


def work(settings: Settings) -> None:
    """Work off the outbox until a signal ends it."""
    _ensure_mails_can_be_kept(settings)
    memory.give_back()
    memory.expect_much()
    _load("worker.main")
    with with_database(settings) as complete:
        from app.preparing import ensure_fit  # noqa: PLC0415
        from app.runtime import create_engine  # noqa: PLC0415
        from worker import main as worker  # noqa: PLC0415 (with arq, which a server seldom needs)

        asyncio.run(ensure_fit(complete, migrates=settings.embedded))
        memory.keep_what_stands()
        asyncio.run(worker.run(complete, create_engine(complete, name="plenary worker")))


def announce(settings: Settings, problem: str | None) -> None:
    """One line for whoever started it."""
    url = settings.base_url
    if problem is not None:
        sys.stdout.write(f"Plenary is up at {url}, but not ready: {problem}\n")
        sys.stdout.flush()
        return
    line = f"Plenary is ready: {url} · documentation: {url}/docs"
    if settings.admin:
        line += f" · administration: {url}/admin"
    if settings.demo:
        from app.demo import ADMIN_NAME, ADMIN_PASSWORD  # noqa: PLC0415

        line += f" · log in as {ADMIN_NAME} / {ADMIN_PASSWORD}"
    if sys.stdout.isatty():
        line = (
            f"\n  \033[1m{line}\033[0m\n  Data in {_shown(settings.data_dir)}; Ctrl-C stops it.\n"
        )
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _load(module: str) -> None:
    """Begin to import it; whoever imports it next waits until that is done."""
    Thread(target=import_module, args=(module,), daemon=True, name="loading").start()


def _ensure_mails_can_be_kept(settings: Settings) -> None:
    """Where mails are files, each of them would fail otherwise."""
    if settings.mails_by == "file":
        ensure_data_dir(settings.data_dir)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
