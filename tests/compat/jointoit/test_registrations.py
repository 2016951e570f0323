"""Seed 004, Event Registration and Registration Management: every request and every refusal."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.times import utc_now
from tests.compat.conftest import Headers
from tests.compat.jointoit import seed
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    an_attendee,
)
from tests.shapes import differences

EVENTS = "/api/events"
MINE = "/api/my-registrations/"


@pytest.fixture
async def event(uow: Units, organizer: User) -> Conference:
    return await a_conference(uow, organizer=organizer, capacity=5)


async def registered(api: httpx.AsyncClient, headers: Headers, event: Conference) -> Any:
    answer = await api.post(f"{EVENTS}/{event.id}/register/", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def refused(api: httpx.AsyncClient, headers: Headers, event: Conference) -> Any:
    answer = await api.post(f"{EVENTS}/{event.id}/register/", headers=headers)
    assert answer.status_code == 400, answer.text
    return answer.json()


async def listed(api: httpx.AsyncClient, headers: Headers, which: str = "") -> list[Any]:
    answer = await api.get(f"{MINE}{which}", headers=headers)
    assert answer.status_code == 200, answer.text
    results: list[Any] = answer.json()["results"]
    return results


async def test_the_documented_registration(
    api: httpx.AsyncClient, as_guest: Headers, guest: User, event: Conference, slash: str
) -> None:
    answer = await api.post(f"{EVENTS}/{event.id}/register{slash}", headers=as_guest)
    assert (answer.status_code, differences(seed.REGISTERED, answer.json())) == (201, [])
    made = answer.json()
    assert (made["user"], made["event"], made["is_cancelled"]) == (guest.id, event.id, False)
    shown = (await api.get(f"{EVENTS}/{event.id}/")).json()
    assert (shown["attendees_count"], shown["available_spots"]) == (1, 4)


async def test_the_four_refusals(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, uow: Units, event: Conference
) -> None:
    now = utc_now()
    past = await a_conference(uow, starts_at=now - timedelta(days=9), days=1)
    begun = await a_conference(uow, starts_at=now - timedelta(hours=1))
    full = await a_conference(uow, capacity=1)
    await a_registration(uow, full)
    await registered(api, as_guest, event)
    assert await refused(api, as_guest, event) == seed.ALREADY
    assert await refused(api, as_guest, full) == seed.FULL
    for headers in (as_guest, as_organizer):
        assert await refused(api, headers, past) == seed.PAST
        assert await refused(api, headers, begun) == seed.PAST


async def test_what_is_not_active(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    uow: Units,
    organizer: User,
) -> None:
    off = await a_conference(uow, organizer=organizer)
    await client.post(f"/api/v1/conferences/{off.id}/cancel/", headers=as_organizer)
    assert await refused(api, as_guest, off) == seed.INACTIVE
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    assert await refused(api, as_organizer, draft) == seed.INACTIVE
    # For strangers a draft is not there.
    answer = await api.post(f"{EVENTS}/{draft.id}/register/", headers=as_guest)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


async def test_the_refusals_come_in_the_order_of_the_document(
    api: httpx.AsyncClient,
    as_organizer: Headers,
    uow: Units,
    organizer: User,
    engine: AsyncEngine,
) -> None:
    """Inactive, past, registered and full at once; then one reason after the other goes away."""
    event = await a_conference(uow, organizer=organizer, capacity=1)
    await registered(api, as_organizer, event)
    begins = {"past": utc_now() - timedelta(days=30), "to come": utc_now() + timedelta(days=30)}

    async def told(status: str, begin: str) -> Any:
        changed = text(
            "UPDATE conferences SET status = :status, starts_at = :start, ends_at = :end"
        )
        start = begins[begin]
        values = {"status": status, "start": start, "end": start + timedelta(hours=2)}
        async with engine.begin() as connection:
            await connection.execute(changed, values)
        return await refused(api, as_organizer, event)

    assert await told("cancelled", "past") == seed.INACTIVE
    assert await told("cancelled", "to come") == seed.INACTIVE
    assert await told("published", "past") == seed.PAST
    assert await told("published", "to come") == seed.ALREADY
    await api.post(f"{EVENTS}/{event.id}/unregister/", headers=as_organizer)
    await a_registration(uow, event)
    assert await refused(api, as_organizer, event) == seed.FULL


async def test_what_else_is_refused_comes_after_them(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, uow: Units
) -> None:
    hour_ago = utc_now() - timedelta(hours=1)
    closed = await a_conference(uow, registration_deadline=hour_ago)
    said = {"detail": "Registration for this event is closed."}
    assert await refused(api, as_guest, closed) == said
    later = await a_conference(uow)
    # Who has a registration already is told that, though there is nothing on sale.
    await registered(api, as_guest, later)
    await a_ticket_type(uow, later, sales_start=utc_now() + timedelta(days=1))
    assert await refused(api, as_guest, later) == seed.ALREADY
    said = {"detail": "Registration for this event is not open at present."}
    assert await refused(api, as_organizer, later) == said
    past = await a_conference(uow, starts_at=utc_now() - timedelta(hours=1))
    await a_ticket_type(uow, past, sales_start=utc_now() + timedelta(days=1))
    assert await refused(api, as_organizer, past) == seed.PAST


async def test_its_organizer_comes_too_late_as_everybody_does(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_organizer: Headers,
    organizer: User,
    uow: Units,
) -> None:
    begun = await a_conference(uow, organizer=organizer, starts_at=utc_now() - timedelta(hours=1))
    assert await refused(api, as_organizer, begun) == seed.PAST
    # Natively, whoever manages it may still record who came.
    body = {"conference": begun.id}
    native = await client.post("/api/v1/registrations/", json=body, headers=as_organizer)
    assert native.status_code == 201


async def test_nobody_is_waitlisted_here(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    full = await a_conference(uow, capacity=1)
    await a_registration(uow, full)
    assert await refused(api, as_guest, full) == seed.FULL
    # Who waits by another contract is registered already, and leaves the line by unregistering.
    path = f"/compat/event-management/api/registrations/{full.id}/register/"
    assert (await client.post(path, headers=as_guest)).json()["is_waitlisted"] is True
    assert await refused(api, as_guest, full) == seed.ALREADY
    left = await api.post(f"{EVENTS}/{full.id}/unregister/", headers=as_guest)
    assert (left.status_code, left.json()) == (200, seed.UNREGISTERED)
    assert await refused(api, as_guest, full) == seed.FULL


async def test_the_documented_unregistering_and_registering_again(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, slash: str
) -> None:
    path = f"{EVENTS}/{event.id}/unregister{slash}"
    none = await api.post(path, headers=as_guest)
    assert (none.status_code, none.json()) == (400, seed.NOT_REGISTERED)
    first = await registered(api, as_guest, event)
    answer = await api.post(path, headers=as_guest)
    assert (answer.status_code, answer.json()) == (200, seed.UNREGISTERED)
    assert (await api.get(f"{EVENTS}/{event.id}/")).json()["attendees_count"] == 0
    again = await api.post(path, headers=as_guest)
    assert (again.status_code, again.json()) == (400, seed.NOT_REGISTERED)
    second = await registered(api, as_guest, event)
    shown = [(one["id"], one["is_cancelled"]) for one in await listed(api, as_guest)]
    assert shown == [(second["id"], False), (first["id"], True)]
    assert [one["id"] for one in await listed(api, as_guest, "active/")] == [second["id"]]


async def test_nobody_unregisters_from_what_is_not_there(
    api: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    secret = await a_conference(uow, visibility=Visibility.PRIVATE)
    for id in (secret.id, 999_999, "x"):
        for action in ("register", "unregister"):
            answer = await api.post(f"{EVENTS}/{id}/{action}/", headers=as_guest)
            assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


async def test_one_unregisters_oneself_alone(
    api: httpx.AsyncClient, as_guest: Headers, as_organizer: Headers, event: Conference
) -> None:
    await registered(api, as_guest, event)
    answer = await api.post(f"{EVENTS}/{event.id}/unregister/", headers=as_organizer)
    assert (answer.status_code, answer.json()) == (400, seed.NOT_REGISTERED)
    assert (await api.get(f"{EVENTS}/{event.id}/")).json()["attendees_count"] == 1


async def test_a_seat_of_a_session_is_no_registration_here(
    api: httpx.AsyncClient, as_guest: Headers, guest: User, event: Conference, uow: Units
) -> None:
    talk = await a_session(uow, event)
    await a_registration(uow, talk, await an_attendee(uow, user=guest))
    assert await listed(api, as_guest) == []
    answer = await api.post(f"{EVENTS}/{event.id}/unregister/", headers=as_guest)
    assert (answer.status_code, answer.json()) == (400, seed.NOT_REGISTERED)
    await registered(api, as_guest, event)


async def test_what_has_a_price_is_pending_and_the_cheapest_is_taken(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    free = await a_conference(uow)
    assert (await registered(api, as_guest, free))["status"] == "confirmed"
    priced = await a_conference(uow, price=Decimal(50))
    assert (await registered(api, as_guest, priced))["status"] == "pending"
    assert await refused(api, as_guest, priced) == seed.ALREADY
    typed = await a_conference(uow)
    await a_ticket_type(uow, typed, price=Decimal(90))
    cheap = await a_ticket_type(uow, typed, price=Decimal(10), quantity=1)
    made = await registered(api, as_guest, typed)
    native = await client.get(f"/api/v1/registrations/{made['id']}/", headers=as_guest)
    assert native.json()["data"]["ticket_type"] == cheap.id


async def test_one_person_has_one_registration_in_all_contracts(
    api: httpx.AsyncClient, client: httpx.AsyncClient, as_guest: Headers, event: Conference
) -> None:
    native = await client.post(
        "/api/v1/registrations/", json={"conference": event.id}, headers=as_guest
    )
    assert await refused(api, as_guest, event) == seed.ALREADY
    [mine] = await listed(api, as_guest)
    assert mine["id"] == native.json()["data"]["id"]
    answer = await api.post(f"{EVENTS}/{event.id}/unregister/", headers=as_guest)
    assert answer.status_code == 200
    shown = await client.get(f"/api/v1/registrations/{mine['id']}/", headers=as_guest)
    assert shown.json()["data"]["status"] == "cancelled"


async def test_a_repeated_request_under_a_key_is_one(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference
) -> None:
    keyed = as_guest | {"Idempotency-Key": "in"}
    assert await registered(api, keyed, event) == await registered(api, keyed, event)
    out = as_guest | {"Idempotency-Key": "out"}
    path = f"{EVENTS}/{event.id}/unregister/"
    answers = [await api.post(path, headers=out) for _ in range(2)]
    assert [(one.status_code, one.json()) for one in answers] == [(200, seed.UNREGISTERED)] * 2


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{EVENTS}/1/register/"),
        ("POST", f"{EVENTS}/1/unregister/"),
        ("GET", f"{EVENTS}/1/attendees/"),
        ("GET", MINE),
        ("GET", f"{MINE}active/"),
        ("GET", f"{MINE}past/"),
    ],
)
async def test_all_this_needs_a_token(api: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await api.request(method, path)
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])


async def test_mail_goes_out_on_both(
    api: httpx.AsyncClient, as_guest: Headers, event: Conference, engine: AsyncEngine
) -> None:
    await registered(api, as_guest, event)
    await api.post(f"{EVENTS}/{event.id}/unregister/", headers=as_guest)
    async with engine.connect() as connection:
        kinds = await connection.execute(text("SELECT kind FROM outbox ORDER BY id"))
        told = list(kinds.scalars())
    assert [kind for kind in told if kind.startswith("regist")] == [
        "registered",
        "registration_cancelled",
    ]
