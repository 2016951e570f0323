import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from time import process_time

import pytest

from app.domain.calendar_feeds import secret_of
from app.domain.request_logs import Entry, LogBuffer, masked, masked_path, storable
from app.telemetry import Masking

SECRET = secret_of("5f0c1e3a-9b7d-4c1f-8e2a-6b4d0c9e7f31", b"key")
TICKET = "5f0c1e3a-9b7d-4c1f-8e2a-6b4d0c9e7f31"


def entry(number: int) -> Entry:
    return Entry(
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
        method="GET",
        path=f"/{number}",
        query="",
        status=200,
        user_id=None,
        username=None,
        duration_ms=1.0,
        ip="",
        request_id="",
    )


class Shelf:
    """Keeps entries, unless it is broken; remembers every complaint."""

    def __init__(self) -> None:
        self.broken = False
        self.kept: list[str] = []
        self.complaints: list[tuple[int, bool]] = []

    async def keep(self, entries: Sequence[Entry]) -> None:
        if self.broken:
            raise OSError("gone")
        self.kept += [one.path for one in entries]

    def complain(self, given_up: int, failure: Exception | None) -> None:
        self.complaints.append((given_up, failure is not None))


async def test_entries_are_kept_in_order() -> None:
    shelf = Shelf()
    buffer = LogBuffer(shelf.keep, shelf.complain)
    for number in range(5000):
        buffer.add(entry(number))
    await buffer.flush()
    assert shelf.kept == [f"/{number}" for number in range(5000)]
    assert (len(buffer), shelf.complaints) == (0, [])


async def test_what_cannot_be_kept_waits_and_is_told_once() -> None:
    shelf, told = Shelf(), list[str]()
    buffer = LogBuffer(
        shelf.keep, shelf.complain, told=lambda some: told.extend(e.path for e in some)
    )
    shelf.broken = True
    buffer.add(entry(1))
    await buffer.flush()
    await buffer.flush()
    shelf.broken = False
    buffer.add(entry(2))
    await buffer.flush()
    assert shelf.kept == told == ["/1", "/2"]
    assert shelf.complaints == [(0, True)]


async def test_beyond_the_bound_the_oldest_are_given_up_and_counted() -> None:
    shelf = Shelf()
    buffer = LogBuffer(shelf.keep, shelf.complain, most=3)
    shelf.broken = True
    for batch in ((1, 2, 3), (4, 5)):
        for number in batch:
            buffer.add(entry(number))
        await buffer.flush()
    shelf.broken = False
    await buffer.flush()
    assert shelf.kept == ["/3", "/4", "/5"]
    assert shelf.complaints == [(0, True), (2, True)]


async def test_requests_go_on_while_many_entries_are_told_of() -> None:
    shelf, told, passes = Shelf(), list[int](), 0
    buffer = LogBuffer(shelf.keep, shelf.complain, told=lambda some: told.append(len(some)))
    for number in range(500):
        buffer.add(entry(number))

    async def others() -> None:
        nonlocal passes
        while True:
            passes += 1
            await asyncio.sleep(0)

    going = asyncio.create_task(others())
    await buffer.flush()
    going.cancel()
    assert sum(told) == len(shelf.kept) == 500
    assert max(told) <= 50
    assert passes >= 10


async def test_what_comes_while_others_are_told_of_is_not_left_to_pile_up() -> None:
    """More come with each turn of the loop than are told of at once."""
    shelf, told, number = Shelf(), list[int](), 0
    buffer = LogBuffer(shelf.keep, shelf.complain, told=lambda some: told.append(len(some)))

    async def requests() -> None:
        nonlocal number
        while True:
            for _ in range(64):
                buffer.add(entry(number))
                number += 1
            await asyncio.sleep(0)

    going = asyncio.create_task(requests())
    for _ in range(30):
        await asyncio.sleep(0)
    for _ in range(3):
        await buffer.flush()
    going.cancel()
    assert number > 4000
    assert len(buffer) <= 64
    assert shelf.kept == [f"/{one}" for one in range(sum(told))]
    assert max(told) <= 50 + 64


async def test_a_flush_that_is_given_up_midway_loses_nothing_and_tells_nothing_twice() -> None:
    shelf, told = Shelf(), list[str]()
    buffer = LogBuffer(
        shelf.keep, shelf.complain, told=lambda some: told.extend(e.path for e in some)
    )
    for number in range(500):
        buffer.add(entry(number))
    flushing = asyncio.create_task(buffer.flush())
    for _ in range(3):
        await asyncio.sleep(0)
    assert 0 < len(told) < 500
    flushing.cancel()
    await asyncio.wait([flushing])
    await buffer.flush()
    assert shelf.kept == told == [f"/{number}" for number in range(500)]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("page=2", "page=2"),
        ("token=abc&page=2", "token=***&page=2"),
        ("new_password=abc", "new_password=***"),
        ("X-Amz-Signature=abc", "X-Amz-Signature=***"),
        ("api%5Fkey=abc", "api%5Fkey=***"),
        ("keyword=abc&author=x", "keyword=abc&author=x"),
        ("secret=", "secret="),
        ("flag", "flag"),
        ("email=bob", "email=***"),
        ("E%2Dmail=bob%40x.org&page=2", "E%2Dmail=***&page=2"),
        ("search=bob%40example.org", "search=***"),
        ("q=about+bob@example.org,+please", "q=***"),
        ("q=bob%2540example.org", "q=***"),
        ("bob@example.org", "***"),
        ("bob@example.org=1", "***=1"),
        ("search=@home", "search=@home"),
        (f"url=https://x.org/api/v1/public/calendars/{SECRET}.ics", "url=***"),
        ("url=webcal%3A%2F%2Fx.org%2Fcalendars%2Fabc", "url=***"),
        (f"{SECRET}", "***"),
        (f"ticket={TICKET}", f"ticket={TICKET}"),
    ],
)
def test_values_of_secrets_and_addresses_are_masked(query: str, kept: str) -> None:
    assert masked(query) == kept


def test_what_no_database_holds_is_replaced() -> None:
    assert storable("a\0b\ud800") == "a\ufffdb?"
    assert len(storable("x" * 5000)) == 2000


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/api/v1/public/calendars/s3cr3t.ics", "/api/v1/public/calendars/***"),
        ("/api/v1/public/calendars/s3cr3t.ics/", "/api/v1/public/calendars/***/"),
        ("/api/v1/public//Calendars//s3cr3t", "/api/v1/public//Calendars//***"),
        ("/api/v1/public/calendars/", "/api/v1/public/calendars/"),
        ("/api/v1/conferences/7/calendar.ics", "/api/v1/conferences/7/calendar.ics"),
        ("/api/v1/users/me/calendar-feed/", "/api/v1/users/me/calendar-feed/"),
        ("/calendars/x/s3cr3t.ics", "/calendars/***"),
        ("/public/calendar/s3cr3t.ics", "/public/calendar/***"),
        (f"/api/v1/public/cal/{SECRET}.ics", "/api/v1/public/cal/***.ics"),
        (f"/{SECRET}", "/***"),
        ("/api/v1/attendees/bob@example.org/", "/api/v1/attendees/***/"),
        (f"/api/v1/tickets/{TICKET}/", f"/api/v1/tickets/{TICKET}/"),
    ],
)
def test_the_secret_in_a_path_is_masked(path: str, kept: str) -> None:
    assert masked_path(path) == kept


@pytest.mark.parametrize(
    "part", ["&", "a", "token=", "a@", "calendar/", "calendar/a/", "-", "eyJ", "a.", "%40"]
)
def test_masking_takes_no_longer_than_the_text_is_long(part: str) -> None:
    """What a stranger asks for holds nobody up, however it is made."""
    text = part * (60_000 // len(part))
    line = Masking(["x" * 40])
    began = process_time()
    masked(text)
    masked_path(text)
    masked_path(f"/calendar/{text}")
    line(None, "info", text)
    assert process_time() - began < 2
