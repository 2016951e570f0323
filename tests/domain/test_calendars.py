from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.calendars import EntryStatus, of_conference, of_ticket
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.money import Money
from app.domain.registrations import RegistrationStatus
from app.domain.sessions import Session
from app.domain.times import TimeRange, is_whole_days
from tests.domain.test_tickets import TICKET

CREATED = datetime(2031, 1, 10, 8, tzinfo=UTC)
NOW = datetime(2031, 1, 15, 12, tzinfo=UTC)
FREE = Money(minor=0, currency="USD")


def utc(day: int, hour: int = 0) -> datetime:
    return datetime(2031, 3, day, hour, tzinfo=UTC)


CONFERENCE = Conference(
    id=1,
    name="Tech Summit",
    description="Three days of talks.",
    location="Leipzig",
    timezone="Europe/Berlin",
    period=TimeRange(start=utc(1), end=utc(4)),
    capacity=None,
    seats_taken=0,
    price=FREE,
    multi_track=False,
    status=ConferenceStatus.PUBLISHED,
    visibility=Visibility.PUBLIC,
    registration_deadline=None,
    organizer_id=1,
    created_at=CREATED,
    updated_at=CREATED,
)


def a_session(**changes: Any) -> Session:
    session = Session(
        id=5,
        conference_id=1,
        conference_name="Tech Summit",
        organizer_id=1,
        name="Keynote",
        description="The future.",
        speaker="Grace Hopper",
        room="Hall A",
        period=TimeRange(start=utc(1, 9), end=utc(1, 10)),
        capacity=None,
        seats_taken=0,
        price=FREE,
        created_at=CREATED,
        updated_at=CREATED,
    )
    return replace(session, **changes)


def test_a_conference_comes_before_its_sessions() -> None:
    calendar = of_conference(CONFERENCE, [a_session(), a_session(id=6, name="Panel")])
    assert calendar.name == "Tech Summit"
    assert [entry.name for entry in calendar.entries] == ["Tech Summit", "Keynote", "Panel"]
    assert len({entry.uid for entry in calendar.entries}) == 3
    whole, keynote, _ = calendar.entries
    assert (whole.place, whole.notes) == ("Leipzig", "Three days of talks.")
    assert keynote.place == "Hall A, Leipzig"
    assert keynote.notes == "Tech Summit\nSpeaker: Grace Hopper\nThe future."
    assert {entry.timezone for entry in calendar.entries} == {"Europe/Berlin"}


def test_what_is_not_known_is_left_out() -> None:
    bare = a_session(speaker="", room="", description="")
    [_, entry] = of_conference(CONFERENCE, [bare]).entries
    assert (entry.place, entry.notes) == ("Leipzig", "Tech Summit")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (ConferenceStatus.DRAFT, EntryStatus.TENTATIVE),
        (ConferenceStatus.PUBLISHED, EntryStatus.CONFIRMED),
        (ConferenceStatus.CANCELLED, EntryStatus.CANCELLED),
    ],
)
def test_the_state_of_a_conference_is_that_of_its_sessions(
    status: ConferenceStatus, expected: EntryStatus
) -> None:
    calendar = of_conference(replace(CONFERENCE, status=status), [a_session()])
    assert [entry.status for entry in calendar.entries] == [expected, expected]


def test_a_change_keeps_the_identity_and_raises_the_revision() -> None:
    before = of_conference(CONFERENCE, [a_session()])
    later = CREATED + timedelta(hours=1)
    after = of_conference(replace(CONFERENCE, updated_at=later), [a_session()])
    for old, new in zip(before.entries, after.entries, strict=True):
        assert new.uid == old.uid
        assert (old.revision, new.revision) == (0, 3600)
        assert new.revised_at == later


@pytest.mark.parametrize(
    ("later", "revision"),
    [
        (timedelta(), 0),
        (timedelta(microseconds=1), 1),
        (timedelta(milliseconds=400), 1),
        (timedelta(seconds=1), 1),
        (timedelta(seconds=1, microseconds=1), 2),
        (timedelta(days=400), 400 * 86_400),
        (timedelta(seconds=-5), 0),
    ],
)
def test_whatever_was_changed_has_a_revision_above_the_first(
    later: timedelta, revision: int
) -> None:
    changed = replace(CONFERENCE, updated_at=CREATED + later)
    assert of_conference(changed, []).entries[0].revision == revision


def test_another_plenary_has_other_identities() -> None:
    here = of_conference(CONFERENCE, [a_session()])
    elsewhere = replace(CONFERENCE, created_at=CREATED + timedelta(microseconds=1))
    there = of_conference(elsewhere, [])
    assert here.entries[0].uid != there.entries[0].uid


def test_a_ticket_keeps_its_identity_wherever_it_moves() -> None:
    [before] = of_ticket(TICKET).entries
    later = TICKET.revised_at + timedelta(minutes=5)
    moved = replace(TICKET, session_id=6, session_name="Panel", room="B", revised_at=later)
    [after] = of_ticket(moved).entries
    assert after.revised_at == later
    assert after.uid == before.uid
    assert after.revision == before.revision + 300
    assert (before.name, after.name) == ("Tech Summit", "Panel")
    assert after.place == "B, Leipzig"


def test_a_ticket_tells_what_there_is_to_know_and_not_its_code() -> None:
    ticket = replace(
        TICKET, ticket_type_name="Early bird", quantity=3, status=RegistrationStatus.PENDING
    )
    [entry] = of_ticket(ticket).entries
    assert entry.notes == "Registration 15\nTicket: Early bird\nAdmits 3\nNot confirmed yet"
    assert entry.status is EntryStatus.TENTATIVE
    assert TICKET.code not in str(entry)
    [entry] = of_ticket(TICKET).entries
    assert (entry.notes, entry.status) == ("Registration 15", EntryStatus.CONFIRMED)


@pytest.mark.parametrize(
    ("start", "end", "timezone", "whole"),
    [
        (utc(1), utc(4), "UTC", True),
        (utc(1), utc(4), "Europe/Berlin", False),
        (utc(1, 23), utc(4, 23), "Europe/Berlin", True),
        (utc(28, 23), utc(31, 22), "Europe/Berlin", True),
        (utc(28, 23), utc(31, 23), "Europe/Berlin", False),
        (utc(1), utc(1, 12), "UTC", False),
        (utc(1, 1), utc(2, 1), "UTC", False),
    ],
)
def test_whole_days_last_from_midnight_to_midnight(
    start: datetime, end: datetime, timezone: str, whole: bool
) -> None:
    assert is_whole_days(TimeRange(start=start, end=end), timezone) is whole
