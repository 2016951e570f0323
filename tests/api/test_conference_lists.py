"""Lists of conferences over HTTP: what is in them, in what order, and what they refuse."""

from typing import Any

import httpx
import pytest

SUMMIT = {
    "conference_name": "Tech Summit 2026",
    "start_date": "2026-09-01",
    "end_date": "2026-09-03",
}
PATH = "/api/v1/conferences/"


async def made(client: httpx.AsyncClient, **others: object) -> dict[str, Any]:
    answer = await client.post(PATH, json=SUMMIT | others)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def at_fault(answer: httpx.Response) -> list[str]:
    return sorted(answer.json()["errors"])


async def test_lists_are_by_start_and_filtered(
    organizer_client: httpx.AsyncClient, rival_client: httpx.AsyncClient
) -> None:
    past = await made(
        organizer_client, conference_name="Past", start_date="2020-05-01", end_date="2020-05-02"
    )
    future = await made(
        rival_client,
        conference_name="Future",
        start_date="2090-05-01",
        end_date="2090-05-02",
        location="Oslo",
    )
    assert (past["status"], future["status"]) == ("completed", "published")

    async def names(path: str = PATH, **query: str | int) -> list[str]:
        answer = await organizer_client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return [item["conference_name"] for item in answer.json()["data"]]

    assert await names() == ["Past", "Future"]
    assert await names(ordering="-start_date") == ["Future", "Past"]
    assert await names(ordering="conference_name,-start_date") == ["Future", "Past"]
    assert await names(status="completed") == ["Past"]
    assert await names(location="osl") == ["Future"]
    assert await names(start_after="2021-01-01") == ["Future"]
    assert await names(start_before="2020-05-01") == ["Past"]
    assert await names(multi_track="true") == []
    assert await names(organizer=future["organizer"]) == ["Future"]
    assert await names(f"{PATH}upcoming/") == ["Future"]
    assert await names(f"{PATH}mine/") == ["Past"]
    assert await names(f"{PATH}mine/", status="published") == []


async def test_pages(organizer_client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await made(organizer_client)
    answer = (await organizer_client.get(PATH, params={"page": 2, "page_size": 2})).json()
    assert len(answer["data"]) == 1
    meta = answer["meta"]
    assert (meta["count"], meta["page"], meta["page_size"], meta["next"]) == (3, 2, 2, None)
    assert "page=1" in meta["previous"]
    beyond = (await organizer_client.get(PATH, params={"page": 9})).json()
    assert (beyond["data"], beyond["meta"]["count"]) == ([], 3)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("surprise", "1"),
        ("page", "0"),
        ("page_size", "1001"),
        ("ordering", "secret"),
        ("status", "unknown"),
        ("start_after", "yesterday"),
        ("location", "a\x00"),
        ("organizer", "me"),
    ],
)
async def test_a_list_refuses_what_it_does_not_know(
    organizer_client: httpx.AsyncClient, parameter: str, value: str
) -> None:
    answer = await organizer_client.get(PATH, params={parameter: value})
    assert code(answer) == (400, "invalid")
    assert at_fault(answer) == [parameter]


async def test_a_list_shows_what_has_changed_since(organizer_client: httpx.AsyncClient) -> None:
    id = (await made(organizer_client))["id"]
    before = (await organizer_client.get(PATH)).json()["data"]
    await organizer_client.put(f"{PATH}{id}/", json={"location": "Oslo"})
    after = (await organizer_client.get(PATH)).json()["data"]
    assert [item["location"] for item in (*before, *after)] == ["", "Oslo"]
