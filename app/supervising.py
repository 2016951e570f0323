"""Several server processes on one listening socket: looked after, renewed, stopped together."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from json import loads
from types import FrameType

from app import memory, serving, telemetry
from app.config import Settings
from app.environment import as_environment, read_settings, secret_values
from app.readiness import Tell, until_ready
from app.sharing import Share, Table

logger = logging.getLogger(__name__)

# Successors sit beside those whom they succeed, who may take their time.
_SEATS_EACH = 4
_LOOK_EVERY = 0.2
_READY_SECONDS = 5.0
_LIVES_LONG = 10.0
_LONGEST_PAUSE = 5.0
# What a successor is given to become ready before the old process is kept instead.
_SUCCEEDS_WITHIN = 180.0
# A signal that comes before the server listens for it ends the child without a trace.
_CHILD = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL);"
    " from app import memory; memory.expect_much(); from app import supervising;"
)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Supervisor:
    """Keeps several server processes on one socket: begun again when they die, stopped together.

    On SIGHUP they are renewed one after the other, each when its successor is ready. The children
    notice when the supervisor itself is killed: a pipe that only it holds ends.
    """

    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        self._settings = settings
        self._bound = bound
        self._life, self._death = os.pipe()
        self._table = Table.made(_SEATS_EACH * settings.workers)
        # Who sits where in it.
        self._seated: dict[int, subprocess.Popen[bytes]] = {}
        self._children: list[_Child] = []
        self._retired: list[_Child] = []
        self._signals: list[int] = []
        self._renews = False

    def run(self, tell: Tell) -> None:
        """Look after the processes until a signal says otherwise."""
        previous = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        previous[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._on_hangup)
        try:
            self._children = [_Child(self._start) for _ in range(self._settings.workers)]
            memory.keep_what_stands()
            if self._wait_for_listener():
                threading.Thread(target=self._tell, args=(tell,), daemon=True).start()
            while not self._signals:
                self._look()
                if self._renews:
                    self._renews = False
                    self._renew()
            self._stop()
        finally:
            os.close(self._death)
            self._table.close()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _start(self) -> "tuple[subprocess.Popen[bytes], int]":
        """A new process, and the pipe by which it says that it is ready."""
        ready, says = os.pipe()
        listener, table = self._bound.fileno(), self._table
        seat = self._free_seat()
        place = f"table={table.fd}, seats={table.seats}, seat={seat}"
        serves = f"supervising.serve_as_child({listener}, {self._life}, {says}, {place})"
        process = subprocess.Popen(  # noqa: S603
            (sys.executable, "-c", f"{_CHILD} {serves}"),
            env=os.environ | as_environment(self._settings),
            pass_fds=(listener, self._life, says, table.fd),
            # Ctrl-C is for the supervisor, which passes it on.
            process_group=0,
        )
        self._seated[seat] = process
        os.close(says)
        os.set_blocking(ready, False)
        return process, ready

    def _free_seat(self) -> int:
        """One where nobody sits; if all are taken, the last, which those who are too many share."""
        seats = range(self._table.seats)
        free = (seat for seat in seats if seat not in self._seated or not self._sits(seat))
        seat = next(free, seats[-1])
        self._table.clear(seat)
        return seat

    def _sits(self, seat: int) -> bool:
        return self._seated[seat].poll() is None

    def _look(self) -> None:
        """See to everybody, and pause."""
        for seat, process in self._seated.items():
            if process.poll() is not None:
                self._table.clear(seat)
        for child in self._children:
            child.look()
        for child in tuple(self._retired):
            if not child.is_alive():
                child.close()
                self._retired.remove(child)
        time.sleep(_LOOK_EVERY)

    def _renew(self) -> None:
        """A successor for each process, which retires once that one is ready.

        If a successor does not become ready, those that serve now go on.
        """
        for place, old in enumerate(self._children):
            successor = _Child(self._start)
            if not self._becomes_ready(successor):
                successor.send(signal.SIGKILL)
                self._retired.append(successor)
                if not self._signals:
                    logger.error("a new server process does not become ready; the old one stays")
                return
            self._children[place] = successor
            self._retired.append(old)
            old.send(serving.RETIRE)
        logger.info("all server processes are renewed")

    def _becomes_ready(self, child: "_Child") -> bool:
        until = time.monotonic() + _SUCCEEDS_WITHIN
        while not self._signals and child.is_alive() and time.monotonic() < until:
            if child.is_ready():
                return True
            self._look()
        return False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals.append(number)

    def _on_hangup(self, number: int, frame: FrameType | None) -> None:
        self._renews = True

    def _wait_for_listener(self) -> bool:
        address = self._bound.getsockname()
        while not self._signals:
            with socket.socket(self._bound.family, socket.SOCK_STREAM) as probe:
                if probe.connect_ex(address) == 0:
                    return True
            self._look()
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
        everybody = [*self._children, *self._retired]
        while any(child.is_alive() for child in everybody):
            for number in self._signals[passed_on:]:
                for child in everybody:
                    child.send(number)
            passed_on = len(self._signals)
            if time.monotonic() > give_up:
                logger.error("some server processes do not stop; they are killed")
                for child in everybody:
                    child.send(signal.SIGKILL)
            time.sleep(_LOOK_EVERY)


class _Child:
    """A server process and those that are begun when it dies."""

    def __init__(self, start: "Callable[[], tuple[subprocess.Popen[bytes], int]]") -> None:
        self._start = start
        self._deaths = 0
        self._born = time.monotonic()
        self._due: float | None = None
        self._process, self._ready = start()

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def is_ready(self) -> bool:
        """Whether it has said so; asked until it has."""
        with suppress(BlockingIOError):
            return os.read(self._ready, 1) != b""
        return False

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
            self.close()
            self._process, self._ready = self._start()

    def close(self) -> None:
        """Of one that has ended nothing is left."""
        os.close(self._ready)


def serve_as_child(
    listener: int, life: int, says: int, *, table: int, seats: int, seat: int
) -> None:
    """What a supervised process runs; it is told by which open files, and where it sits."""

    def tell(problem: str | None) -> None:
        if problem is None:
            os.write(says, b"1")
            os.close(says)

    settings = read_settings()
    telemetry.configure(settings, secret_values(settings))
    threading.Thread(target=_die_with_parent, args=(life,), daemon=True).start()
    share = Share(Table(table, seats), seat)
    serving.run(settings, socket.socket(fileno=listener), tell, share=share)


def _die_with_parent(life: int) -> None:
    """The supervisor never writes: what comes is the end of it, and with it of us, at once."""
    os.read(life, 1)
    os._exit(1)
