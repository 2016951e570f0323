"""`python -m bench.growth`: what a request takes at a thousand conferences, and at a hundred times.

Two databases on one embedded PostgreSQL, a server for each, one connection to each; every request
is sent to both in turn. Both are audited in the end, and all of it is gone afterwards.
"""

import argparse
import json
import secrets
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from sqlalchemy import make_url

from app.embedded import EmbeddedPostgres
from app.security import Tokens
from bench import auditor, data, report
from bench.client import HOST, encode
from bench.data import Bench, scratch_database
from bench.growth_data import LARGE, SMALL, Size, facts, fill
from bench.growth_requests import Asked, everything
from bench.process import free_port, server_process

WARM_UP = 4
# What takes this long altogether is asked less often.
MOST_SECONDS = 4.0
LEAST_TIMES = 3
FACTOR = 2.0
# What is no longer than this above its time at the smaller size is the machine's.
SLACK_MILLISECONDS = 1.0
_COUNTERS = (
    "SELECT nextval('conference_changes'), nextval('programme_changes'), nextval('count_changes')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the command line asks for."""

    times: int
    minutes: float
    out: Path | None
    only: str
    urls: Sequence[str]


@dataclass(slots=True, kw_only=True)
class Line:
    """One request at one size: how long it took each time, and what was on the page."""

    milliseconds: list[float] = field(default_factory=list)
    status: int = 0
    hits: int | None = None
    count: int | None = None

    @property
    def median(self) -> float:
        return median(self.milliseconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    asked: Asked
    small: Line
    large: Line

    @property
    def factor(self) -> float:
        """Of the time per row, where the answer itself is longer."""
        rows = (self.large.hits or 1) / (self.small.hits or 1)
        return self.large.median / self.small.median / max(1.0, rows)

    @property
    def holds(self) -> bool:
        longer = self.large.median - self.small.median
        return self.factor <= FACTOR or longer <= SLACK_MILLISECONDS


class Side:
    """One database with its server, and a connection to each."""

    def __init__(self, url: str, port: int, tokens: Tokens, known: Mapping[str, Any]) -> None:
        self._url = make_url(url)
        self._port = port
        self._socket: socket.socket | None = None
        self._tokens = tokens
        self._facts = known
        self._database: asyncpg.Connection | None = None

    async def ask(self, asked: Asked, times: int, lines: Line) -> AsyncIterator[None]:
        """Send it again and again, once each time this is gone on with, on one connection."""
        self._connect()
        for path in cycle(self._requests(asked)):
            if asked.changed:
                await self._change()
            started = time.perf_counter()
            head, body = self._answer(path)
            lines.milliseconds.append((time.perf_counter() - started) * 1000)
            if not lines.status:
                lines.status = int(head[9:12])
                lines.hits, lines.count = _found(body)
            yield

    async def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._database is not None:
            await self._database.close()

    def _requests(self, asked: Asked) -> Sequence[bytes]:
        token = None
        if asked.who is not None:
            now = datetime.now(UTC)
            family = str(UUID(int=asked.who))
            token = self._tokens.issue("access", asked.who, family, "bench", now)
        return [encode("GET", path, token=token) for path in asked.filled(self._facts)]

    def _connect(self) -> None:
        """A server may have hung up on one that was long in use, or idle."""
        if self._socket is not None:
            self._socket.close()
        self._socket = socket.create_connection((HOST, self._port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _answer(self, request: bytes) -> tuple[bytes, bytes]:
        assert self._socket is not None
        self._socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        while len(body) < length:
            body += self._more()
        return head, body

    def _more(self) -> bytes:
        assert self._socket is not None
        got = self._socket.recv(1 << 18)
        if not got:
            raise ConnectionError("the server hung up")
        return got

    async def _change(self) -> None:
        """As if a conference, a session and a seat had just been changed."""
        if self._database is None:
            self._database = await asyncpg.connect(
                host=self._url.query["host"], user=self._url.username, database=self._url.database
            )
        await self._database.fetchrow(_COUNTERS)


def main() -> None:
    plan = _plan(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="plenary-growth-") as folder:
        home = Path(folder)
        with _database_server(plan, home) as url:
            sys.exit(0 if uvloop.run(_measure(plan, home, url)) else 1)


async def _measure(plan: Plan, home: Path, url: str) -> bool:
    key = secrets.token_hex(32)
    async with AsyncExitStack() as stack:
        urls = plan.urls or [
            await stack.enter_async_context(_filled(url, size)) for size in (SMALL, LARGE)
        ]
        environments = {
            name: _environment(at, key, home / name)
            for name, at in zip((SMALL.name, LARGE.name), urls, strict=True)
        }
        pairs = await _asked(plan, environments, key)
        broken = await _broken(environments)
        return _tell(plan, pairs, broken, await Bench(urls[0]).properties())


async def _asked(
    plan: Plan, environments: Mapping[str, Mapping[str, str]], key: str
) -> Sequence[Pair]:
    """A server for each, which is gone when everything is asked: what is audited is at rest."""
    async with AsyncExitStack() as stack:
        tokens = Tokens(key, access_for=timedelta(hours=2), refresh_for=timedelta(days=1))
        sides = []
        for environment in environments.values():
            at, home = environment["PLENARY_DATABASE_URL"], Path(environment["PLENARY_DATA_DIR"])
            port = free_port()
            stack.enter_context(server_process(environment, home.with_suffix(".log"), port))
            side = Side(at, port, tokens, await facts(at))
            stack.push_async_callback(side.close)
            sides.append(side)
        return await _pairs(plan, *sides)


async def _broken(environments: Mapping[str, Mapping[str, str]]) -> Sequence[str]:
    """What the auditor says of each database where a promise is broken."""
    told = [(name, await auditor.broken(one)) for name, one in environments.items()]
    return [f"{name}:\n{said}" for name, said in told if said]


async def _pairs(plan: Plan, small: Side, large: Side) -> Sequence[Pair]:
    until = time.monotonic() + plan.minutes * 60
    pairs = []
    print(f"Medians of {plan.times} requests, one at a time; ! is beyond factor {FACTOR:g}.\n")
    print(f"{'small ms':>9} {'large ms':>9} {'factor':>7} {'hits':>9} {'of':>17}  request")
    for asked in everything():
        if not any(one in f"{asked.noun} {asked.name}" for one in plan.only.split(",")):
            continue
        if time.monotonic() > until:
            print("The time is up; what is missing was not asked.")
            break
        pairs.append(await _pair(plan, asked, small, large))
        print(_row(pairs[-1]), flush=True)
    return pairs


async def _pair(plan: Plan, asked: Asked, small: Side, large: Side) -> Pair:
    """Ask both in turn, so that whatever else the machine does concerns both."""
    lines = Line(), Line()
    asking = [
        side.ask(asked, plan.times, line) for side, line in zip((small, large), lines, strict=True)
    ]
    ends = time.monotonic() + MOST_SECONDS
    for turn in range(WARM_UP + plan.times):
        if turn == WARM_UP:
            for line in lines:
                line.milliseconds.clear()
        for one in asking if turn % 2 else reversed(asking):
            await anext(one)
        if time.monotonic() > ends and turn >= WARM_UP + LEAST_TIMES:
            break
    for one in asking:
        await one.aclose()  # type: ignore[attr-defined]
    return Pair(asked=asked, small=lines[0], large=lines[1])


def _tell(
    plan: Plan, pairs: Sequence[Pair], broken: Sequence[str], database: dict[str, str]
) -> bool:
    """Print what it came to, write the JSON where one is wanted; says whether it is good.

    That is: everything was answered, nothing grew too much, and no promise is broken.
    """
    machine = report.machine(database)
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d}, {machine['cpu']}, {machine['cores']} cores shared by"
        f" servers, PostgreSQL {database['server_version']} (fsync {database['fsync']}) and client"
    )
    beyond = [pair for pair in pairs if not pair.holds]
    print(
        f"\n{len(pairs)} requests, {sum(pair.factor > FACTOR for pair in pairs)} beyond factor"
        f" {FACTOR:g}, {len(beyond)} of them by more than {SLACK_MILLISECONDS:g} ms"
    )
    print("\n".join(broken) or "ok: the auditor finds every promise kept")
    if plan.out is not None:
        content = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine,
            "times": plan.times,
            "requests": [_summary(pair) for pair in pairs],
            "broken": broken,
        }
        plan.out.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        print(f"written to {plan.out}")
    answered = all(line.status == 200 for pair in pairs for line in (pair.small, pair.large))
    return answered and not beyond and not broken


def _row(pair: Pair) -> str:
    small, large = pair.small, pair.large
    mark = " " if pair.holds else "!"
    status = "" if small.status == large.status == 200 else f" {small.status}/{large.status}"
    return (
        f"{small.median:9.2f} {large.median:9.2f} {pair.factor:6.2f}{mark}"
        f" {_both(small.hits, large.hits):>9} {_both(small.count, large.count):>17}"
        f"  {_asker(pair.asked)} {pair.asked.name}{status}"
    )


def _summary(pair: Pair) -> dict[str, Any]:
    return {
        "noun": pair.asked.noun,
        "request": pair.asked.name,
        "by": _asker(pair.asked),
        "factor": round(pair.factor, 2),
        **{
            size: {
                "ms": round(line.median, 2),
                "status": line.status,
                "hits": line.hits,
                "count": line.count,
            }
            for size, line in (("small", pair.small), ("large", pair.large))
        },
    }


def _asker(asked: Asked) -> str:
    names = {None: "nobody", 1: "admin", 2: "attendee", 3: "organizer"}
    return f"{names[asked.who]:9}"


def _both(small: int | None, large: int | None) -> str:
    said = ["" if one is None else f"{one:,}" for one in (small, large)]
    return said[0] if small == large else "/".join(said)


def _found(body: bytes) -> tuple[int | None, int | None]:
    """How many are on the page and in the list, where the answer is one."""
    try:
        content = json.loads(body)
    except ValueError:
        return None, None
    if isinstance(content, list):
        return len(content), None
    if not isinstance(content, dict):
        return None, None
    listed = content.get("results", content.get("data"))
    meta = content.get("meta") or content
    count = meta.get("count") if isinstance(meta, dict) else None
    return len(listed) if isinstance(listed, list) else None, count


@asynccontextmanager
async def _filled(server_url: str, size: Size) -> AsyncIterator[str]:
    async with scratch_database(server_url) as url:
        started = time.monotonic()
        print(
            f"Filling {size.name}: {size.conferences:,} conferences, {size.registrations:,}"
            " registrations …",
            end=" ",
            flush=True,
        )
        await fill(url, size, topics=data.TOPICS, forms=data.FORMS)
        print(f"{time.monotonic() - started:.0f} s")
        yield url


@contextmanager
def _database_server(plan: Plan, home: Path) -> Iterator[str]:
    """An embedded one of our own, unless filled databases are named."""
    if plan.urls:
        yield plan.urls[0]
        return
    with EmbeddedPostgres(home) as postgres:
        yield postgres.url


def _environment(url: str, key: str, home: Path) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    return {
        "PLENARY_DATABASE_URL": url,
        "PLENARY_SECRET_KEY": key,
        "PLENARY_DATA_DIR": str(home),
        "PLENARY_REMINDER_HOURS": "0",
    }


def _plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--times", type=int, default=31, help="of each request (%(default)s)")
    parser.add_argument("--minutes", type=float, default=15, help="at most (%(default)s)")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    parser.add_argument("--only", default="", help="requests whose noun or path holds this")
    parser.add_argument("--urls", nargs=2, default=(), help="two databases that are filled already")
    return Plan(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
