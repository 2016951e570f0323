"""What an operator can mend is one sentence and an exit code, never a trace."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from app import __version__
from tests import postgres
from tests.conftest import SECRET

NOWHERE = "postgresql://x@127.0.0.1:1/x"
ADMIN = ("create-admin", "--username=ada", "--email=ada@example.org")
PASSWORD = "Analytical-Engine-1"


class Said(NamedTuple):
    code: int
    out: str
    err: str


def plenary(*command: str, database_url: str = "", secret: str = SECRET) -> Said:
    given = {k: v for k, v in os.environ.items() if not k.startswith("PLENARY_")}
    given |= {"PLENARY_SECRET_KEY": secret, "ADMIN_PASSWORD": PASSWORD}
    if database_url:
        given["PLENARY_DATABASE_URL"] = database_url
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *command],
        env=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


async def tell(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def nothing() -> AsyncIterator[str]:
    """A database without a table."""
    async with postgres.an_empty_database("plenary_commands") as url:
        yield url


@pytest.mark.parametrize(
    "command", [("migrate",), ("demo",), ADMIN, ("outbox", "dead"), ("outbox", "redrive")]
)
def test_a_database_that_cannot_be_reached_is_said(command: tuple[str, ...]) -> None:
    said = plenary(*command, database_url=NOWHERE)
    assert said.code == 2
    assert said.err.startswith("plenary: The database cannot be reached: ")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("command", [ADMIN, ("outbox", "dead"), ("serve", "--port=1")])
def test_what_needs_the_tables_asks_for_them(nothing: str, command: tuple[str, ...]) -> None:
    said = plenary(*command, database_url=nothing)
    assert said.code == 2
    assert said.err == ("plenary: The database has no tables yet. Run `plenary migrate` first.\n")


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "demo"])
def test_a_data_directory_that_is_a_file_is_said(tmp_path: Path, command: str) -> None:
    (file := tmp_path / "file").touch()
    said = plenary(command, f"--data-dir={file}")
    assert said.code == 2
    assert said.err.startswith(f"plenary: The data directory {file} cannot be written: it is a")
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("command", [("audit",), ("outbox", "dead"), ("outbox", "redrive")])
def test_what_looks_for_what_is_kept_makes_no_database(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = tmp_path / "nothing"
    said = plenary(*command, f"--data-dir={folder}")
    assert said.code == 2
    assert said.err.startswith(f"plenary: There is no database under {folder}: ")
    assert len(said.err.splitlines()) == 1
    assert not folder.exists()


def test_the_doctor_makes_no_database_to_find_it_healthy(tmp_path: Path) -> None:
    said = plenary("doctor", f"--data-dir={tmp_path}")
    assert said.code == 1
    assert f"There is no database under {tmp_path}" in said.out
    assert not (tmp_path / "postgres").exists()


def test_an_embedded_database_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "postgres").touch()
    said = plenary("migrate", f"--data-dir={tmp_path}")
    assert said.code == 2
    assert said.err.startswith("plenary: The embedded PostgreSQL cannot be started in ")
    assert len(said.err.splitlines()) == 1


async def test_migrating_leaves_alone_what_a_newer_release_has_migrated(
    fresh_database: str,
) -> None:
    await tell(fresh_database, "UPDATE alembic_version SET version_num = 'newer'")
    said = plenary("migrate", database_url=fresh_database)
    assert said == Said(0, "The database was at newer and is at newer.\n", "")


async def test_a_migration_that_fails_says_why_and_leaves_nothing(nothing: str) -> None:
    await tell(nothing, "CREATE TABLE conferences (id int)")
    said = plenary("migrate", database_url=nothing)
    assert said.code == 2
    assert said.err == 'plenary: Nothing was migrated: relation "conferences" already exists.\n'


def test_the_doctor_blames_the_data_directory_for_an_embedded_database(tmp_path: Path) -> None:
    (file := tmp_path / "file").touch()
    said = plenary("doctor", f"--data-dir={file}")
    assert said.code == 1
    assert "Check PLENARY_DATABASE_URL" not in said.out


def test_the_doctor_says_how_to_look_at_a_demo_which_draws_its_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET)
    hint = "`PLENARY_DEMO=true plenary doctor`"
    assert hint in plenary("doctor", f"--data-dir={tmp_path}", secret="").out
    assert hint not in plenary("doctor", f"--data-dir={tmp_path}").out


def test_it_says_which_it_is() -> None:
    assert plenary("--version") == Said(0, f"plenary {__version__}\n", "")


def test_help_cuts_no_line() -> None:
    assert "..." not in plenary("--help").out.partition("Commands:")[2]
