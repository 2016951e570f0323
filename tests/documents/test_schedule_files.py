"""Schedule files, held against what their readers' schemas ask for.

The schemas themselves bear another licence and are not kept here; docs/api.md tells which they are.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from app.documents.press import Addresses
from app.documents.schedule_files import as_json, as_xml
from app.domain.conferences import Conference, ConferenceStatus
from app.domain.schedules import of_conference
from app.domain.sessions import Session
from tests.domain.test_schedules import at, held, numbered

ADDRESSES = Addresses(
    base="https://plenary.example/",
    page="https://plenary.example/api/v1/public/conferences/1/",
    logo="https://plenary.example/media/covers/abc.png",
)
MARCH = held(date(2031, 3, 1), date(2031, 3, 2))
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# In schema.json and in schedule.xml.xsd.
ACRONYM = re.compile(r"[a-z0-9_]{4,}")
SLUG = re.compile(r"[a-z0-9_]{4,}-[a-z0-9_-]{3,}[a-z0-9]")
EVENT = {
    *("abstract", "date", "duration", "guid", "id", "language", "links", "persons", "room"),
    *("slug", "start", "subtitle", "title", "track", "type", "url"),
}
OPTIONAL = {"end", "description", "attachments"}


def a_programme() -> list[Session]:
    return numbered(
        at("2031-03-01T09:00", 45, room="Hall A", speaker="Ada & Co. <ada>", description="A\nB"),
        at("2031-03-01T09:00", 45, room="Hall B", speaker=""),
        at("2031-03-02T00:30", 90, room="Hall A"),
    )


def the_json(conference: Conference, programme: Iterable[Session]) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(
        as_json(of_conference(conference, list(programme)), ADDRESSES)
    )
    assert set(whole) == {"$schema", "generator", "schedule"}
    told: dict[str, Any] = whole["schedule"]["conference"]
    return told


def the_xml(conference: Conference, programme: Iterable[Session]) -> ET.Element:
    return ET.fromstring(as_xml(of_conference(conference, list(programme)), ADDRESSES))


def said(element: ET.Element, path: str) -> str:
    found = element.find(path)
    assert found is not None, path
    return found.text or ""


def test_the_json_tells_of_the_conference() -> None:
    told = the_json(MARCH, a_programme())
    days = told.pop("days")
    rooms = told.pop("rooms")
    assert told == {
        "acronym": "conference_1",
        "title": "Tech Summit",
        "description": "Three days of talks.",
        "start": "2031-03-01",
        "end": "2031-03-02",
        "daysCount": 2,
        "timeslot_duration": "00:05",
        "time_zone_name": "Europe/Berlin",
        "url": ADDRESSES.page,
        "logo": ADDRESSES.logo,
    }
    assert [room["name"] for room in rooms] == ["Hall A", "Hall B"]
    assert all(GUID.fullmatch(room["guid"]) for room in rooms)
    assert [{name: day[name] for name in day if name != "rooms"} for day in days] == [
        {
            "index": 1,
            "date": "2031-03-01",
            "day_start": "2031-03-01T04:00:00+01:00",
            "day_end": "2031-03-02T04:00:00+01:00",
        },
        {
            "index": 2,
            "date": "2031-03-02",
            "day_start": "2031-03-02T04:00:00+01:00",
            "day_end": "2031-03-03T04:00:00+01:00",
        },
    ]


def test_the_json_tells_of_each_session() -> None:
    first, second = the_json(MARCH, a_programme())["days"]
    assert second["rooms"] == {}
    [keynote, late] = first["rooms"]["Hall A"]
    [other] = first["rooms"]["Hall B"]
    for event in (keynote, late, other):
        assert EVENT <= set(event) <= EVENT | OPTIONAL
        assert GUID.fullmatch(event["guid"])
        assert SLUG.fullmatch(event["slug"])
        assert event["url"] == ADDRESSES.page
    assert keynote["date"] == "2031-03-01T09:00:00+01:00"
    assert (keynote["start"], keynote["duration"]) == ("09:00", "00:45")
    assert keynote["end"] == "2031-03-01T09:45:00+01:00"
    assert keynote["abstract"] == "A\nB"
    [ada] = keynote["persons"]
    assert (ada["name"], ada["public_name"]) == ("Ada & Co. <ada>", "Ada & Co. <ada>")
    # With both a number and a name it would be of two kinds at once.
    assert "id" not in ada
    assert other["persons"] == []
    assert (late["date"], late["duration"]) == ("2031-03-02T00:30:00+01:00", "01:30")


def test_the_xml_tells_the_same() -> None:
    root = the_xml(MARCH, a_programme())
    assert [child.tag for child in root] == [
        *("generator", "url", "version", "conference"),
        *("day", "day"),
    ]
    assert said(root, "url") == f"{ADDRESSES.page}schedule.xml"
    assert said(root, "conference/title") == "Tech Summit"
    assert said(root, "conference/time_zone_name") == "Europe/Berlin"
    assert ACRONYM.fullmatch(said(root, "conference/acronym"))
    first, second = root.findall("day")
    assert first.attrib == {
        "index": "1",
        "date": "2031-03-01",
        "start": "2031-03-01T04:00:00+01:00",
        "end": "2031-03-02T04:00:00+01:00",
    }
    assert list(second) == []
    in_json = [
        event
        for day in the_json(MARCH, a_programme())["days"]
        for events in day["rooms"].values()
        for event in events
    ]
    in_xml = root.findall("day/room/event")
    assert len(in_xml) == len(in_json) == 3
    for element, event in zip(in_xml, in_json, strict=True):
        assert element.attrib == {"guid": event["guid"], "id": str(event["id"])}
        for name in ("title", "date", "start", "duration", "room", "slug", "abstract", "url"):
            assert said(element, name) == event[name]
        persons = [person.text for person in element.findall("persons/person")]
        assert persons == [person["name"] for person in event["persons"]]


def test_each_has_another_id_and_slug() -> None:
    programme = [
        replace(one, name="Same", speaker="") for one in numbered(*[at("2031-03-01T09:00")] * 9)
    ]
    told = the_json(replace(MARCH, multi_track=True), programme)
    events = told["days"][0]["rooms"]["Hall A"]
    for name in ("id", "slug"):
        assert len({event[name] for event in events}) == 9


@pytest.mark.parametrize(
    ("timezone", "name"),
    [
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("GMT", "UTC"),
        ("America/New_York", "America/New_York"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        # The schema knows no such names: the offsets say enough.
        ("Etc/GMT+5", None),
        ("EST5EDT", None),
    ],
)
def test_zones_are_named_as_the_schema_takes_them(timezone: str, name: str | None) -> None:
    conference = held(date(2031, 3, 1), date(2031, 3, 2), timezone)
    assert the_json(conference, []).get("time_zone_name") == name
    assert said(the_xml(conference, []), "conference/time_zone_name") == timezone


@pytest.mark.parametrize(
    ("length", "in_json", "in_xml"),
    [
        (timedelta(minutes=5), "00:05", "00:05"),
        (timedelta(hours=24), "24:00", "24:00"),
        (timedelta(hours=99, minutes=59), "99:59", "99:59"),
        (timedelta(hours=100), "100:00", "4:04:00"),
        (timedelta(days=40, hours=3, minutes=7), "963:07", "40:03:07"),
    ],
)
def test_long_sessions_are_told_in_days_where_hours_have_two_digits(
    length: timedelta, in_json: str, in_xml: str
) -> None:
    conference = held(date(2031, 1, 1), date(2031, 3, 2))
    session = at("2031-01-01T09:00", int(length.total_seconds() // 60))
    told = the_json(conference, [session])["days"][0]["rooms"]["Hall A"][0]
    assert told["duration"] == in_json
    assert said(the_xml(conference, [session]), "day/room/event/duration") == in_xml


def test_texts_come_back_as_they_were_but_for_what_xml_cannot_write() -> None:
    name = "<b>Tags & “quotes”</b> Zażółć 東京 👩‍💻 ]]>"
    session = at("2031-03-01T09:00", name=name, room="A \"B\" 'C' <D>", description="\ufffe\x0bx")
    told = the_json(MARCH, [session])["days"][0]["rooms"]["A \"B\" 'C' <D>"][0]
    event = the_xml(MARCH, [session]).find("day/room/event")
    assert event is not None
    assert told["title"] == said(event, "title") == name
    assert said(event, "room") == "A \"B\" 'C' <D>"
    assert said(event, "abstract") == "x"


def test_what_is_called_off_has_days_and_no_events() -> None:
    cancelled = replace(MARCH, status=ConferenceStatus.CANCELLED)
    assert the_json(cancelled, a_programme())["title"] == "Cancelled: Tech Summit"
    assert the_xml(cancelled, a_programme()).findall("day/room") == []


def test_dates_are_read_by_others() -> None:
    for event in the_xml(MARCH, a_programme()).findall("day/room/event"):
        moment = datetime.fromisoformat(said(event, "date"))
        assert moment.utcoffset() == timedelta(hours=1)
        assert f"{moment:%H:%M}" == said(event, "start")
