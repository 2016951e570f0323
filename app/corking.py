"""Corking: the head of an answer goes out with the beginning of its body, in one piece.

Sent apart, as the server does by itself, they are two system calls here, and two packets to whoever
waits. It is also what ASGI asks for: nothing is sent before there is something of the body.
"""

from asyncio import Transport


class Corked(Transport):
    """Where one answer is written to: its head first, which is held until more comes."""

    __slots__ = ("_head", "_is_open", "_transport")

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._head = b""
        self._is_open = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._is_open:
            self._transport.write(data)
        elif self._head:
            self._is_open = True
            self._transport.write(self._head + data)
        else:
            self._head = bytes(data)

    def close(self) -> None:
        """What has no body by now is not said at all, rather than by half."""
        self._transport.close()
