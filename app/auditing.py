"""`plenary audit`: asks a database whether everything that is promised holds, and says what not."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

from app.alchemy import AsyncEngine
from app.config import Settings
from app.preparing import migrated
from app.repositories.audit import MOST, PROMISES, Auditor, Broken, Promise
from app.repositories.failures import translated

# What is due by the clock is done within it; a system that is settled needs none.
GRACE = timedelta(minutes=2)
# What the sweeper puts right is looked at again: what stays through all looks is broken.
LOOKS = 6
PAUSE = 5.0
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a promise stands: `count` is how much breaks it, `broken` the first of that."""

    promise: Promise
    count: int
    broken: Sequence[Broken]
    seconds: float

    @property
    def kept(self) -> bool:
        return self.count == 0


async def examine(settings: Settings, *, settled: bool) -> Sequence[Finding]:
    """Audit the database of the settings."""
    async with migrated(settings, "plenary audit") as engine:
        try:
            return await audit(engine, settled=settled)
        except Exception as error:
            raise translated(error) from error


async def audit(
    engine: AsyncEngine, *, settled: bool = False, looks: int = LOOKS
) -> Sequence[Finding]:
    """Look at every promise, all in one snapshot: each holds at every commit, so a system that is
    at work breaks none.

    But for what the sweeper mends within seconds: unless the system is said to have `settled`, it
    is looked at several times.
    """
    grace = timedelta(0) if settled else GRACE
    async with snapshot(engine) as auditor:
        findings = [await _find(auditor, promise, grace) for promise in PROMISES]
    for _ in range(0 if settled else looks - 1):
        doubtful = [finding for finding in findings if _may_mend(finding)]
        if not doubtful:
            break
        await asyncio.sleep(PAUSE)
        async with snapshot(engine) as auditor:
            again = [await _find(auditor, finding.promise, grace) for finding in doubtful]
        findings = [
            _lasting(finding, again[doubtful.index(finding)]) if finding in doubtful else finding
            for finding in findings
        ]
    return findings


@asynccontextmanager
async def snapshot(engine: AsyncEngine) -> AsyncIterator[Auditor]:
    """A look at the database as of one moment, which writes nothing."""
    async with engine.connect() as plain:
        connection = await plain.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        auditor = Auditor(connection)
        await auditor.prepare()
        yield auditor


def table(findings: Sequence[Finding]) -> str:
    """A line for each promise, and below it what breaks it."""
    lines = []
    for finding in findings:
        mark = "kept  " if finding.kept else "broken"
        rows = "" if finding.kept else f" {finding.count} found:"
        name = finding.promise.name
        lines.append(f"{mark}  {name:<3}  {finding.promise.sentence}{rows}")
        lines += [f"{'':>13}{one.said}" for one in finding.broken[:_SHOWN]]
        if finding.count > _SHOWN:
            lines.append(f"{'':>13}and {finding.count - _SHOWN} more")
    broken = sum(not finding.kept for finding in findings)
    lines.append(
        f"{broken} of {len(findings)} promises are broken."
        if broken
        else f"All {len(findings)} promises are kept."
    )
    return "\n".join(lines)


def report(findings: Sequence[Finding], *, settled: bool) -> str:
    """The same for programs."""
    return json.dumps(
        {
            "kept": all(finding.kept for finding in findings),
            "settled": settled,
            "promises": [
                {
                    "name": finding.promise.name,
                    "sentence": finding.promise.sentence,
                    "kept": finding.kept,
                    "count": finding.count,
                    "seconds": round(finding.seconds, 3),
                    "broken": [{"id": one.id, "said": one.said} for one in finding.broken],
                }
                for finding in findings
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


async def _find(auditor: Auditor, promise: Promise, grace: timedelta) -> Finding:
    began = perf_counter()
    count, broken = await auditor.look(promise.checks, grace)
    took = perf_counter() - began
    return Finding(promise=promise, count=count, broken=broken, seconds=took)


def _mends(finding: Finding, one: Broken) -> bool:
    return finding.promise.checks[one.check].mends


def _may_mend(finding: Finding) -> bool:
    """Whether all that breaks a promise is what the sweeper puts right."""
    return not finding.kept and any(_mends(finding, one) for one in finding.broken)


def _lasting(before: Finding, now: Finding) -> Finding:
    """What has not been mended between two looks."""
    still = {(one.check, one.id) for one in now.broken}
    broken = [
        one for one in before.broken if not _mends(before, one) or (one.check, one.id) in still
    ]
    count = len(broken) if before.count <= MOST else min(before.count, now.count)
    return Finding(
        promise=before.promise,
        count=count,
        broken=broken,
        seconds=before.seconds + now.seconds,
    )
