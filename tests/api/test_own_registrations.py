"""One's own registrations: all, active and past; given up, and made again."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference
from app.domain.times import utc_now
from tests.api.conftest import Headers
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    login,
)

PATH = "/api/v1/registrations/"
MINE = f"{PATH}mine/"
SINGLE = {"conference_name": "Paid", "start_date": "2031-03-01", "end_date": "2031-03-01"}


async def mine(client: httpx.AsyncClient, who: Headers, **query: object) -> list[dict[str, Any]]:
    answer = await client.get(
        MINE, params={name: str(it) for name, it in query.items()}, headers=who
    )
    assert answer.status_code == 200, answer.text
    data: list[dict[str, Any]] = answer.json()["data"]
    assert answer.json()["meta"]["count"] >= len(data)
    return data


async def register(client: httpx.AsyncClient, who: Headers, **body: object) -> dict[str, Any]:
    answer = await client.post(PATH, json=body, headers=who)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def give_up(client: httpx.AsyncClient, who: Headers, id: int) -> None:
    answer = await client.delete(f"{PATH}{id}/", headers=who)
    assert answer.status_code == 200, answer.text


async def test_all_active_and_past_ones(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers
) -> None:
    now = utc_now()
    me = await an_attendee(uow, user=guest)
    over = await a_conference(uow, starts_at=now - timedelta(days=9), days=2)
    under_way = await a_conference(uow, starts_at=now - timedelta(days=1), days=3)
    to_come = await a_conference(uow)
    past, present, future, gone = [
        (await a_registration(uow, place, me)).id
        for place in (over, under_way, to_come, await a_conference(uow))
    ]
    await give_up(client, as_guest, gone)

    async def ids(**query: object) -> list[int]:
        return [one["id"] for one in await mine(client, as_guest, **query)]

    assert await ids() == [gone, future, present, past]
    assert await ids(when="active") == [future, present]
    assert await ids(when="past") == [past]
    assert await ids(status="cancelled") == [gone]
    assert await ids(conference=over.id) == [past]
    assert await ids(when="active", conference=over.id) == []
    assert (await ids(ordering="start_time"))[:2] == [past, present]
    assert await ids(ordering="-start_time,id", page_size=1, page=4) == [past]
    assert await ids(ordering="id") == [past, present, future, gone]


async def test_a_session_that_is_over_is_past_in_a_conference_that_is_not(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers
) -> None:
    me = await an_attendee(uow, user=guest)
    start = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    conference = await a_conference(uow, starts_at=start, multi_track=True)
    first = await a_session(uow, conference, name="First", hour=1)
    last = await a_session(uow, conference, name="Last", hour=60)
    over, comes = [(await a_registration(uow, one, me)).id for one in (first, last)]
    [past] = await mine(client, as_guest, when="past")
    [active] = await mine(client, as_guest, when="active")
    assert (past["id"], active["id"]) == (over, comes)
    shown = {
        "conference": conference.id,
        "conference_name": conference.name,
        "session": last.id,
        "session_name": "Last",
        "location": "San Francisco",
        "timezone": "UTC",
        "starts_at": last.period.start.isoformat().replace("+00:00", "Z"),
        "ends_at": last.period.end.isoformat().replace("+00:00", "Z"),
        "status": "confirmed",
    }
    assert {name: active[name] for name in shown} == shown


async def test_an_admission_has_the_times_of_its_conference(
    client: httpx.AsyncClient, conference: Conference, as_guest: Headers
) -> None:
    made = await register(client, as_guest, conference=conference.id)
    [shown] = await mine(client, as_guest)
    assert made.items() <= shown.items()
    assert (shown["session_name"], shown["starts_at"]) == (None, "2031-03-01T00:00:00Z")


async def test_nobody_else_s(
    client: httpx.AsyncClient,
    uow: Units,
    conference: Conference,
    as_guest: Headers,
    as_organizer: Headers,
    as_admin: Headers,
) -> None:
    """Not even where one organizes what they are for."""
    await a_registration(uow, conference)
    for headers in (as_guest, as_organizer, as_admin):
        assert await mine(client, headers) == []
    assert (await client.get(MINE)).status_code == 401


async def test_what_others_entered_waits_for_the_proof_of_the_address(
    client: httpx.AsyncClient,
    uow: Units,
    engine: AsyncEngine,
    guest: User,
    as_guest: Headers,
    conference: Conference,
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE users SET verified_at = NULL"))
    await a_registration(uow, conference, await an_attendee(uow, user=guest))
    assert await mine(client, as_guest) == []
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE users SET verified_at = now()"))
    assert len(await mine(client, as_guest)) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("when=later", "when"),
        ("session=1", "session"),
        ("status=gone", "status"),
        ("conference=x", "conference"),
        ("ordering=price", "ordering"),
        ("page_size=1001", "page_size"),
    ],
)
async def test_what_is_no_filter_is_refused_by_name(
    client: httpx.AsyncClient, as_guest: Headers, query: str, field: str
) -> None:
    answer = await client.get(f"{MINE}?{query}", headers=as_guest)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_as_many_statements_for_one_as_for_many(
    client: httpx.AsyncClient,
    uow: Units,
    guest: User,
    as_guest: Headers,
    statements: list[str],
) -> None:
    me = await an_attendee(uow, user=guest)
    conference = await a_conference(uow, multi_track=True)
    sent = []
    for times in range(2):
        for number in range(3):
            session = await a_session(uow, conference, hour=3 * times + number)
            await a_registration(uow, session, me)
            await a_registration(uow, await a_conference(uow), me)
        statements.clear()
        await mine(client, as_guest, when="active")
        sent.append(len(statements))
    assert sent[0] == sent[1] == 3


async def test_registering_again_is_a_new_registration_of_the_same_person(
    client: httpx.AsyncClient, conference: Conference, as_guest: Headers
) -> None:
    """What is over stays as it is, for good."""
    first = await register(client, as_guest, conference=conference.id)
    await give_up(client, as_guest, first["id"])
    second = await register(client, as_guest, conference=conference.id)
    assert second["id"] > first["id"]
    assert second["attendee"] == first["attendee"]
    assert [(one["id"], one["status"]) for one in await mine(client, as_guest)] == [
        (second["id"], "confirmed"),
        (first["id"], "cancelled"),
    ]
    twice = await client.post(PATH, json={"conference": conference.id}, headers=as_guest)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_registered")
    over = await client.delete(f"{PATH}{first['id']}/", headers=as_guest)
    assert (over.status_code, over.json()["code"]) == (409, "registration_state")


async def test_each_time_has_a_ticket_of_its_own(
    client: httpx.AsyncClient, conference: Conference, as_guest: Headers
) -> None:
    codes = []
    for _ in range(2):
        made = await register(client, as_guest, conference=conference.id)
        ticket = await client.get(f"{PATH}{made['id']}/ticket/", headers=as_guest)
        codes.append(ticket.json()["data"]["code"])
        await give_up(client, as_guest, made["id"])
    assert len(set(codes)) == 2


async def test_registering_again_after_a_refund_is_to_be_paid_again(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    organizer_client: httpx.AsyncClient,
    as_guest: Headers,
) -> None:
    body = SINGLE | {"price": 10}
    made = (await organizer_client.post("/api/v1/conferences/", json=body)).json()["data"]
    first = await register(client, as_guest, conference=made["id"])
    assert first["status"] == "pending"
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "WITH settled AS (UPDATE registrations SET status = 'confirmed',"
                " confirmed_at = now(), hold_expires_at = NULL RETURNING id, price_minor)"
                " INSERT INTO payments (registration_id, amount_minor, status, created_at)"
                " SELECT id, price_minor, 'paid', now() FROM settled"
            )
        )
    await give_up(client, as_guest, first["id"])
    second = await register(client, as_guest, conference=made["id"])
    assert (second["status"], second["price"]) == ("pending", 10.0)
    async with engine.connect() as connection:
        sql = "SELECT registration_id, status FROM payments"
        assert [tuple(row) for row in await connection.execute(text(sql))] == [
            (first["id"], "refunded")
        ]


async def test_whoever_gives_up_a_full_place_queues_behind_those_who_wait(
    client: httpx.AsyncClient, uow: Units, as_guest: Headers
) -> None:
    conference = await a_conference(uow, capacity=1)
    first = await register(client, as_guest, conference=conference.id)
    other = await login(client, await a_user(uow))
    waits = await register(client, other, conference=conference.id, waitlist=True)
    assert (waits["status"], waits["position"]) == ("waitlisted", 1)
    await give_up(client, as_guest, first["id"])
    assert [one["status"] for one in await mine(client, other)] == ["confirmed"]
    refused = await client.post(PATH, json={"conference": conference.id}, headers=as_guest)
    assert (refused.status_code, refused.json()["code"]) == (409, "conference_full")
    again = await register(client, as_guest, conference=conference.id, waitlist=True)
    assert (again["status"], again["position"]) == ("waitlisted", 1)
    # And back: whoever waits leaves the line, and joins it anew.
    await give_up(client, as_guest, again["id"])
    assert (await register(client, as_guest, conference=conference.id, waitlist=True))["id"]
    await give_up(client, other, waits["id"])
    assert [one["status"] for one in await mine(client, as_guest)] == [
        "confirmed",
        "cancelled",
        "cancelled",
    ]


async def test_giving_up_and_coming_again_are_mailed_each_time(
    client: httpx.AsyncClient, engine: AsyncEngine, conference: Conference, as_guest: Headers
) -> None:
    for _ in range(2):
        made = await register(client, as_guest, conference=conference.id)
        await give_up(client, as_guest, made["id"])
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT kind FROM outbox ORDER BY id"))
        assert list(found.scalars()) == ["registered", "registration_cancelled"] * 2


async def test_one_s_own_conferences(
    uow: Units, organizer: User, client: httpx.AsyncClient, as_organizer: Headers
) -> None:
    own = await a_conference(uow, organizer=organizer)
    await a_conference(uow)
    answer = await client.get("/api/v1/conferences/mine/", headers=as_organizer)
    assert [one["id"] for one in answer.json()["data"]] == [own.id]
    refused = await client.get("/api/v1/conferences/mine/?organizer=1", headers=as_organizer)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["organizer"])
