from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.registrations import Registration
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

CONFERENCES = "/api/v1/reports/conferences/"
SESSIONS = "/api/v1/reports/sessions/"
TICKET_TYPES = "/api/v1/reports/ticket-types/"
_PAY = text(
    "INSERT INTO payments (registration_id, amount_minor, currency, status, created_at)"
    " VALUES (:id, :amount, 'USD', :status, now())"
)


@pytest.fixture
async def olga(uow: Units) -> User:
    return await a_user(uow, role=Role.ORGANIZER, username="olga")


@pytest.fixture
async def admin(client: httpx.AsyncClient, uow: Units) -> dict[str, str]:
    return await login(client, await a_user(uow, role=Role.ADMIN, username="root"))


async def report(client: httpx.AsyncClient, who: dict[str, str], url: str) -> list[dict[str, Any]]:
    answer = await client.get(url, headers=who)
    assert answer.status_code == 200, answer.text
    lines: list[dict[str, Any]] = answer.json()["data"]
    return lines


async def pay(engine: AsyncEngine, registration: Registration, status: str, amount: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(_PAY, {"id": registration.id, "status": status, "amount": amount})


async def test_conferences_count_sessions_and_each_person_once(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units
) -> None:
    conference = await a_conference(uow, name="Tech Summit 2026")
    one = await a_session(uow, conference, hour=9)
    two = await a_session(uow, conference, hour=10)
    person, other = await an_attendee(uow), await an_attendee(uow)
    for target in (conference, one, two):
        await a_registration(uow, target, person)
    gone = await a_registration(uow, one, other)
    await client.delete(f"/api/v1/registrations/{gone.id}/", headers=admin)
    empty = await a_conference(uow, name="Empty")
    assert await report(client, admin, CONFERENCES) == [
        {
            "conference": conference.id,
            "conference_name": "Tech Summit 2026",
            "total_sessions": 2,
            "unique_attendees": 1,
        },
        {
            "conference": empty.id,
            "conference_name": "Empty",
            "total_sessions": 0,
            "unique_attendees": 0,
        },
    ]


async def test_sessions_sum_up_registrations_seats_and_what_was_paid(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow, name="Tech Summit 2026")
    priced = await a_session(uow, conference, name="Priced", capacity=10, price=Decimal("19.99"))
    await a_session(uow, conference, name="Unlimited", hour=12)
    paid, also_paid, failed, given_back, cancelled = [
        await a_registration(uow, priced) for _ in range(5)
    ]
    await pay(engine, paid, "failed", 1999)
    await pay(engine, paid, "paid", 1999)
    await pay(engine, also_paid, "paid", 1999)
    await pay(engine, failed, "failed", 1999)
    await pay(engine, given_back, "refunded", 1999)
    await client.delete(f"/api/v1/registrations/{cancelled.id}/", headers=admin)
    first, second = await report(client, admin, SESSIONS)
    assert first == {
        "session": priced.id,
        "session_name": "Priced",
        "conference": conference.id,
        "conference_name": "Tech Summit 2026",
        "total_registrations": 4,
        "remaining_capacity": 6,
        "revenue": 39.98,
        "currency": "USD",
    }
    assert (second["session_name"], second["total_registrations"]) == ("Unlimited", 0)
    assert (second["remaining_capacity"], second["revenue"]) == (None, 0.0)


@pytest.mark.parametrize("action", ["delete", "cancel"])
async def test_deleted_and_cancelled_do_not_count(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units, action: str
) -> None:
    session = await a_session(uow)
    await a_registration(uow, session)
    path = f"/api/v1/conferences/{session.conference_id}/"
    if action == "delete":
        answer = await client.delete(path, headers=admin)
    else:
        answer = await client.post(f"{path}cancel/", headers=admin)
    assert answer.status_code == 200, answer.text
    assert await report(client, admin, CONFERENCES) == []
    assert await report(client, admin, SESSIONS) == []


async def test_a_deleted_session_does_not_count(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units
) -> None:
    session = await a_session(uow)
    await client.delete(f"/api/v1/sessions/{session.id}/", headers=admin)
    [line] = await report(client, admin, CONFERENCES)
    assert line["total_sessions"] == 0
    assert await report(client, admin, SESSIONS) == []


async def test_organizers_get_their_own_and_attendees_none(
    client: httpx.AsyncClient, olga: User, uow: Units
) -> None:
    own = await a_session(uow, await a_conference(uow, organizer=olga))
    other = await a_session(uow)
    hers = await login(client, olga)
    assert [line["session"] for line in await report(client, hers, SESSIONS)] == [own.id]
    assert [line["conference"] for line in await report(client, hers, CONFERENCES)] == [
        own.conference_id
    ]
    assert await report(client, hers, f"{SESSIONS}?conference={other.conference_id}") == []
    ann = await login(client, await a_user(uow))
    for url in (CONFERENCES, SESSIONS):
        assert (await client.get(url, headers=ann)).status_code == 403
        assert (await client.get(url)).status_code == 401


async def test_pages_and_the_filter(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units
) -> None:
    conference = await a_conference(uow)
    mine = [await a_session(uow, conference, hour=hour) for hour in (9, 10, 11)]
    await a_session(uow, hour=8)
    url = f"{SESSIONS}?conference={conference.id}"
    lines = await report(client, admin, url)
    assert [line["session"] for line in lines] == [session.id for session in mine]
    answer = (await client.get(f"{url}&page=2&page_size=2", headers=admin)).json()
    assert [line["session"] for line in answer["data"]] == [mine[2].id]
    assert (answer["meta"]["count"], answer["meta"]["next"]) == (3, None)
    answer = (await client.get(f"{CONFERENCES}?page_size=1", headers=admin)).json()
    assert (len(answer["data"]), answer["meta"]["count"]) == (1, 2)
    assert len(await report(client, admin, f"{CONFERENCES}?conference={conference.id}")) == 1
    for strange in ("?ordering=revenue", "?conference=0", "?page_size=1001", "?x=1"):
        assert (await client.get(f"{SESSIONS}{strange}", headers=admin)).status_code == 400


async def test_the_report_tells_what_was_sold(
    client: httpx.AsyncClient,
    admin_client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    visitor_client: httpx.AsyncClient,
    olga: User,
    uow: Units,
    engine: AsyncEngine,
) -> None:
    conference = await a_conference(uow, organizer=olga, name="Tech Summit")
    vip = await a_ticket_type(uow, conference, name="VIP", quantity=3, price=Decimal(150))
    await a_ticket_type(uow, conference, name="General")
    other = await a_ticket_type(uow, name="Elsewhere")
    paid, unpaid = [await a_registration(uow, vip) for _ in range(2)]
    await pay(engine, paid, "paid", 15_000)
    await pay(engine, unpaid, "failed", 15_000)

    async def lines(who: httpx.AsyncClient, **query: int) -> list[dict[str, Any]]:
        answer = await who.get(TICKET_TYPES, params=query)
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        assert answer.json()["meta"]["count"] == len(data)
        return data

    client.headers.update(await login(client, olga))
    sold, unsold = await lines(client)
    assert sold == {
        "ticket_type": vip.id,
        "ticket_type_name": "VIP",
        "conference": conference.id,
        "conference_name": "Tech Summit",
        "quantity": 3,
        "sold": 2,
        "waiting": 0,
        "remaining": 1,
        "revenue": 150.0,
        "currency": "USD",
    }
    assert unsold["ticket_type_name"] == "General"
    assert (unsold["quantity"], unsold["remaining"], unsold["sold"]) == (None, None, 0)
    assert unsold["revenue"] == 0.0
    assert len(await lines(admin_client)) == 3
    [elsewhere] = await lines(admin_client, conference=other.conference_id)
    assert elsewhere["ticket_type_name"] == "Elsewhere"
    assert await lines(rival_client) == []
    assert await lines(client, conference=other.conference_id) == []
    answer = await visitor_client.get(TICKET_TYPES)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    await admin_client.post(f"/api/v1/conferences/{conference.id}/cancel/")
    assert await lines(client) == []
