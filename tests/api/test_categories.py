from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.api.asking import count

PATH = "/api/v1/categories/"
CONFERENCES = "/api/v1/conferences/"
SUMMIT = {"conference_name": "Summit", "start_date": "2090-09-01", "end_date": "2090-09-03"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def made(client: httpx.AsyncClient, **body: object) -> dict[str, Any]:
    answer = await client.post(PATH, json={"name": "Open Air"} | body)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_everybody_reads_them_without_a_login(
    client: httpx.AsyncClient, visitor_client: httpx.AsyncClient
) -> None:
    for anybody in (client, visitor_client):
        answer = await anybody.get(PATH)
        assert answer.status_code == 200
        body = answer.json()
        assert body["data"][0] == {"id": 1, "name": "Technology", "slug": "technology"}
        assert [item["slug"] for item in body["data"][1:]] == [
            "workshop",
            "webinar",
            "conference",
            "masterclass",
            "meetup",
            "training",
        ]
        assert body["meta"]["count"] == 7
        answer = await anybody.get(f"{PATH}1/")
        assert answer.json()["data"]["slug"] == "technology"
        assert code(await anybody.get(f"{PATH}99/")) == (404, "not_found")


async def test_a_token_that_is_sent_must_be_good(client: httpx.AsyncClient) -> None:
    answer = await client.get(PATH, headers={"Authorization": "Bearer nonsense"})
    assert code(answer) == (401, "invalid_token")


async def test_lists_have_pages_and_orders_and_know_no_more(client: httpx.AsyncClient) -> None:
    body = (await client.get(f"{PATH}?ordering=-name&page=2&page_size=3")).json()
    assert [item["slug"] for item in body["data"]] == ["technology", "meetup", "masterclass"]
    assert body["meta"]["next"].endswith("?ordering=-name&page=3&page_size=3")
    for wrong in ({"colour": "red"}, {"ordering": "created_at"}, {"page": "0"}):
        answer = await client.get(PATH, params=wrong)
        assert code(answer) == (400, "invalid")
        assert list(answer.json()["errors"]) == list(wrong)


async def test_a_slug_is_made_from_the_name(admin_client: httpx.AsyncClient) -> None:
    data = await made(admin_client, name="Café & Bar")
    assert data == {"id": data["id"], "name": "Café & Bar", "slug": "cafe-bar"}
    assert (await made(admin_client, name="Foo", slug="bar"))["slug"] == "bar"
    assert (await admin_client.get(f"{PATH}{data['id']}/")).json()["data"] == data


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"name": "会議"}, "slug"),
        ({"name": "x", "slug": ""}, "slug"),
        ({"name": "x", "slug": "Open Air"}, "slug"),
        ({"name": "x", "slug": "a--b"}, "slug"),
        ({"name": "x", "slug": "a" * 201}, "slug"),
        ({"name": "x", "id": 5}, "id"),
    ],
)
async def test_what_cannot_be_meant_is_named(
    admin_client: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    answer = await admin_client.post(PATH, json=body)
    assert code(answer) == (400, "invalid")
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "WEBINAR", "slug": "other"}, "name"),
        ({"name": "Other", "slug": "webinar"}, "slug"),
    ],
)
async def test_neither_name_nor_slug_is_given_twice(
    admin_client: httpx.AsyncClient, engine: AsyncEngine, body: dict[str, str], field: str
) -> None:
    answer = await admin_client.post(PATH, json=body)
    assert code(answer) == (409, "name_taken")
    assert list(answer.json()["errors"]) == [field]
    assert answer.json()["conflicts_with"] == {"kind": "category", "id": 3, "name": "Webinar"}
    other = await made(admin_client)
    answer = await admin_client.put(f"{PATH}{other['id']}/", json=body)
    assert code(answer) == (409, "name_taken")
    assert await count(engine, "categories") == 8


async def test_only_admins_write(
    client: httpx.AsyncClient,
    organizer_client: httpx.AsyncClient,
    visitor_client: httpx.AsyncClient,
) -> None:
    body = {"name": "Mine"}
    assert (await client.post(PATH, json=body)).status_code == 401
    assert (await client.put(f"{PATH}1/", json=body)).status_code == 401
    assert (await client.delete(f"{PATH}1/")).status_code == 401
    for stranger in (organizer_client, visitor_client):
        assert code(await stranger.post(PATH, json=body)) == (403, "forbidden")
        assert code(await stranger.patch(f"{PATH}1/", json=body)) == (403, "forbidden")
        assert code(await stranger.delete(f"{PATH}1/")) == (403, "forbidden")


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_new_name_keeps_the_slug(admin_client: httpx.AsyncClient, method: str) -> None:
    before = await made(admin_client)
    path = f"{PATH}{before['id']}/"
    answer = await admin_client.request(method, path, json={"name": "Under the Sky"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == before | {"name": "Under the Sky"}
    answer = await admin_client.request(method, path, json={"slug": "sky"})
    assert answer.json()["data"] == before | {"name": "Under the Sky", "slug": "sky"}
    for wrong in ({"name": None}, {"slug": None}, {"slug": "Sky"}):
        answer = await admin_client.request(method, path, json=wrong)
        assert code(answer) == (400, "invalid")
    assert (await admin_client.get(path)).json()["data"]["slug"] == "sky"
    missing = await admin_client.request(method, f"{PATH}99/", json={})
    assert code(missing) == (404, "not_found")


async def test_one_that_conferences_name_is_not_deleted(
    admin_client: httpx.AsyncClient, organizer_client: httpx.AsyncClient
) -> None:
    category = (await made(admin_client))["id"]
    answer = await organizer_client.post(CONFERENCES, json=SUMMIT | {"category": category})
    conference = f"{CONFERENCES}{answer.json()['data']['id']}/"
    assert answer.json()["data"]["category"] == category
    assert code(await admin_client.delete(f"{PATH}{category}/")) == (409, "category_in_use")
    assert (await organizer_client.delete(conference)).status_code == 200
    answer = await admin_client.delete(f"{PATH}{category}/")
    assert answer.status_code == 200
    assert answer.json()["data"] is None
    assert code(await admin_client.get(f"{PATH}{category}/")) == (404, "not_found")
    assert code(await admin_client.delete(f"{PATH}{category}/")) == (404, "not_found")


async def test_a_conference_names_a_category_that_is_there(
    organizer_client: httpx.AsyncClient,
) -> None:
    for category, answered in (
        (99, (400, "unknown_reference")),
        ("webinar", (400, "invalid")),
        (True, (400, "invalid")),
    ):
        answer = await organizer_client.post(CONFERENCES, json=SUMMIT | {"category": category})
        assert code(answer) == answered
        assert list(answer.json()["errors"]) == ["category"]
    data = (await organizer_client.post(CONFERENCES, json=SUMMIT)).json()["data"]
    path = f"{CONFERENCES}{data['id']}/"
    # Whoever says nothing holds a conference.
    assert data["category"] == 4
    assert (await organizer_client.put(path, json={"category": 3})).json()["data"]["category"] == 3
    assert code(await organizer_client.put(path, json={"category": 99})) == (
        400,
        "unknown_reference",
    )
    assert (await organizer_client.get(path)).json()["data"]["category"] == 3
    answer = await organizer_client.put(path, json={"category": None})
    assert answer.json()["data"]["category"] is None


async def test_without_a_category_for_it_a_conference_that_names_none_has_none(
    admin_client: httpx.AsyncClient, organizer_client: httpx.AsyncClient
) -> None:
    assert (await admin_client.delete(f"{PATH}4/")).status_code == 200
    answer = await organizer_client.post(CONFERENCES, json=SUMMIT)
    assert answer.json()["data"]["category"] is None


async def test_conferences_are_found_by_their_category(
    organizer_client: httpx.AsyncClient,
) -> None:
    for category in (1, 3, None):
        await organizer_client.post(CONFERENCES, json=SUMMIT | {"category": category})

    async def categories(**query: str) -> list[int | None]:
        answer = await organizer_client.get(CONFERENCES, params=query)
        assert answer.status_code == 200, answer.text
        return [item["category"] for item in answer.json()["data"]]

    assert await categories() == [1, 3, 4]
    assert await categories(category="conference") == [4]
    assert await categories(category="3") == [3]
    assert await categories(category="technology") == [1]
    assert await categories(category="nothing-of-that-name") == []
    assert await categories(category="9" * 30) == []
    assert await categories(category="1", visibility="private") == []
    for wrong in ("", "Web Inar", "-1", "1.5"):
        answer = await organizer_client.get(CONFERENCES, params={"category": wrong})
        assert code(answer) == (400, "invalid")


async def test_a_repeated_request_makes_one_category(admin_client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once"}
    answers = [
        await admin_client.post(PATH, json={"name": "Open Air"}, headers=headers) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
