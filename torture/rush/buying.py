"""The rush itself: everybody asks at once, over so many connections as there are, and notes what
was answered.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from torture.client import Answer, Connection
from torture.rush.arrangements import Buyer, Sale

_PATH = "/api/v1/registrations/"
_PATIENCE = 10.0
# One who is told to come again does, for so long.
_MOST_TRIES = 60
_PAUSE = 0.2
_COME_AGAIN = frozenset({"idempotency_in_progress", "conflicting_write"})


class _Request(NamedTuple):
    method: str
    path: str
    body: bytes | None = None


@dataclass(slots=True, kw_only=True)
class Heard:
    """What the buyers of a round were told."""

    seated: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    repeated: int = 0

    @property
    def acknowledged(self) -> list[int]:
        """Every registration that somebody was told is theirs, with a seat or a place in line."""
        return [*self.seated, *self.waiting]


class Crowd:
    """Connections to all servers in turn, kept from round to round."""

    def __init__(self, ports: Sequence[int], connections: int) -> None:
        self._connections = [Connection(ports[n % len(ports)]) for n in range(connections)]

    async def rush(self, sale: Sale) -> Heard:
        """Each connection takes the next buyer as soon as the one before has their answer."""
        heard = Heard()
        coming = list(sale.buyers)

        async def serve(connection: Connection) -> None:
            while coming:
                await _buy(connection, sale, coming.pop(), heard)

        async with asyncio.TaskGroup() as tasks:
            for connection in self._connections:
                tasks.create_task(serve(connection))
        return heard

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


async def _buy(connection: Connection, sale: Sale, buyer: Buyer, heard: Heard) -> None:
    wish = json.dumps({**sale.wish, "quantity": buyer.quantity}).encode()
    answer = await _ask(connection, buyer, _Request("POST", _PATH, wish), heard)
    if not answer.is_good:
        heard.refused[f"{answer.status} {answer.code}"] += 1
        return
    made = answer.body["data"]
    if made["status"] == "waitlisted":
        heard.waiting.append(made["id"])
        return
    heard.seated.append(made["id"])
    if buyer.gives_back:
        request = _Request("DELETE", f"{_PATH}{made['id']}/")
        gone = await _ask(connection, buyer, request, heard)
        if gone.is_good:
            heard.cancelled.append(made["id"])
        else:
            heard.unexpected.append(f"DELETE {gone.status} {gone.code}")


async def _ask(connection: Connection, buyer: Buyer, request: _Request, heard: Heard) -> Answer:
    """Under a key of its own, until there is an answer that is not "come again"."""
    headers = {
        "authorization": f"Bearer {buyer.token}",
        "content-type": "application/json",
        "idempotency-key": f"{buyer.number}-{request.method}",
    }
    answer = Answer(status=0, body=None)
    for _ in range(_MOST_TRIES):
        with suppress(OSError, EOFError, TimeoutError):
            answer = await connection.ask(
                request.method,
                request.path,
                headers=headers,
                body=request.body,
                patience=_PATIENCE,
            )
            if answer.status != 503 and answer.code not in _COME_AGAIN:
                break
        heard.repeated += 1
        await asyncio.sleep(_PAUSE)
    return answer
