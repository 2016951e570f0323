"""A conference in one's calendar, read by another library than the one that wrote it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
import vobject

from app.domain.accounts import User
from app.domain.conferences import ConferenceStatus, Visibility
from tests.factories import Units, a_conference, a_registration, a_session, an_attendee

Headers = dict[str, str]
CONFERENCES = "/api/v1/conferences/"


async def created(client: httpx.AsyncClient, who: Headers, url: str, body: dict[str, Any]) -> int:
    answer = await client.post(url, json=body, headers=who)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["data"]["id"])


async def events(client: httpx.AsyncClient, who: Headers, conference_id: int) -> list[Any]:
    answer = await client.get(f"{CONFERENCES}{conference_id}/calendar.ics", headers=who)
    assert answer.status_code == 200, answer.text
    return list(vobject.readOne(answer.text).vevent_list)


@pytest.mark.parametrize(
    ("timezone", "first", "last", "sessions"),
    [
        (
            "Europe/Berlin",
            "2031-03-29",
            "2031-03-31",
            {"before": "2031-03-29T09:00:00Z", "after": "2031-03-31T08:00:00Z"},
        ),
        (
            "America/New_York",
            "2031-11-01",
            "2031-11-03",
            {"before": "2031-11-01T14:00:00Z", "after": "2031-11-03T15:00:00Z"},
        ),
    ],
)
async def test_ten_o_clock_is_ten_o_clock_before_and_after_the_clocks_change(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    as_guest: Headers,
    timezone: str,
    first: str,
    last: str,
    sessions: dict[str, str],
) -> None:
    conference = {
        "conference_name": "Clocks",
        "location": "Here",
        "start_date": first,
        "end_date": last,
        "timezone": timezone,
    }
    id = await created(client, as_organizer, CONFERENCES, conference)
    for name, start in sessions.items():
        body = {
            "conference": id,
            "session_name": name,
            "start_time": start,
            "end_time": start.replace("00:00Z", "45:00Z"),
        }
        await created(client, as_organizer, "/api/v1/sessions/", body)
    whole, *others = await events(client, as_guest, id)
    day_after = date.fromisoformat(last) + timedelta(days=1)
    assert whole.dtstart.value == date.fromisoformat(first)
    assert whole.dtend.value == day_after
    assert [event.summary.value for event in others] == list(sessions)
    for event, start in zip(others, sessions.values(), strict=True):
        assert event.dtstart.value.hour == 10
        assert event.dtstart.value.astimezone(UTC) == datetime.fromisoformat(start)
        assert event.dtend.value.minute == 45


async def test_whoever_may_see_the_conference_may_have_its_calendar(
    client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    guest: User,
    as_organizer: Headers,
    as_admin: Headers,
    as_guest: Headers,
) -> None:
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    private = await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)
    for hidden in (draft, private):
        url = f"{CONFERENCES}{hidden.id}/calendar.ics"
        for who in (as_organizer, as_admin):
            assert (await client.get(url, headers=who)).status_code == 200
        answer = await client.get(url, headers=as_guest)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await client.get(url)).status_code == 401
    await a_registration(uow, private, await an_attendee(uow, user=guest))
    assert len(await events(client, as_guest, private.id)) == 1


async def test_a_change_right_after_the_beginning_replaces_what_was_taken_before(
    client: httpx.AsyncClient, uow: Units, organizer: User, as_organizer: Headers
) -> None:
    conference = await a_conference(uow, organizer=organizer)
    [before] = await events(client, as_organizer, conference.id)
    url = f"{CONFERENCES}{conference.id}/"
    answer = await client.patch(url, json={"location": "Elsewhere"}, headers=as_organizer)
    assert answer.status_code == 200, answer.text
    [after] = await events(client, as_organizer, conference.id)
    assert after.uid.value == before.uid.value
    assert int(before.sequence.value) == 0 < int(after.sequence.value)


async def test_it_is_a_file_of_its_own(
    client: httpx.AsyncClient, uow: Units, as_guest: Headers
) -> None:
    conference = await a_conference(uow)
    answer = await client.get(f"{CONFERENCES}{conference.id}/calendar.ics", headers=as_guest)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    name = f'inline; filename="conference-{conference.id}.ics"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_is_deleted_is_gone_and_what_is_called_off_says_so(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers, as_guest: Headers
) -> None:
    conference = await a_conference(uow)
    gone = await a_session(uow, conference, hour=8)
    await a_session(uow, conference, name="Keynote", hour=9)
    await client.delete(f"/api/v1/sessions/{gone.id}/", headers=as_admin)
    names = [event.summary.value for event in await events(client, as_guest, conference.id)]
    assert names == [conference.name, "Keynote"]
    before = await events(client, as_guest, conference.id)
    await client.post(f"{CONFERENCES}{conference.id}/cancel/", headers=as_admin)
    after = await events(client, as_guest, conference.id)
    assert {event.status.value for event in after} == {"CANCELLED"}
    assert [event.uid.value for event in after] == [event.uid.value for event in before]
    await client.delete(f"{CONFERENCES}{conference.id}/", headers=as_admin)
    answer = await client.get(f"{CONFERENCES}{conference.id}/calendar.ics", headers=as_guest)
    assert answer.status_code == 404
