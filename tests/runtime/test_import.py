"""`plenary import` as it is typed: what it says, how it ends, what a kill leaves behind."""

import asyncio
import csv
import subprocess
import time
from pathlib import Path

import pytest

from app.embedded import EmbeddedPostgres
from app.repositories.imports import CLEARED, KEPT
from app.repositories.tables import metadata
from tests.conftest import SECRET
from tests.processes import serve
from tests.runtime.importing import asked, begin, command, crowd, told

SAMPLES = Path(__file__).parents[2] / "samples"
COUNT = "SELECT count(*) FROM "
DOUBLES = (
    "SELECT (SELECT count(*) FROM (SELECT FROM registrations GROUP BY conference_id, attendee_id"
    " HAVING count(*) > 1) twice) + (SELECT count(*) FROM (SELECT FROM attendees"
    " GROUP BY email_folded HAVING count(*) > 1) twice)"
)
MISCOUNTED = (
    "SELECT count(*) FROM conferences c WHERE seats_taken <>"
    " (SELECT count(*) FROM registrations r WHERE r.conference_id = c.id)"
)


def test_the_samples_are_brought_in_whole(fresh_database: str) -> None:
    files = SAMPLES / "events.csv", SAMPLES / "attendees.csv"
    said = command(*files, database_url=fresh_database)
    events, attendees, took = said.out.splitlines()
    assert said.code == 0
    assert said.err.startswith("Into the database “plenary_")
    assert len(said.err.splitlines()) == 1
    assert events == "Events: 5 new, 0 there already, none rejected."
    assert attendees == "Attendees: 19 registered, 0 there already, none rejected."
    assert took.startswith("It took ")
    assert not (SAMPLES / "rejected.csv").exists()
    again = command(*files, database_url=fresh_database)
    assert again.code == 0
    assert "Attendees: 0 registered, 19 there already, none rejected." in again.out


async def test_rejected_lines_are_told_and_nothing_else_is_lost(
    fresh_database: str, tmp_path: Path
) -> None:
    said = command(*crowd(tmp_path, 2_500, bad_every=100), database_url=fresh_database)
    assert said.code == 3
    assert "Attendees: 2,475 registered, 0 there already, 25 rejected (25 invalid)." in said.out
    rejected = tmp_path / "rejected.csv"
    assert f"are in {rejected}." in said.out
    with rejected.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 25
    assert rows[1]["file"] == "attendees.csv"
    assert rows[1]["line"] == "102"
    assert rows[1]["code"] == "invalid"
    assert rows[1]["reason"].startswith("email: ")
    assert rows[1]["content"] == "1,Person 100,person100"
    assert await asked(fresh_database, f"{COUNT} registrations") == 2_475
    assert await asked(fresh_database, MISCOUNTED) == 0


def test_the_file_of_rejected_lines_goes_when_there_are_none(
    fresh_database: str, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "no.csv"
    files = crowd(tmp_path, 10, bad_every=5)
    command(*files, "--rejects", elsewhere, database_url=fresh_database)
    assert len(elsewhere.read_text().splitlines()) == 3
    files = crowd(tmp_path, 10)
    said = command(*files, "--rejects", elsewhere, "--quiet", database_url=fresh_database)
    assert said == (0, "", "")
    assert not elsewhere.exists()


@pytest.mark.parametrize(
    ("events", "attendees", "options", "reason"),
    [
        ("nothing.csv", "attendees.csv", [], "nothing.csv cannot be read: No such file or"),
        ("events.csv", "nothing.csv", [], "nothing.csv cannot be read: No such file or"),
        ("attendees.csv", "events.csv", [], "attendees.csv has no column “start_time”. Its first"),
        ("events.csv", "attendees.csv", ["--rejects={}/events.csv"], "events.csv would be over"),
        ("events.csv", "attendees.csv", ["--rejects={}/no/no.csv"], "no.csv cannot be written: No"),
        ("events.csv", "attendees.csv", ["--organizer=nobody"], "no active account “nobody”."),
        ("events.csv", "attendees.csv", ["--timezone=Mars/Olympus"], "no time zone “Mars/Olympus”"),
    ],
)
async def test_what_cannot_be_meant_is_said_before_anything_is_touched(
    fresh_database: str,
    tmp_path: Path,
    events: str,
    attendees: str,
    options: list[str],
    reason: str,
) -> None:
    crowd(tmp_path, 10)
    options = [option.format(tmp_path) for option in [*options, "--replace", "--yes"]]
    await told(fresh_database, "INSERT INTO attendees (name, email, email_folded, created_at,"
               " updated_at) VALUES ('Bob', 'b@e.com', 'b@e.com', now(), now())")  # fmt: skip
    said = command(tmp_path / events, tmp_path / attendees, *options, database_url=fresh_database)
    assert said.code == 2
    assert said.out == ""
    assert reason in said.err
    assert len(said.err.splitlines()) == 1
    assert await asked(fresh_database, f"{COUNT} attendees") == 1


def test_a_database_that_cannot_be_reached_or_has_no_tables_is_said(tmp_path: Path) -> None:
    files = crowd(tmp_path, 10)
    said = command(*files, database_url="postgresql://x@127.0.0.1:1/x")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("plenary: The database cannot be reached: ")


def test_no_database_is_made_on_the_way(tmp_path: Path) -> None:
    nowhere = tmp_path / "mistyped"
    said = command(*crowd(tmp_path, 10), "--data-dir", nowhere)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"plenary: There is no database in {nowhere}. Name the server's")
    assert not nowhere.exists()


@pytest.mark.slow
def test_an_embedded_database_is_used_where_there_is_one(tmp_path: Path) -> None:
    files = crowd(tmp_path, 10)
    with EmbeddedPostgres(tmp_path / "data"):
        pass
    for known in ("10 registered, 0", "0 registered, 10"):
        said = command(*files, "--data-dir", tmp_path / "data")
        assert (said.code, said.err) == (0, f"Into the database in {tmp_path / 'data'}.\n")
        assert f"Attendees: {known} there already" in said.out


async def test_replacing_asks_and_says_what_would_go(fresh_database: str, tmp_path: Path) -> None:
    files = crowd(tmp_path, 10)
    command(*files, database_url=fresh_database)
    await told(fresh_database, "UPDATE conferences SET name = 'Old'")
    for typed in ("", "yes\n"):
        said = command(*files, "--replace", database_url=fresh_database, typed=typed)
        assert said.code == 2
        assert "removes for good: 4 conferences, 10 attendees, 10 registrations." in said.err
        assert "Nothing was removed, and nothing brought in." in said.err
    assert await asked(fresh_database, f"{COUNT} conferences WHERE name = 'Old'") == 4
    newest = await asked(fresh_database, "SELECT max(id) FROM registrations")
    said = command(*files, "--replace", database_url=fresh_database, typed="replace\n")
    assert said.code == 0
    assert await asked(fresh_database, f"{COUNT} conferences WHERE name = 'Old'") == 0
    assert await asked(fresh_database, f"{COUNT} registrations") == 10
    # An id never comes to mean something else.
    assert await asked(fresh_database, "SELECT min(id) FROM registrations") > newest


async def test_replacing_counts_in_words_that_fit_and_takes_the_pictures_along(
    fresh_database: str, tmp_path: Path
) -> None:
    files = crowd(tmp_path, 1, events=1)
    options = ("--replace", "--data-dir", tmp_path / "data")
    command(*files, database_url=fresh_database)
    name = f"{'0' * 32}.jpg"
    await told(fresh_database, f"UPDATE conferences SET cover_image = '{name}', deleted_at = now()")
    covers = tmp_path / "data" / "media" / "covers"
    covers.mkdir(parents=True)
    for file in (name, "another"):
        (covers / file).touch()
    said = command(*files, *options, database_url=fresh_database, typed="no\n")
    assert "removes for good: 1 conference, 1 attendee, 1 registration." in said.err
    assert len(list(covers.iterdir())) == 2
    command(*files, *options, database_url=fresh_database, typed="replace\n")
    assert [file.name for file in covers.iterdir()] == ["another"]


async def test_replacing_takes_no_money_along_unless_told_to(
    fresh_database: str, tmp_path: Path
) -> None:
    files = crowd(tmp_path, 10)
    command(*files, database_url=fresh_database)
    await told(
        fresh_database,
        "INSERT INTO payments (registration_id, amount_minor, status, created_at)"
        " SELECT max(id), 100, 'paid', now() FROM registrations",
    )
    said = command(*files, "--replace", "--yes", database_url=fresh_database)
    assert said.code == 2
    assert (
        "payments that are paid or under way: 1. Refund them first, or say --discard-payments"
        in said.err
    )
    assert await asked(fresh_database, f"{COUNT} payments") == 1
    options = ("--replace", "--yes", "--discard-payments")
    assert command(*files, *options, database_url=fresh_database).code == 0
    assert await asked(fresh_database, f"{COUNT} payments") == 0


def test_whether_a_table_is_cleared_is_decided_for_each() -> None:
    assert sorted([*CLEARED, *KEPT]) == sorted(metadata.tables)


@pytest.mark.slow
async def test_killed_at_any_moment_and_run_again_nobody_is_doubled_and_nobody_missing(
    fresh_database: str, tmp_path: Path
) -> None:
    files = crowd(tmp_path, 20_000, bad_every=100)
    seen = 0
    for _ in range(4):
        process = begin(*files, database_url=fresh_database)
        try:
            seen = await _more_than(fresh_database, seen + 1, process)
        finally:
            process.kill()
            process.wait()
    assert 0 < seen < 19_800
    said = command(*files, database_url=fresh_database)
    assert said.code == 3
    assert "200 rejected (200 invalid)." in said.out
    assert await asked(fresh_database, f"{COUNT} registrations") == 19_800
    assert await asked(fresh_database, f"{COUNT} attendees") == 19_800
    assert await asked(fresh_database, f"{COUNT} conferences") == 4
    assert await asked(fresh_database, DOUBLES) == 0
    assert await asked(fresh_database, MISCOUNTED) == 0


async def _more_than(database_url: str, least: int, process: "subprocess.Popen[bytes]") -> int:
    """Wait until so many are registered."""
    while process.poll() is None:
        found = await asked(database_url, f"{COUNT} registrations")
        if found >= least:
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("it ended before it could be killed")


@pytest.mark.slow
async def test_two_at_a_time_bring_in_everybody_once(fresh_database: str, tmp_path: Path) -> None:
    files = crowd(tmp_path, 5_000)
    both = [begin(*files, "--quiet", "--rejects", tmp_path / f"{n}.csv",
                  database_url=fresh_database) for n in range(2)]  # fmt: skip
    codes = [await asyncio.to_thread(process.wait) for process in both]
    assert codes == [0, 0]
    assert await asked(fresh_database, f"{COUNT} registrations") == 5_000
    assert await asked(fresh_database, f"{COUNT} conferences") == 4
    assert await asked(fresh_database, DOUBLES) == 0
    assert await asked(fresh_database, MISCOUNTED) == 0


@pytest.mark.slow
async def test_beside_a_server_that_serves_the_same_database(
    fresh_database: str, tmp_path: Path
) -> None:
    environment = {
        "PLENARY_DATABASE_URL": fresh_database,
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_DRAIN_SECONDS": "0",
    }
    server = await serve(environment, tmp_path)
    try:
        files = crowd(tmp_path, 3_000)
        began = time.monotonic()
        for options in ((), ("--replace", "--yes")):
            said = await asyncio.to_thread(command, *files, *options, database_url=fresh_database)
            assert said.code == 0, said.err
            assert "Attendees: 3,000 registered" in said.out
        assert time.monotonic() - began < 60
    finally:
        await server.stop()
    assert await asked(fresh_database, f"{COUNT} registrations") == 3_000
