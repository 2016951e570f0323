"""The measured server as a process: started, watched from outside, stopped."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from bench.client import HOST

_READY_SECONDS = 60
_TICKS = os.sysconf("SC_CLK_TCK")


class ServerProcess:
    """One server process; what it takes of the machine is read from /proc, where there is one."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self.port = port

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        """CPU time used so far, in user and kernel mode, by all its threads."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / _TICKS

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
                time.sleep(0.1)
        raise RuntimeError("the server does not come up; its log says why")


@contextmanager
def server_process(environment: dict[str, str], log: Path, port: int) -> Iterator[ServerProcess]:
    """Start `python -m bench.server` with these PLENARY_ variables and no others."""
    inherited = {name: v for name, v in os.environ.items() if not name.startswith("PLENARY_")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.server"],
            env=inherited | environment | {"PLENARY_PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            server = ServerProcess(process, port)
            server.wait_until_ready()
            yield server
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
