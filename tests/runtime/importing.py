"""The command `plenary import` as a process, and files for it."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import asyncpg

EVENTS = "id,name,location,start_time,end_time,max_capacity\n"
ATTENDEES = "event,name,email\n"


class Said(NamedTuple):
    code: int
    out: str
    err: str


def command(*arguments: object, database_url: str = "", typed: str = "") -> Said:
    """Run it to its end."""
    done = subprocess.run(
        _words(*arguments),
        env=_environment(database_url),
        capture_output=True,
        text=True,
        timeout=120,
        input=typed,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def begin(*arguments: object, database_url: str) -> "subprocess.Popen[bytes]":
    """Start it, for somebody who will end it."""
    return subprocess.Popen(_words(*arguments), env=_environment(database_url))


def crowd(folder: Path, people: int, *, events: int = 4, bad_every: int = 0) -> tuple[Path, Path]:
    """Two files: so many people for a few events; of each so many lines one is broken."""
    paths = folder / "events.csv", folder / "attendees.csv"
    lines = [
        f'{n},"Event {n}",Hall {n},2031-03-{n:02d}T09:00:00Z,2031-03-{n:02d}T17:00:00Z,{people}\n'
        for n in range(1, events + 1)
    ]
    paths[0].write_text(EVENTS + "".join(lines))
    with paths[1].open("w") as file:
        file.write(ATTENDEES)
        for n in range(people):
            is_bad = bad_every and n % bad_every == 0
            address = f"person{n}" if is_bad else f"person{n}@example.com"
            file.write(f"{n % events + 1},Person {n},{address}\n")
    return paths


async def asked(database_url: str, question: str) -> int:
    """The one number that a question is answered with."""
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        return int(await connection.fetchval(question))
    finally:
        await connection.close()


async def told(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _words(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "app.cli", "import", *map(str, arguments)]


def _environment(database_url: str) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PLENARY_")}
    return inherited | ({"PLENARY_DATABASE_URL": database_url} if database_url else {})
