"""Finding conferences natively: filters that combine, the best first, and pages behind a place."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.conferences import Conference
from app.domain.times import utc_now
from tests.api.conftest import Headers
from tests.factories import FIRST_DAY, Units, a_conference, a_user

LIST = "/api/v1/conferences/"


async def found(
    client: httpx.AsyncClient, headers: Headers, query: Mapping[str, object]
) -> list[str]:
    answer = await client.get(LIST, params={**query}, headers=headers)  # type: ignore[dict-item]
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["meta"]["count"] == len(told["data"])
    return [item["conference_name"] for item in told["data"]]


def place(*parts: object) -> str:
    """Where no list has ever led."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.fixture
async def four(uow: Units, engine: AsyncEngine) -> list[Conference]:
    """One over, one going on, one to come that is full, one to come that costs something."""
    now = utc_now().replace(minute=0, second=0, microsecond=0)
    owner = await a_user(uow, role=Role.ORGANIZER)
    made = [
        await a_conference(uow, organizer=owner, name="Over", starts_at=now - timedelta(days=9)),
        await a_conference(
            uow, organizer=owner, name="Going on", starts_at=now - timedelta(days=1)
        ),
        await a_conference(
            uow, organizer=owner, name="Full", starts_at=now + timedelta(days=9), capacity=5
        ),
        await a_conference(
            uow, name="Dear", starts_at=now + timedelta(days=19), price=Decimal("99.50")
        ),
    ]
    async with engine.begin() as connection:
        full = {"id": made[2].id}
        await connection.execute(
            text("UPDATE conferences SET seats_taken = 5 WHERE id = :id"), full
        )
        where = {"id": made[3].id, "location": "Hall 7, NEW YORK, NY"}
        await connection.execute(
            text("UPDATE conferences SET location = :location WHERE id = :id"), where
        )
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Over", "Going on", "Full", "Dear"]),
        ({"title": "going ON"}, ["Going on"]),
        ({"title": "going"}, []),
        ({"location": "new york"}, ["Dear"]),
        ({"location": "w y"}, ["Dear"]),
        ({"location": "ny"}, ["Dear"]),
        ({"location": "new yorker"}, []),
        ({"location": "%"}, []),
        ({"has_spots": True}, ["Over", "Going on", "Dear"]),
        ({"has_spots": False}, ["Full"]),
        ({"is_past": True}, ["Over", "Going on"]),
        ({"is_past": False}, ["Full", "Dear"]),
        ({"is_active": True}, ["Going on", "Full", "Dear"]),
        ({"is_active": False}, ["Over"]),
        ({"status": "ongoing"}, ["Going on"]),
        ({"status": "completed"}, ["Over"]),
        ({"status": "published"}, ["Full", "Dear"]),
        ({"min_price": "99.50"}, ["Dear"]),
        ({"max_price": 99}, ["Over", "Going on", "Full"]),
        ({"min_price": 1, "max_price": 100}, ["Dear"]),
        ({"search": "york dea"}, ["Dear"]),
        ({"is_past": False, "has_spots": True, "location": "york"}, ["Dear"]),
        ({"is_past": True, "has_spots": False}, []),
    ],
    ids=str,
)
@pytest.mark.usefixtures("four")
async def test_filters_combine(
    client: httpx.AsyncClient,
    as_guest: Headers,
    query: Mapping[str, object],
    expected: list[str],
) -> None:
    for _ in range(2):
        assert await found(client, as_guest, query) == expected


async def test_moments_and_organizers_narrow_a_list_down(
    client: httpx.AsyncClient, as_guest: Headers, four: list[Conference]
) -> None:
    full = four[2]
    at = full.period.start.isoformat()
    assert await found(client, as_guest, {"starts_from": at}) == ["Full", "Dear"]
    assert await found(client, as_guest, {"starts_until": at}) == ["Over", "Going on"]
    same = {"organizer": full.organizer_id, "starts_from": at}
    assert await found(client, as_guest, same) == ["Full"]


async def test_the_best_comes_first_unless_another_order_is_asked_for(
    client: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    await a_conference(uow, name="Gardens", description="with a word on compilers")
    await a_conference(
        uow,
        name="Compilers",
        description="compilers, and compilers of compilers",
        starts_at=FIRST_DAY + timedelta(days=30),
    )
    best = ["Compilers", "Gardens"]
    assert await found(client, as_guest, {"search": "compil"}) == best
    assert await found(client, as_guest, {"search": "compil", "ordering": "relevance"}) == best
    by_start = {"search": "compil", "ordering": "start_date"}
    assert await found(client, as_guest, by_start) == best[::-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"ordering": "relevance"}, "search"),
        ({"ordering": "-relevance", "search": "x"}, "ordering"),
        ({"ordering": "relevance,price", "search": "x"}, "ordering"),
        ({"has_spots": "perhaps"}, "has_spots"),
        ({"min_price": "-1"}, "min_price"),
        ({"max_price": "NaN"}, "max_price"),
        ({"starts_from": "2031-03-01"}, "starts_from"),
        ({"is_past": "2"}, "is_past"),
        ({"title": ""}, "title"),
        ({"colour": "red"}, "colour"),
        ({"after": "AAAA"}, "after"),
        ({"after": ""}, "after"),
        ({"after": "é"}, "after"),
        ({"after": place(["start_date"], ["9999-12-31T23:59:59-23:59", 1])}, "after"),
        ({"after": place(["start_date"], ["0001-01-01T00:00:00+23:59", 1])}, "after"),
        ({"after": place(["start_date"], ["2031-03-01T00:00:00", 1])}, "after"),
        ({"after": place(["start_date"], ["2031-03-01T00:00:00Z", True])}, "after"),
        ({"after": place(["start_date"], ["2031-03-01T00:00:00Z", 2**63])}, "after"),
        ({"after": place(["start_date"], [5, 1])}, "after"),
        ({"after": place(["price"], ["NaN", 1]), "ordering": "price"}, "after"),
        ({"after": place(["price"], ["1e99999", 1]), "ordering": "price"}, "after"),
        ({"after": place(["conference_name"], ["\0", 1]), "ordering": "conference_name"}, "after"),
        ({"after": "x" * 1001}, "after"),
    ],
    ids=str,
)
async def test_what_cannot_be_meant_is_refused_by_name(
    client: httpx.AsyncClient, as_guest: Headers, query: dict[str, str], field: str
) -> None:
    answer = await client.get(LIST, params=query, headers=as_guest)
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


@pytest.mark.parametrize(
    "ordering",
    [
        *("start_date", "-start_date", "end_date", "-end_date", "created_at", "-created_at"),
        *("conference_name", "-conference_name", "price", "-price"),
        *("price,-start_date", "-price,conference_name", "start_date,-price,conference_name"),
    ],
)
async def test_pages_behind_a_place_hold_each_once_whatever_the_order(
    client: httpx.AsyncClient, as_guest: Headers, uow: Units, ordering: str
) -> None:
    for number in range(9):
        await a_conference(
            uow,
            name=f"Nr {number % 4}",
            starts_at=FIRST_DAY + timedelta(days=number % 3),
            price=Decimal(number % 2),
        )
    whole = await client.get(LIST, params={"ordering": ordering}, headers=as_guest)
    expected = [item["id"] for item in whole.json()["data"]]
    place = f"{LIST}?page_size=2&ordering={ordering}"
    first = (await client.get(place, headers=as_guest)).json()
    seen = [item["id"] for item in first["data"]]
    after = first["meta"]["after"]
    while after:
        answer = await client.get(f"{place}&after={after}", headers=as_guest)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["meta"]["count"] == 9
        if after := told["meta"].get("after"):
            assert f"after={after}" in told["meta"]["next"]
        seen += [item["id"] for item in told["data"]]
    assert seen == expected


async def test_what_comes_in_between_shifts_no_page_behind_a_place(
    client: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    made = [
        (await a_conference(uow, starts_at=FIRST_DAY + timedelta(days=day))).id for day in range(4)
    ]
    first = (await client.get(f"{LIST}?page_size=2", headers=as_guest)).json()
    await a_conference(uow, starts_at=FIRST_DAY - timedelta(days=1))
    after = first["meta"]["after"]
    second = (await client.get(f"{LIST}?page_size=2&after={after}", headers=as_guest)).json()
    both = [item["id"] for item in (*first["data"], *second["data"])]
    assert both == made


async def test_a_place_belongs_to_its_order(
    client: httpx.AsyncClient, as_guest: Headers, uow: Units
) -> None:
    for _ in range(2):
        await a_conference(uow)
    first = (await client.get(f"{LIST}?page_size=1", headers=as_guest)).json()
    other = {"ordering": "price", "after": first["meta"]["after"]}
    answer = await client.get(LIST, params=other, headers=as_guest)
    assert answer.status_code == 400
    assert answer.json()["errors"]["after"]
