"""`python -m bench`: starts a server, loads it in alternating rounds, prints one table.

Server and database are its own and gone afterwards; nothing but 127.0.0.1 is spoken to.
"""

import argparse
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvloop

from app.config import Settings
from app.embedded import EmbeddedPostgres
from app.security import Hasher, Tokens
from bench import data, report
from bench.client import Round, volley
from bench.data import Bench, Check, scratch_database
from bench.process import ServerProcess, free_port, server_process
from bench.report import Series
from bench.workloads import Requests, Workload, workloads

# More registrations a second than any machine here has managed; a round that uses them up ends.
MOST_PER_SECOND = 8_000
WARM_UP_SECONDS = 0.5
NOOP = "noop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the command line asks for."""

    rounds: int
    seconds: float
    database_url: str | None
    out: Path
    only: frozenset[str]
    port: int
    log: Path | None

    @property
    def most_per_round(self) -> int:
        return int(self.seconds * MOST_PER_SECOND)

    @property
    def people(self) -> int:
        """Enough that nobody registers twice for the same session."""
        warm_up = int(WARM_UP_SECONDS * MOST_PER_SECOND)
        return data.FIRST_REGISTRANT + warm_up + self.rounds * self.most_per_round


def main() -> None:
    plan = _plan(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        home = Path(folder)
        with _database_server(plan, home) as url:
            good = uvloop.run(_measure(plan, home, url))
    sys.exit(0 if good else 1)


async def _measure(plan: Plan, home: Path, server_url: str) -> bool:
    settings = Settings(secret_key=secrets.token_hex(32), data_dir=home)  # type: ignore[arg-type]
    key = settings.secret_key.get_secret_value()
    tokens = Tokens(key, access_for=timedelta(hours=1), refresh_for=timedelta(days=1))
    asked = workloads(Requests(tokens=tokens, now=datetime.now(UTC)))
    chosen = [one for one in asked if one.name == NOOP or not plan.only or one.name in plan.only]
    async with scratch_database(server_url) as url:
        bench = Bench(url)
        print(f"Filling the database: {plan.people:,} people, {data.CONFERENCES:,} conferences …")
        await bench.fill(people=plan.people, password_hash=await _hash(settings))
        environment = {
            "PLENARY_DATABASE_URL": url,
            "PLENARY_SECRET_KEY": key,
            "PLENARY_DATA_DIR": str(home),
            # Nobody is slowed down: limits are not what is measured here.
            "PLENARY_WRITE_LIMIT": "0",
            "PLENARY_LOGIN_LIMIT_ACCOUNT": "0",
            "PLENARY_LOGIN_LIMIT_ADDRESS": "0",
        }
        log = home / "server.log"
        try:
            with server_process(environment, log, plan.port or free_port()) as server:
                series, memory = await _rounds(plan, server, bench, chosen)
        finally:
            if plan.log is not None:
                shutil.copyfile(log, plan.log)
        checks = await _recount(bench, chosen, series)
        return _tell(plan, series, checks, memory, await bench.properties())


async def _rounds(
    plan: Plan, server: ServerProcess, bench: Bench, chosen: Sequence[Workload]
) -> tuple[list[Series], tuple[float, float]]:
    """Warm up, then alternate; returns the series and the server's memory, now and at its peak."""
    noop, *others = chosen
    series = {
        one.name: Series(name=one.name, title=one.title, clients=one.clients) for one in chosen
    }
    for one in chosen:
        series[one.name].warm_up = await _volley(server, one, WARM_UP_SECONDS)
    for turn in range(plan.rounds):
        for one in others:
            await _round(plan, server, bench, noop, series[NOOP])
            await _round(plan, server, bench, one, series[one.name])
        print(f"Round {turn + 1} of {plan.rounds} …", flush=True)
    await _round(plan, server, bench, noop, series[NOOP])
    report.set_ratios(series[NOOP].rounds, [series[one.name] for one in others])
    return list(series.values()), server.memory_mib()


async def _round(
    plan: Plan, server: ServerProcess, bench: Bench, one: Workload, series: Series
) -> None:
    used = server.cpu_seconds()
    measured = await _volley(server, one, plan.seconds)
    series.add(measured, server.cpu_seconds() - used)
    await bench.drop_mails()


async def _volley(server: ServerProcess, one: Workload, seconds: float) -> Round:
    requests = one.requests(int(seconds * MOST_PER_SECOND))
    return await volley(
        server.port, requests, clients=one.clients, seconds=seconds, expected=one.expected
    )


async def _recount(
    bench: Bench, chosen: Sequence[Workload], series: Sequence[Series]
) -> list[Check]:
    return [
        await bench.check(one.name, one.fills, measured.acknowledged)
        for one, measured in zip(chosen, series, strict=True)
        if one.fills is not None
    ]


def _tell(
    plan: Plan,
    series: Sequence[Series],
    checks: Sequence[Check],
    memory: tuple[float, float],
    database: dict[str, str],
) -> bool:
    """Print the table, write the JSON; says whether everything was answered and counted right."""
    machine = report.machine(database)
    now, peak = memory
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d}, {machine['cpu']}, {machine['cores']} cores shared by",
        end="",
    )
    print(
        f" server, PostgreSQL {database['server_version']} and client; Python {machine['python']}"
    )
    print(f"{plan.rounds} rounds of {plan.seconds:g} s each, between rounds of noop; one process\n")
    print(report.table(series))
    print(f"\nserver memory: {now:.0f} MiB at the end, {peak:.0f} MiB at its peak")
    for check in checks:
        print(report.sentence(check))
    for one in series:
        if one.errors:
            print(f"{one.name}: {one.errors} not as expected, for example: {one.sample}")
    content = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "rounds": plan.rounds,
        "seconds": plan.seconds,
        "server_memory_mib": {"end": round(now, 1), "peak": round(peak, 1)},
        "workloads": [one.summary() for one in series],
    }
    report.write_json(plan.out, content, checks)
    print(f"written to {plan.out}")
    return all(check.holds for check in checks) and not any(one.errors for one in series)


async def _hash(settings: Settings) -> str:
    """The one password of all, at the price the server pays to verify it."""
    hasher = Hasher(
        time_cost=settings.argon2_time_cost,
        memory_kib=settings.argon2_memory_kib,
        parallelism=settings.argon2_parallelism,
        concurrency=1,
    )
    try:
        return await hasher.hash(data.PASSWORD)
    finally:
        hasher.close()


@contextmanager
def _database_server(plan: Plan, home: Path) -> Iterator[str]:
    """The one that is named, or an embedded one of our own."""
    if plan.database_url is not None:
        named = Settings(database_url=plan.database_url)  # type: ignore[arg-type]
        assert named.database_url is not None
        yield named.database_url.get_secret_value()
        return
    with EmbeddedPostgres(home) as postgres:
        yield postgres.url


def _plan(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of each workload (%(default)s)")
    parser.add_argument("--seconds", type=float, default=3.0, help="per round (%(default)s)")
    parser.add_argument(
        "--database-url", help="a PostgreSQL to use; a database is made and dropped"
    )
    parser.add_argument("--out", type=Path, default=Path("bench/results.json"))
    parser.add_argument("--only", default="", help="names with commas: hot,spread,list,detail,…")
    parser.add_argument("--port", type=int, default=0, help="the server's (a free one)")
    parser.add_argument("--log", type=Path, help="keep what the server logs")
    given = vars(parser.parse_args(arguments))
    only = frozenset(name for name in given.pop("only").split(",") if name)
    return Plan(**given, only=only)


if __name__ == "__main__":
    main()
