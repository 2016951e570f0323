"""Sharing: several server processes hold about as many connections each.

They listen on one socket, and the kernel gives a connection to whoever is quicker, so that one of
two may hold fifty of sixty-four. Whoever holds more than another leaves a new one to it, for
moments: it is taken all the same if nobody does, as where the other stands still.
"""

import asyncio
import logging
import os
import select
import socket
from asyncio import AbstractEventLoop, BaseTransport, TimerHandle
from collections.abc import Callable
from mmap import mmap
from tempfile import mkstemp
from typing import Final, Self

logger = logging.getLogger(__name__)

# Of a process that takes no connections: more than any other holds.
_AWAY: Final = 2**64 - 1
_NUMBER_BYTES = 8
# A new connection is left to others for so long, and looked at again so often meanwhile.
_LEFT_SECONDS = 0.005
_LOOK_SECONDS = 0.001
# After it was left in vain, nothing is for so long.
_DISTRUST_SECONDS = 0.05
_OUT_OF_FILES_SECONDS = 1.0


class Table:
    """How many connections each process holds, in memory that all of them share.

    `fd` is passed on to them; `seats` is how many processes it has room for.
    """

    def __init__(self, fd: int, seats: int) -> None:
        self.fd = fd
        self.seats = seats
        self._numbers = memoryview(mmap(fd, seats * _NUMBER_BYTES)).cast("Q")

    @classmethod
    def made(cls, seats: int) -> Self:
        """One in which nobody sits, to be closed by whoever has it made."""
        fd, path = mkstemp(prefix="plenary-")
        # Whoever has it open keeps it.
        os.unlink(path)
        os.write(fd, b"\xff" * (seats * _NUMBER_BYTES))
        return cls(fd, seats)

    def close(self) -> None:
        """It is passed on to nobody any more."""
        os.close(self.fd)

    def clear(self, seat: int) -> None:
        """Nobody sits there (any more)."""
        self._numbers[seat] = _AWAY

    def hold(self, seat: int, connections: int) -> None:
        self._numbers[seat] = connections

    def fewest_but(self, seat: int) -> int:
        """What the process holds that holds fewest, but for this one."""
        return min(
            (number for place, number in enumerate(self._numbers) if place != seat), default=_AWAY
        )


class Share:
    """A process's place in the table."""

    def __init__(self, table: Table, seat: int) -> None:
        self._table = table
        self._seat = seat

    def is_greatest(self, connections: int) -> bool:
        """Say that we hold so many, and hear whether somebody holds fewer."""
        self._table.hold(self._seat, connections)
        return connections > self._table.fewest_but(self._seat)

    def leave(self) -> None:
        """Take no more."""
        self._table.clear(self._seat)


class Acceptor:
    """Takes connections from a socket as the server of an event loop does, but for its share.

    `held` says how many connections there are.
    """

    def __init__(
        self,
        listener: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        share: Share,
        held: Callable[[], int],
        *,
        backlog: int,
    ) -> None:
        self._listener = listener
        self._protocol = protocol
        self._share = share
        self._held = held
        self._backlog = backlog
        self._loop: AbstractEventLoop = asyncio.get_running_loop()
        self._beginning: set[asyncio.Task[tuple[BaseTransport, asyncio.Protocol]]] = set()
        self._resting: TimerHandle | None = None
        self._left_since: float | None = None
        self._takes_all_until = 0.0
        self._is_closed = False
        self._waiting = select.poll()
        self._waiting.register(listener, select.POLLIN)

    def start(self) -> None:
        """Listen, and take what comes."""
        self._listener.setblocking(False)
        self._listener.listen(self._backlog)
        self._share.is_greatest(0)
        self._loop.add_reader(self._listener, self._come)

    def close(self) -> None:
        """Take no more; those that were taken go on."""
        if not self._is_closed:
            self._is_closed = True
            self._share.leave()
            self._loop.remove_reader(self._listener)
            if self._resting is not None:
                self._resting.cancel()

    def count(self) -> bool:
        """Say how many connections we hold, and hear whether another process holds fewer."""
        if self._is_closed:
            return False
        return self._share.is_greatest(self._held() + len(self._beginning))

    async def wait_closed(self) -> None:
        """Nothing is left to wait for."""

    def _come(self) -> None:
        """Somebody wants to connect, or did until another process was quicker."""
        if self._leaves_it():
            self._rest(_LOOK_SECONDS)
            return
        self._left_since = None
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            logger.warning("No connection can be taken just now: %s", error)
            self._rest(_OUT_OF_FILES_SECONDS)
            return
        self._begin(connection)

    def _leaves_it(self) -> bool:
        is_greatest, now = self.count(), self._loop.time()
        if not is_greatest or now < self._takes_all_until:
            return False
        if self._left_since is None:
            self._left_since = now
        elif now - self._left_since >= _LEFT_SECONDS:
            self._takes_all_until = now + _DISTRUST_SECONDS
            return False
        return True

    def _begin(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = asyncio.ensure_future(
            self._loop.connect_accepted_socket(self._protocol, connection), loop=self._loop
        )
        self._beginning.add(task)
        task.add_done_callback(self._begun)

    def _begun(self, task: "asyncio.Task[tuple[BaseTransport, asyncio.Protocol]]") -> None:
        self._beginning.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("A connection could not be begun: %s", error)

    def _rest(self, seconds: float) -> None:
        self._loop.remove_reader(self._listener)
        self._resting = self._loop.call_later(seconds, self._wake)

    def _wake(self) -> None:
        self._resting = None
        if not self._waiting.poll(0):
            # Another process has taken it: the next is another matter.
            self._left_since = None
        self._loop.add_reader(self._listener, self._come)
