"""What the lines of both files become: conferences, people, registrations, or a line rejected."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.conferences import ConferenceStatus
from app.domain.times import utc_now
from app.importing.hand import Hand
from app.importing.lines import ATTENDEES, EVENTS
from app.importing.loading import bring_in
from app.importing.rejects import Rejects
from app.importing.tables import Table
from tests.factories import Units, a_conference, a_registration, a_user, an_attendee

SUMMIT = "Summit,Hall 1,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,750"
PEOPLE = ("Bob,bob@example.com", "Al,al@example.com", "Cy,cy@example.com")
EVENTS_HEADER = "name,location,start_time,end_time,max_capacity"
ATTENDEES_HEADER = "event,name,email"


class Brought(NamedTuple):
    """Events and attendees: how many were new, how many there already; and what was rejected."""

    events: tuple[int, int]
    attendees: tuple[int, int]
    rejected: Sequence[tuple[str, int, str]]
    reasons: Sequence[str]


class Files:
    """Writes both files and brings them in."""

    def __init__(self, folder: Path, uow: Units) -> None:
        self._folder = folder
        self._uow = uow

    async def bring_in(
        self,
        events: Sequence[str],
        attendees: Sequence[str] = (),
        *,
        header: str = EVENTS_HEADER,
        attendees_header: str = ATTENDEES_HEADER,
        **hand: Any,
    ) -> Brought:
        paths = (self._folder / "events.csv", self._folder / "attendees.csv")
        for path, lines in zip(
            paths, ([header, *events], [attendees_header, *attendees]), strict=True
        ):
            path.write_text("\n".join(lines) + "\n")
        rejected = self._folder / "rejected.csv"
        with (
            Table(paths[0], EVENTS) as first,
            Table(paths[1], ATTENDEES) as second,
            Rejects(rejected) as rejects,
        ):
            given = Hand(unit_of_work=self._uow, rejects=rejects, now=utc_now(), **hand)
            entered, registered = await bring_in(given, first, second)
        said = rejected.read_text() if rejected.exists() else ""
        rows = list(csv.DictReader(io.StringIO(said, newline="")))
        return Brought(
            (entered.added, entered.known),
            (registered.added, registered.known),
            [(row["file"].removesuffix(".csv"), int(row["line"]), row["code"]) for row in rows],
            [row["reason"] for row in rows],
        )


@pytest.fixture
def files(tmp_path: Path, uow: Units) -> Files:
    return Files(tmp_path, uow)


async def rows(engine: AsyncEngine, statement: str) -> Sequence[Any]:
    async with engine.connect() as connection:
        return (await connection.execute(text(statement))).all()


def to_summit(*people: str) -> list[str]:
    return [f"Summit,{person}" for person in people]


async def test_events_and_their_attendees_are_brought_in(files: Files, engine: AsyncEngine) -> None:
    brought = await files.bring_in([SUMMIT], to_summit(*PEOPLE))
    assert brought == ((1, 0), (3, 0), [], [])
    [conference] = await rows(
        engine,
        "SELECT name, location, starts_at, capacity, seats_taken, status, visibility, organizer_id,"
        " price_minor, timezone FROM conferences",
    )
    start = datetime(2031, 3, 15, 9, tzinfo=UTC)
    assert conference == (
        "Summit", "Hall 1", start, 750, 3, "published", "public", None, 0, "UTC",
    )  # fmt: skip
    registered = await rows(
        engine,
        "SELECT a.name, a.email, r.status, r.guest_name, a.created_by FROM registrations r"
        " JOIN attendees a ON a.id = r.attendee_id ORDER BY r.id",
    )
    assert registered[0] == ("Bob", "bob@example.com", "confirmed", "Bob", None)
    assert [one.name for one in registered] == ["Bob", "Al", "Cy"]


async def test_a_second_time_nothing_is_new(files: Files, engine: AsyncEngine) -> None:
    await files.bring_in([SUMMIT], to_summit(*PEOPLE))
    again = await files.bring_in([SUMMIT], to_summit(*PEOPLE, "Di,di@example.com"))
    assert again == ((0, 1), (1, 3), [], [])
    assert await rows(engine, "SELECT seats_taken FROM conferences") == [(4,)]
    assert await rows(engine, "SELECT count(*) FROM attendees") == [(4,)]


async def test_the_past_is_a_record_and_may_be_brought_in(files: Files) -> None:
    past = "Summit,Hall 1,2025-03-15T09:00:00Z,2025-03-17T17:00:00Z,3"
    assert await files.bring_in([past], to_summit(*PEOPLE)) == ((1, 0), (3, 0), [], [])


async def test_an_event_is_named_by_its_name_or_its_id(files: Files, engine: AsyncEngine) -> None:
    events = [f"{SUMMIT},s-31", SUMMIT.replace("2031", "2032") + ",s-32", f"1{SUMMIT},s-33"]
    brought = await files.bring_in(
        events,
        ["s-31,Bob,bob@e.com", "s-32,Al,al@e.com", "1SUMMIT ,Cy,cy@e.com", "summit,Di,di@e.com"],
        header=f"{EVENTS_HEADER},id",
    )
    assert brought.attendees == (3, 0)
    assert brought.rejected == [("attendees", 5, "ambiguous_event")]
    assert brought.reasons == ["2 events are called “summit”: name it by its id."]
    assert await rows(engine, "SELECT seats_taken FROM conferences ORDER BY id") == [(1,)] * 3


async def test_ids_may_stand_in_a_column_of_their_own(files: Files) -> None:
    brought = await files.bring_in(
        [f"7,{SUMMIT}"],
        ["7,Bob,bob@e.com", "Summit,Al,al@e.com"],
        header=f"id,{EVENTS_HEADER}",
        attendees_header="Event ID,Full name,E-mail",
    )
    assert brought.attendees == (1, 0)
    assert brought.rejected == [("attendees", 3, "unknown_event")]


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        (",Hall,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,5", "invalid", "name: This field is"),
        ("A,Hall,soon,2031-03-17T17:00:00Z,5", "invalid", "start_time: This must be a date-time"),
        ("A,Hall,2031-03-15T09:00:00,2031-03-17T17:00:00Z,5", "invalid", "start_time: "),
        ("A,Hall,2031-02-30T09:00:00Z,2031-03-17T17:00:00Z,5", "invalid", "start_time: "),
        ("A,Hall,2031-03-15T09:00:00Z,,5", "invalid", "end_time: This field is required."),
        ("A,Hall,2031-03-15T09:00:00Z,2031-03-15T09:00:00Z,5", "invalid_period", "end_time: The"),
        ("A,Hall,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,0", "invalid", "max_capacity: This"),
        ("A,Hall,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,-5", "invalid", "max_capacity: This"),
        ("A,Hall,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,x", "invalid", "max_capacity: A whole"),
        ("A,Hall,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,5,6", "malformed", "The line has 6"),
        ('A,"Hall,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,5', "malformed", "The quotation"),
        ("A,\x07,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,5", "invalid", "location: This must"),
        (SUMMIT, "duplicate", "Line 2 is the same event: its name and its start."),
    ],
)
async def test_an_event_that_cannot_be_meant_is_rejected_alone(
    files: Files, line: str, code: str, reason: str
) -> None:
    other = SUMMIT.replace("Summit", "Other")
    brought = await files.bring_in([SUMMIT, line, other], to_summit(*PEOPLE))
    assert brought.events == (2, 0)
    assert brought.attendees == (3, 0)
    assert brought.rejected == [("events", 3, code)]
    assert brought.reasons[0].startswith(reason)


@pytest.mark.parametrize(
    ("line", "code", "reason"),
    [
        ("Nowhere,Bob,b@e.com", "unknown_event", "There is no event “Nowhere” in the file of"),
        (",Bob,b@e.com", "invalid", "event: This field is required."),
        ("Summit,,b@e.com", "invalid", "name: This field is required."),
        ("Summit,Bob,", "invalid", "email: This field is required."),
        ("Summit,Bob", "invalid", "email: This field is required."),
        ("Summit,Bob,b.e.com", "invalid", "email: "),
        ("Summit,Bob,b@e.com,x", "malformed", "The line has 4 values, the header has 3."),
        ("Summit,Cy again,CY@Example.com", "duplicate", "“CY@example.com” is registered for this"),
        ("Late,Bob,b@e.com", "unknown_event", "The event “Late” was refused: line 3."),
        ("Small,Eve,eve@example.com", "conference_full", "All seats of “Small” are taken."),
    ],
)
async def test_an_attendee_that_cannot_be_meant_is_rejected_alone(
    files: Files, line: str, code: str, reason: str
) -> None:
    small = "Small,Hall 2,2031-03-15T09:00:00Z,2031-03-17T17:00:00Z,1"
    late = "Late,Hall 3,2031-03-15T09:00:00Z,never,1"
    people = [*to_summit(*PEOPLE), "Small,Bob,bob@example.com", line, "Summit,Di,di@example.com"]
    brought = await files.bring_in([SUMMIT, late, small], people)
    assert brought.attendees == (5, 0)
    assert brought.rejected == [("events", 3, "invalid"), ("attendees", 6, code)]
    assert brought.reasons[1].startswith(reason)


async def test_a_line_twice_in_a_later_batch_is_known_too(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.importing.loading._BATCH", 2)
    lines = [*to_summit(*PEOPLE), *to_summit(PEOPLE[0])]
    brought = await files.bring_in([SUMMIT, SUMMIT.replace("S", "T"), SUMMIT], lines)
    assert brought.events == (2, 0)
    assert brought.attendees == (3, 0)
    assert brought.rejected == [("events", 4, "duplicate"), ("attendees", 5, "duplicate")]


async def test_an_id_is_that_of_one_line(files: Files) -> None:
    events = [f"{SUMMIT},1", SUMMIT.replace("Summit", "Other") + ",1", f"{SUMMIT},2"]
    brought = await files.bring_in(
        events, ["1,Bob,bob@e.com", "2,Al,al@e.com"], header=f"{EVENTS_HEADER},id"
    )
    assert brought.rejected == [("events", 3, "duplicate"), ("events", 4, "duplicate")]
    assert brought.reasons[0] == "The id “1” is that of line 2."
    # The third line is the first event once more: its id leads there.
    assert brought.attendees == (2, 0)


async def test_times_without_a_zone_are_those_of_a_named_one(
    files: Files, engine: AsyncEngine
) -> None:
    local = "Summit,Hall 1,2031-07-15 09:00,2031-07-15T17:00:00Z,"
    brought = await files.bring_in([local], zone=ZoneInfo("Europe/Brussels"))
    assert brought.events == (1, 0)
    [(start, end, capacity)] = await rows(
        engine, "SELECT starts_at, ends_at, capacity FROM conferences"
    )
    assert (start.hour, end.hour, capacity) == (7, 17, None)


async def test_categories_and_descriptions_come_along(files: Files, engine: AsyncEngine) -> None:
    header = f"{EVENTS_HEADER},category,description"
    other, third = (SUMMIT.replace("Summit", name) for name in ("Other", "Third"))
    brought = await files.bring_in(
        [f'{SUMMIT},Meetup,"Two\nlines"', f"{other},regatta,", f"{third},,"], header=header
    )
    assert brought.rejected == [("events", 4, "unknown_category")]
    assert await rows(engine, "SELECT category_id, description FROM conferences ORDER BY id") == [
        (6, "Two\nlines"),
        (4, ""),
    ]


async def test_nobody_gets_mail_unless_it_is_asked_for(files: Files, engine: AsyncEngine) -> None:
    await files.bring_in([SUMMIT], to_summit(*PEOPLE[:2]))
    assert await rows(engine, "SELECT kind FROM outbox") == []
    await files.bring_in([SUMMIT], to_summit(*PEOPLE), announces=True)
    assert await rows(engine, "SELECT kind FROM outbox") == [("registered",)]


async def test_what_is_brought_in_may_belong_to_an_organizer(
    files: Files, uow: Units, engine: AsyncEngine
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    await files.bring_in([SUMMIT], to_summit(*PEOPLE), organizer_id=organizer.id)
    found = await rows(
        engine,
        "SELECT DISTINCT c.organizer_id, a.created_by FROM registrations r"
        " JOIN conferences c ON c.id = r.conference_id JOIN attendees a ON a.id = r.attendee_id",
    )
    assert found == [(organizer.id, organizer.id)]


async def test_known_people_and_accounts_are_found_by_their_email(
    files: Files, uow: Units, engine: AsyncEngine
) -> None:
    known = await an_attendee(uow, email="Bob@Example.com")
    user = await a_user(uow, username="al")
    await files.bring_in([SUMMIT], to_summit("Robert,BOB@example.com", "Al,AL@example.com"))
    found = await rows(
        engine,
        "SELECT a.id = :id, a.name, a.user_id, r.guest_name FROM registrations r"
        " JOIN attendees a ON a.id = r.attendee_id ORDER BY r.id".replace(":id", str(known.id)),
    )
    assert found == [(True, known.name, None, "Robert"), (False, "Al", user.id, "Al")]


async def test_an_event_that_is_there_is_found_and_stays_as_it_is(
    files: Files, uow: Units, engine: AsyncEngine
) -> None:
    start = datetime(2031, 3, 15, 9, tzinfo=UTC)
    await a_conference(uow, name="SUMMIT", starts_at=start, capacity=2)
    cancelled = await a_conference(uow, name="Off", starts_at=start, status=ConferenceStatus.DRAFT)
    brought = await files.bring_in(
        [SUMMIT, SUMMIT.replace("Summit", "Off")], [*to_summit(*PEOPLE), "Off,Bob,bob@e.com"]
    )
    assert brought.events == (0, 2)
    assert brought.attendees == (2, 0)
    assert brought.rejected == [
        ("attendees", 4, "conference_full"),
        ("attendees", 5, "conference_inactive"),
    ]
    kept = await rows(engine, "SELECT name, capacity, location FROM conferences ORDER BY id")
    assert kept[0] == ("SUMMIT", 2, "San Francisco")
    assert kept[1].name == cancelled.name


async def test_a_registration_that_was_there_before_is_no_reject(files: Files, uow: Units) -> None:
    start = datetime(2031, 3, 15, 9, tzinfo=UTC)
    conference = await a_conference(uow, name="Summit", starts_at=start, capacity=1)
    await a_registration(uow, conference, await an_attendee(uow, email="bob@example.com"))
    assert (await files.bring_in([SUMMIT], to_summit(PEOPLE[0]))).attendees == (0, 1)


async def test_a_batch_takes_few_statements(files: Files, statements: list[str]) -> None:
    people = to_summit(*(f"P{n},p{n}@example.com" for n in range(700)))
    brought = await files.bring_in([SUMMIT], people)
    assert brought.attendees == (700, 0)
    assert len(statements) < 30


async def test_what_the_database_refuses_as_a_whole_is_found_by_halves(
    files: Files, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION pg_temp.no() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN RAISE data_exception; END'"
            )
        )
        await connection.execute(
            text(
                "CREATE TRIGGER no BEFORE INSERT ON attendees FOR EACH ROW"
                " WHEN (new.name = 'Al') EXECUTE FUNCTION pg_temp.no()"
            )
        )
    try:
        brought = await files.bring_in([SUMMIT], to_summit(*PEOPLE))
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("DROP TRIGGER IF EXISTS no ON attendees"))
    assert brought.attendees == (2, 0)
    assert brought.rejected == [("attendees", 3, "invalid")]
