"""Seed 002: registering by e-mail, as documented, as refused, and as the other contracts see it."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.domain.access import Role
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.mini_event.seed import ADJUSTED, ATTENDEE, BOB
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    a_user,
    an_attendee,
    login,
)
from tests.shapes import differences

SLASHES = pytest.mark.parametrize("slash", ["/", ""])
NATIVE = "/api/v1"


@pytest.fixture
async def event(api: httpx.AsyncClient) -> int:
    """The id of the documented event, made as documented."""
    return int((await api.post("/api/events/", json=ADJUSTED)).json()["id"])


async def register(
    api: httpx.AsyncClient, event: int, name: str = "Bob The Builder", email: str = BOB["email"]
) -> httpx.Response:
    return await api.post(f"/api/events/{event}/register/", json={"name": name, "email": email})


async def attendees(api: httpx.AsyncClient, event: int) -> Sequence[dict[str, Any]]:
    answer = await api.get(f"/api/events/{event}/attendees/")
    assert answer.status_code == 200
    listed: Sequence[dict[str, Any]] = answer.json()
    return listed


async def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == ["detail", "code"]
    assert answer.headers["X-Error-Code"] == answer.json()["code"]
    return str(answer.json()["code"])


@SLASHES
async def test_the_documented_registration_and_the_documented_list(
    api: httpx.AsyncClient, event: int, slash: str
) -> None:
    answer = await api.post(f"/api/events/{event}/register{slash}", json=BOB)
    assert answer.status_code == 201
    bob = answer.json()
    # More than is documented: whether that settles it.
    assert bob.pop("status") == "confirmed"
    assert list(bob) == list(ATTENDEE)
    assert bob == {"id": bob["id"], "event": event, **BOB, "registered_at": bob["registered_at"]}
    assert bob["registered_at"].endswith("Z")
    answer = await api.get(f"/api/events/{event}/attendees{slash}")
    assert (answer.status_code, answer.json()) == (200, [bob])
    shown = (await api.get(f"/api/events/{event}/")).json()
    assert (shown["registered"], shown["seats_left"]) == (1, 749)


async def test_one_registration_per_email(api: httpx.AsyncClient, event: int) -> None:
    await register(api, event)
    for same in (BOB["email"], "BOB@Example.com", " bob@example.com "):
        answer = await register(api, event, email=same)
        assert await code_of(answer) == "already_registered"
        assert answer.json()["detail"] == "This email is already registered for this event."
    assert len(await attendees(api, event)) == 1


async def test_no_more_than_fit_in(api: httpx.AsyncClient) -> None:
    event = (await api.post("/api/events/", json=ADJUSTED | {"max_capacity": 2})).json()["id"]
    for n in range(2):
        assert (await register(api, event, email=f"guest{n}@example.com")).status_code == 201
    answer = await register(api, event, email="late@example.com")
    assert await code_of(answer) == "conference_full"
    assert answer.json()["detail"] == "This event is full."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (BOB | {"email": "bob"}, "email"),
        (BOB | {"email": "Bob <bob@example.com>"}, "email"),
        (BOB | {"email": None}, "email"),
        ({"name": "Bob"}, "email"),
        (BOB | {"name": ""}, "name"),
        (BOB | {"name": "Bob\r\nBcc: all@example.com"}, "name"),
        ({"email": "bob@example.com"}, "name"),
    ],
)
async def test_a_field_at_fault_is_named(
    api: httpx.AsyncClient, event: int, body: dict[str, Any], field: str
) -> None:
    answer = await api.post(f"/api/events/{event}/register/", json=body)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert isinstance(answer.json()[field], list)


async def test_who_comes_too_late_is_told_so(api: httpx.AsyncClient, uow: Units) -> None:
    now = utc_now()
    past = await a_conference(uow, starts_at=now - timedelta(days=30))
    closed = await a_conference(uow, registration_deadline=now - timedelta(days=1))
    assert await code_of(await register(api, past.id)) == "conference_past"
    assert await code_of(await register(api, closed.id)) == "registration_closed"


async def test_a_cancelled_event_takes_nobody(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_admin: Headers, event: int
) -> None:
    await register(api, event)
    await client.post(f"{NATIVE}/conferences/{event}/cancel/", headers=as_admin)
    answer = await register(api, event, email="late@example.com")
    assert await code_of(answer) == "conference_inactive"
    assert await attendees(api, event) == []


async def test_what_strangers_do_not_see_is_not_there(api: httpx.AsyncClient, uow: Units) -> None:
    draft = await a_conference(uow, status=ConferenceStatus.DRAFT)
    private = await a_conference(uow, visibility=Visibility.PRIVATE)
    for id in (draft.id, private.id, 999_999):
        assert (await register(api, id)).status_code == 404
        assert (await api.get(f"/api/events/{id}/attendees/")).status_code == 404


async def test_another_name_changes_nobody_and_is_kept_with_its_registration(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_admin: Headers, event: int
) -> None:
    await register(api, event, name="Bob The Builder")
    other = (await api.post("/api/events/", json=ADJUSTED | {"name": "Another"})).json()["id"]
    answer = await register(api, other, name="Robert", email="BOB@example.com")
    # What was sent comes back, and nothing that is known of the person.
    assert (answer.json()["name"], answer.json()["email"]) == ("Robert", "BOB@example.com")
    assert [guest["name"] for guest in await attendees(api, event)] == ["Bob The Builder"]
    assert [guest["name"] for guest in await attendees(api, other)] == ["Robert"]
    known = (await client.get(f"{NATIVE}/attendees/", headers=as_admin)).json()["data"]
    assert [(one["attendee_name"], one["email"]) for one in known] == [tuple(BOB.values())]


async def test_a_guest_and_an_account_with_the_same_email_are_one_person(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, event: int
) -> None:
    user = await a_user(uow, username="bob")
    headers = await login(client, user)
    body = {"conference": event}
    await client.post(f"{NATIVE}/registrations/", json=body, headers=headers)
    assert await code_of(await register(api, event)) == "already_registered"
    other = (await api.post("/api/events/", json=ADJUSTED | {"name": "Another"})).json()["id"]
    made = (await register(api, other)).json()
    answer = await client.post(
        f"{NATIVE}/registrations/", json={"conference": other}, headers=headers
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "already_registered")
    own = (await client.get(f"{NATIVE}/registrations/", headers=headers)).json()["data"]
    assert made["id"] in [registration["id"] for registration in own]


async def test_emails_are_shown_for_events_of_nobody_alone(
    api: httpx.AsyncClient, uow: Units, event: int
) -> None:
    owned = await a_conference(uow, capacity=10)
    for id in (event, owned.id):
        assert (await register(api, id)).json()["email"] == BOB["email"]
    assert [guest["email"] for guest in await attendees(api, event)] == [BOB["email"]]
    [guest] = await attendees(api, owned.id)
    assert differences(ATTENDEE, guest) == []
    assert (guest["name"], guest["email"]) == (BOB["name"], "")


async def test_the_list_is_of_those_with_a_seat_in_the_order_of_registration(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    conference = await a_conference(uow, capacity=3)
    session = await a_session(uow, conference)
    people = [await an_attendee(uow) for _ in range(5)]
    made = [await a_registration(uow, conference, person) for person in people[:3]]
    # Not in it: whoever waits, whoever comes to a session alone, and whoever has cancelled.
    waits = {"conference": conference.id, "attendee": people[3].id, "waitlist": True}
    await client.post(f"{NATIVE}/registrations/", json=waits, headers=as_admin)
    await a_registration(uow, session, people[4])
    assert [one["id"] for one in await attendees(api, conference.id)] == [one.id for one in made]
    await client.delete(f"{NATIVE}/registrations/{made[0].id}/", headers=as_admin)
    names = [one["name"] for one in await attendees(api, conference.id)]
    assert names == [people[1].name, people[2].name, people[3].name]


async def test_the_list_takes_one_statement(
    api: httpx.AsyncClient, event: int, statements: list[str]
) -> None:
    for n in range(5):
        await register(api, event, email=f"guest{n}@example.com")
    statements.clear()
    assert len(await attendees(api, event)) == 5
    assert len(statements) == 1


async def test_whoever_cannot_name_a_ticket_type_gets_the_cheapest_there_is(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    conference = await a_conference(uow)
    dear = await a_ticket_type(uow, conference, price=Decimal(50))
    free = await a_ticket_type(uow, conference, quantity=1)
    for n, kind in enumerate((free, dear)):
        made = await register(api, conference.id, email=f"guest{n}@example.com")
        # Whoever has something to pay is told that nothing is settled yet.
        assert made.json()["status"] == ("confirmed" if kind is free else "pending")
        path = f"{NATIVE}/registrations/{made.json()['id']}/"
        shown = (await client.get(path, headers=as_admin)).json()["data"]
        assert shown["ticket_type"] == kind.id


async def test_nobody_overtakes_those_who_wait(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    conference = await a_conference(uow, capacity=1)
    first = await a_registration(uow, conference)
    waiting = await an_attendee(uow)
    waits = {"conference": conference.id, "attendee": waiting.id, "waitlist": True}
    await client.post(f"{NATIVE}/registrations/", json=waits, headers=as_admin)
    await client.delete(f"{NATIVE}/registrations/{first.id}/", headers=as_admin)
    assert await code_of(await register(api, conference.id)) == "conference_full"
    assert [one["name"] for one in await attendees(api, conference.id)] == [waiting.name]


async def test_a_repeated_request_under_a_key_registers_once(
    api: httpx.AsyncClient, event: int
) -> None:
    path, key = f"/api/events/{event}/register/", {"Idempotency-Key": "only-once"}
    first = await api.post(path, json=BOB, headers=key)
    again = await api.post(path, json=BOB, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


async def test_an_organizer_sees_the_guests_who_came_by_email(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units
) -> None:
    organizer = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=organizer)
    await register(api, conference.id)
    headers = await login(client, organizer)
    path = f"{NATIVE}/attendees/"
    seen = (await client.get(path, headers=headers)).json()["data"]
    assert [one["email"] for one in seen] == [BOB["email"]]
