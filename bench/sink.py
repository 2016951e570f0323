"""`python -m bench.sink PORT`: a mail server on 127.0.0.1 that takes all and keeps nothing."""

import asyncio
import sys
from typing import cast

import uvloop

from bench.client import HOST

_END = b"\r\n.\r\n"
_SAYS = {
    b"EHLO": b"250-sink\r\n250 PIPELINING\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


class Sink(asyncio.Protocol):
    """One conversation; whatever is asked is granted."""

    def __init__(self) -> None:
        self._received = b""
        self._in_mail = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._received += data
        while self._next():
            pass

    def _next(self) -> bool:
        """Answer the next command, or the mail that ends here."""
        end = _END if self._in_mail else b"\r\n"
        said, found, rest = self._received.partition(end)
        if not found:
            return False
        self._received = rest
        verb = b"" if self._in_mail else said[:4].upper()
        self._transport.write(_SAYS.get(verb, b"250 ok\r\n"))
        self._in_mail = verb == b"DATA"
        if verb == b"QUIT":
            self._transport.close()
        return True


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, HOST, port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
