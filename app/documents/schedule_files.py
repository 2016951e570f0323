"""Schedules as files: `schedule.json` and `schedule.xml`, as C3VOC's schemas describe them.

The XML tells no more than the JSON. Both say when in local time, with its offset from UTC.
"""

import json
import re
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

from app import __version__
from app.documents.press import Addresses
from app.documents.timezones import is_utc
from app.domain.schedules import Day, Named, Schedule, Talk

SCHEMA = "https://c3voc.de/schedule/schema.json"
_SLOT = "00:05"
_KIND = "session"
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What the schema of the JSON takes for the name of a zone.
_ZONE = re.compile(r"[A-Z][a-z]+/[A-Z][a-z]+")


def as_json(schedule: Schedule, addresses: Addresses) -> bytes:
    """The `schedule.json`."""
    whole = {
        "$schema": SCHEMA,
        "generator": {"name": "Plenary", "version": __version__},
        "schedule": {
            "url": f"{addresses.page}schedule.json",
            "version": schedule.version,
            "base_url": addresses.base,
            "conference": _conference(schedule, addresses),
        },
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def as_xml(schedule: Schedule, addresses: Addresses) -> bytes:
    """The `schedule.xml`."""
    root = ET.Element("schedule")
    ET.SubElement(root, "generator", name="Plenary", system=addresses.base, version=__version__)
    _text(root, "url", f"{addresses.page}schedule.xml")
    _text(root, "version", schedule.version)
    conference = ET.SubElement(root, "conference")
    _text(conference, "title", schedule.title)
    _text(conference, "acronym", schedule.acronym)
    _text(conference, "start", schedule.first.isoformat())
    _text(conference, "end", schedule.last.isoformat())
    _text(conference, "days", str(len(schedule.days)))
    _text(conference, "timeslot_duration", _SLOT)
    _text(conference, "base_url", addresses.base)
    if addresses.logo:
        _text(conference, "logo", addresses.logo)
    _text(conference, "url", addresses.page)
    _text(conference, "time_zone_name", schedule.timezone)
    for day in schedule.days:
        _add_day(root, day, addresses)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _conference(schedule: Schedule, addresses: Addresses) -> dict[str, Any]:
    told: dict[str, Any] = {
        "acronym": schedule.acronym,
        "title": schedule.title,
        "description": schedule.description,
        "start": schedule.first.isoformat(),
        "end": schedule.last.isoformat(),
        "daysCount": len(schedule.days),
        "timeslot_duration": _SLOT,
        "url": addresses.page,
        "rooms": [{"name": room.name, "guid": str(room.guid)} for room in schedule.rooms],
        "days": [_day(day, addresses) for day in schedule.days],
    }
    if is_utc(schedule.timezone):
        told["time_zone_name"] = "UTC"
    elif _ZONE.match(schedule.timezone):
        told["time_zone_name"] = schedule.timezone
    return told | ({"logo": addresses.logo} if addresses.logo else {})


def _day(day: Day, addresses: Addresses) -> dict[str, Any]:
    return {
        "index": day.index,
        "date": day.date.isoformat(),
        "day_start": _at(day.period.start),
        "day_end": _at(day.period.end),
        "rooms": {
            room.name: [_event(talk, room, addresses) for talk in talks]
            for room, talks in day.rooms
        },
    }


def _event(talk: Talk, room: Named, addresses: Addresses) -> dict[str, Any]:
    return {
        "guid": str(talk.guid),
        "id": talk.id,
        "date": _at(talk.period.start),
        "start": f"{talk.period.start:%H:%M}",
        "end": _at(talk.period.end),
        "duration": _hours(talk.minutes),
        "room": room.name,
        "slug": talk.slug,
        "url": addresses.page,
        "title": talk.name,
        "subtitle": None,
        "track": None,
        "type": _KIND,
        "language": None,
        "abstract": talk.abstract,
        "description": None,
        "persons": [
            # Of old, and as it is called today.
            {"guid": str(person.guid), "name": person.name, "public_name": person.name}
            for person in talk.speakers
        ],
        "links": [],
        "attachments": [],
    }


def _add_day(root: ET.Element, day: Day, addresses: Addresses) -> None:
    element = ET.SubElement(
        root,
        "day",
        index=str(day.index),
        date=day.date.isoformat(),
        start=_at(day.period.start),
        end=_at(day.period.end),
    )
    for room, talks in day.rooms:
        held = ET.SubElement(element, "room", name=_printable(room.name), guid=str(room.guid))
        for talk in talks:
            _add_event(held, talk, room, addresses)


def _add_event(parent: ET.Element, talk: Talk, room: Named, addresses: Addresses) -> None:
    event = ET.SubElement(parent, "event", guid=str(talk.guid), id=str(talk.id))
    _text(event, "date", _at(talk.period.start))
    _text(event, "start", f"{talk.period.start:%H:%M}")
    _text(event, "duration", _days_and_hours(talk.minutes))
    _text(event, "room", room.name)
    _text(event, "slug", talk.slug)
    _text(event, "url", addresses.page)
    _text(event, "title", talk.name)
    _text(event, "subtitle", "")
    _text(event, "track", "")
    _text(event, "type", _KIND)
    _text(event, "language", "")
    _text(event, "abstract", talk.abstract)
    _text(event, "description", "")
    persons = ET.SubElement(event, "persons")
    for person in talk.speakers:
        ET.SubElement(persons, "person", guid=str(person.guid)).text = _printable(person.name)
    ET.SubElement(event, "links")
    ET.SubElement(event, "attachments")


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _printable(text)


def _printable(text: str) -> str:
    """Without the letters that XML has no way to write."""
    return _UNPRINTABLE.sub("", text)


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _hours(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days_and_hours(minutes: int) -> str:
    """Hours have two digits there; what takes longer is told in days."""
    days, rest = divmod(minutes, 24 * 60)
    return _hours(minutes) if minutes < 100 * 60 else f"{min(days, 99)}:{_hours(rest)}"
