"""Addresses that people write down are shown to others, and asked for by nobody here."""

import ast
import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

import app
import worker
from tests.access.house import House
from worker.gateway import CallbackFailed, Gateway

_ROOTS = (Path(app.__file__).parent, Path(worker.__file__).parent)
# Whatever opens connections to a place that is named in data.
_CLIENTS = {"aiohttp", "aiosmtplib", "ftplib", "http.client", "httpx", "requests", "smtplib"} | {
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
}
# Where these lead is said by the settings alone.
MAY = {
    "app/doctor.py": {"smtplib"},
    # Asks its own processes whether they are ready.
    "app/supervising.py": {"http.client"},
    "worker/gateway.py": {"httpx"},
    "worker/smtp.py": {"aiosmtplib"},
}


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_only_mails_and_callbacks_go_anywhere() -> None:
    found = {}
    for root in _ROOTS:
        for module in root.rglob("*.py"):
            clients = {
                client
                for name in imported(module)
                for client in _CLIENTS
                if name == client or name.startswith(f"{client}.")
            }
            if clients:
                found[str(module.relative_to(root.parent))] = clients
    assert found == MAY


@pytest.fixture
async def visits() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server at some address, and what it was asked for."""
    asked: list[bytes] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}/", asked


async def test_no_address_that_somebody_writes_down_is_visited(
    house: House, visits: tuple[str, list[bytes]]
) -> None:
    url, asked = visits
    names, as_organizer = house.scene.names, house.scene.headers["organizer"]
    conference = f"/api/v1/conferences/{names['conference']}/"
    profile = dict.fromkeys(("website", "twitter", "facebook", "linkedin", "github"), url)
    written = [
        await house.send(
            "PATCH", conference, json={"is_online": True, "online_url": url}, headers=as_organizer
        ),
        await house.send("PATCH", "/api/v1/users/me/", json=profile, headers=as_organizer),
    ]
    assert [answer.status_code for answer in written] == [200, 200], written[1].text
    public = f"/api/v1/public/conferences/{names['conference']}/"
    for path in (conference, public, f"{public}schedule.json", f"{public}calendar.ics"):
        assert (await house.send("GET", path, headers=as_organizer)).status_code < 500
    ticket = f"/api/v1/registrations/{names['admission']}/ticket.pdf"
    as_attendee = house.scene.headers["attendee"]
    assert (await house.send("GET", ticket, headers=as_attendee)).status_code == 200
    await asyncio.sleep(0.1)
    assert asked == []
    # That it would have noticed.
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(url)
    assert len(asked) == 1


async def test_where_an_answer_points_nobody_goes(visits: tuple[str, list[bytes]]) -> None:
    url, asked = visits

    async def onwards(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        answer = f"HTTP/1.1 307 Elsewhere\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n"
        writer.write(answer.encode())
        writer.close()

    async with await asyncio.start_server(onwards, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        gateway = Gateway(f"http://127.0.0.1:{port}/", b"k" * 32, b"k" * 32, 1)
        with pytest.raises(CallbackFailed, match="307"):
            await gateway.settle(1, None)
        await gateway.close()
    assert asked == []
