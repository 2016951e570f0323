"""The measured server as a process: started, watched from outside, stopped."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.client import HOST

_READY_SECONDS = 120
_STOP_SECONDS = 20
_LOOK_EVERY = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")


class ServerProcess:
    """A server; what it takes of the machine is read from /proc, where there is one."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.port = port

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        """CPU time used so far, in user and kernel mode, by all its threads and its children."""
        return sum(_cpu_seconds(pid) for pid in (self.pid, *_children(self.pid)))

    def memory_mib(self) -> tuple[float, float]:
        """Resident memory: now, and at its peak."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return 0.0, 0.0
        sizes = dict(re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status))
        return int(sizes["VmRSS"]) / 1024, int(sizes["VmHWM"]) / 1024

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urlopen(f"http://{HOST}:{self.port}/readyz", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(_LOOK_EVERY)
        raise RuntimeError("the server does not come up; its log says why")


@contextmanager
def server_process(
    environment: Mapping[str, str],
    log: Path,
    port: int,
    command: Sequence[str] = ("-m", "bench.server"),
) -> Iterator[ServerProcess]:
    """Start a server with these PLENARY_ variables and no others, and wait until it is ready."""
    with running(command, {**environment, "PLENARY_PORT": str(port)}, log) as process:
        server = ServerProcess(process, port)
        server.wait_until_ready()
        yield server


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str], log: Path
) -> "Iterator[subprocess.Popen[bytes]]":
    """A process of Python's with these PLENARY_ variables and no others; stopped at the end."""
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("PLENARY_")}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**inherited, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _children(pid: int) -> Sequence[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return ()
    return [int(child) for child in listed.split()]
