"""A TCP proxy in front of one dependency, which can do to its connections what networks do."""

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from enum import StrEnum

from torture.processes import HOST

_CHUNK = 65_536
_RESET = struct.pack("ii", 1, 0)


class Trouble(StrEnum):
    """`drop` swallows what is sent, both ways; of `half_open` ones one end is gone, unknown to the
    other; `reset` ends all at once.
    """

    DELAY = "delay"
    DROP = "drop"
    HALF_OPEN = "half_open"
    RESET = "reset"


class Proxy:
    """Passes everything on until it is told otherwise. Used as `async with`."""

    def __init__(self, upstream: int) -> None:
        self.port = 0
        self._upstream = upstream
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._delay = 0.0
        self._drops = False

    async def __aenter__(self) -> "Proxy":
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.reset()

    async def suffer(self, trouble: Trouble, seconds: float, *, delay: float = 0.1) -> None:
        """One trouble, for so long; whoever lost something by it is disconnected in the end."""
        if trouble is Trouble.RESET:
            self.reset()
            return
        if trouble is Trouble.HALF_OPEN:
            # By turns it is the server and the client who does not hear of the end.
            for number, link in enumerate(tuple(self._links)):
                link.half_open(keeps_server=number % 2 == 0)
        self._delay = delay if trouble is Trouble.DELAY else 0.0
        self._drops = trouble is Trouble.DROP
        try:
            await asyncio.sleep(seconds)
        finally:
            self._delay, self._drops = 0.0, False
            for link in tuple(self._links):
                if link.is_broken:
                    link.reset()

    def reset(self) -> None:
        for link in tuple(self._links):
            link.reset()

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            above, below = await asyncio.open_connection(HOST, self._upstream)
        except OSError:
            writer.transport.abort()
            return
        link = _Link(writer, below)
        self._links.add(link)
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(link, reader, below, towards_server=True))
                pumps.create_task(self._pump(link, above, writer, towards_server=False))
        # What is written to a connection that is gone by now is said in either way.
        except* (OSError, RuntimeError):
            pass
        finally:
            self._links.discard(link)
            link.reset()

    async def _pump(
        self, link: "_Link", source: StreamReader, sink: StreamWriter, *, towards_server: bool
    ) -> None:
        while data := await source.read(_CHUNK):
            if self._delay:
                await asyncio.sleep(self._delay)
            if self._drops or link.is_broken:
                link.is_broken = True
                continue
            sink.write(data)
            await sink.drain()
        if link.is_broken:
            # The end of a half-open connection is what the other side does not hear of.
            await link.over.wait()
            return
        with suppress(OSError):
            sink.close()


class _Link:
    """One connection through the proxy."""

    def __init__(self, client: StreamWriter, server: StreamWriter) -> None:
        self._client = client
        self._server = server
        self.is_broken = False
        self.over = asyncio.Event()

    def half_open(self, *, keeps_server: bool) -> None:
        self.is_broken = True
        _abort(self._client if keeps_server else self._server)

    def reset(self) -> None:
        self.over.set()
        _abort(self._client)
        _abort(self._server)


def _abort(writer: StreamWriter) -> None:
    """End it with a reset, not with a goodbye."""
    held = writer.get_extra_info("socket")
    # A connection that is gone by now has no number any more.
    with suppress(OSError, ValueError):
        if held is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
