"""`python -m bench.overload`: what becomes of a server when ten times too many come.

Finds out how much it answers at its best; then lets ten times as many clients at it as it has
places, for a minute; then looks how soon it is itself again, and recounts everything.
"""

import argparse
import asyncio
import json
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

import uvloop

from app.config import Settings
from app.embedded import EmbeddedPostgres
from app.security import Tokens
from bench import data
from bench.client import HOST, Connection, Round
from bench.data import Bench, Check, scratch_database
from bench.process import ServerProcess, free_port, server_process
from bench.report import sentence
from bench.workloads import PAGES, Requests

PEOPLE = 8_000
# Fewer and more clients than it takes to have the server busy all the time.
CROWDS = (32, 64, 128, 256)
_GOOD = frozenset({200, 201})
_CONNECTED_AT_ONCE = 200
_PROBE_EVERY = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the command line asks for."""

    seconds: float
    peak_seconds: float
    factor: float
    rude: float
    out: Path | None


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a crowd was answered; times are in milliseconds."""

    clients: int
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    lost: int = 0
    sample: str = ""
    server_cpu: float = 0.0
    client_cpu: float = 0.0

    @property
    def goodput(self) -> float:
        return len(self.accepted) / self.seconds

    @property
    def faults(self) -> int:
        """Connections lost, and whatever is neither an answer nor a refusal in time."""
        return self.lost + sum(
            many for status, many in self.statuses.items() if status not in _GOOD | {503}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The tries at the peak and the best of them, the rush, and the same as the best after it."""

    tries: Sequence[Tally]
    peak: Tally
    rush: Tally
    recovered: float
    after: Tally

    @property
    def ratio(self) -> float:
        """To what as many as at the best were answered before and after, so that drift, by the data
        that has come, cancels out.
        """
        return self.rush.goodput / mean([self.peak.goodput, self.after.goodput])

    @property
    def all(self) -> Sequence[Tally]:
        return (*self.tries, self.rush, self.after)


class Visitor(Connection):
    """Comes back when it was told to; a rude one comes back at once."""

    def __init__(self, requests: Iterator[bytes], tally: Tally, *, rude: bool) -> None:
        super().__init__(requests, Round(expected=200), 0.0)
        self._tally = tally
        self._rude = rude
        self._away = 0.0

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self._tally.lost += 1
            self._tally.sample = self._tally.sample or f"connection lost: {exc}"
        super().connection_lost(exc)

    def _count(self, answer: bytes, now: float) -> None:
        tally, status = self._tally, int(answer[9:12])
        tally.statuses[status] += 1
        took = (now - self._sent) * 1000
        if status in _GOOD:
            tally.accepted.append(took)
        elif status == 503:
            tally.refused.append(took)
            self._away = 0.0 if self._rude else _told(answer)
        elif not tally.sample:
            tally.sample = answer[-300:].decode(errors="replace")

    def _next(self, now: float) -> None:
        away, self._away = self._away, 0.0
        if away and now + away < self._until:
            asyncio.get_running_loop().call_later(away, self._come_back)
        else:
            super()._next(now + away)

    def _come_back(self) -> None:
        super()._next(time.perf_counter())


def main() -> None:
    plan = _plan(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="plenary-overload-") as folder:
        home = Path(folder)
        with EmbeddedPostgres(home) as postgres:
            sys.exit(0 if uvloop.run(_measure(plan, home, postgres.url)) else 1)


async def _measure(plan: Plan, home: Path, server_url: str) -> bool:
    key = secrets.token_hex(32)
    tokens = Tokens(key, access_for=timedelta(hours=1), refresh_for=timedelta(days=1))
    asked = _mixed(Requests(tokens=tokens, now=datetime.now(UTC)))
    async with scratch_database(server_url) as url:
        bench = Bench(url)
        print(f"Filling the database: {PEOPLE:,} people, {data.CONFERENCES:,} conferences …")
        await bench.fill(people=PEOPLE, password_hash="none")
        environment = {
            "PLENARY_DATABASE_URL": url,
            "PLENARY_SECRET_KEY": key,
            "PLENARY_DATA_DIR": str(home),
            "PLENARY_WRITE_LIMIT": "0",
        }
        places = Settings(secret_key=key).max_in_flight  # type: ignore[arg-type]
        with server_process(environment, home / "server.log", free_port()) as server:
            await _visit(server, asked, 64, 1.0)
            tries = []
            for crowd in CROWDS:
                await bench.drop_mails()
                tries.append(await _visit(server, asked, crowd, plan.peak_seconds))
            peak = max(tries, key=lambda one: one.goodput)
            await bench.drop_mails()
            print(f"At its best {peak.goodput:,.0f} answers a second, with {peak.clients} clients.")
            crowd = int(places * plan.factor)
            print(f"{crowd:,} clients for {plan.seconds:g} s …", flush=True)
            rush = await _visit(server, asked, crowd, plan.seconds, rude=plan.rude)
            recovered, first = await _alone(server, asked)
            await bench.drop_mails()
            after = await _visit(server, asked, peak.clients, plan.peak_seconds)
        made = sum(one.statuses[201] for one in (*tries, rush, first, after, _WARM_UP))
        check = await bench.check("overload", data.SPREAD_SESSIONS, made)
        outcome = Outcome(tries=tries, peak=peak, rush=rush, recovered=recovered, after=after)
        return _tell(plan, outcome, check, await bench.properties())


_WARM_UP = Tally(clients=0)


async def _visit(
    server: ServerProcess, asked: Iterator[bytes], clients: int, seconds: float, rude: float = 0.0
) -> Tally:
    """So many clients for so long; every answer that is under way at the end is waited for."""
    tally = Tally(clients=clients)
    visitors = await _connected(server, asked, tally, clients, rude)
    used, own = server.cpu_seconds(), time.process_time()
    started = time.perf_counter()
    for visitor in visitors:
        visitor.start(until=started + seconds)
    _, unanswered = await asyncio.wait([one.done for one in visitors], timeout=seconds + 20)
    tally.seconds = max(seconds, time.perf_counter() - started)
    tally.server_cpu = (server.cpu_seconds() - used) / tally.seconds
    tally.client_cpu = (time.process_time() - own) / tally.seconds
    tally.lost += len(unanswered)
    for visitor in visitors:
        visitor.close()
    if seconds == 1.0:
        _WARM_UP.statuses.update(tally.statuses)
    return tally


async def _connected(
    server: ServerProcess, asked: Iterator[bytes], tally: Tally, clients: int, rude: float
) -> list[Visitor]:
    loop = asyncio.get_running_loop()

    async def one(number: int) -> Visitor:
        is_rude = number < clients * rude
        _, visitor = await loop.create_connection(
            lambda: Visitor(asked, tally, rude=is_rude), HOST, server.port
        )
        return visitor

    visitors: list[Visitor] = []
    for first in range(0, clients, _CONNECTED_AT_ONCE):
        some = range(first, min(clients, first + _CONNECTED_AT_ONCE))
        visitors += await asyncio.gather(*map(one, some))
    return visitors


async def _alone(server: ServerProcess, asked: Iterator[bytes]) -> tuple[float, Tally]:
    """One client after the crowd: when it is first answered, and what."""
    began = time.perf_counter()
    while True:
        tally = await _visit(server, asked, 1, _PROBE_EVERY)
        if tally.accepted:
            return time.perf_counter() - began, tally
        if time.perf_counter() - began > 60:
            raise RuntimeError("the server does not recover")


def _mixed(requests: Requests) -> Iterator[bytes]:
    """Of ten requests four register, four list and two look at one conference.

    Half of those who register want the same session at the same time, the others any of fifty.
    """
    people = range(data.FIRST_REGISTRANT, PEOPLE + 1)
    first, last = data.SPREAD_SESSIONS[:50], data.SPREAD_SESSIONS[50:]
    hot = ((session, who) for session in first for who in people)
    spread = ((session, who) for who in people for session in last)
    lists = cycle(range(1, PAGES + 1))
    shown = cycle(range(1, data.CONFERENCES + 1))
    readers = cycle(data.READERS)
    while True:
        for combination in (hot, spread):
            for _ in range(2):
                session, who = next(combination)
                yield requests.registration("/registrations/", who, session)
                page = f"/conferences/?page_size=20&page={next(lists)}"
                yield requests.get(page, next(readers))
            yield requests.get(f"/conferences/{next(shown)}/", next(readers))


def _tell(plan: Plan, outcome: Outcome, check: Check, database: dict[str, str]) -> bool:
    """Print the table, write the JSON; says whether it fared well."""
    ratio = outcome.ratio
    print(f"\n{'clients':>8} {'answers/s':>10} {'p50':>8} {'p99 ms':>8} {'503/s':>8}", end="")
    print(f" {'p50':>8} {'p99 ms':>8} {'server':>8} {'client':>8} faults")
    for one in outcome.all:
        good, refused = _cuts(one.accepted), _cuts(one.refused)
        print(
            f"{one.clients:8,} {one.goodput:10,.0f} {good[0]:8.1f} {good[1]:8.1f}"
            f" {len(one.refused) / one.seconds:8,.0f} {refused[0]:8.1f} {refused[1]:8.1f}"
            f" {one.server_cpu:8.0%} {one.client_cpu:8.0%} {one.faults:6}"
        )
        if one.faults:
            print(f"         for example: {one.sample}")
    print(f"\ngoodput: {ratio:.2f} of what the best crowd is answered before and after;")
    print(
        f"{outcome.rush.goodput / outcome.peak.goodput:.2f} of before; {plan.rude:.0%} do not wait"
    )
    print(f"recovered: the first answer {outcome.recovered:.2f} s after the crowd has gone")
    print(f"{sentence(check)}; PostgreSQL {database['server_version']}, fsync {database['fsync']}")
    if plan.out is not None:
        plan.out.write_text(json.dumps(_summary(outcome), indent=2) + "\n")
    faults = sum(one.faults for one in outcome.all)
    return check.holds and faults == 0 and ratio >= 0.8


def _summary(outcome: Outcome) -> dict[str, Any]:
    rush = outcome.rush
    return {
        "ratio": round(outcome.ratio, 3),
        "peak": round(outcome.peak.goodput, 1),
        "goodput": round(rush.goodput, 1),
        "accepted_ms": _cuts(rush.accepted),
        "refused_ms": _cuts(rush.refused),
        "refused_per_second": round(len(rush.refused) / rush.seconds, 1),
        "recovered_seconds": round(outcome.recovered, 3),
        "faults": rush.faults,
    }


def _cuts(milliseconds: Sequence[float]) -> tuple[float, float]:
    """The median, and what one of a hundred exceeds."""
    if len(milliseconds) < 2:
        return (milliseconds[0],) * 2 if milliseconds else (0.0, 0.0)
    cuts = quantiles(milliseconds, n=100)
    return round(cuts[49], 1), round(cuts[98], 1)


def _told(answer: bytes) -> float:
    """After how many seconds to come back."""
    at = answer.find(b"retry-after: ")
    return float(answer[at + 13 : answer.index(b"\r\n", at)]) if at > 0 else 1.0


def _plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m bench.overload", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of overload (%(default)s)")
    parser.add_argument("--peak-seconds", type=float, default=5.0, help="per try (%(default)s)")
    parser.add_argument("--factor", type=float, default=10.0, help="clients per place")
    parser.add_argument(
        "--rude", type=float, default=0.1, help="share of clients that do not wait (%(default)s)"
    )
    parser.add_argument("--out", type=Path, help="the same as JSON")
    return Plan(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
