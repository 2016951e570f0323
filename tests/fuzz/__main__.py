"""Schemathesis over every document, as each of five people: what `make fuzz` runs.

    python -m tests.fuzz [cases]

All checks and all phases: the examples of the documents, what lies at the edges of the schemas,
what is drawn from them, and requests that take what earlier ones have answered (stateful).

A real server with the demo's data for each person, for they may change what all others find. Rounds
go on, each with the next seed, until there were that many cases; the exit status is 1 if any of
them failed, if what a round has left breaks a promise (`plenary audit`), or if the server logged an
error that nobody expected. In the end it prints how many cases there were, of each document and as
whom.
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
_UNEXPECTED = "unexpected error"


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
    """Rounds until there were that many cases."""
    tally, seed = Tally(), SEED
    while tally.cases < cases and not tally.failed:
        for person, login in PEOPLE.items():
            directory = home / f"{seed}-{person.replace(' ', '-')}"
            directory.mkdir()
            server = await processes.serve(_ENVIRONMENT, directory, "--demo")
            try:
                headers = await _headers(server.url, login)
                for name, prefix in DOCUMENTS.items():
                    out = directory / name
                    url = f"{server.url}{prefix}/openapi.json"
                    run = Run(document=name, person=person, seed=seed, out=out)
                    await _document(tally, run, url, headers)
                await _audit(tally, directory)
            finally:
                await server.stop()
            _add_log(tally, server.log)
        seed += 1
    return tally


async def _headers(url: str, login: tuple[str, str] | None) -> list[str]:
    """Who one is, as options: asked for once, since names and passwords are fuzzed as well."""
    if login is None:
        return []
    async with httpx.AsyncClient(base_url=url) as client:
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
        print(f"  {error}")
    print(f"  told in {out.with_suffix('.txt')}", flush=True)


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
        print(f"  {len(lines)} unexpected errors in {log}: {lines[0][:2000]}", flush=True)


def _table(counted: Counter[tuple[str, str]]) -> str:
    """How many cases there were: a line for each document, a column for each person."""
    lines = [["", *PEOPLE], ["---", *["---:"] * len(PEOPLE)]]
    lines += [
        [document, *(f"{counted[document, person]:,}" for person in PEOPLE)]
        for document in DOCUMENTS
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    home = Path(tempfile.mkdtemp(prefix="plenary-fuzz-"))
    began = monotonic()
    tally = asyncio.run(fuzz(cases, home))
    took = monotonic() - began
    print(_table(tally.counted))
    print(f"{tally.cases} cases in {took:.0f} s: {tally.found.total()} failures")
    for title, count in tally.found.items():
        print(f"  {count} × {title}")
    if tally.failed:
        return 1
    shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
