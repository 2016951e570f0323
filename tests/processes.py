"""Real server processes for tests of races and crashes: started, asked, killed by pid."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

READY_WITHIN = 90.0


class Server:
    """One `plenary` command that runs until it is stopped or killed."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, log: Path) -> None:
        self._process = process
        self.url = url
        self.log = log

    @property
    def pid(self) -> int:
        return self._process.pid

    async def kill(self) -> None:
        """As a power cut would: no goodbye, and no child left behind."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        await self._end(signal.SIGTERM)

    async def ended(self) -> None:
        """Wait until it has ended by itself."""
        await self._process.wait()

    async def ready(self) -> None:
        """Wait until it says that it is ready. Raises TimeoutError with its log."""
        async with httpx.AsyncClient(base_url=self.url) as client, _patience(self.log):
            while True:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def _end(self, how: signal.Signals) -> None:
        if self._process.returncode is None:
            # Its own process group: children die with it.
            os.killpg(self._process.pid, how)
        await asyncio.wait_for(self._process.wait(), READY_WITHIN)


@asynccontextmanager
async def _patience(log: Path) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(READY_WITHIN):
            yield
    except TimeoutError:
        raise TimeoutError(f"not ready in time; its log is {log}") from None


async def run(
    *command: str, environment: Mapping[str, str], directory: Path, url: str = ""
) -> Server:
    """Start `plenary …` as a process group of its own, its output in a file."""
    log = directory / f"{'-'.join(command[:1])}-{os.urandom(4).hex()}.log"
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PLENARY_")}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app.cli",
            *command,
            env=inherited | dict(environment),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return Server(process, url, log)


async def serve(
    environment: Mapping[str, str], directory: Path, *options: str, port: int = 0
) -> Server:
    """Start `plenary serve` on a free port of this machine, and wait until it is ready."""
    port = port or free_port()
    server = await run(
        "serve",
        f"--port={port}",
        f"--data-dir={directory}",
        *options,
        environment=environment,
        directory=directory,
        url=f"http://127.0.0.1:{port}",
    )
    try:
        await server.ready()
    except BaseException:
        await server.kill()
        raise
    return server


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
