"""The public pages: for anybody, with entity tags, without a query while nothing changes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import ticket_types
from app.domain.access import Role
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.ticket_types import TicketTypeDraft
from app.domain.times import utc_now
from tests.factories import (
    FIRST_DAY,
    Units,
    a_conference,
    a_session,
    a_user,
    caller,
)

LIST = "/api/v1/public/conferences/"


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """A change shows within a second; machines under test may be slow."""
    for _ in range(100):
        if await holds():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(holds)


async def names(client: httpx.AsyncClient, **query: str) -> list[str]:
    answer = await client.get(LIST, params=query)
    assert answer.status_code == 200, answer.text
    return [item["conference_name"] for item in answer.json()["data"]]


async def test_the_published_and_public_ones_are_for_anybody(
    client: httpx.AsyncClient, uow: Units
) -> None:
    await a_conference(uow, name="Seen")
    await a_conference(uow, name="Draft", status=ConferenceStatus.DRAFT)
    await a_conference(uow, name="Private", visibility=Visibility.PRIVATE)
    answer = await client.get(LIST)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=1"
    assert answer.headers["etag"].startswith('"')
    assert [item["conference_name"] for item in answer.json()["data"]] == ["Seen"]
    assert answer.json()["meta"] == {
        "count": 1,
        "page": 1,
        "page_size": 20,
        "next": None,
        "previous": None,
    }


@pytest.mark.parametrize("hidden", [ConferenceStatus.DRAFT, Visibility.PRIVATE])
async def test_what_is_hidden_has_no_public_page_even_for_its_organizer(
    client: httpx.AsyncClient,
    organizer_client: httpx.AsyncClient,
    uow: Units,
    hidden: ConferenceStatus | Visibility,
) -> None:
    by_state = isinstance(hidden, ConferenceStatus)
    conference = await (
        a_conference(uow, status=ConferenceStatus.DRAFT)
        if by_state
        else a_conference(uow, visibility=Visibility.PRIVATE)
    )
    for anybody in (client, organizer_client):
        assert (await anybody.get(f"{LIST}{conference.id}/")).status_code == 404


async def test_a_page_tells_programme_prices_and_what_search_engines_read(
    client: httpx.AsyncClient, uow: Units
) -> None:
    owner = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=owner, name="Tech Summit", capacity=10)
    session = await a_session(uow, conference)
    draft = TicketTypeDraft(name="Early bird", price=Decimal(80), capacity=5)
    kind = await ticket_types.create(uow(), caller(owner), conference.id, draft, utc_now())
    answer = await client.get(f"{LIST}{conference.id}/")
    assert answer.status_code == 200
    told = answer.json()["data"]
    assert told["conference_name"] == "Tech Summit"
    assert told["available_spots"] == 10
    assert told["organizer_name"] == (
        f"{owner.first_name} {owner.last_name}".strip() or owner.username
    )
    assert told["category_slug"] == "conference"
    assert [item["id"] for item in told["sessions"]] == [session.id]
    assert [item["id"] for item in told["ticket_types"]] == [kind.id]
    assert told["online_url"] == ""
    event = told["json_ld"]
    assert (event["@context"], event["name"]) == ("https://schema.org", "Tech Summit")
    assert event["url"].endswith(f"{LIST}{conference.id}/")


async def test_filters_are_those_of_all_lists_and_others_are_refused_by_name(
    client: httpx.AsyncClient, uow: Units
) -> None:
    await a_conference(uow, name="Python Days", price=Decimal(10))
    await a_conference(uow, name="Rust Days", capacity=1)
    assert await names(client, search="pyth") == ["Python Days"]
    assert await names(client, title="rust DAYS") == ["Rust Days"]
    assert await names(client, min_price="0.01") == ["Python Days"]
    assert await names(client, ordering="-conference_name") == ["Rust Days", "Python Days"]
    for query in ({"colour": "red"}, {"page_size": "101"}, {"after": "x"}):
        answer = await client.get(LIST, params=query)
        assert answer.status_code == 400
        assert set(answer.json()["errors"]) == set(query)


async def test_what_is_private_is_not_among_what_is_public(
    client: httpx.AsyncClient, uow: Units
) -> None:
    await a_conference(uow)
    await a_conference(uow, visibility=Visibility.PRIVATE)
    assert await names(client, visibility="private") == []
    assert await names(client, status="draft") == []
    assert len(await names(client, visibility="public")) == 1


async def test_whoever_has_a_page_is_told_so(client: httpx.AsyncClient, uow: Units) -> None:
    conference = await a_conference(uow)
    for path in (LIST, f"{LIST}{conference.id}/"):
        first = await client.get(path)
        tag = first.headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await client.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
            assert again.headers["cache-control"] == "public, max-age=1"
        other = await client.get(path, headers={"If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)


async def test_polling_costs_no_query_of_the_list(
    client: httpx.AsyncClient, uow: Units, statements: list[str]
) -> None:
    conference = await a_conference(uow)
    for path in (LIST, f"{LIST}{conference.id}/"):
        tag = (await client.get(path)).headers["etag"]

        async def is_free(path: str = path, tag: str = tag) -> bool:
            """Twenty polls over more than a second, none of which reads a conference."""
            statements.clear()
            for _ in range(20):
                assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 304
                await asyncio.sleep(0.06)
            return not any("FROM conferences c" in statement for statement in statements)

        await until(is_free)
        assert 1 <= len(statements) <= 8


async def test_a_change_shows_within_a_second(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine
) -> None:
    conference = await a_conference(uow, name="Before", capacity=5)
    path = f"{LIST}{conference.id}/"
    assert await names(client) == ["Before"]
    assert (await client.get(path)).json()["data"]["seats_taken"] == 0
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE conferences SET name = 'After', seats_taken = 3"))

    async def shows() -> bool:
        page = (await client.get(path)).json()["data"]
        return await names(client) == ["After"] and page["seats_taken"] == 3

    began = asyncio.get_running_loop().time()
    await until(shows)
    assert asyncio.get_running_loop().time() - began < 5


async def test_a_session_more_shows_on_the_page(client: httpx.AsyncClient, uow: Units) -> None:
    conference = await a_conference(uow)
    path = f"{LIST}{conference.id}/"
    assert (await client.get(path)).json()["data"]["sessions"] == []
    await a_session(uow, conference)

    async def shows() -> bool:
        return len((await client.get(path)).json()["data"]["sessions"]) == 1

    await until(shows)


async def test_what_is_called_off_stays_to_be_seen_and_says_so(
    client: httpx.AsyncClient, uow: Units
) -> None:
    conference = await a_conference(uow, status=ConferenceStatus.PUBLISHED)
    path = f"{LIST}{conference.id}/"
    assert (await client.get(path)).json()["data"]["status"] == "published"
    async with uow() as tx:
        await tx.conferences._do(text("UPDATE conferences SET status = 'cancelled'"))

    async def shows() -> bool:
        told = (await client.get(path)).json()["data"]
        event = told["json_ld"]["eventStatus"]
        return bool(told["status"] == "cancelled" and event.endswith("EventCancelled"))

    await until(shows)


async def test_the_next_pages_lead_to_the_end(client: httpx.AsyncClient, uow: Units) -> None:
    made = [
        (await a_conference(uow, starts_at=FIRST_DAY + timedelta(days=number % 2))).id
        for number in range(5)
    ]
    by_page, place = [], f"{LIST}?page_size=2&ordering=-start_date"
    while place:
        answer = (await client.get(place)).json()
        by_page += [item["id"] for item in answer["data"]]
        place = answer["meta"]["next"]
    assert sorted(by_page) == sorted(made)
    behind, after = [], ""
    while True:
        query = {"page_size": "2", "ordering": "-start_date"} | ({"after": after} if after else {})
        answer = (await client.get(LIST, params=query)).json()
        behind += [item["id"] for item in answer["data"]]
        after = answer["meta"].get("after")
        if after is None:
            break
    assert behind == by_page
