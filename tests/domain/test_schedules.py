from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.conferences import Conference, ConferenceStatus
from app.domain.schedules import MOST_DAYS, Schedule, Talk, of_conference
from app.domain.sessions import Session
from app.domain.times import TimeRange, days
from tests.domain.test_calendars import CONFERENCE, a_session

BERLIN = "Europe/Berlin"


def held(first: date, last: date, timezone: str = BERLIN, **changes: Any) -> Conference:
    """A conference of whole days."""
    return replace(CONFERENCE, period=days(first, last, timezone), timezone=timezone, **changes)


def at(local: str, minutes: int = 60, *, timezone: str = BERLIN, **changes: Any) -> Session:
    """A session that begins when the clocks of its place show that."""
    start = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    period = TimeRange(start=start, end=start + timedelta(minutes=minutes))
    return a_session(period=period, **changes)


def numbered(*sessions: Session) -> list[Session]:
    return [replace(one, id=number, name=f"S{number}") for number, one in enumerate(sessions, 1)]


def talks(schedule: Schedule) -> list[Talk]:
    return [talk for day in schedule.days for _, held in day.rooms for talk in held]


def shown(schedule: Schedule) -> dict[str, dict[str, list[str]]]:
    return {
        day.date.isoformat(): {room.name: [talk.name for talk in held] for room, held in day.rooms}
        for day in schedule.days
    }


MARCH = held(date(2031, 3, 1), date(2031, 3, 2))


def test_without_sessions_there_are_days() -> None:
    schedule = of_conference(MARCH, [])
    assert shown(schedule) == {"2031-03-01": {}, "2031-03-02": {}}
    assert [day.index for day in schedule.days] == [1, 2]
    assert (schedule.first, schedule.last) == (date(2031, 3, 1), date(2031, 3, 2))
    assert schedule.rooms == []


def test_sessions_are_told_day_by_day_and_room_by_room() -> None:
    programme = numbered(
        at("2031-03-01T09:00", room="Hall A"),
        at("2031-03-01T09:00", room="Attic"),
        at("2031-03-01T10:00", room="hall a"),
        at("2031-03-02T09:00", room="Hall A"),
    )
    schedule = of_conference(replace(MARCH, multi_track=True), programme)
    assert shown(schedule) == {
        "2031-03-01": {"Attic": ["S2"], "Hall A": ["S1", "S3"]},
        "2031-03-02": {"Hall A": ["S4"]},
    }
    assert [room.name for room in schedule.rooms] == ["Attic", "Hall A"]
    assert len({room.guid for room in schedule.rooms}) == 2


@pytest.mark.parametrize(
    ("changes", "room"),
    [
        ({"location": "Leipzig"}, "Leipzig"),
        ({"location": "", "is_online": True}, "Online"),
        ({"location": "Leipzig", "is_online": True}, "Leipzig"),
        ({"location": ""}, "Tech Summit"),
    ],
)
def test_what_names_no_room_is_where_the_conference_is(changes: dict[str, Any], room: str) -> None:
    schedule = of_conference(replace(MARCH, **changes), [at("2031-03-01T09:00", room="")])
    assert [room.name for room in schedule.rooms] == [room]


def test_what_begins_past_midnight_belongs_to_the_evening_before() -> None:
    programme = numbered(
        at("2031-03-01T23:30", 90),
        at("2031-03-02T01:00"),
        at("2031-03-02T03:59", 1),
        at("2031-03-02T04:00"),
    )
    schedule = of_conference(MARCH, programme)
    assert shown(schedule) == {
        "2031-03-01": {"Hall A": ["S1", "S2", "S3"]},
        "2031-03-02": {"Hall A": ["S4"]},
    }
    first, second = schedule.days
    assert first.period.start.isoformat() == "2031-03-01T04:00:00+01:00"
    assert first.period.end == second.period.start
    assert talks(schedule)[1].period.start.isoformat() == "2031-03-02T01:00:00+01:00"


def test_where_the_first_day_begins_early_days_are_from_midnight_to_midnight() -> None:
    programme = numbered(at("2031-03-01T00:30"), at("2031-03-02T01:00"))
    schedule = of_conference(MARCH, programme)
    assert shown(schedule) == {"2031-03-01": {"Hall A": ["S1"]}, "2031-03-02": {"Hall A": ["S2"]}}
    assert schedule.days[0].period.start.isoformat() == "2031-03-01T00:00:00+01:00"


def test_a_night_is_one_day() -> None:
    zone = ZoneInfo(BERLIN)
    night = TimeRange(
        start=datetime(2031, 3, 1, 18, tzinfo=zone).astimezone(UTC),
        end=datetime(2031, 3, 2, 2, tzinfo=zone).astimezone(UTC),
    )
    conference = replace(MARCH, period=night)
    schedule = of_conference(conference, [at("2031-03-02T00:30")])
    assert shown(schedule) == {"2031-03-01": {"Hall A": ["Keynote"]}}


@pytest.mark.parametrize(
    ("timezone", "day", "offsets", "hours"),
    [
        # Each last night of the old time, and the day on which the clocks have changed.
        (BERLIN, date(2031, 3, 29), ["+01:00", "+02:00", "+02:00"], [23, 24]),
        (BERLIN, date(2031, 10, 25), ["+02:00", "+01:00", "+01:00"], [25, 24]),
        ("America/New_York", date(2031, 3, 8), ["-05:00", "-04:00", "-04:00"], [23, 24]),
        ("Asia/Kathmandu", date(2031, 3, 8), ["+05:45", "+05:45", "+05:45"], [24, 24]),
    ],
)
def test_days_and_sessions_keep_to_the_clocks(
    timezone: str, day: date, offsets: list[str], hours: list[int]
) -> None:
    morrow = day + timedelta(days=1)
    programme = numbered(
        at(f"{day}T10:00", timezone=timezone), at(f"{morrow}T10:00", timezone=timezone)
    )
    schedule = of_conference(held(day, morrow, timezone), programme)
    first, second = schedule.days
    breaks = [first.period.start, second.period.start, second.period.end]
    assert [moment.isoformat()[10:] for moment in breaks] == [
        f"T04:00:00{offset}" for offset in offsets
    ]
    lengths = [day.period.end.timestamp() - day.period.start.timestamp() for day in schedule.days]
    assert lengths == [60 * 60 * number for number in hours]
    assert [f"{talk.period.start:%H:%M}" for talk in talks(schedule)] == ["10:00", "10:00"]


def test_a_session_across_the_change_of_the_clocks_takes_as_long_as_it_does() -> None:
    conference = held(date(2031, 3, 29), date(2031, 3, 30))
    [talk] = talks(of_conference(conference, [at("2031-03-30T01:30", 60)]))
    assert talk.period.start.isoformat() == "2031-03-30T01:30:00+01:00"
    assert talk.period.end.isoformat() == "2031-03-30T03:30:00+02:00"
    assert talk.minutes == 60


def test_ids_stay_and_those_of_another_plenary_are_others() -> None:
    [before] = talks(of_conference(MARCH, [at("2031-03-01T09:00")]))
    moved = at("2031-03-02T14:00", name="Renamed", room="Attic", speaker="GRACE hopper")
    [after] = talks(of_conference(replace(MARCH, name="Renamed"), [moved]))
    assert after.guid == before.guid
    assert after.room.guid != before.room.guid
    assert [one.guid for one in after.speakers] == [one.guid for one in before.speakers]
    older = MARCH.created_at - timedelta(days=1)
    elsewhere = replace(MARCH, created_at=older)
    [there] = talks(of_conference(elsewhere, [at("2031-03-01T09:00", created_at=older)]))
    assert there.guid != before.guid
    assert there.speakers[0].guid != before.speakers[0].guid
    assert there.room.guid != before.room.guid


def test_nobody_speaks_where_nobody_is_named() -> None:
    [talk] = talks(of_conference(MARCH, [at("2031-03-01T09:00", speaker="")]))
    assert talk.speakers == []


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Opening Keynote: what's next?", "opening_keynote_what_s_next"),
        ("Zażółć gęślą", "zazoc_gesla"),
        ("東京", "session"),
        ("AI", "session_ai"),
        ("x" * 200, "x" * 60),
        ("--- !", "session"),
    ],
)
def test_slugs_are_of_letters_and_digits(name: str, slug: str) -> None:
    [talk] = talks(of_conference(MARCH, [at("2031-03-01T09:00", name=name)]))
    assert talk.slug == f"conference_1-5-{slug}"


def test_what_is_called_off_says_so_and_nothing_takes_place() -> None:
    cancelled = replace(MARCH, status=ConferenceStatus.CANCELLED)
    schedule = of_conference(cancelled, [at("2031-03-01T09:00")])
    assert schedule.title == "Cancelled: Tech Summit"
    assert talks(schedule) == []
    assert len(schedule.days) == 2


def test_the_version_changes_with_what_is_told_and_with_nothing_else() -> None:
    programme = [at("2031-03-01T09:00")]
    version = of_conference(MARCH, programme).version
    assert len(version) == 12
    full = replace(MARCH, seats_taken=7, waiting=2)
    assert of_conference(full, [replace(programme[0], seats_taken=3)]).version == version
    for other in (
        of_conference(MARCH, []),
        of_conference(replace(MARCH, name="Renamed"), programme),
        of_conference(MARCH, [replace(programme[0], speaker="Ada")]),
        of_conference(replace(MARCH, timezone="Europe/Paris"), programme),
    ):
        assert other.version != version


def test_years_are_told_by_the_days_on_which_there_is_something() -> None:
    long = held(date(2031, 1, 1), date(2040, 12, 31))
    schedule = of_conference(long, [at("2031-03-01T09:00"), at("2039-03-01T09:00", id=6)])
    assert [day.date.isoformat() for day in schedule.days] == [
        "2031-01-01",
        "2031-03-01",
        "2039-03-01",
    ]
    assert [day.index for day in schedule.days] == [1, 60, 2982]
    year = held(date(2032, 1, 1), date(2032, 12, 31))
    assert len(of_conference(year, []).days) == MOST_DAYS


@pytest.mark.parametrize(("seconds", "minutes"), [(60, 1), (61, 2), (1, 1), (3600, 60)])
def test_what_is_begun_counts_as_a_minute(seconds: int, minutes: int) -> None:
    session = at("2031-03-01T09:00")
    end = session.period.start + timedelta(seconds=seconds)
    [talk] = talks(
        of_conference(MARCH, [replace(session, period=replace(session.period, end=end))])
    )
    assert talk.minutes == minutes
