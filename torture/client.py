"""An HTTP client that knows what an answer is, and gives up on one that does not come."""

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from dataclasses import dataclass
from typing import Any

from torture.processes import HOST

_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    body: Any

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """Of a refusal, in whatever manner it is told."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Connection:
    """To one server, kept between requests; begun anew whenever it was lost."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[StreamReader, StreamWriter] | None = None

    async def ask(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        body: bytes | None,
        patience: float,
    ) -> Answer:
        """Raises OSError, EOFError or TimeoutError when there is no whole answer."""
        try:
            async with asyncio.timeout(patience):
                status, content = await self._exchange(method, path, headers, body)
        except BaseException:
            self.close()
            raise
        try:
            return Answer(status=status, body=json.loads(content) if content else None)
        except ValueError:
            return Answer(status=status, body=content.decode(errors="replace"))

    def close(self) -> None:
        if self._open is not None:
            self._open[1].transport.abort()
            self._open = None

    async def _exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, bytes]:
        if self._open is None:
            self._open = await asyncio.open_connection(HOST, self._port)
        reader, writer = self._open
        lines = [f"{method} {path} HTTP/1.1", f"host: {HOST}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append(f"content-length: {len(body or b'')}")
        writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
        head, content = await read_message(reader)
        if b"connection: close" in head.lower():
            self.close()
        return int(head[9:12]), content


async def read_message(reader: StreamReader) -> tuple[bytes, bytes]:
    """The head and the body of one message whose length is told."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(_LENGTH):
            length = int(line[len(_LENGTH) :])
    return head, await reader.readexactly(length)
