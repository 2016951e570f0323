"""Where effects end: mail that is counted, and callbacks that are passed on and counted."""

import asyncio
import json
import re
from asyncio import StreamReader, StreamWriter
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP

from torture.client import Connection, read_message
from torture.processes import HOST

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

_PATIENCE = 3.0
_HEADER = re.compile(
    rb"^(Message-ID|Subject): (.*?)\r?\n(?=\S|\r?\n)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """`number` is that of its message in the outbox, which its Message-ID names."""

    number: int
    to: str
    subject: str


class MailSink:
    """An SMTP server; each Message-ID is one effect, however often it is delivered."""

    def __init__(self) -> None:
        self.port = 0
        self.delivered: Counter[str] = Counter()
        # Under each Message-ID to whom, with which subject.
        self.told: dict[str, set[tuple[str, str]]] = defaultdict(set)
        # The message is taken, and the sender never hears of it.
        self.loses_answers = False
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "MailSink":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, loop=loop, enable_SMTPUTF8=True), HOST, 0
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def handle_DATA(  # noqa: N802 (the library's name)
        self, server: SMTP, session: "Session", envelope: "Envelope"
    ) -> str:
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        head = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        found = {name.lower(): value.decode() for name, value in _HEADER.findall(head)}
        name = found[b"message-id"]
        self.delivered[name] += 1
        self.told[name].add((", ".join(envelope.rcpt_tos), found[b"subject"]))
        if self.loses_answers and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 OK"

    def numbers(self) -> set[int]:
        """Of the messages in the outbox that were told."""
        return {_number(name) for name in self.delivered}

    def mails(self) -> list[Mail]:
        """Everything that was told, once, however often it was delivered."""
        return [
            Mail(number=_number(name), to=to, subject=subject)
            for name, told in self.told.items()
            for to, subject in told
        ]


class CallbackRelay:
    """Between the gateway and the servers; may lose answers, and say everything twice."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.port = 0
        self.sent: Counter[int] = Counter()
        self.taken: Counter[int] = Counter()
        self.outcomes: dict[int, set[str]] = defaultdict(set)
        self.loses_answers = False
        self.doubles = False
        self._ports = ports
        self._turn = 0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "CallbackRelay":
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    def contradicted(self) -> list[int]:
        """Payments of which the gateway has said two different things."""
        return [payment for payment, said in self.outcomes.items() if len(said) > 1]

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        servers = [Connection(port) for port in self._ports]
        try:
            with suppress(OSError, EOFError, TimeoutError):
                while True:
                    head, body = await read_message(reader)
                    status, content = await self._pass_on(servers, head, body)
                    if self.loses_answers:
                        return
                    writer.write(
                        f"HTTP/1.1 {status} -\r\ncontent-type: application/json\r\n"
                        f"content-length: {len(content)}\r\n\r\n".encode()
                        + content
                    )
                    await writer.drain()
        finally:
            for server in servers:
                server.close()
            writer.transport.abort()

    async def _pass_on(
        self, servers: Sequence[Connection], head: bytes, body: bytes
    ) -> tuple[int, bytes]:
        first, *lines = head.decode("latin-1").rstrip().split("\r\n")
        method, path, _ = first.split(" ", 2)
        given = dict(line.split(": ", 1) for line in lines)
        headers = {name: v for name, v in given.items() if name.lower() not in _OWN}
        said = json.loads(body)["data"]
        payment = int(said["payment_id"])
        self.sent[payment] += 1
        self.outcomes[payment].add(said["outcome"])
        status, content = 503, b"{}"
        for _ in range(1 + self.doubles):
            self._turn += 1
            server = servers[self._turn % len(servers)]
            try:
                answer = await server.ask(
                    method, path, headers=headers, body=body, patience=_PATIENCE
                )
            except (OSError, EOFError, TimeoutError):
                continue
            status, content = answer.status, _encoded(answer.body)
            self.taken[payment] += answer.is_good
        return status, content


_OWN = frozenset({"host", "content-length", "connection", "accept-encoding"})


def _number(message_id: str) -> int:
    return int(message_id.removeprefix("<outbox-").partition("@")[0])


def _encoded(body: Any) -> bytes:
    return json.dumps(body).encode()
