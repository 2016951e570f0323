"""What anybody's programs read of a public conference: calendar and schedule."""

import json
from datetime import UTC, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
import vobject
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from tests.api.certifying import run
from tests.factories import Units, a_conference, a_registration, a_session, an_attendee

Headers = dict[str, str]
FILES = ("calendar.ics", "schedule.json", "schedule.xml")
MEETING = "https://meet.example/secret"


def url(conference: Conference, file: str) -> str:
    return f"/api/v1/public/conferences/{conference.id}/{file}"


async def settle(engine: AsyncEngine) -> None:
    """A page is asked for anew at once; what changed a moment ago is looked for a moment later."""
    await run(engine, "SELECT pg_sleep(0.3)")


async def read(client: httpx.AsyncClient, conference: Conference, file: str) -> httpx.Response:
    answer = await client.get(url(conference, file))
    assert answer.status_code == 200, answer.text
    return answer


async def events(client: httpx.AsyncClient, conference: Conference) -> list[Any]:
    answer = await read(client, conference, "calendar.ics")
    return list(vobject.readOne(answer.text).vevent_list)


async def told(client: httpx.AsyncClient, conference: Conference) -> dict[str, Any]:
    answer = await read(client, conference, "schedule.json")
    found: dict[str, Any] = answer.json()["schedule"]["conference"]
    return found


async def test_the_calendar_is_there_without_a_token(client: httpx.AsyncClient, uow: Units) -> None:
    conference = await a_conference(uow)
    session = await a_session(uow, conference, name="Keynote", room="Hall A")
    whole, keynote = await events(client, conference)
    assert (whole.summary.value, keynote.summary.value) == (conference.name, "Keynote")
    assert keynote.dtstart.value.astimezone(UTC) == session.period.start
    assert keynote.last_modified.value == session.updated_at.replace(microsecond=0)
    answer = await read(client, conference, "calendar.ics")
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.text
    assert "X-PUBLISHED-TTL:PT1H\r\n" in answer.text


async def test_the_schedule_is_there_as_json_and_as_xml(
    client: httpx.AsyncClient, uow: Units
) -> None:
    conference = await a_conference(uow, multi_track=True)
    first = await a_session(uow, conference, room="A", speaker="Ada")
    second = await a_session(uow, conference, room="B", speaker="Grace")
    shown = await told(client, conference)
    rooms = shown["days"][0]["rooms"]
    assert [rooms[name][0]["id"] for name in ("A", "B")] == [first.id, second.id]
    assert [day["rooms"] for day in shown["days"][1:]] == [{}, {}]
    root = ET.fromstring((await read(client, conference, "schedule.xml")).content)
    in_xml = {event.attrib["guid"] for event in root.iter("event")}
    assert in_xml == {rooms[name][0]["guid"] for name in ("A", "B")}
    assert shown["url"].endswith(f"/api/v1/public/conferences/{conference.id}/")


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("calendar.ics", "text/calendar; charset=utf-8"),
        ("schedule.json", "application/json"),
        ("schedule.xml", "application/xml"),
    ],
)
async def test_each_is_a_file_that_others_may_keep_for_a_moment(
    client: httpx.AsyncClient, uow: Units, file: str, kind: str
) -> None:
    conference = await a_conference(uow)
    headers = (await read(client, conference, file)).headers
    assert headers["content-type"] == kind
    assert headers["cache-control"] == "public, max-age=1"
    assert headers["access-control-allow-origin"] == "*"
    name = f"{file.partition('.')[0].replace('calendar', 'conference')}-{conference.id}"
    assert headers["content-disposition"].startswith(f'inline; filename="{name}.')


@pytest.mark.parametrize("file", FILES)
async def test_who_has_it_is_told_so_without_a_question_about_it(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, statements: list[str], file: str
) -> None:
    conference = await a_conference(uow)
    await a_session(uow, conference)
    await settle(engine)
    tag = (await read(client, conference, file)).headers["etag"]
    statements.clear()
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await client.get(url(conference, file), headers={"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == tag
    assert [one for one in statements if "FROM sessions" in one or "description" in one] == []
    other = await client.get(url(conference, file), headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize("file", FILES)
async def test_a_change_shows(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    as_organizer: Headers,
    file: str,
) -> None:
    conference = await a_conference(uow, organizer=organizer)
    session = await a_session(uow, conference, name="Before")
    await settle(engine)
    before = await read(client, conference, file)
    change = {"session_name": "Afterwards"}
    path = f"/api/v1/sessions/{session.id}/"
    assert (await client.patch(path, json=change, headers=as_organizer)).status_code == 200
    await settle(engine)
    known = {"If-None-Match": before.headers["etag"]}
    after = await client.get(url(conference, file), headers=known)
    assert after.status_code == 200
    assert "Before" in before.text
    assert "Afterwards" in after.text


@pytest.mark.parametrize("file", FILES)
async def test_however_many_sessions_they_are_one_question(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, statements: list[str], file: str
) -> None:
    small = await a_conference(uow, multi_track=True)
    large = await a_conference(uow, multi_track=True)
    await a_session(uow, small)
    for hour in range(8):
        await a_session(uow, large, hour=hour, speaker=f"Speaker {hour}", room=f"Room {hour}")
    counts = []
    for conference in (small, large):
        await settle(engine)
        statements.clear()
        await read(client, conference, file)
        counts.append(len([one for one in statements if "last_value" not in one]))
    assert counts[0] == counts[1] <= 3


@pytest.mark.parametrize("file", FILES)
async def test_what_is_not_for_everybody_is_not_there_whoever_asks(
    client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    guest: User,
    as_organizer: Headers,
    as_admin: Headers,
    as_guest: Headers,
    file: str,
) -> None:
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    private = await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)
    await a_registration(uow, private, await an_attendee(uow, user=guest))
    gone = await a_conference(uow, organizer=organizer)
    await client.delete(f"/api/v1/conferences/{gone.id}/", headers=as_organizer)
    for hidden in (draft, private, gone):
        for who in ({}, as_organizer, as_admin, as_guest):
            answer = await client.get(url(hidden, file), headers=who)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await client.get(f"/api/v1/public/conferences/0/{file}")).status_code == 404
    assert (await client.get(f"/api/v1/public/conferences/99999999/{file}")).status_code == 404


@pytest.mark.parametrize("file", FILES)
async def test_what_becomes_private_is_gone(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    as_organizer: Headers,
    file: str,
) -> None:
    conference = await a_conference(uow, organizer=organizer)
    tag = (await read(client, conference, file)).headers["etag"]
    path = f"/api/v1/conferences/{conference.id}/"
    change = {"visibility": "private"}
    assert (await client.patch(path, json=change, headers=as_organizer)).status_code == 200
    await settle(engine)
    answer = await client.get(url(conference, file), headers={"If-None-Match": tag})
    assert answer.status_code == 404


@pytest.mark.parametrize("file", FILES)
async def test_where_to_meet_online_is_told_to_nobody(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, as_admin: Headers, file: str
) -> None:
    conference = await a_conference(uow)
    await a_session(uow, conference)
    await run(engine, f"UPDATE conferences SET is_online = true, online_url = '{MEETING}'")
    await settle(engine)
    for who in ({}, as_admin):
        answer = await client.get(url(conference, file), headers=who)
        assert answer.status_code == 200
        assert "meet.example" not in answer.text


async def test_whoever_manages_it_has_it_in_their_own_calendar(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    as_organizer: Headers,
    as_guest: Headers,
) -> None:
    conference = await a_conference(uow, organizer=organizer)
    await a_session(uow, conference)
    await run(engine, f"UPDATE conferences SET is_online = true, online_url = '{MEETING}'")
    path = f"/api/v1/conferences/{conference.id}/calendar.ics"
    told = (await client.get(path, headers=as_organizer)).text.replace("\r\n ", "")
    assert told.count(f"CONFERENCE;LABEL=Online;VALUE=URI:{MEETING}\r\n") == 2
    assert "meet.example" not in (await client.get(path, headers=as_guest)).text


async def test_what_is_called_off_says_so(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    as_organizer: Headers,
) -> None:
    conference = await a_conference(uow, organizer=organizer)
    await a_session(uow, conference)
    before = await events(client, conference)
    path = f"/api/v1/conferences/{conference.id}/cancel/"
    assert (await client.post(path, headers=as_organizer)).status_code == 200
    await settle(engine)
    after = await events(client, conference)
    assert [event.status.value for event in after] == ["CANCELLED", "CANCELLED"]
    assert [event.uid.value for event in after] == [event.uid.value for event in before]
    shown = await told(client, conference)
    assert shown["title"] == f"Cancelled: {conference.name}"
    assert [day["rooms"] for day in shown["days"]] == [{}, {}, {}]


async def test_a_moved_session_is_the_same_one_later(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    as_organizer: Headers,
) -> None:
    conference = await a_conference(uow, organizer=organizer)
    session = await a_session(uow, conference)
    await run(engine, "UPDATE sessions SET created_at = created_at - interval '1 day'")
    await settle(engine)
    _, before = await events(client, conference)
    body = {
        "start_time": (session.period.start + timedelta(hours=2)).isoformat(),
        "end_time": (session.period.end + timedelta(hours=2)).isoformat(),
    }
    path = f"/api/v1/sessions/{session.id}/"
    assert (await client.patch(path, json=body, headers=as_organizer)).status_code == 200
    await run(engine, "UPDATE sessions SET updated_at = updated_at + interval '5 seconds'")
    await settle(engine)
    _, after = await events(client, conference)
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.last_modified.value > before.last_modified.value
    assert after.dtstart.value == before.dtstart.value + timedelta(hours=2)


async def test_addresses_are_those_that_people_use(client: httpx.AsyncClient, uow: Units) -> None:
    conference = await a_conference(uow)
    answer = await client.get(
        url(conference, "schedule.json"), headers={"Host": "events.example:8080"}
    )
    schedule = json.loads(answer.text)["schedule"]
    assert schedule["base_url"] == "http://events.example:8080/"
    mine = (await read(client, conference, "schedule.json")).json()["schedule"]
    assert mine["base_url"] != schedule["base_url"]
    assert mine["version"] == schedule["version"]
