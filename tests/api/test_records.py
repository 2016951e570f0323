"""The record of a person is nobody's but theirs once they have proven the address it is of."""

import csv
from collections.abc import AsyncIterator
from io import StringIO
from typing import Any

import httpx
import pytest

from app.domain import attendees
from app.domain.access import Caller, Role
from app.domain.accounts import User
from app.domain.attendees import Attendee
from app.domain.conferences import Conference
from app.domain.times import utc_now
from tests.api.test_exports import guest
from tests.api.test_ownership import register, sign_up, verify
from tests.factories import (
    PASSWORD,
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    caller,
)
from tests.serving import Served

API = "/api/v1"
ADDRESS = "pat@example.org"
SECRET = {"attendee_name": "Pat Secret", "phone_number": "+1 555 0100", "organization": "Hidden"}


@pytest.fixture
async def brought(uow: Units, organizer: User) -> Attendee:
    """Somebody whom the organizer has entered."""
    return await an_attendee(uow, email=ADDRESS, by=organizer)


@pytest.fixture
async def person(app: Served, brought: Attendee) -> AsyncIterator[httpx.AsyncClient]:
    """Their account, opened afterwards."""
    assert brought.user_id is None
    async with app.client() as client:
        await sign_up(client, "pat", ADDRESS)
        yield client


@pytest.fixture
async def olga(client: httpx.AsyncClient, as_organizer: dict[str, str]) -> httpx.AsyncClient:
    """The organizer, logged in."""
    client.headers.update(as_organizer)
    return client


async def claim(person: httpx.AsyncClient, uow: Units, brought: Attendee) -> None:
    """Prove the address, and write the record."""
    await verify(person, uow)
    answer = await person.patch(f"{API}/attendees/{brought.id}/", json=SECRET)
    assert answer.status_code == 200, answer.text


async def status(client: httpx.AsyncClient, brought: Attendee) -> list[int]:
    path = f"{API}/attendees/{brought.id}/"
    return [
        (await client.get(path)).status_code,
        (await client.patch(path, json={"organization": "Mine"})).status_code,
        (await client.delete(path)).status_code,
        (await client.get(f"{path}recommendations/")).status_code,
    ]


async def listed(client: httpx.AsyncClient, query: str = "") -> list[Any]:
    rows = (await client.get(f"{API}/attendees/{query}")).json()["data"]
    return [row["id"] for row in rows]


async def exported(
    client: httpx.AsyncClient, conference: Conference, subject: str
) -> list[dict[str, str]]:
    path = f"{API}/conferences/{conference.id}/exports/{subject}.csv"
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def phones(client: httpx.AsyncClient, conference: Conference) -> set[str]:
    """Every phone number and organization that is told of who comes."""
    comers = (await client.get(f"{API}/conferences/{conference.id}/attendees/")).json()["data"]
    found = {one["phone"] for one in comers}
    for subject in ("attendees", "registrations"):
        for row in await exported(client, conference, subject):
            found |= {row["Phone"].removeprefix("'"), row["Organization"]}
    return found


async def put_down(client: httpx.AsyncClient, brought: Attendee, conference: Conference) -> int:
    body = {"conference": conference.id, "attendee": brought.id}
    return (await client.post(f"{API}/registrations/", json=body)).status_code


async def test_who_is_brought_is_theirs_who_brought_them_until_the_proof(
    olga: httpx.AsyncClient, person: httpx.AsyncClient, brought: Attendee, conference: Conference
) -> None:
    found = await olga.get(f"{API}/attendees/{brought.id}/")
    assert found.json()["data"]["phone_number"] == brought.phone_number
    assert await listed(olga) == [brought.id]
    assert await put_down(olga, brought, conference) == 201
    assert brought.phone_number in await phones(olga, conference)
    assert await status(person, brought) == [404, 404, 404, 404]


async def test_from_the_proof_on_it_is_theirs_alone(
    olga: httpx.AsyncClient,
    person: httpx.AsyncClient,
    brought: Attendee,
    conference: Conference,
    uow: Units,
) -> None:
    await claim(person, uow, brought)
    assert await status(olga, brought) == [404, 404, 404, 404]
    for query in ("", f"?email={ADDRESS}", "?search=Pat", f"?conference={conference.id}"):
        assert await listed(olga, query) == []
    assert await put_down(olga, brought, conference) == 403
    taken = await olga.post(f"{API}/attendees/", json={"attendee_name": "X", "email": ADDRESS})
    assert (taken.status_code, "conflicts_with" in taken.json()) == (409, False)
    assert await listed(person) == [brought.id]


async def test_what_was_registered_before_shows_a_guest(
    olga: httpx.AsyncClient,
    person: httpx.AsyncClient,
    brought: Attendee,
    conference: Conference,
    uow: Units,
    organizer: User,
) -> None:
    assert await put_down(olga, brought, conference) == 201
    await claim(person, uow, brought)
    assert await status(olga, brought) == [404, 404, 404, 404]
    assert await listed(olga, f"?conference={conference.id}") == []
    assert await phones(olga, conference) == {""}
    [row] = await exported(olga, conference, "attendees")
    assert row["E-mail"] == ADDRESS
    # Nor does it make them known for anything else.
    assert await put_down(olga, brought, await a_conference(uow, organizer=organizer)) == 403


async def test_a_change_of_address_gives_nothing_back(
    olga: httpx.AsyncClient,
    person: httpx.AsyncClient,
    brought: Attendee,
    conference: Conference,
    uow: Units,
    organizer: User,
) -> None:
    assert await put_down(olga, brought, conference) == 201
    await claim(person, uow, brought)
    for email in ("new@example.org", "newer@example.org"):
        answer = await person.patch(f"{API}/users/me/", json={"email": email})
        assert answer.status_code == 200, answer.text
        assert await status(olga, brought) == [404, 404, 404, 404]
        assert await listed(olga) == []
        assert await phones(olga, conference) == {""}
        assert await put_down(olga, brought, await a_conference(uow, organizer=organizer)) == 403
        # Their own record stays in sight.
        assert await listed(person) == [brought.id]


async def test_whoever_comes_by_themselves_shows_their_record(
    olga: httpx.AsyncClient,
    person: httpx.AsyncClient,
    brought: Attendee,
    conference: Conference,
    uow: Units,
    organizer: User,
) -> None:
    await claim(person, uow, brought)
    await register(person, conference)
    assert await listed(olga) == [brought.id]
    assert await phones(olga, conference) == {SECRET["phone_number"], SECRET["organization"]}
    answer = await olga.patch(f"{API}/attendees/{brought.id}/", json={"organization": "Mine"})
    assert answer.status_code == 403
    assert await put_down(olga, brought, await a_conference(uow, organizer=organizer)) == 201


async def test_an_organizer_seats_whom_they_registered_elsewhere_in_the_conference(
    olga: httpx.AsyncClient,
    person: httpx.AsyncClient,
    brought: Attendee,
    conference: Conference,
    uow: Units,
    organizer: User,
) -> None:
    first, second = [await a_session(uow, conference, hour=hour) for hour in (9, 12)]
    body = {"conference": conference.id, "session": first.id, "attendee": brought.id}
    made = await olga.post(f"{API}/registrations/", json=body)
    await claim(person, uow, brought)
    path = f"{API}/registrations/{made.json()['data']['id']}/"
    moved = await olga.patch(path, json={"session": second.id})
    assert moved.status_code == 200, moved.text
    away = {"conference": (await a_conference(uow, organizer=organizer)).id, "session": None}
    assert (await olga.patch(path, json=away)).status_code == 403


async def test_a_record_that_is_entered_for_a_proven_address_is_not_theirs_who_did(
    olga: httpx.AsyncClient, conference: Conference, uow: Units
) -> None:
    known = await a_user(uow)
    body = {"attendee_name": "Whoever", "email": known.email}
    made = (await olga.post(f"{API}/attendees/", json=body)).json()["data"]
    assert made["user"] is None
    assert (await olga.get(f"{API}/attendees/{made['id']}/")).status_code == 404
    asked = {"conference": conference.id, "attendee": made["id"]}
    assert (await olga.post(f"{API}/registrations/", json=asked)).status_code == 403


async def test_whoever_claims_an_address_shows_nobody_the_record_of_it(
    app: Served, uow: Units, brought: Attendee
) -> None:
    """Neither to oneself nor to a friend, by registering for a conference of theirs."""
    async with app.client() as claimant, app.client() as friend:
        for client, name, email in (
            (claimant, "claimant", ADDRESS),
            (friend, "friend", "friend@example.org"),
        ):
            body = {"username": name, "password": PASSWORD}
            more = body | {"email": email, "role": "organizer"}
            assert (await client.post(f"{API}/users/", json=more)).status_code == 201
            tokens = (await client.post(f"{API}/token/", json=body)).json()["data"]
            client.headers["Authorization"] = f"Bearer {tokens['access']}"
            me = (await client.get(f"{API}/users/me/")).json()["data"]["id"]
            async with uow().reading() as tx:
                owner = await tx.accounts.get(me)
            held = await a_conference(uow, organizer=owner)
            await register(claimant, held)
            assert await status(client, brought) == [404, 404, 404, 404]
            assert await phones(client, held) == {""}


async def test_a_guest_list_shows_no_more_of_a_known_person_than_exports_do(
    olga: httpx.AsyncClient, as_admin: dict[str, str], conference: Conference, uow: Units
) -> None:
    known = await an_attendee(uow, by=await a_user(uow, role=Role.ORGANIZER))
    await guest(uow, conference, "Whoever", known.email)
    came = await an_attendee(uow, user=await a_user(uow))
    await attendees.update(
        uow(),
        await _of(uow, came),
        came.id,
        attendees.AttendeeChange(phone_number="+1 555 0199"),
        utc_now(),
    )
    await a_registration(uow, conference, came)
    path = f"{API}/conferences/{conference.id}/attendees/"
    rows = (await olga.get(path)).json()["data"]
    assert [(row["name"], row["email"], row["phone"]) for row in rows] == [
        ("Whoever", known.email, ""),
        (came.name, came.email, "+1 555 0199"),
    ]
    rows = (await olga.get(path, headers=as_admin)).json()["data"]
    assert rows[0]["phone"] == known.phone_number


async def _of(uow: Units, attendee: Attendee) -> Caller:
    assert attendee.user_id is not None
    async with uow().reading() as tx:
        return caller(await tx.accounts.get(attendee.user_id))
