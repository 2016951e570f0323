"""Several processes on one socket hold about as many connections each."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import psutil
import pytest

from app.sharing import Acceptor, Share, Table
from tests import processes
from tests.conftest import SECRET


@pytest.fixture
def table() -> Iterator[Table]:
    table = Table.made(2)
    yield table
    table.close()


def test_who_holds_more_than_another_hears_of_it(table: Table) -> None:
    one, other = Share(table, 0), Share(Table(table.fd, 2), 1)
    assert not one.is_greatest(5)
    assert not other.is_greatest(5)
    assert one.is_greatest(6)
    other.leave()
    assert not one.is_greatest(7)


class Held(asyncio.Protocol):
    """Connections that stay until the other end goes."""

    def __init__(self, open: set["Held"]) -> None:
        self._open = open

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._open.discard(self)


@asynccontextmanager
async def accepting(share: Share) -> AsyncIterator[tuple[set[Held], Callable[[], object]]]:
    """What is held by a process with that share, and how somebody connects to it."""
    held: set[Held] = set()
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as clients:
        acceptor = Acceptor(listener, lambda: Held(held), share, lambda: len(held), backlog=64)
        acceptor.start()
        address = listener.getsockname()
        yield held, lambda: clients.enter_context(socket.create_connection(address))
        clients.close()
        await _left(held)
        acceptor.close()


async def test_what_others_should_take_is_taken_all_the_same_if_nobody_does(
    table: Table,
) -> None:
    """The other process holds nothing, and stands still."""
    table.hold(1, 0)
    async with accepting(Share(table, 0)) as (held, connect), asyncio.timeout(5):
        for many in range(1, 20):
            connect()
            while len(held) < many:  # noqa: ASYNC110 (the other end)
                await asyncio.sleep(0.001)


async def test_what_others_took_meanwhile_is_not_missed(table: Table) -> None:
    """Of two on one socket, the emptier one takes what the fuller one leaves."""
    full, empty = Share(table, 0), Share(table, 1)
    mine: set[Held] = set()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        listener.dup() as other,
        ExitStack() as clients,
    ):
        fuller = Acceptor(listener, lambda: Held(set()), full, lambda: 1000, backlog=64)
        emptier = Acceptor(other, lambda: Held(mine), empty, lambda: len(mine), backlog=64)
        fuller.start()
        emptier.start()
        async with asyncio.timeout(5):
            for many in range(1, 20):
                clients.enter_context(socket.create_connection(listener.getsockname()))
                while len(mine) < many:  # noqa: ASYNC110 (the other end)
                    await asyncio.sleep(0.001)
            clients.close()
            await _left(mine)
        fuller.close()
        emptier.close()


async def _left(held: set[Held]) -> None:
    while held:  # noqa: ASYNC110 (the other end)
        await asyncio.sleep(0.001)


@pytest.mark.slow
async def test_two_processes_hold_as_many_each(fresh_database: str, tmp_path: Path) -> None:
    given: Mapping[str, str] = {
        "PLENARY_DATABASE_URL": fresh_database,
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_DRAIN_SECONDS": "0",
    }
    server = await processes.serve(given, tmp_path, "--workers=2")
    try:
        # The second process may take a while longer to come.
        async with asyncio.timeout(processes.READY_WITHIN):
            while min(await _spread(server, 40)) < 12:  # noqa: ASYNC110 (other processes)
                await asyncio.sleep(0.2)
    finally:
        await server.stop()


async def _spread(server: processes.Server, many: int) -> list[int]:
    """How many of so many connections each process gets."""
    port = int(server.url.rpartition(":")[2])
    children = psutil.Process(server.pid).children()
    with ExitStack() as clients:
        for _ in range(many):
            clients.enter_context(socket.create_connection(("127.0.0.1", port)))
        while sum(counts := [_held(child, port) for child in children]) < many:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return counts


def _held(process: psutil.Process, port: int) -> int:
    connections = process.net_connections("tcp")
    established = (one for one in connections if one.status == psutil.CONN_ESTABLISHED)
    return sum(one.laddr.port == port for one in established)
