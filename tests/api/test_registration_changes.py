from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.sessions import Session
from tests.api.asking import REGISTRATIONS, Headers, count, wish
from tests.factories import Units, a_conference, a_registration, a_session, an_attendee


async def test_cancelling_frees_the_seat_once(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers
) -> None:
    session, attendee = await a_session(uow, conference, capacity=1), await an_attendee(uow)
    first = await a_registration(uow, session, attendee)
    path = f"{REGISTRATIONS}{first.id}/cancel/"
    cancelled = (await client.post(path, headers=as_admin)).json()["data"]
    assert cancelled["status"] == "cancelled"
    assert cancelled["ended_at"] is not None
    again = await client.post(path, headers=as_admin)
    assert (again.status_code, again.json()["code"]) == (409, "registration_state")
    answer = await client.post(REGISTRATIONS, json=wish(session, attendee), headers=as_admin)
    assert answer.status_code == 201
    shown = await client.get(f"/api/v1/sessions/{session.id}/", headers=as_admin)
    assert shown.json()["data"]["seats_taken"] == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_moving_rechecks_everything_and_moves_the_seat(
    client: httpx.AsyncClient,
    uow: Units,
    conference: Conference,
    as_admin: Headers,
    method: str,
) -> None:
    here, there = (
        await a_session(uow, conference, hour=9),
        await a_session(uow, conference, hour=9, capacity=1),
    )
    full, clashing = (
        await a_session(uow, conference, hour=13, capacity=1),
        await a_session(uow, conference, hour=15),
    )
    attendee = await an_attendee(uow)
    moving = await a_registration(uow, here, attendee)
    await a_registration(uow, full)
    await a_registration(uow, await a_session(uow, conference, hour=15), attendee)

    async def move(session: Session) -> httpx.Response:
        path, body = f"{REGISTRATIONS}{moving.id}/", {"session": session.id}
        return await client.request(method, path, json=body, headers=as_admin)

    assert (await move(full)).json()["code"] == "session_full"
    assert (await move(clashing)).json()["code"] == "schedule_conflict"
    moved = await move(there)
    assert moved.json()["data"]["session"] == there.id
    taken = {
        session.id: (await client.get(f"/api/v1/sessions/{session.id}/", headers=as_admin)).json()[
            "data"
        ]["seats_taken"]
        for session in (here, there)
    }
    assert taken == {here.id: 0, there.id: 1}
    assert (await move(there)).status_code == 200


async def test_a_registration_cannot_be_given_away(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    registration = await a_registration(uow, await a_session(uow))
    body = {"attendee": (await an_attendee(uow)).id}
    answer = await client.put(f"{REGISTRATIONS}{registration.id}/", json=body, headers=as_admin)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["attendee"])


@pytest.mark.parametrize(
    "hidden", [{"visibility": Visibility.PRIVATE}, {"status": ConferenceStatus.DRAFT}]
)
async def test_nothing_moves_to_where_its_owner_may_not_look(
    client: httpx.AsyncClient,
    uow: Units,
    conference: Conference,
    guest: User,
    as_guest: Headers,
    hidden: dict[str, Any],
) -> None:
    there = await a_conference(uow, **hidden)
    session = await a_session(uow, there)
    mine = await a_registration(
        uow, await a_session(uow, conference), await an_attendee(uow, user=guest)
    )
    path = f"{REGISTRATIONS}{mine.id}/"
    for target in (session.id, None, 999_999):
        body = {"conference": there.id, "session": target}
        refusal = (await client.put(path, json=body, headers=as_guest)).json()
        assert refusal["code"] == "unknown_reference"
        assert refusal["errors"] == {"conference": ["There is no such conference."]}
    unseen = await client.get(f"/api/v1/conferences/{there.id}/", headers=as_guest)
    assert unseen.status_code == 404


async def test_an_organizer_moves_a_guest_known_by_that_registration_alone(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_organizer: Headers
) -> None:
    here, there = await a_session(uow, conference), await a_session(uow, conference, hour=11)
    registration = await a_registration(uow, here)
    path, body = f"{REGISTRATIONS}{registration.id}/", {"session": there.id}
    moved = await client.put(path, json=body, headers=as_organizer)
    assert (moved.status_code, moved.json()["data"]["session"]) == (200, there.id)


async def test_a_move_to_what_costs_something_must_be_paid(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers
) -> None:
    free = await a_session(uow, conference, hour=9)
    priced = await a_session(uow, conference, hour=11, price=Decimal(20))
    registration = await a_registration(uow, free)
    path = f"{REGISTRATIONS}{registration.id}/"
    moved = (await client.put(path, json={"session": priced.id}, headers=as_admin)).json()["data"]
    assert (moved["status"], moved["price"]) == ("pending", 20.0)
    assert moved["hold_expires_at"] is not None
    back = (await client.put(path, json={"session": free.id}, headers=as_admin)).json()["data"]
    assert (back["status"], back["price"], back["hold_expires_at"]) == ("confirmed", 0.0, None)


async def test_confirming_is_for_what_is_pending_and_free(
    client: httpx.AsyncClient, uow: Units, conference: Conference, as_admin: Headers
) -> None:
    free = await a_registration(uow, await a_session(uow, conference))
    priced = await a_registration(uow, await a_session(uow, conference, price=Decimal(5)))
    codes = [
        (await client.post(f"{REGISTRATIONS}{one.id}/confirm/", headers=as_admin)).json()["code"]
        for one in (free, priced)
    ]
    assert codes == ["registration_state", "payment_state"]


async def test_a_key_repeated_has_one_effect_and_one_answer(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    conference: Conference,
    as_admin: Headers,
) -> None:
    session = await a_session(uow, conference)
    body = wish(session, await an_attendee(uow))
    headers = as_admin | {"Idempotency-Key": "first-try"}
    first = await client.post(REGISTRATIONS, json=body, headers=headers)
    again = await client.post(REGISTRATIONS, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert await count(engine, "registrations") == 1
    other = await client.post(REGISTRATIONS, json=body | {"quantity": 2}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    cancelled = f"{REGISTRATIONS}{first.json()['data']['id']}/cancel/"
    headers = as_admin | {"Idempotency-Key": "over"}
    answers = [await client.post(cancelled, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]


async def test_reads_cost_as_many_statements_with_three_rows_as_with_one(
    client: httpx.AsyncClient,
    uow: Units,
    conference: Conference,
    as_admin: Headers,
    statements: list[str],
) -> None:
    async def cost() -> int:
        statements.clear()
        answer = await client.get(REGISTRATIONS, headers=as_admin)
        assert answer.status_code == 200
        return len(statements)

    session = await a_session(uow, conference)
    await a_registration(uow, session)
    one = await cost()
    await a_registration(uow, session)
    await a_registration(uow, session)
    assert await cost() == one
