"""Reviews over HTTP: who writes them, who reads them, and how they are counted."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import closing
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import Conference, Visibility
from app.domain.times import utc_now
from tests.api.claims import cancel
from tests.api.conftest import Headers
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    caller,
    login,
)

REVIEWS = "/api/v1/reviews/"


@pytest.fixture
async def held(uow: Units, organizer: User) -> Conference:
    """A conference that has begun."""
    return await a_conference(
        uow, organizer=organizer, name="Tech Summit", starts_at=utc_now() - timedelta(hours=5)
    )


@pytest.fixture
async def as_member(uow: Units, held: Conference, guest: User, as_guest: Headers) -> Headers:
    """Somebody who is registered for it."""
    await a_registration(uow, held, await an_attendee(uow, user=guest))
    return as_guest


async def member(client: httpx.AsyncClient, uow: Units, conference: Conference) -> Headers:
    user = await a_user(uow)
    await a_registration(uow, conference, await an_attendee(uow, user=user))
    return await login(client, user)


def opinion(conference: Conference, **more: object) -> dict[str, object]:
    return {
        "conference": conference.id,
        "rating": 5,
        "title": "Excellent workshop!",
        "review": "Very informative and well organized",
        "attended": True,
        **more,
    }


async def written(client: httpx.AsyncClient, who: Headers, body: object) -> dict[str, Any]:
    answer = await client.post(REVIEWS, json=body, headers=who)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def listed(client: httpx.AsyncClient, query: str = "", **more: Any) -> list[Any]:
    answer = await client.get(f"{REVIEWS}{query}", **more)
    assert answer.status_code == 200, answer.text
    data: list[Any] = answer.json()["data"]
    return data


async def counted(engine: AsyncEngine, conference: Conference) -> tuple[int, int]:
    """What the conference counts; it must be what there is."""
    async with engine.connect() as connection:
        kept, real = await connection.execute(
            text(
                "SELECT reviews_count, ratings_sum FROM conferences WHERE id = :id UNION ALL"
                " SELECT count(*), coalesce(sum(rating), 0) FROM reviews"
                " WHERE conference_id = :id AND deleted_at IS NULL"
            ),
            {"id": conference.id},
        )
    assert tuple(kept) == tuple(real)
    return kept[0], kept[1]


async def test_whoever_is_registered_says_what_it_was_like(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    guest: User,
    as_member: Headers,
    held: Conference,
) -> None:
    review = await written(client, as_member, opinion(held))
    assert review.pop("created_at") == review.pop("updated_at")
    assert review == {
        "id": 1,
        "conference": held.id,
        "conference_name": "Tech Summit",
        "user": guest.id,
        "user_name": "Ada Lovelace",
        "rating": 5,
        "title": "Excellent workshop!",
        "review": "Very informative and well organized",
        "attended": True,
        "helpful_count": 0,
        "unhelpful_count": 0,
        "helpful_percentage": 0.0,
    }
    assert await counted(engine, held) == (1, 5)
    [seen] = await listed(client)
    assert seen == (await client.get(f"{REVIEWS}1/")).json()["data"]


async def test_to_have_attended_is_not_claimed_by_default(
    client: httpx.AsyncClient, as_member: Headers, held: Conference
) -> None:
    body = opinion(held)
    del body["attended"]
    assert (await written(client, as_member, body))["attended"] is False


async def test_a_place_in_a_session_is_enough(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers, held: Conference
) -> None:
    await a_registration(uow, await a_session(uow, held), await an_attendee(uow, user=guest))
    assert (await written(client, as_guest, opinion(held)))["attended"] is True


async def test_strangers_and_those_too_early_are_refused(
    client: httpx.AsyncClient,
    uow: Units,
    guest: User,
    as_guest: Headers,
    conference: Conference,
    held: Conference,
) -> None:
    async def refused(body: object) -> tuple[int, str]:
        answer = await client.post(REVIEWS, json=body, headers=as_guest)
        return answer.status_code, answer.json()["code"]

    assert await refused(opinion(held)) == (409, "review_not_allowed")
    await a_registration(uow, conference, await an_attendee(uow, user=guest))
    assert await refused(opinion(conference)) == (409, "review_not_allowed")
    assert await refused(opinion(held) | {"conference": 999}) == (400, "unknown_reference")
    assert (await client.post(REVIEWS, json=opinion(held))).status_code == 401


async def test_one_review_each(
    client: httpx.AsyncClient, engine: AsyncEngine, as_member: Headers, held: Conference
) -> None:
    await written(client, as_member, opinion(held))
    again = await client.post(REVIEWS, json=opinion(held, rating=1), headers=as_member)
    assert (again.status_code, again.json()["code"]) == (409, "already_reviewed")
    assert await counted(engine, held) == (1, 5)


@pytest.mark.parametrize(
    "fault",
    [
        {"rating": 0},
        {"rating": 6},
        {"rating": True},
        {"rating": "5"},
        {"rating": 4.5},
        {"title": ""},
        {"review": None},
        {"attended": "yes"},
        {"helpful_count": 7},
        {"user": 1},
    ],
)
async def test_what_is_malformed_or_not_theirs_to_say_is_named(
    client: httpx.AsyncClient, as_member: Headers, held: Conference, fault: dict[str, object]
) -> None:
    answer = await client.post(REVIEWS, json=opinion(held, **fault), headers=as_member)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(fault)


async def test_an_author_changes_their_mind(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    as_member: Headers,
    held: Conference,
) -> None:
    await written(client, await member(client, uow, held), opinion(held, rating=3))
    review = await written(client, as_member, opinion(held))
    path = f"{REVIEWS}{review['id']}/"
    changed = await client.patch(path, json={"rating": 2}, headers=as_member)
    assert changed.json()["data"]["rating"] == 2
    assert changed.json()["data"]["title"] == review["title"]
    assert await counted(engine, held) == (2, 5)
    put = await client.put(path, json={"title": "So so", "attended": False}, headers=as_member)
    assert put.json()["data"] == (await client.get(path)).json()["data"]
    assert (put.json()["data"]["title"], put.json()["data"]["attended"]) == ("So so", False)
    assert await counted(engine, held) == (2, 5)


async def test_others_leave_it_alone_but_admins_remove_it(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    as_member: Headers,
    as_organizer: Headers,
    as_admin: Headers,
    held: Conference,
) -> None:
    review = await written(client, as_member, opinion(held))
    path = f"{REVIEWS}{review['id']}/"
    for who in (as_organizer, as_admin):
        assert (await client.patch(path, json={"rating": 1}, headers=who)).status_code == 403
    assert (await client.delete(path, headers=as_organizer)).status_code == 403
    assert (await client.delete(path)).status_code == 401
    assert (await client.delete(path, headers=as_admin)).json()["data"] is None
    for method in ("GET", "DELETE"):
        assert (await client.request(method, path, headers=as_member)).status_code == 404
    assert await counted(engine, held) == (0, 0)


async def test_after_it_is_taken_back_another_is_written(
    client: httpx.AsyncClient, engine: AsyncEngine, as_member: Headers, held: Conference
) -> None:
    first = await written(client, as_member, opinion(held))
    await client.delete(f"{REVIEWS}{first['id']}/", headers=as_member)
    second = await written(client, as_member, opinion(held, rating=1))
    assert second["id"] != first["id"]
    assert [one["id"] for one in await listed(client)] == [second["id"]]
    assert await counted(engine, held) == (1, 1)


async def test_what_was_attended_stays_so_when_the_registration_ends(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers, held: Conference
) -> None:
    claim = await a_registration(uow, held, await an_attendee(uow, user=guest))
    review = await written(client, as_guest, opinion(held))
    await cancel(client, as_guest, {"id": claim.id})
    path = f"{REVIEWS}{review['id']}/"
    kept = await client.patch(path, json={"title": "Later"}, headers=as_guest)
    assert kept.json()["data"]["attended"] is True
    claimed = await client.patch(path, json={"attended": True}, headers=as_guest)
    assert claimed.json()["data"]["attended"] is False


async def test_votes_are_one_each_and_move(
    client: httpx.AsyncClient,
    as_member: Headers,
    as_organizer: Headers,
    as_admin: Headers,
    held: Conference,
) -> None:
    review = await written(client, as_member, opinion(held))
    path = f"{REVIEWS}{review['id']}/votes/"

    async def vote(who: Headers, helpful: bool) -> tuple[int, int, float]:
        answer = await client.post(path, json={"helpful": helpful}, headers=who)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert data["updated_at"] == review["updated_at"]
        return data["helpful_count"], data["unhelpful_count"], data["helpful_percentage"]

    assert await vote(as_organizer, True) == (1, 0, 100.0)
    assert await vote(as_organizer, True) == (1, 0, 100.0)
    assert await vote(as_admin, False) == (1, 1, 50.0)
    assert await vote(as_organizer, False) == (0, 2, 0.0)
    own = await client.post(path, json={"helpful": True}, headers=as_member)
    assert (own.status_code, own.json()["code"]) == (409, "review_not_allowed")
    assert (await client.post(path, json={"helpful": True})).status_code == 401
    nowhere = await client.post(f"{REVIEWS}99/votes/", json={"helpful": True}, headers=as_admin)
    assert nowhere.status_code == 404


async def test_lists_filter_search_and_order(
    client: httpx.AsyncClient, uow: Units, as_organizer: Headers, held: Conference
) -> None:
    other = await a_conference(
        uow, name="Garden Fair", starts_at=utc_now() - timedelta(days=1), capacity=9
    )
    for conference, rating, title in ((held, 2, "Meh"), (held, 5, "Great"), (other, 4, "50% Fun")):
        who = await member(client, uow, conference)
        await written(client, who, opinion(conference, rating=rating, title=title))
    vote = await client.post(f"{REVIEWS}1/votes/", json={"helpful": True}, headers=as_organizer)
    assert vote.status_code == 200

    async def found(query: str) -> list[int]:
        return [one["id"] for one in await listed(client, query)]

    assert await found("") == [3, 2, 1]
    assert await found("?ordering=created_at") == [1, 2, 3]
    assert await found("?ordering=-rating") == [2, 3, 1]
    assert await found("?ordering=-helpful,rating") == [1, 3, 2]
    assert await found(f"?conference={held.id}") == [2, 1]
    assert await found("?rating=4") == [3]
    assert await found("?search=tech%20SUMMIT") == [2, 1]
    assert await found("?search=great") == [2]
    assert await found("?search=0%25") == [3]
    assert await found("?search=summit%0A") == [2, 1]
    assert await found("?page=2&page_size=2") == [1]
    author = (await listed(client, "?rating=5"))[0]["user"]
    assert await found(f"?user={author}") == [2]
    assert (await client.get(f"{REVIEWS}?rating=6")).status_code == 400
    assert (await client.get(f"{REVIEWS}?ordering=title")).status_code == 400


async def test_of_what_one_does_not_see_one_reads_no_reviews(
    client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    as_organizer: Headers,
    as_admin: Headers,
) -> None:
    private = await a_conference(
        uow,
        organizer=organizer,
        starts_at=utc_now() - timedelta(hours=1),
        visibility=Visibility.PRIVATE,
    )
    author = await member(client, uow, private)
    review = await written(client, author, opinion(private))
    stranger = await login(client, await a_user(uow, role=Role.ORGANIZER))
    path = f"{REVIEWS}{review['id']}/"
    for blind in ({}, stranger):
        assert await listed(client, headers=blind) == []
        assert (await client.get(path, headers=blind)).status_code == 404
    for sighted in (author, as_organizer, as_admin):
        assert len(await listed(client, headers=sighted)) == 1
    voted = await client.post(f"{path}votes/", json={"helpful": True}, headers=stranger)
    assert voted.status_code == 404

    await closing.delete_conference(uow(), caller(organizer), private.id, utc_now())
    for who in (author, as_organizer, as_admin):
        assert (await client.get(path, headers=who)).status_code == 404


async def test_a_review_repeated_under_its_key_is_written_once(
    client: httpx.AsyncClient, engine: AsyncEngine, as_member: Headers, held: Conference
) -> None:
    keyed = as_member | {"Idempotency-Key": "r1"}
    first = await written(client, keyed, opinion(held))
    assert await written(client, keyed, opinion(held)) == first
    assert await counted(engine, held) == (1, 5)


async def test_a_list_takes_the_same_statements_however_long(
    client: httpx.AsyncClient, uow: Units, held: Conference, statements: list[str]
) -> None:
    for _ in range(3):
        await written(client, await member(client, uow, held), opinion(held))
    statements.clear()
    await listed(client)
    assert len(statements) == 2
