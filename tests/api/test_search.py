from typing import Any

import httpx
import pytest

from app.domain.access import Role
from app.domain.conferences import ConferenceStatus, Visibility
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    login,
)

URL = "/api/v1/search/"


@pytest.fixture
async def ann(client: httpx.AsyncClient, uow: Units) -> dict[str, str]:
    return await login(client, await a_user(uow, username="ann"))


async def hits(client: httpx.AsyncClient, who: dict[str, str], q: str) -> tuple[list[str], ...]:
    """The names of the conferences and of the sessions found."""
    answer = await client.get(URL, params={"q": q}, headers=who)
    assert answer.status_code == 200, answer.text
    data: dict[str, list[dict[str, Any]]] = answer.json()["data"]
    assert data.keys() == {"conferences", "sessions"}
    return (
        [item["conference_name"] for item in data["conferences"]],
        [item["session_name"] for item in data["sessions"]],
    )


@pytest.mark.parametrize(
    "q", ["tech", "TECH", "Tech Summit", "summit 2026", "te su", "AI", "tech/ai", "global"]
)
async def test_conferences_are_found_by_name_and_description(
    client: httpx.AsyncClient, ann: dict[str, str], uow: Units, q: str
) -> None:
    await a_conference(uow, name="Tech Summit 2026", description="Global tech/AI summit.")
    await a_conference(uow, name="Gardening Days", description="Roses")
    assert await hits(client, ann, q) == (["Tech Summit 2026"], [])


@pytest.mark.parametrize("q", ["keynote", "Fut", "jane", "DOE keynote", "o'hara", "node", "js"])
async def test_sessions_are_found_by_name_and_speaker(
    client: httpx.AsyncClient, ann: dict[str, str], uow: Units, q: str
) -> None:
    await a_session(uow, name="Keynote: Future of node.js", speaker="Jane Doe-O'Hara")
    await a_session(uow, name="Roses", speaker="John")
    assert await hits(client, ann, q) == ([], ["Keynote: Future of node.js"])


@pytest.mark.parametrize("q", ["ynote", "keynote roses", "xyz", "!!!", "/", "'", "\\", "&|!():*"])
async def test_all_words_must_be_found_from_their_beginning(
    client: httpx.AsyncClient, ann: dict[str, str], uow: Units, q: str
) -> None:
    await a_session(uow, name="Keynote")
    await a_session(uow, name="Roses")
    assert await hits(client, ann, q) == ([], [])


@pytest.mark.parametrize("q", ["ÉCOLE", "école", "e\u0301cole", "Ｅ́cole", "会議", "zürich"])
async def test_any_script_is_found(
    client: httpx.AsyncClient, ann: dict[str, str], uow: Units, q: str
) -> None:
    await a_conference(uow, name="École 会議", description="in Zürich")
    assert await hits(client, ann, q) == (["École 会議"], [])


@pytest.mark.parametrize(
    "q",
    [
        "a'b",
        "a\\",
        "a:*",
        "!(a",
        "<b>",
        "a & | b",
        "\x00",
        "a\x00b",
        "\u202e",
        "😀",
        "%",
        "x" * 200,
        "' OR 1=1 --",
        "\ufffd",
        "a\nb",
    ],
)
async def test_odd_characters_never_fail(
    client: httpx.AsyncClient, ann: dict[str, str], q: str
) -> None:
    assert await hits(client, ann, q) == ([], [])


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=%20%09%E2%80%A8", f"?q={'x' * 201}", "?q=a&kind=x"]
)
async def test_a_question_must_be_asked(
    client: httpx.AsyncClient, ann: dict[str, str], query: str
) -> None:
    answer = await client.get(f"{URL}{query}", headers=ann)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert list(answer.json()["errors"]) == (["kind"] if "kind" in query else ["q"])


async def test_strangers_do_not_find_what_is_private_draft_or_deleted(
    client: httpx.AsyncClient, ann: dict[str, str], uow: Units
) -> None:
    olga = await a_user(uow, role=Role.ORGANIZER)
    private = await a_conference(
        uow, organizer=olga, name="Hidden private", visibility=Visibility.PRIVATE
    )
    await a_conference(uow, organizer=olga, name="Hidden draft", status=ConferenceStatus.DRAFT)
    deleted = await a_conference(uow, organizer=olga, name="Hidden deleted")
    for conference in (private, deleted):
        await a_session(uow, conference, name=f"Session of {conference.name}")
    hers = await login(client, olga)
    assert (
        await client.delete(f"/api/v1/conferences/{deleted.id}/", headers=hers)
    ).status_code == 200
    assert await hits(client, ann, "hidden") == ([], [])
    found = await hits(client, hers, "hidden")
    assert (set(found[0]), found[1]) == (
        {"Hidden private", "Hidden draft"},
        ["Session of Hidden private"],
    )
    guest = await a_user(uow)
    await a_registration(uow, private, await an_attendee(uow, user=guest))
    found = await hits(client, await login(client, guest), "hidden")
    assert found == (["Hidden private"], ["Session of Hidden private"])


async def test_the_better_match_comes_first_then_the_sooner(
    client: httpx.AsyncClient, ann: dict[str, str], uow: Units
) -> None:
    conference = await a_conference(uow)
    await a_session(uow, conference, name="Later rust", hour=12)
    await a_session(uow, conference, name="Sooner rust", hour=10)
    await a_session(uow, conference, name="Rust in rust", hour=14)
    assert await hits(client, ann, "rust") == ([], ["Rust in rust", "Sooner rust", "Later rust"])


async def test_a_token_is_needed(client: httpx.AsyncClient) -> None:
    assert (await client.get(URL, params={"q": "x"})).status_code == 401
