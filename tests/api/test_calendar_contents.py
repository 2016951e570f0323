"""One's own registrations at a secret address, read by two libraries that did not write them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import icalendar
import pytest
import vobject
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Visibility
from tests.api.certifying import run
from tests.api.subscribing import Headers, made, subscribed
from tests.factories import Units, a_conference, a_registration, a_session, an_attendee

MEETING = "https://meet.example/secret"


@pytest.fixture
async def feed(client: httpx.AsyncClient, as_guest: Headers) -> str:
    return await made(client, as_guest)


async def test_it_lists_admissions_and_sessions_with_what_there_is_to_know(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, guest: User, feed: str
) -> None:
    conference = await a_conference(uow, name="Summit")
    session = await a_session(uow, conference, name="Keynote", room="Hall A")
    person = await an_attendee(uow, user=guest)
    admission = await a_registration(uow, conference, person)
    await a_registration(uow, session, person)
    await run(engine, f"UPDATE conferences SET online_url = '{MEETING}'")
    events = await subscribed(client, feed)
    assert set(events) == {"Summit", "Keynote"}
    keynote = events["Keynote"]
    assert keynote.status.value == "CONFIRMED"
    assert keynote.dtstart.value.astimezone(UTC) == session.period.start
    assert keynote.location.value == "Hall A, San Francisco"
    assert MEETING in keynote.description.value
    assert events["Summit"].uid.value.startswith(f"registration-{admission.id}-")
    assert admission.ticket_code not in (await client.get(feed)).text


async def test_an_independent_parser_reads_the_subscription(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, guest: User, feed: str
) -> None:
    person = await an_attendee(uow, user=guest)
    # The nights on which the clocks change, and ten o'clock before and after.
    nights = {
        "Europe/Berlin": (datetime(2031, 3, 29, tzinfo=UTC), (9, 32)),
        "America/New_York": (datetime(2031, 11, 1, tzinfo=UTC), (14, 39)),
    }
    for zone, (start, hours) in nights.items():
        conference = await a_conference(uow, starts_at=start)
        await run(engine, f"UPDATE conferences SET timezone='{zone}' WHERE id = {conference.id}")
        for hour in hours:
            session = await a_session(uow, conference, name=f"{zone} {hour}", hour=hour)
            await a_registration(uow, session, person)
    text = (await client.get(feed)).text
    mine = vobject.readOne(text)
    theirs = icalendar.Calendar.from_ical(text)
    assert mine.x_wr_calname.value == theirs["X-WR-CALNAME"] == "My registrations"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in text
    assert "X-PUBLISHED-TTL:PT1H\r\n" in text
    ours = {event.summary.value: event.dtstart.value for event in mine.vevent_list}
    others = {str(event["SUMMARY"]): event.decoded("DTSTART") for event in theirs.walk("VEVENT")}
    assert len(ours) == 4
    assert {at.hour for at in ours.values()} == {10}
    assert {name: at.astimezone(UTC) for name, at in ours.items()} == {
        name: at.astimezone(UTC) for name, at in others.items()
    }
    assert len(theirs.walk("VTIMEZONE")) == 2


async def test_an_empty_calendar_is_a_calendar(client: httpx.AsyncClient, feed: str) -> None:
    text = (await client.get(feed)).text
    assert vobject.readOne(text).version.value == "2.0"
    # One needs a component, whatever it is.
    assert icalendar.Calendar.from_ical(text).subcomponents


async def test_what_is_not_paid_yet_is_tentative(
    client: httpx.AsyncClient, uow: Units, guest: User, feed: str
) -> None:
    conference = await a_conference(uow, name="Priced", price=Decimal(10))
    await a_registration(uow, conference, await an_attendee(uow, user=guest))
    [event] = (await subscribed(client, feed)).values()
    assert event.status.value == "TENTATIVE"
    assert "Not confirmed yet" in event.description.value


async def test_what_was_cancelled_says_so_for_a_while(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    guest: User,
    as_guest: Headers,
    feed: str,
) -> None:
    conference = await a_conference(uow, name="Summit")
    mine = await a_registration(uow, conference, await an_attendee(uow, user=guest))
    await run(engine, f"UPDATE conferences SET online_url = '{MEETING}'")
    before = (await subscribed(client, feed))["Summit"]
    await client.delete(f"/api/v1/registrations/{mine.id}/", headers=as_guest)
    after = (await subscribed(client, feed))["Summit"]
    assert after.status.value == "CANCELLED"
    assert after.uid.value == before.uid.value
    assert "meet.example" not in (await client.get(feed)).text
    await run(engine, "UPDATE registrations SET ended_at = now() - interval '31 days'")
    assert await subscribed(client, feed) == {}


async def test_a_conference_that_is_called_off_says_so(
    client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    as_organizer: Headers,
    guest: User,
    feed: str,
) -> None:
    conference = await a_conference(uow, organizer=organizer, name="Summit")
    await a_registration(uow, conference, await an_attendee(uow, user=guest))
    await client.post(f"/api/v1/conferences/{conference.id}/cancel/", headers=as_organizer)
    assert (await subscribed(client, feed))["Summit"].status.value == "CANCELLED"
    await client.delete(f"/api/v1/conferences/{conference.id}/", headers=as_organizer)
    assert (await subscribed(client, feed))["Summit"].status.value == "CANCELLED"


async def test_whoever_waits_is_not_there_yet_and_was_not_there_having_left(
    client: httpx.AsyncClient, uow: Units, as_guest: Headers, feed: str
) -> None:
    conference = await a_conference(uow, capacity=1)
    await a_registration(uow, conference)
    body = {"conference": conference.id, "session": None, "waitlist": True}
    answer = await client.post("/api/v1/registrations/", json=body, headers=as_guest)
    assert answer.json()["data"]["status"] == "waitlisted"
    assert await subscribed(client, feed) == {}
    path = f"/api/v1/registrations/{answer.json()['data']['id']}/"
    assert (await client.delete(path, headers=as_guest)).status_code == 200
    assert await subscribed(client, feed) == {}


async def test_of_a_private_one_that_one_left_nothing_more_is_told(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    guest: User,
    as_guest: Headers,
    feed: str,
) -> None:
    conference = await a_conference(
        uow, organizer=organizer, name="Board", visibility=Visibility.PRIVATE
    )
    session = await a_session(uow, conference, name="Talk")
    person = await an_attendee(uow, user=guest)
    admission = await a_registration(uow, conference, person)
    talk = await a_registration(uow, session, person)
    uid = (await subscribed(client, feed))["Board"].uid.value
    await client.delete(f"/api/v1/registrations/{admission.id}/", headers=as_guest)
    # As long as there is something that one comes for, one sees it.
    assert (await subscribed(client, feed))["Board"].status.value == "CANCELLED"
    await client.delete(f"/api/v1/registrations/{talk.id}/", headers=as_guest)
    await run(engine, "UPDATE conferences SET name = 'Secret', location = 'Secret'")
    text = (await client.get(feed)).text
    events = vobject.readOne(text).vevent_list
    assert {event.summary.value for event in events} == {"Cancelled registration"}
    assert uid in {event.uid.value for event in events}
    assert not any(word in text for word in ("Secret", "Board", "Talk", "San Francisco"))


async def test_what_others_entered_for_an_unproven_address_is_not_told(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, guest: User, feed: str
) -> None:
    person = await an_attendee(uow, user=guest)
    conference = await a_conference(uow, name="Entered")
    await run(engine, f"UPDATE users SET verified_at = NULL WHERE id = {guest.id}")
    await a_registration(uow, conference, person)
    await run(engine, "UPDATE registrations SET owner_id = NULL")
    assert await subscribed(client, feed) == {}
    await run(engine, f"UPDATE users SET verified_at = now() WHERE id = {guest.id}")
    assert list(await subscribed(client, feed)) == ["Entered"]


@pytest.mark.parametrize("what", ["session", "conference", "registration"])
async def test_what_moves_is_the_same_event_later(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    organizer: User,
    as_organizer: Headers,
    guest: User,
    as_guest: Headers,
    feed: str,
    what: str,
) -> None:
    conference = await a_conference(uow, organizer=organizer)
    # The other one has not been touched for long: that it is old makes no step back.
    other = await a_session(uow, conference, hour=20, name="Other")
    session = await a_session(uow, conference, name="Talk")
    mine = await a_registration(uow, session, await an_attendee(uow, user=guest))
    for table in ("sessions", "conferences", "registrations"):
        await run(engine, f"UPDATE {table} SET created_at = created_at - interval '1 day'")
    for statement in (
        "UPDATE registrations SET confirmed_at = confirmed_at - interval '1 day'",
        f"UPDATE sessions SET updated_at = updated_at - interval '2 hours' WHERE id = {other.id}",
        f"UPDATE sessions SET updated_at = updated_at - interval '1 hour' WHERE id = {session.id}",
        "UPDATE conferences SET updated_at = updated_at - interval '1 hour'",
    ):
        await run(engine, statement)
    [before] = (await subscribed(client, feed)).values()
    later = session.period.start + timedelta(hours=2)
    path, body, who = {
        "session": (
            f"sessions/{session.id}/",
            {
                "start_time": later.isoformat(),
                "end_time": (later + timedelta(hours=1)).isoformat(),
            },
            as_organizer,
        ),
        "conference": (f"conferences/{conference.id}/", {"location": "Bonn"}, as_organizer),
        "registration": (f"registrations/{mine.id}/", {"session": other.id}, as_guest),
    }[what]
    answer = await client.patch(f"/api/v1/{path}", json=body, headers=who)
    assert answer.status_code == 200, answer.text
    [after] = (await subscribed(client, feed)).values()
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.last_modified.value > before.last_modified.value
    assert (after.dtstart.value, after.location.value) != (
        before.dtstart.value,
        before.location.value,
    )
