"""The command that looks whether all promises hold."""

import json
from pathlib import Path

import pytest

from tests import processes
from tests.runtime.test_commands import NOWHERE, plenary, tell


def test_an_empty_database_keeps_every_promise(fresh_database: str) -> None:
    said = plenary("audit", database_url=fresh_database)
    assert said.code == 0
    assert said.out.splitlines()[-1] == "All 12 promises are kept."
    assert len(said.out.splitlines()) == 13


async def test_what_is_broken_is_told_and_ends_with_1(fresh_database: str) -> None:
    await tell(
        fresh_database,
        "INSERT INTO request_logs (timestamp, method, path, status, duration_ms)"
        " SELECT now(), 'GET', '/' || n || '@example.com', 200, 1 FROM generate_series(1, 23) n",
    )
    said = plenary("audit", database_url=fresh_database)
    assert said.code == 1
    *_, heading, first = said.out.splitlines()[:13]
    assert heading.startswith("broken  V12  ")
    assert heading.endswith(" 23 found:")
    assert first.strip() == "request log 1: path or query holds a full e-mail address"
    assert [line.strip() for line in said.out.splitlines()[-2:]] == [
        "and 3 more",
        "1 of 12 promises are broken.",
    ]


async def test_without_any_grace_what_is_due_is_broken_and_programs_can_read_it(
    fresh_database: str,
) -> None:
    await tell(
        fresh_database,
        "INSERT INTO outbox (kind, subject, due_at, created_at)"
        " VALUES ('recommendations_asked', 1, now(), now())",
    )
    assert plenary("audit", database_url=fresh_database).code == 0
    said = plenary("audit", "--settled", "--json", database_url=fresh_database)
    assert said.code == 1
    told = json.loads(said.out)
    assert (told["kept"], told["settled"]) == (False, True)
    [broken] = [promise for promise in told["promises"] if not promise["kept"]]
    assert (broken["name"], broken["count"]) == ("V8", 1)
    [row] = broken["broken"]
    assert row["said"].startswith("message 1 (recommendations_asked 1) is open, was due at ")


def test_a_database_that_cannot_be_audited_is_said() -> None:
    said = plenary("audit", database_url=NOWHERE)
    assert said.code == 2
    assert said.err.startswith("plenary: The database cannot be reached: ")


@pytest.mark.slow
async def test_a_fresh_demo_keeps_every_promise(tmp_path: Path) -> None:
    server = await processes.serve({}, tmp_path, "--demo", f"--data-dir={tmp_path / 'data'}")
    try:
        said = plenary("audit", f"--data-dir={tmp_path / 'data'}")
    finally:
        await server.stop()
    assert said.code == 0, said.out
