"""What scanners take along, and what the screens at the door show."""

from hashlib import sha256
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.conferences import Conference, ConferenceStatus
from tests.door import CHECK_INS, scan, sell
from tests.factories import Units, a_conference, a_session, a_ticket_type

Headers = dict[str, str]


def of(conference: Conference, rest: str = "") -> str:
    return f"/api/v1/conferences/{conference.id}/check-ins/{rest}"


async def got(client: httpx.AsyncClient, path: str, headers: Headers) -> dict[str, Any]:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def counts(expected: int, checked_in: int, seats: int, seats_in: int) -> dict[str, int]:
    return {
        "expected": expected,
        "checked_in": checked_in,
        "remaining": expected - checked_in,
        "expected_seats": seats,
        "checked_in_seats": seats_in,
        "remaining_seats": seats - seats_in,
    }


async def test_a_scanner_takes_along_the_live_tickets(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    as_organizer: Headers,
    conference: Conference,
) -> None:
    early = await a_ticket_type(uow, conference, name="Early bird")
    keynote = await a_session(uow, conference, name="Keynote")
    [good] = await sell(engine, conference, ticket_type=early, quantity=2)
    [unpaid] = await sell(engine, conference, status="pending", guest_name="Countess")
    for over in ("cancelled", "expired", "waitlisted"):
        await sell(engine, conference, status=over)
    [seen] = await sell(engine, keynote)
    await sell(engine, await a_conference(uow))
    await client.post(CHECK_INS, json=scan(seen.code), headers=as_organizer)
    data = await got(client, of(conference, "offline/"), as_organizer)
    assert data.pop("generated_at").endswith("Z")

    def known_by(code: str) -> str:
        return sha256(code.encode()).hexdigest()

    assert data == {
        "conference": conference.id,
        "columns": ["sha256", "name", "ticket_type", "session", "quantity", "state"],
        "rows": [
            [known_by(good.code), "Guest 1", "Early bird", None, 2, "ok"],
            [known_by(unpaid.code), "Countess", None, None, 1, "unpaid"],
            [known_by(seen.code), "Guest 1", None, "Keynote", 1, "in"],
        ],
        "next": None,
    }


async def test_no_code_can_be_read_from_the_list(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    [sold] = await sell(engine, conference)
    answer = await client.get(of(conference, "offline/"), headers=as_organizer)
    assert sold.code not in answer.text
    assert sold.code.replace("-", "") not in answer.text


async def test_a_long_list_comes_in_pages(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    sold = await sell(engine, conference, 5)
    rows: list[list[Any]] = []
    after: int | None = 0
    while after is not None:
        page = await got(client, of(conference, f"offline/?limit=2&after={after}"), as_organizer)
        rows += page["rows"]
        after = page["next"]
    assert [row[0] for row in rows] == [sha256(one.code.encode()).hexdigest() for one in sold]


@pytest.mark.parametrize(
    ("field", "value"),
    [("limit", "0"), ("limit", "10001"), ("after", "-1"), ("after", "x"), ("page", "2")],
)
async def test_a_page_that_cannot_be_meant_is_refused(
    client: httpx.AsyncClient, as_organizer: Headers, conference: Conference, field: str, value: str
) -> None:
    page = of(conference, f"offline/?{field}={value}")
    answer = await client.get(page, headers=as_organizer)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_who_came_is_counted_kind_by_kind(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    as_organizer: Headers,
    conference: Conference,
) -> None:
    early = await a_ticket_type(uow, conference, name="Early bird")
    keynote = await a_session(uow, conference, name="Keynote")
    birds = await sell(engine, conference, 3, ticket_type=early, quantity=2)
    plain = await sell(engine, conference, 2)
    places = await sell(engine, keynote, 4)
    for status in ("pending", "cancelled", "expired", "waitlisted"):
        await sell(engine, conference, status=status)
    for sold in (birds[0], plain[0], plain[1], places[0]):
        await client.post(CHECK_INS, json=scan(sold.code), headers=as_organizer)
    data = await got(client, of(conference), as_organizer)
    bird = {"ticket_type": early.id, "ticket_type_name": "Early bird"} | counts(3, 1, 6, 2)
    other = {"ticket_type": None, "ticket_type_name": None} | counts(2, 2, 2, 2)
    place = {"session": keynote.id, "session_name": "Keynote"} | counts(4, 1, 4, 1)
    assert data == {
        "conference": conference.id,
        **counts(9, 4, 12, 5),
        "by_ticket_type": [bird, other],
        "by_session": [place],
    }


async def test_what_is_undone_or_cancelled_counts_no_more(
    client: httpx.AsyncClient, engine: AsyncEngine, as_organizer: Headers, conference: Conference
) -> None:
    first, second, third = await sell(engine, conference, 3)
    made = [
        await client.post(CHECK_INS, json=scan(sold.code), headers=as_organizer)
        for sold in (first, second, third)
    ]
    undo = f"{CHECK_INS}{made[0].json()['data']['id']}/undo/"
    assert (await client.post(undo, headers=as_organizer)).status_code == 200
    cancel = f"/api/v1/registrations/{second.registration}/"
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE conferences SET seats_taken = 3"))
    assert (await client.delete(cancel, headers=as_organizer)).status_code == 200
    data = await got(client, of(conference), as_organizer)
    assert data == data | counts(2, 1, 2, 1)


async def test_nobody_expected_is_nobody_missing(
    client: httpx.AsyncClient, as_organizer: Headers, conference: Conference
) -> None:
    data = await got(client, of(conference), as_organizer)
    assert data == data | counts(0, 0, 0, 0) | {"by_ticket_type": [], "by_session": []}


@pytest.mark.parametrize("rest", ["", "offline/"])
async def test_names_and_counts_are_for_who_runs_the_door(
    client: httpx.AsyncClient,
    rival_client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    as_guest: Headers,
    as_admin: Headers,
    conference: Conference,
    rest: str,
) -> None:
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    assert (await client.get(of(conference, rest))).status_code == 401
    assert (await client.get(of(conference, rest), headers=as_guest)).status_code == 403
    assert (await rival_client.get(of(conference, rest))).status_code == 403
    assert (await rival_client.get(of(draft, rest))).status_code == 404
    assert (await client.get(of(conference, rest), headers=as_admin)).status_code == 200
