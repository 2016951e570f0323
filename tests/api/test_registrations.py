import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from tests.api.asking import REGISTRATIONS, Headers, count, refused, wish
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    login,
)


async def test_a_free_registration_is_confirmed_at_once(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers
) -> None:
    session, attendee = await a_session(uow, conference, capacity=2), await an_attendee(uow)
    answer = await client.post(REGISTRATIONS, json=wish(session, attendee), headers=as_admin)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data["status"] == "confirmed"
    assert data["confirmed_at"] == data["created_at"]
    assert (data["conference"], data["session"], data["attendee"]) == (
        conference.id,
        session.id,
        attendee.id,
    )
    assert (data["price"], data["hold_expires_at"]) == (0.0, None)
    shown = await client.get(f"/api/v1/sessions/{session.id}/", headers=as_admin)
    assert shown.json()["data"]["seats_taken"] == 1


async def test_a_priced_registration_is_held_until_it_is_paid(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers
) -> None:
    session = await a_session(uow, conference, price=Decimal("49.50"))
    body = wish(session, await an_attendee(uow)) | {"quantity": 2}
    data = (await client.post(REGISTRATIONS, json=body, headers=as_admin)).json()["data"]
    assert (data["status"], data["price"], data["quantity"]) == ("pending", 99.0, 2)
    assert data["hold_expires_at"] > data["created_at"]


async def test_an_attendee_registers_itself_without_naming_itself(
    client: httpx.AsyncClient, uow: Units, guest: User, conference: Conference, as_guest: Headers
) -> None:
    session = await a_session(uow, conference)
    answer = await client.post(REGISTRATIONS, json=wish(session), headers=as_guest)
    assert answer.status_code == 201
    own = await an_attendee(uow, user=guest)
    assert answer.json()["data"]["attendee"] == own.id


async def test_a_full_session_is_refused_and_nothing_is_written(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    conference: Conference,
    as_admin: Headers,
) -> None:
    session = await a_session(uow, conference, capacity=1)
    await a_registration(uow, session)
    told = await count(engine, "outbox")
    body = wish(session, await an_attendee(uow))
    refusal = await refused(client, body, as_admin, 409, "session_full")
    assert list(refusal["errors"]) == ["session"]
    assert await count(engine, "registrations") == 1
    assert await count(engine, "outbox") == told


async def test_too_many_seats_at_once_are_told_how_many_are_left(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers
) -> None:
    session = await a_session(uow, conference, capacity=10)
    body = wish(session, await an_attendee(uow)) | {"quantity": 11}
    refusal = await refused(client, body, as_admin, 409, "session_full")
    assert refusal["errors"] == {"session": ["Only 10 seats are left."]}
    fitting = await client.post(REGISTRATIONS, json=body | {"quantity": 10}, headers=as_admin)
    assert fitting.status_code == 201


async def test_a_full_conference_refuses_admissions_but_not_sessions(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    full = await a_conference(uow, capacity=1)
    await a_registration(uow, full)
    attendee = await an_attendee(uow)
    await refused(client, wish(full, attendee), as_admin, 409, "conference_full")
    session = await a_session(uow, full)
    answer = await client.post(REGISTRATIONS, json=wish(session, attendee), headers=as_admin)
    assert answer.status_code == 201


async def test_a_duplicate_is_refused_and_names_the_first(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers
) -> None:
    session, attendee = await a_session(uow, conference), await an_attendee(uow)
    first = await a_registration(uow, session, attendee)
    refusal = await refused(client, wish(session, attendee), as_admin, 409, "already_registered")
    assert refusal["conflicts_with"] == {
        "kind": "registration",
        "id": first.id,
        "name": session.name,
    }


async def test_a_clashing_schedule_is_refused_across_conferences_and_names_the_session(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    attendee = await an_attendee(uow)
    held = await a_session(uow, await a_conference(uow), hour=9, hours=2)
    elsewhere = await a_conference(uow)
    clashing = await a_session(uow, elsewhere, hour=10)
    touching = await a_session(uow, elsewhere, hour=11)
    await a_registration(uow, held, attendee)
    refusal = await refused(client, wish(clashing, attendee), as_admin, 409, "schedule_conflict")
    assert refusal["conflicts_with"] == {"kind": "session", "id": held.id, "name": held.name}
    answer = await client.post(REGISTRATIONS, json=wish(touching, attendee), headers=as_admin)
    assert answer.status_code == 201


async def test_a_session_of_another_conference_is_malformed(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers
) -> None:
    stray = await a_session(uow, await a_conference(uow))
    body = wish(stray, await an_attendee(uow)) | {"conference": conference.id}
    refusal = await refused(client, body, as_admin, 400, "session_not_in_conference")
    assert list(refusal["errors"]) == ["session"]


@pytest.mark.parametrize("field", ["conference", "session", "attendee"])
async def test_what_does_not_exist_is_named(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers, field: str
) -> None:
    body = wish(await a_session(uow, conference), await an_attendee(uow)) | {field: 10**6}
    refusal = await refused(client, body, as_admin, 400, "unknown_reference")
    assert list(refusal["errors"]) == [field]


async def test_a_malformed_body_names_each_field(
    client: httpx.AsyncClient, as_admin: Headers
) -> None:
    body = {"conference": "1", "session": True, "status": "confirmed", "quantity": 0}
    refusal = await refused(client, body, as_admin, 400, "invalid")
    assert sorted(refusal["errors"]) == ["conference", "quantity", "session", "status"]


async def test_nobody_registers_somebody_else(
    client: httpx.AsyncClient,
    uow: Units,
    conference: Conference,
    as_guest: Headers,
    as_organizer: Headers,
) -> None:
    session, stranger = await a_session(uow, conference), await an_attendee(uow)
    await refused(client, wish(session, stranger), as_guest, 403, "forbidden")
    await refused(client, wish(session, stranger), as_organizer, 403, "forbidden")


async def test_an_organizer_registers_whom_they_brought_for_their_own_conference(
    client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    conference: Conference,
    as_organizer: Headers,
) -> None:
    brought = await an_attendee(uow, by=organizer)
    session, foreign = await a_session(uow, conference), await a_session(uow)
    answer = await client.post(REGISTRATIONS, json=wish(session, brought), headers=as_organizer)
    assert answer.status_code == 201
    await refused(client, wish(foreign, brought), as_organizer, 403, "forbidden")


async def test_drafts_and_private_conferences_are_unknown_to_strangers(
    client: httpx.AsyncClient, uow: Units, organizer: User, as_guest: Headers, as_organizer: Headers
) -> None:
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    private = await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)
    await refused(client, wish(draft), as_guest, 400, "unknown_reference")
    await refused(client, wish(private), as_guest, 400, "unknown_reference")
    nowhere = wish(private) | {"session": 999_999}
    refusal = await refused(client, nowhere, as_guest, 400, "unknown_reference")
    assert list(refusal["errors"]) == ["conference"]
    invited = await an_attendee(uow)
    await a_registration(uow, private, invited)
    await refused(client, wish(private, invited), as_guest, 400, "unknown_reference")
    await refused(client, wish(draft), as_organizer, 409, "conference_inactive")


async def test_the_list_shows_ones_own_and_leaves_out_what_is_over(
    client: httpx.AsyncClient,
    uow: Units,
    guest: User,
    conference: Conference,
    as_guest: Headers,
    as_organizer: Headers,
    as_admin: Headers,
) -> None:
    me = await an_attendee(uow, user=guest)
    mine = await a_registration(uow, await a_session(uow, conference, hour=9), me)
    over = await a_registration(uow, await a_session(uow, conference, hour=10), me)
    await a_registration(uow, await a_session(uow))
    answer = await client.delete(f"{REGISTRATIONS}{over.id}/", headers=as_guest)
    assert answer.json() == {"status": "success", "message": "Operation successful", "data": None}

    async def ids(headers: Headers, **query: Any) -> list[int]:
        answer = await client.get(REGISTRATIONS, headers=headers, params=query)
        return [item["id"] for item in answer.json()["data"]]

    assert await ids(as_guest) == [mine.id]
    assert await ids(as_organizer) == [mine.id]
    assert len(await ids(as_admin)) == 2
    assert await ids(as_guest, status="cancelled") == [over.id]
    assert await ids(as_admin, attendee=me.id, conference=conference.id) == [mine.id]
    assert await ids(as_admin, session=mine.session_id, ordering="id") == [mine.id]
    shown = await client.get(f"{REGISTRATIONS}{over.id}/", headers=as_guest)
    assert shown.json()["data"]["status"] == "cancelled"


async def test_somebody_elses_registration_is_not_there(
    client: httpx.AsyncClient, uow: Units, as_guest: Headers
) -> None:
    theirs = await a_registration(uow, await a_session(uow))
    for method in ("GET", "DELETE"):
        answer = await client.request(method, f"{REGISTRATIONS}{theirs.id}/", headers=as_guest)
        assert answer.status_code == 404
    for path in ("abc", "0", "9" * 30):
        assert (await client.get(f"{REGISTRATIONS}{path}/", headers=as_guest)).status_code == 404


async def test_a_login_that_has_ended_registers_nobody_and_repeats_no_answer(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    conference: Conference,
    guest: User,
    as_guest: Headers,
) -> None:
    first, second = await a_session(uow, conference), await a_session(uow, conference)
    own = await an_attendee(uow, user=guest)
    keyed = as_guest | {"Idempotency-Key": "once"}
    answer = await client.post(REGISTRATIONS, json=wish(first, own), headers=keyed)
    assert answer.status_code == 201
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE token_families SET revoked_at = now()"))
    repeated = await client.post(REGISTRATIONS, json=wish(first, own), headers=keyed)
    another = await client.post(REGISTRATIONS, json=wish(second, own), headers=as_guest)
    for answer in (repeated, another):
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert await count(engine, "registrations") == 1


async def test_strangers_at_the_desk_leave_their_neighbours_alone(
    client: httpx.AsyncClient, engine: AsyncEngine, uow: Units, conference: Conference
) -> None:
    session = await a_session(uow, conference, capacity=50)
    people = [await a_user(uow) for _ in range(8)]
    headers = [await login(client, person) for person in people]
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE token_families SET revoked_at = now() WHERE user_id = ANY(:ids)"),
            {"ids": [person.id for person in people[::2]]},
        )
    wishes = [wish(session, await an_attendee(uow, user=person)) for person in people]
    answers = await asyncio.gather(
        *(
            client.post(REGISTRATIONS, json=body, headers=sent)
            for body, sent in zip(wishes, headers, strict=True)
        )
    )
    assert [answer.status_code for answer in answers] == [401, 201] * 4
    assert await count(engine, "registrations") == 4
