"""Seed 001 §2: registering for an event, as documented and as refused; one's own registrations."""

import asyncio
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.domain.accounts import User
from app.domain.conferences import Conference, Visibility
from app.domain.ticket_types import TicketType
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.event_management.seed import MY_REGISTRATIONS, REGISTRATION
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


@pytest.fixture
async def event(uow: Units, organizer: User) -> Conference:
    return await a_conference(uow, organizer=organizer, capacity=100)


@pytest.fixture
async def general(uow: Units, event: Conference) -> TicketType:
    return await a_ticket_type(uow, event, name="General", quantity=80)


async def registered(
    api: httpx.AsyncClient, headers: Headers, event: Conference, **body: Any
) -> dict[str, Any]:
    answer = await api.post(f"/api/registrations/{event.id}/register/", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def refused(
    api: httpx.AsyncClient, headers: Headers, event: int, **body: Any
) -> tuple[int, str, dict[str, Any]]:
    answer = await api.post(f"/api/registrations/{event}/register/", json=body, headers=headers)
    return answer.status_code, answer.headers.get("x-error-code", ""), answer.json()


@SLASHES
async def test_the_documented_registration(
    api: httpx.AsyncClient,
    as_guest: Headers,
    guest: User,
    event: Conference,
    general: TicketType,
    slash: str,
) -> None:
    path = f"/api/registrations/{event.id}/register{slash}"
    answer = await api.post(path, json={"ticket_type": general.id}, headers=as_guest)
    assert answer.status_code == 200
    made = answer.json()
    assert differences(REGISTRATION, made) == []
    assert (made["user"], made["event"], made["ticket_type"]) == (guest.id, event.id, general.id)
    assert made["is_waitlisted"] is False
    assert str(UUID(made["ticket"]["code"])) == made["ticket"]["code"]
    assert made["ticket"]["is_checked_in"] is False
    assert made["ticket"]["issued_at"] == made["registered_at"]
    assert made["registered_at"].endswith("Z")


@pytest.mark.parametrize(
    "path",
    [
        "/registrations/me/",
        "/registrations/me",
        "/api/registrations/me/",
        "/api/registrations/me",
    ],
)
async def test_the_documented_list_of_ones_own(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, general: TicketType, path: str
) -> None:
    made = await registered(api, as_guest, event, ticket_type=general.id)
    answer = await api.get(path, headers=as_guest)
    assert answer.status_code == 200
    assert differences(MY_REGISTRATIONS, answer.json()) == []
    assert answer.json() == [made]


async def test_they_are_the_newest_first_and_ones_own_alone(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    uow: Units,
    organizer: User,
    guest: User,
) -> None:
    events = [await a_conference(uow, organizer=organizer) for _ in range(3)]
    made = [await registered(api, as_guest, one) for one in events]
    cancelled = made.pop(1)
    path = f"/api/v1/registrations/{cancelled['id']}/"
    assert (await client.delete(path, headers=as_guest)).status_code == 200
    await a_registration(uow, events[0])
    # The sessions of an event are not registered for here.
    talk = await a_session(uow, events[0])
    await a_registration(uow, talk, await an_attendee(uow, user=guest))
    answer = await api.get("/registrations/me/", headers=as_guest)
    assert answer.json() == made[::-1]
    # An organizer's guests are not the organizer's own registrations.
    assert (await api.get("/registrations/me/", headers=as_organizer)).json() == []


async def test_ones_own_cost_one_statement(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units, statements: list[str]
) -> None:
    for _ in range(3):
        await registered(api, as_guest, await a_conference(uow))
    await api.get("/registrations/me/", headers=as_guest)
    statements.clear()
    await api.get("/registrations/me/", headers=as_guest)
    # Who asks is the other one.
    assert len(statements) == 2


async def test_an_event_without_ticket_types_needs_no_body(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, event: Conference
) -> None:
    path = f"/api/registrations/{event.id}/register/"
    answer = await api.post(path, headers=as_guest)
    assert answer.status_code == 200
    assert answer.json()["ticket_type"] is None
    empty = await api.post(path, json={"ticket_type": None}, headers=as_organizer)
    assert empty.status_code == 200


async def test_a_ticket_type_is_asked_for_where_there_are_any(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, general: TicketType
) -> None:
    assert general.conference_id == event.id
    status, code, body = await refused(api, as_guest, event.id)
    assert (status, code, list(body)) == (400, "ticket_type_required", ["ticket_type"])


async def test_a_ticket_type_may_come_as_text(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, general: TicketType
) -> None:
    made = await registered(api, as_guest, event, ticket_type=str(general.id))
    assert made["ticket_type"] == general.id


@pytest.mark.parametrize("wrong", ["VIP", 0, -1, 1.5, True, [], 2**63])
async def test_a_ticket_type_that_cannot_be_one(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, wrong: object
) -> None:
    status, code, body = await refused(api, as_guest, event.id, ticket_type=wrong)
    assert (status, code, list(body)) == (400, "invalid", ["ticket_type"])


async def test_a_foreign_or_unknown_ticket_type(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, uow: Units
) -> None:
    foreign = await a_ticket_type(uow)
    for id in (foreign.id, 999_999):
        status, code, body = await refused(api, as_guest, event.id, ticket_type=id)
        assert (status, code) == (400, "unknown_reference")
        assert body == {"ticket_type": [f'Invalid pk "{id}" - object does not exist.']}


async def test_a_second_registration(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference
) -> None:
    await registered(api, as_guest, event)
    status, code, body = await refused(api, as_guest, event.id)
    assert (status, code) == (400, "already_registered")
    assert body["detail"] == "You are already registered for this event."


async def test_whoever_came_by_another_contract_is_registered_here_too(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_guest: Headers, event: Conference
) -> None:
    body = {"conference": event.id}
    native = await client.post("/api/v1/registrations/", json=body, headers=as_guest)
    assert native.status_code == 201
    assert (await refused(api, as_guest, event.id))[:2] == (400, "already_registered")
    [mine] = (await api.get("/registrations/me/", headers=as_guest)).json()
    assert mine["id"] == native.json()["data"]["id"]


async def test_where_all_seats_are_taken_one_waits(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    full = await a_conference(uow, capacity=1)
    await a_registration(uow, full)
    made = await registered(api, as_guest, full)
    assert (made["is_waitlisted"], made["ticket"], made["status"]) == (True, None, "waitlisted")
    assert made["position"] == 1
    assert (await refused(api, as_guest, full.id))[:2] == (400, "already_registered")
    assert (await api.get("/registrations/me/", headers=as_guest)).json() == [made]


async def test_where_a_ticket_type_is_sold_out_one_waits_for_it(
    api: httpx.AsyncClient, client: httpx.AsyncClient, event: Conference, uow: Units
) -> None:
    vip = await a_ticket_type(uow, event, name="VIP", quantity=1)
    people = [await login(client, await a_user(uow)) for _ in range(3)]
    made = [await registered(api, one, event, ticket_type=vip.id) for one in people]
    assert [one["is_waitlisted"] for one in made] == [False, True, True]
    assert [one["position"] for one in made] == [None, 1, 2]
    # Whoever waits moves up when a seat is given back.
    path = f"/api/v1/registrations/{made[0]['id']}/"
    assert (await client.delete(path, headers=people[0])).status_code == 200
    [second] = (await api.get("/registrations/me/", headers=people[1])).json()
    assert (second["id"], second["is_waitlisted"]) == (made[1]["id"], False)
    assert second["ticket"]["code"]
    [third] = (await api.get("/registrations/me/", headers=people[2])).json()
    assert (third["is_waitlisted"], third["position"]) == (True, 1)


async def test_what_has_a_price_has_its_ticket_and_is_pending(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, uow: Units
) -> None:
    priced = await a_ticket_type(uow, event, price=Decimal(50), quantity=80)
    made = await registered(api, as_guest, event, ticket_type=priced.id)
    assert (made["is_waitlisted"], made["status"]) == (False, "pending")
    assert made["ticket"]["issued_at"] == made["registered_at"]


async def test_who_may_not_see_an_event_cannot_find_it(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, organizer: User, uow: Units
) -> None:
    secret = await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)
    for id in (secret.id, 999_999):
        assert (await refused(api, as_guest, id))[:2] == (404, "not_found")
    assert (await refused(api, as_guest, "x"))[:2] == (404, "not_found")  # type: ignore[arg-type]
    await registered(api, as_organizer, secret)


async def test_without_a_token_nobody_registers(api: httpx.AsyncClient, event: Conference) -> None:
    status, code, body = await refused(api, {}, event.id)
    assert (status, code, set(body)) == (401, "not_authenticated", {"detail", "code"})
    assert (await api.get("/registrations/me/")).status_code == 401


async def test_events_that_are_over_closed_or_called_off(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    organizer: User,
    uow: Units,
) -> None:
    now = utc_now()
    past = await a_conference(uow, starts_at=now - timedelta(days=9), days=1)
    closed = await a_conference(uow, registration_deadline=now - timedelta(hours=1))
    off = await a_conference(uow, organizer=organizer)
    await client.post(f"/api/v1/conferences/{off.id}/cancel/", headers=as_organizer)
    expected = {
        past.id: ("conference_past", "This event is over."),
        closed.id: ("registration_closed", "Registration for this event is closed."),
        off.id: ("conference_inactive", "This event is not open for registration."),
    }
    for id, (code, said) in expected.items():
        assert await refused(api, as_guest, id) == (400, code, {"detail": said, "code": code})


async def test_a_repeated_registration_under_a_key_is_one(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference
) -> None:
    keyed = as_guest | {"Idempotency-Key": "once"}
    first, second = [await registered(api, keyed, event) for _ in range(2)]
    assert first == second


async def test_of_fifteen_at_once_ten_hold_tickets_and_five_wait_in_line(
    api: httpx.AsyncClient, client: httpx.AsyncClient, organizer: User, uow: Units
) -> None:
    event = await a_conference(uow, organizer=organizer, capacity=10)
    general = await a_ticket_type(uow, event, name="General", quantity=8)
    vip = await a_ticket_type(uow, event, name="VIP", quantity=2)
    people = [await login(client, await a_user(uow)) for _ in range(15)]
    wanted = [vip.id if place % 3 == 0 else general.id for place in range(15)]
    made = await asyncio.gather(
        *(
            registered(api, one, event, ticket_type=wish)
            for one, wish in zip(people, wanted, strict=True)
        )
    )
    seated = [one for one in made if not one["is_waitlisted"]]
    assert Counter(one["ticket_type"] for one in seated) == {general.id: 8, vip.id: 2}
    assert len({one["ticket"]["code"] for one in seated}) == 10
    waiting = [one for one in made if one["is_waitlisted"]]
    assert all(one["ticket"] is None for one in waiting)
    places: dict[int, list[int]] = {}
    for one in sorted(waiting, key=lambda one: int(one["id"])):
        places.setdefault(one["ticket_type"], []).append(one["position"])
    assert places == {general.id: [1, 2], vip.id: [1, 2, 3]}
    native = (await client.get(f"/api/v1/conferences/{event.id}/", headers=people[0])).json()
    assert native["data"]["seats_taken"] == 10
