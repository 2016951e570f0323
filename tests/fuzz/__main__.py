"""Schemathesis over every document, as each of five people: what `make fuzz` runs.

    python -m tests.fuzz [cases]

All checks and all phases: the examples of the documents, what lies at the edges of the schemas,
what is drawn from them, and requests that take what earlier ones have answered (stateful).

A real server with the demo's data for each person, for they may change what all others find; as
many people at once as there are cores. Rounds go on, each with the next seed, until there were that
many cases; the exit status is 1 if any of them failed, if what a round has left breaks a promise
(`plenary audit`), or if the server logged an error that nobody expected. In the end it prints how
many cases there were, of each document and as whom, and what was found.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import httpx

from app.config import CONTRACTS
from tests import processes

CASES = 50_000
SEED = 20_261
# For each operation and round, beside those by which its schema is gone through.
EXAMPLES = 15
CONFIGURATION = Path(__file__).parent / "schemathesis.toml"
DOCUMENTS = {"native": "", **{name: f"/compat/{name}" for name in CONTRACTS}}
_DEMO = "demo-password-1"
PEOPLE = {
    "anonymous": None,
    "attendee": ("alice", _DEMO),
    "organizer": ("organizer", _DEMO),
    "other organizer": ("marco", _DEMO),
    "admin": ("admin", "admin123"),
}
_ENVIRONMENT = {
    "PLENARY_CONTRACTS": ",".join(CONTRACTS),
    "PLENARY_LOGIN_LIMIT_ACCOUNT": "0",
    "PLENARY_LOGIN_LIMIT_ADDRESS": "0",
    "PLENARY_WRITE_LIMIT": "0",
    # Whoever has come in stays until the end of the round.
    "PLENARY_ACCESS_MINUTES": "600",
    "PLENARY_ARGON2_TIME_COST": "1",
    "PLENARY_ARGON2_MEMORY_KIB": "8",
    "PLENARY_LOG_FORMAT": "json",
    "PLENARY_LOG_LEVEL": "warning",
}
# For what is asked beside the cases; the machine may have much other work.
_PATIENCE = 60.0
_SHOWN = 2_000
_UNEXPECTED = "unexpected error"
# How schemathesis begins to tell of answers of 5xx.
_SERVER_ERROR = "Server error"


@dataclass(kw_only=True)
class Tally:
    """How much was tried, and what was found."""

    cases: int = 0
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One document, gone through as one person."""

    document: str
    person: str
    seed: int
    out: Path

    def __str__(self) -> str:
        return f"{self.document} as {self.person}, seed {self.seed}"


async def fuzz(cases: int, home: Path) -> Tally:
    """Rounds until there were that many cases; each of them is gone through to its end."""
    tally, seed = Tally(), SEED
    places = asyncio.Semaphore(os.cpu_count() or 1)
    while tally.cases < cases and not tally.failed:
        async with asyncio.TaskGroup() as round_:
            for person in PEOPLE:
                round_.create_task(_come(tally, person, seed, home, places))
        seed += 1
    return tally


async def _come(
    tally: Tally, person: str, seed: int, home: Path, places: asyncio.Semaphore
) -> None:
    """One person goes through every document, and the auditor looks at what is left."""
    directory = home / f"{seed}-{person.replace(' ', '-')}"
    async with places:
        directory.mkdir()
        server = await processes.serve(_ENVIRONMENT, directory, "--demo")
        try:
            headers = await _headers(server.url, PEOPLE[person])
            for name, prefix in DOCUMENTS.items():
                run = Run(document=name, person=person, seed=seed, out=directory / name)
                url = f"{server.url}{prefix}/openapi.json"
                await _documented(url)
                await _document(tally, run, url, headers)
            await _audit(tally, directory)
        finally:
            await server.stop()
        _add_log(tally, server.log)


async def _documented(url: str) -> None:
    """Have the document made, for which schemathesis waits ten seconds and no longer."""
    async with httpx.AsyncClient(timeout=_PATIENCE) as client:
        (await client.get(url)).raise_for_status()


async def _headers(url: str, login: tuple[str, str] | None) -> list[str]:
    """Who one is, as options: asked for once, since names and passwords are fuzzed as well."""
    if login is None:
        return []
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as client:
        body = dict(zip(("username", "password"), login, strict=True))
        answer = await client.post("/api/v1/token/", json=body)
        return ["--header", f"Authorization: Bearer {answer.json()['data']['access']}"]


async def _document(tally: Tally, run: Run, url: str, headers: list[str]) -> None:
    """One run of schemathesis; what it says is in the file beside its report."""
    out, began = run.out, monotonic()
    report = out.with_suffix(".json")
    options = ["--continue-on-failure", "--no-color"]
    process = await asyncio.create_subprocess_exec(
        os.environ.get("SCHEMATHESIS", str(Path(sys.executable).parent / "schemathesis")),
        f"--config-file={CONFIGURATION}",
        "run",
        url,
        f"--max-examples={EXAMPLES}",
        f"--seed={run.seed}",
        "--phases=examples,coverage,fuzzing,stateful",
        *headers,
        *options,
        "--generation-database=none",
        "--report=json",
        f"--report-json-path={report}",
        cwd=out.parent,
        stdout=out.with_suffix(".txt").open("wb"),
        stderr=asyncio.subprocess.STDOUT,
    )
    status = await process.wait()
    told = json.loads(report.read_text()) if report.exists() else {}
    counted = told.get("test_cases", {}).get("generated", 0)
    tally.cases += counted
    tally.counted[run.document, run.person] += counted
    print(f"{run}: {counted} cases, {monotonic() - began:.0f} s", flush=True)
    if status == 0:
        return
    tally.failed.append(str(run))
    for failure in told.get("failures", []):
        tally.found[failure["title"]] += failure["count"]
        for operation in failure["operations"]:
            print(f"  {failure['title']}: {operation}")
    for error in told.get("errors", []):
        tally.found[error["title"]] += error["count"]
        print(f"  {_told_of(error['title'], out.with_suffix('.txt'))}")
    if not told.get("complete"):
        tally.found["a run that did not get to its end"] += 1
    print(f"  told in {out.with_suffix('.txt')}", flush=True)


def _told_of(title: str, output: Path) -> str:
    """What schemathesis says of an error; its report names the kind alone."""
    return "".join(output.read_text().partition(title)[1:])[:_SHOWN] or title


async def _audit(tally: Tally, directory: Path) -> None:
    """What a round has left keeps every promise; its log of requests holds no secret."""
    command = ("-m", "app.cli", "audit", f"--data-dir={directory}")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode != 0:
        tally.failed.append(f"the audit of {directory}")
        tally.found["a promise is broken"] += 1
        print(said.decode(), flush=True)


def _add_log(tally: Tally, log: Path) -> None:
    lines = [line for line in log.read_text().splitlines() if _UNEXPECTED in line]
    if lines:
        tally.failed.append(str(log))
        tally.found[_UNEXPECTED] += len(lines)
        print(f"  {len(lines)} unexpected errors in {log}: {lines[0][:_SHOWN]}", flush=True)


def _table(counted: Counter[tuple[str, str]]) -> str:
    """How many cases there were: a line for each document, a column for each person."""
    lines = [["", *PEOPLE], ["---", *["---:"] * len(PEOPLE)]]
    lines += [
        [document, *(f"{counted[document, person]:,}" for person in PEOPLE)]
        for document in DOCUMENTS
    ]
    sums = (sum(counted[document, person] for document in DOCUMENTS) for person in PEOPLE)
    lines.append(["all", *(f"{cases:,}" for cases in sums)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    home = Path(tempfile.mkdtemp(prefix="plenary-fuzz-"))
    began = monotonic()
    tally = asyncio.run(fuzz(cases, home))
    took = monotonic() - began
    print(_table(tally.counted))
    errors = sum(n for title, n in tally.found.items() if title.startswith(_SERVER_ERROR))
    others = tally.found.total() - errors
    print(
        f"{tally.cases:,} cases in {took:.0f} s: {errors} server errors,"
        f" {others or 'no'} unexplained failure{'' if others == 1 else 's'}"
    )
    for title, count in tally.found.items():
        print(f"  {count} × {title}")
    if tally.failed:
        print(f"  in {', '.join(tally.failed)}")
        return 1
    shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
