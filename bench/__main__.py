"""`python -m bench`: measures, and prints one table of what is to be reached and what is.

Servers and database are its own and gone afterwards; nothing but 127.0.0.1 is spoken to.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvloop

from app.config import Settings
from app.embedded import EmbeddedPostgres
from bench import large, memory, outbox, promotion, report, rounds, start, verdicts
from bench.data import Check
from bench.plan import Plan, read
from bench.report import Series
from bench.stage import Stage, staged
from bench.verdicts import Verdict
from bench.workloads import NAMES, NOOP


@dataclass(slots=True, kw_only=True)
class Findings:
    """What is known so far."""

    series: list[Series] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    broken: Sequence[str] = ()

    @property
    def good(self) -> bool:
        """Whether everything was answered, counted and kept; a bar that is missed is no fault."""
        return (
            not self.broken
            and all(check.holds for check in self.checks)
            and not any(one.errors for one in self.series)
        )


async def _beside_noop(stage: Stage, found: Findings) -> None:
    wanted = [one for one in rounds.all_measured(stage) if stage.plan.wants(one.name)]
    if not wanted:
        return
    noop = rounds.all_measured(stage)[0]
    chosen = [noop, *(one for one in wanted if one.name != NOOP)]
    found.series += await rounds.beside_noop(stage, chosen)


async def _two_processes(stage: Stage, found: Findings) -> None:
    if stage.plan.wants(rounds.PAIR):
        found.series += await rounds.on_one_and_two(stage)


# What has no rounds of its own: by name, what it finds.
_SINGLE: Mapping[str, Callable[[Stage], Awaitable[Sequence[Verdict]]]] = {
    one.NAME: one.measure for one in (promotion, outbox, memory, start, large)
}


def main() -> None:
    plan = read(sys.argv[1:], [*NAMES, rounds.RIVAL, rounds.PAIR, *_SINGLE])
    with tempfile.TemporaryDirectory(prefix="plenary-bench-") as folder:
        home = Path(folder)
        with _database_server(plan, home) as url:
            good = uvloop.run(_measure(plan, home, url))
    sys.exit(0 if good else 1)


async def _measure(plan: Plan, home: Path, server_url: str) -> bool:
    found = Findings()
    async with staged(plan, home, server_url) as stage:
        try:
            await _beside_noop(stage, found)
            await _two_processes(stage, found)
            found.verdicts += verdicts.of_rounds(found.series)
            for name, measure in _SINGLE.items():
                if plan.wants(name):
                    print(f"{name} …", flush=True)
                    found.verdicts += await measure(stage)
        finally:
            if plan.log is not None:
                shutil.copyfile(stage.log, plan.log)
        found.checks += await _recount(stage, found.series)
        await stage.bench.drop_mails()
        await stage.audit()
        found.broken = stage.broken
        _tell(plan, found, await stage.bench.properties())
    return found.good


async def _recount(stage: Stage, series: Sequence[Series]) -> Sequence[Check]:
    """What was acknowledged, held against what is there; several may have filled the same."""
    acknowledged: dict[range, int] = {}
    by: dict[range, list[str]] = {}
    for one in series:
        if one.fills is not None:
            acknowledged[one.fills] = acknowledged.get(one.fills, 0) + one.acknowledged
            by.setdefault(one.fills, []).append(one.name)
    return [
        await stage.bench.check(" and ".join(by[sessions]), sessions, count)
        for sessions, count in acknowledged.items()
    ]


def _tell(plan: Plan, found: Findings, database: Mapping[str, str]) -> None:
    """Print the tables, write the JSON where one is wanted."""
    machine = report.machine(dict(database))
    print(
        f"\n{datetime.now(UTC):%Y-%m-%d}, {machine['cpu']}, {machine['cores']} cores shared by"
        f" server, PostgreSQL {database['server_version']} and client; Python {machine['python']}"
        f"\nfsync {database['fsync']}, synchronous_commit {database['synchronous_commit']};"
        f" {plan.rounds} rounds of {plan.seconds:g} s each\n"
    )
    if found.series:
        print(report.table(found.series), end="\n\n")
    print(verdicts.table(found.verdicts), end="\n\n")
    for check in found.checks:
        print(report.sentence(check))
    for one in found.series:
        if one.errors:
            print(f"{one.name}: {one.errors} not as expected, for example: {one.sample}")
    print("\n".join(found.broken) or "ok: the auditor finds every promise kept")
    if plan.json is not None:
        plan.json.write_text(_as_json(plan, found, machine))
        print(f"written to {plan.json}")


def _as_json(plan: Plan, found: Findings, machine: Mapping[str, Any]) -> str:
    content = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "rounds": plan.rounds,
        "seconds": plan.seconds,
        "workloads": [one.summary() for one in found.series],
        "verdicts": [asdict(one) for one in found.verdicts],
        "checks": [asdict(one) | {"holds": one.holds} for one in found.checks],
        "broken": found.broken,
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


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


if __name__ == "__main__":
    main()
