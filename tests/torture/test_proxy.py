import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator

import pytest

from torture.processes import HOST
from torture.proxy import Proxy, Trouble


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """In front of a server that says everything back."""

    async def echo(reader: StreamReader, writer: StreamWriter) -> None:
        while data := await reader.read(1024):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(echo, HOST, 0)
    async with Proxy(server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()


async def said_back(proxy: Proxy, *, within: float = 2.0) -> bytes:
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    try:
        writer.write(b"hello")
        async with asyncio.timeout(within):
            return await reader.readexactly(5)
    finally:
        writer.transport.abort()


async def test_it_passes_on_what_is_said(proxy: Proxy) -> None:
    assert await said_back(proxy) == b"hello"


async def test_what_is_delayed_comes_late(proxy: Proxy) -> None:
    suffering = asyncio.create_task(proxy.suffer(Trouble.DELAY, 1.0, delay=0.2))
    await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        await said_back(proxy, within=0.1)
    assert await said_back(proxy) == b"hello"
    suffering.cancel()


async def test_what_is_dropped_never_comes_and_its_connection_ends_with_the_trouble(
    proxy: Proxy,
) -> None:
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    suffering = asyncio.create_task(proxy.suffer(Trouble.DROP, 0.3))
    await asyncio.sleep(0)
    writer.write(b"hello")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await reader.readexactly(5)
    await suffering
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(5)
    assert await said_back(proxy) == b"hello"


async def test_a_reset_ends_all_connections(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection(HOST, proxy.port)
    writer.write(b"hello")
    await reader.readexactly(5)
    await proxy.suffer(Trouble.RESET, 0)
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await reader.readexactly(5)


async def test_of_a_half_open_connection_one_side_does_not_hear_of_the_end(proxy: Proxy) -> None:
    connections = [await asyncio.open_connection(HOST, proxy.port) for _ in range(2)]
    for reader, writer in connections:
        writer.write(b"hello")
        await reader.readexactly(5)
    suffering = asyncio.create_task(proxy.suffer(Trouble.HALF_OPEN, 0.4))
    await asyncio.sleep(0.1)
    ended = [reader.at_eof() or reader.exception() is not None for reader, _ in connections]
    assert sorted(ended) == [False, True]
    await suffering
    await asyncio.sleep(0.1)
    assert all(reader.at_eof() or reader.exception() for reader, _ in connections)
