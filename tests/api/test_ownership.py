"""Whoever claims an address sees nothing of what others registered for it, until it is proven."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import verification
from app.domain.accounts import User
from app.domain.attendees import Attendee
from app.domain.conferences import Conference, Visibility
from app.domain.registrations import Registration
from app.domain.times import utc_now
from tests.factories import (
    PASSWORD,
    Units,
    a_conference,
    a_registration,
    an_attendee,
)

VICTIM = "victim@example.com"
API = "/api/v1"


@pytest.fixture
async def victim(uow: Units, organizer: User) -> Attendee:
    """Somebody without an account whom an organizer entered."""
    return await an_attendee(uow, email=VICTIM, by=organizer)


@pytest.fixture
async def private(uow: Units, organizer: User) -> Conference:
    return await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)


@pytest.fixture
async def hidden(uow: Units, private: Conference, victim: Attendee) -> Registration:
    return await a_registration(uow, private, victim)


@pytest.fixture
async def claimant(app: Any, hidden: Registration) -> AsyncIterator[httpx.AsyncClient]:
    """Logged in to an account with the victim's address, opened afterwards."""
    assert hidden.owner_id is None
    async with app.client() as client:
        await sign_up(client, "claimant", VICTIM)
        yield client


async def sign_up(client: httpx.AsyncClient, username: str, email: str) -> None:
    body = {"username": username, "password": PASSWORD}
    assert (await client.post(f"{API}/users/", json=body | {"email": email})).status_code == 201
    tokens = (await client.post(f"{API}/token/", json=body)).json()["data"]
    client.headers["Authorization"] = f"Bearer {tokens['access']}"


async def verify(client: httpx.AsyncClient, uow: Units) -> None:
    id = (await client.get(f"{API}/users/me/")).json()["data"]["id"]
    proof = await verification.draw(uow(), id, utc_now())
    assert proof is not None
    await verification.verify(uow(), proof.token, utc_now())


async def register(client: httpx.AsyncClient, conference: Conference) -> int:
    answer = await client.post(f"{API}/registrations/", json={"conference": conference.id})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["data"]["id"])


async def seen(client: httpx.AsyncClient) -> list[int]:
    rows = (await client.get(f"{API}/registrations/")).json()["data"]
    return sorted(row["id"] for row in rows)


async def statuses(client: httpx.AsyncClient, held: Registration) -> list[int]:
    one = f"{API}/registrations/{held.id}/"
    paths = [one, f"{one}ticket/", f"{API}/conferences/{held.conference_id}/"]
    return [(await client.get(path)).status_code for path in paths]


async def test_an_unproven_address_shows_nothing(
    claimant: httpx.AsyncClient, hidden: Registration
) -> None:
    assert await seen(claimant) == []
    assert await statuses(claimant, hidden) == [404, 404, 404]
    answer = await claimant.delete(f"{API}/registrations/{hidden.id}/")
    assert answer.status_code == 404
    listed = (await claimant.get(f"{API}/conferences/")).json()["data"]
    assert hidden.conference_id not in [one["id"] for one in listed]


async def test_a_proven_one_shows_everything(
    claimant: httpx.AsyncClient, hidden: Registration, uow: Units
) -> None:
    await verify(claimant, uow)
    assert await seen(claimant) == [hidden.id]
    assert await statuses(claimant, hidden) == [200, 200, 200]


async def test_what_one_registers_oneself_is_one_s_own_at_once(
    claimant: httpx.AsyncClient, hidden: Registration, uow: Units
) -> None:
    own = await register(claimant, await a_conference(uow))
    assert await seen(claimant) == [own]
    assert (await claimant.get(f"{API}/registrations/{own}/ticket/")).status_code == 200
    await verify(claimant, uow)
    assert await seen(claimant) == sorted([own, hidden.id])


async def test_what_is_entered_after_the_sign_up_is_no_more_theirs(
    claimant: httpx.AsyncClient, victim: Attendee, uow: Units
) -> None:
    later = await a_registration(uow, await a_conference(uow), victim)
    assert later.owner_id is None
    assert await seen(claimant) == []


async def test_an_address_cannot_be_exchanged_for_one_that_can_be_proven(
    claimant: httpx.AsyncClient, hidden: Registration, uow: Units
) -> None:
    own = await register(claimant, await a_conference(uow))
    answer = await claimant.patch(f"{API}/users/me/", json={"email": "mine@example.com"})
    assert answer.status_code == 200, answer.text
    await verify(claimant, uow)
    assert await seen(claimant) == [own]
    assert await statuses(claimant, hidden) == [404, 404, 404]


async def test_the_one_whose_address_it_is_finds_it_again(
    claimant: httpx.AsyncClient, client: httpx.AsyncClient, hidden: Registration, uow: Units
) -> None:
    own = await register(claimant, await a_conference(uow))
    await claimant.patch(f"{API}/users/me/", json={"email": "mine@example.com"})
    await sign_up(client, "victim", VICTIM)
    await verify(client, uow)
    assert await seen(client) == [hidden.id]
    assert await seen(claimant) == [own]


async def test_what_was_proven_goes_along_to_the_next_address(
    claimant: httpx.AsyncClient, hidden: Registration, uow: Units
) -> None:
    await verify(claimant, uow)
    for email in ("typo@example.com", "new@example.com"):
        assert (await claimant.patch(f"{API}/users/me/", json={"email": email})).status_code == 200
        assert await seen(claimant) == [hidden.id]


async def test_an_unproven_address_removes_nobody(
    claimant: httpx.AsyncClient, victim: Attendee, uow: Units
) -> None:
    path = f"{API}/attendees/{victim.id}/"
    assert (await claimant.delete(path)).status_code == 404
    await verify(claimant, uow)
    assert (await claimant.delete(path)).status_code == 200


async def test_an_unproven_address_removes_nothing_that_others_registered(
    client: httpx.AsyncClient, uow: Units
) -> None:
    await sign_up(client, "early", "early@example.com")
    await register(client, await a_conference(uow))
    [person] = (await client.get(f"{API}/attendees/")).json()["data"]
    async with uow().reading() as tx:
        entered = await tx.attendees.of_email("early@example.com")
    assert entered is not None
    await a_registration(uow, await a_conference(uow), entered)
    answer = await client.delete(f"{API}/attendees/{person['id']}/")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    await verify(client, uow)
    assert (await client.delete(f"{API}/attendees/{person['id']}/")).status_code == 200


async def test_what_others_wrote_down_of_a_person_waits_for_the_proof(
    claimant: httpx.AsyncClient, victim: Attendee, uow: Units
) -> None:
    path = f"{API}/attendees/{victim.id}/"
    paths = [path, f"{path}recommendations/"]
    # To register oneself does not open it either.
    for _ in range(2):
        assert [(await claimant.get(one)).status_code for one in paths] == [404, 404]
        assert (await claimant.patch(path, json={"attendee_name": "Mine"})).status_code == 404
        assert (await claimant.get(f"{API}/attendees/")).json()["data"] == []
        await register(claimant, await a_conference(uow))
    await verify(claimant, uow)
    assert (await claimant.get(path)).json()["data"]["phone_number"] == victim.phone_number
    assert [one["id"] for one in (await claimant.get(f"{API}/attendees/")).json()["data"]] == [
        victim.id
    ]


async def test_what_others_wrote_down_is_not_carried_to_an_address_that_can_be_proven(
    claimant: httpx.AsyncClient, victim: Attendee, uow: Units, organizer: User
) -> None:
    bare = await an_attendee(uow, email="bare@example.com", by=organizer)
    await sign_up(claimant, "another", bare.email)
    assert (await claimant.patch(f"{API}/users/me/", json={"email": "m@x.org"})).status_code == 200
    await verify(claimant, uow)
    for person in (bare, victim):
        assert (await claimant.get(f"{API}/attendees/{person.id}/")).status_code == 404


async def test_a_review_counts_what_is_one_s_own(
    claimant: httpx.AsyncClient, hidden: Registration, uow: Units, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE conferences SET visibility = 'public',"
                " starts_at = now() - interval '2 days', ends_at = now() - interval '1 day'"
            )
        )
        await connection.execute(text("UPDATE registrations SET checked_in_at = now()"))
    async with uow().reading() as tx:
        me = (await claimant.get(f"{API}/users/me/")).json()["data"]["id"]
        before = await tx.reviews.presence(me, hidden.conference_id)
    await verify(claimant, uow)
    async with uow().reading() as tx:
        after = await tx.reviews.presence(me, hidden.conference_id)
    assert (before.is_confirmed, before.is_checked_in) == (False, False)
    assert (after.is_confirmed, after.is_checked_in) == (True, True)
