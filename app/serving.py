"""Runs the server: one process, or several that share a listening socket and are looked after."""

import asyncio
import ctypes
import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from asyncio import TimerHandle, Transport
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from json import loads
from types import FrameType

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app import telemetry
from app.config import Settings
from app.environment import as_environment, read_settings, secret_values
from app.main import create_app
from app.readiness import Tell, until_ready

logger = logging.getLogger(__name__)

_BACKLOG = 2048
# Longer than clients and proxies keep an idle connection, so that it is they who close it.
_KEEP_ALIVE_SECONDS = 75
_HEAD_SECONDS = 20.0
_LOOK_EVERY = 0.2
_READY_SECONDS = 5.0
_LIVES_LONG = 10.0
_LONGEST_PAUSE = 5.0
# A signal that comes before the server listens for it ends the child without a trace.
_CHILD = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); from app import serving; "
_M_MMAP_THRESHOLD = -3
_GARBAGE_THRESHOLDS = (10_000, 20, 50)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Protocol(HttpToolsProtocol):
    """A connection that does not bring a request's whole head in time is closed."""

    _head_due: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_due is None:
            self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._head_due = self.loop.call_later(_HEAD_SECONDS, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None


class Server(uvicorn.Server):
    """Stops in three steps: not ready; then no more connections; then, when all is answered, gone.

    A second signal skips the first step, a third one the waiting.
    """

    def __init__(
        self, settings: Settings, config: uvicorn.Config, tell: Tell | None = None
    ) -> None:
        super().__init__(config)
        self._settings = settings
        self._tell = tell
        self._telling: asyncio.Task[None] | None = None
        self._leaves_at: float | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            _spare_the_collector()
            if self._tell is not None:
                ask = self.lifespan.state["runtime"].not_ready
                self._telling = asyncio.create_task(until_ready(ask, self._tell))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._telling is not None:
            self._telling.cancel()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._leaves_at is None and self.started:
            self.lifespan.state["runtime"].draining = True
            drain = self._settings.drains_for(interactive=sig == signal.SIGINT)
            self._leaves_at = time.monotonic() + drain
        elif not self.should_exit:
            self.should_exit = True
        else:
            self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._leaves_at is not None and time.monotonic() >= self._leaves_at:
            self.should_exit = True
        return await super().on_tick(counter)


def listening_socket(host: str, port: int) -> socket.socket:
    """Bound, and not yet listening: until the server is there, connections are refused."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.set_inheritable(True)
    return bound


def run(
    settings: Settings,
    bound: socket.socket,
    tell: Tell | None = None,
    create: Callable[[Settings], FastAPI] = create_app,
) -> None:
    """Serve in this process until a signal says otherwise."""
    _give_memory_back()
    config = uvicorn.Config(
        create(settings),
        http=Protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.graceful_seconds,
    )
    Server(settings, config, tell).run([bound])


def _spare_the_collector() -> None:
    """What stands now stands until the end: the collector need not look through it again.

    Every full look at it would stop all requests for tens of milliseconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)


def _give_memory_back() -> None:
    """Have glibc return what a password hash took, which it would keep in every thread's arena."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 1024 * 1024)


class Supervisor:
    """Keeps several server processes on one socket: begun again when they die, stopped together.

    The children notice when the supervisor itself is killed: a pipe that only it holds ends.
    """

    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        self._settings = settings
        self._bound = bound
        self._life, self._death = os.pipe()
        self._children: list[_Child] = []
        self._signals: list[int] = []

    def run(self, tell: Tell) -> None:
        """Look after the processes until a signal says otherwise."""
        previous = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            self._children = [_Child(self._command(), self._start) for _ in range(self._count)]
            if self._wait_for_listener():
                threading.Thread(target=self._tell, args=(tell,), daemon=True).start()
            while not self._signals:
                for child in self._children:
                    child.look()
                time.sleep(_LOOK_EVERY)
            self._stop()
        finally:
            os.close(self._death)
            for number, handler in previous.items():
                signal.signal(number, handler)

    @property
    def _count(self) -> int:
        return self._settings.workers

    def _command(self) -> Sequence[str]:
        fds = f"{self._bound.fileno()}, {self._life}"
        return (sys.executable, "-c", f"{_CHILD}serving.serve_as_child({fds})")

    def _start(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603
            command,
            env=os.environ | as_environment(self._settings),
            pass_fds=(self._bound.fileno(), self._life),
            # Ctrl-C is for the supervisor, which passes it on.
            process_group=0,
        )

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)

    def _wait_for_listener(self) -> bool:
        address = self._bound.getsockname()
        while not self._signals:
            with socket.socket(self._bound.family, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(address) == 0:
                    return True
            for child in self._children:
                child.look()
            time.sleep(_LOOK_EVERY)
        return False

    def _tell(self, tell: Tell) -> None:
        """Beside the loop, which is not to wait for an answer."""
        asyncio.run(until_ready(self._problem, tell))

    async def _problem(self) -> str | None:
        """What one of the processes says."""
        host, port = self._bound.getsockname()[:2]
        asked = HTTPConnection(host, port, timeout=_READY_SECONDS)
        try:
            asked.request("GET", "/readyz")
            answer = asked.getresponse()
            return None if answer.status == 200 else str(loads(answer.read())["reason"])
        except (OSError, HTTPException):
            return "The server does not answer."
        finally:
            asked.close()

    def _stop(self) -> None:
        passed_on = 0
        drain = self._settings.drains_for(interactive=self._signals[0] == signal.SIGINT)
        give_up = time.monotonic() + drain + self._settings.graceful_seconds + 10
        while any(child.is_alive() for child in self._children):
            for number in self._signals[passed_on:]:
                for child in self._children:
                    child.send(number)
            passed_on = len(self._signals)
            if time.monotonic() > give_up:
                logger.error("some server processes do not stop; they are killed")
                for child in self._children:
                    child.send(signal.SIGKILL)
            time.sleep(_LOOK_EVERY)


class _Child:
    """A server process and its successors."""

    def __init__(
        self,
        command: Sequence[str],
        start: "Callable[[Sequence[str]], subprocess.Popen[bytes]]",
    ) -> None:
        self._command = command
        self._start = start
        self._deaths = 0
        self._born = time.monotonic()
        self._due: float | None = None
        self._process = start(command)

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, number: int) -> None:
        if self.is_alive():
            self._process.send_signal(number)

    def look(self) -> None:
        """Begin it again if it is dead, later and later if it does not live long."""
        now = time.monotonic()
        if self.is_alive():
            return
        if self._due is None:
            self._deaths = 0 if now - self._born > _LIVES_LONG else self._deaths + 1
            pause = min(_LONGEST_PAUSE, 0.1 * 2**self._deaths) if self._deaths else 0.0
            self._due = now + pause
            code = self._process.returncode
            logger.warning("server process %d ended (%s)", self._process.pid, code)
        if now >= self._due:
            self._due, self._born = None, now
            self._process = self._start(self._command)


def serve_as_child(listener: int, life: int) -> None:
    """What a supervised process runs."""
    settings = read_settings()
    telemetry.configure(settings, secret_values(settings))
    threading.Thread(target=_die_with_parent, args=(life,), daemon=True).start()
    run(settings, socket.socket(fileno=listener))


def _die_with_parent(life: int) -> None:
    """The supervisor never writes: what comes is the end of it, and with it of us, at once."""
    os.read(life, 1)
    os._exit(1)
