from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.conferences import Visibility
from app.domain.times import utc_now
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    login,
)

URL = "/api/v1/attendees/"


@pytest.fixture
async def organizer(client: httpx.AsyncClient, uow: Units) -> dict[str, str]:
    return await login(client, await a_user(uow, role=Role.ORGANIZER, username="olga"))


@pytest.fixture
async def admin(client: httpx.AsyncClient, uow: Units) -> dict[str, str]:
    return await login(client, await a_user(uow, role=Role.ADMIN, username="root"))


@pytest.fixture
async def ann(client: httpx.AsyncClient, uow: Units) -> dict[str, str]:
    """The headers of an attendee account, ann@example.com."""
    return await login(client, await a_user(uow, username="ann"))


async def recommended(
    client: httpx.AsyncClient, who: dict[str, str], attendee_id: int
) -> list[dict[str, Any]]:
    answer = await client.get(f"{URL}{attendee_id}/recommendations/", headers=who)
    assert answer.status_code == 200, answer.text
    assert answer.json()["message"] == "Operation successful"
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def test_recommended_by_speaker_and_topic_best_first(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units
) -> None:
    conference = await a_conference(uow, multi_track=True)
    person = await an_attendee(uow)
    known = await a_session(uow, conference, name="Future of AI", speaker="Jane Doe")
    await a_registration(uow, known, person)
    await a_session(uow, conference, name="Gardening", speaker="Nobody", hour=10)
    topic = await a_session(uow, conference, name="AI at work", hour=11)
    both = await a_session(uow, conference, name="More AI", speaker="JANE DOE", hour=12)
    found = await recommended(client, admin, person.id)
    assert [(item["id"], item["reasons"]) for item in found] == [
        (both.id, ["speaker: JANE DOE", "topic: ai"]),
        (topic.id, ["topic: ai"]),
    ]
    assert found[0].keys() > {"session_name", "start_time", "price", "max_attendees", "conference"}


async def test_only_what_one_can_still_register_for_is_recommended(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units
) -> None:
    conference = await a_conference(uow, multi_track=True)
    person = await an_attendee(uow)
    await a_registration(uow, await a_session(uow, conference, name="Cloud one"), person)
    await a_session(uow, conference, name="Cloud clash", hour=9)
    full = await a_session(uow, conference, name="Cloud full", hour=11, capacity=1)
    await a_registration(uow, full)
    past = await a_conference(uow, starts_at=utc_now() - timedelta(days=2))
    await a_session(uow, past, name="Cloud past")
    hidden = await a_conference(uow, visibility=Visibility.PRIVATE)
    await a_session(uow, hidden, name="Cloud hidden", hour=12)
    closed = await a_conference(uow, registration_deadline=utc_now() - timedelta(days=1))
    await a_session(uow, closed, name="Cloud closed", hour=13)
    invited = await a_conference(uow, visibility=Visibility.PRIVATE)
    await a_registration(uow, invited, person)
    await a_session(uow, invited, name="Cloud invited", hour=14)
    await a_session(uow, conference, name="Cloud open", hour=15)
    found = await recommended(client, admin, person.id)
    assert [item["session_name"] for item in found] == ["Cloud invited", "Cloud open"]


async def test_past_sessions_tell_an_interest_and_cancelled_ones_do_not(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units
) -> None:
    past = await a_conference(uow, starts_at=utc_now() - timedelta(days=2))
    person = await an_attendee(uow)
    await a_registration(uow, await a_session(uow, past, name="Rust"), person)
    dropped = await a_registration(uow, await a_session(uow, name="Gardening"), person)
    await client.delete(f"/api/v1/registrations/{dropped.id}/", headers=admin)
    await a_session(uow, name="Gardening again", hour=12)
    await a_session(uow, name="Rust again", hour=12)
    found = await recommended(client, admin, person.id)
    assert [item["session_name"] for item in found] == ["Rust again"]


async def test_who_has_no_history_gets_what_is_popular(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units
) -> None:
    quiet = await a_session(uow)
    popular = await a_session(uow)
    await a_registration(uow, popular)
    found = await recommended(client, admin, (await an_attendee(uow)).id)
    assert [(item["id"], item["reasons"]) for item in found] == [(popular.id, []), (quiet.id, [])]


async def test_recommendations_are_for_who_sees_the_attendee(
    client: httpx.AsyncClient, organizer: dict[str, str], ann: dict[str, str], uow: Units
) -> None:
    stranger = await an_attendee(uow)
    for who in (organizer, ann):
        answer = await client.get(f"{URL}{stranger.id}/recommendations/", headers=who)
        assert answer.status_code == 404
    made = await client.post(
        URL, json={"attendee_name": "Ann", "email": "ann@example.com"}, headers=ann
    )
    assert await recommended(client, ann, made.json()["data"]["id"]) == []


async def test_an_organizer_is_not_shown_others_private_conferences(
    client: httpx.AsyncClient, uow: Units
) -> None:
    olga = await a_user(uow, role=Role.ORGANIZER)
    person = await an_attendee(uow, by=olga)
    private = await a_conference(uow, visibility=Visibility.PRIVATE)
    await a_registration(uow, private, person)
    await a_session(uow, private)
    assert await recommended(client, await login(client, olga), person.id) == []


async def test_one_mail_per_attendee_and_day(
    client: httpx.AsyncClient,
    admin: dict[str, str],
    uow: Units,
    engine: AsyncEngine,
) -> None:
    one, other = await an_attendee(uow), await an_attendee(uow)
    messages = []
    for person in (one, one, other):
        path = f"{URL}{person.id}/recommendations/?email=true"
        answer = await client.get(path, headers=admin)
        assert answer.status_code == 200
        messages.append(answer.json()["message"])
    sent = "The recommendations are being sent by e-mail."
    assert messages == [
        sent,
        "The recommendations were sent by e-mail already today.",
        sent,
    ]
    queued = text("SELECT subject FROM outbox WHERE kind = 'recommendations_asked' ORDER BY id")
    async with engine.connect() as connection:
        assert (await connection.execute(queued)).scalars().all() == [one.id, other.id]


@pytest.mark.parametrize("query", ["?email=perhaps", "?mail=true"])
async def test_a_strange_wish_is_refused(
    client: httpx.AsyncClient, admin: dict[str, str], uow: Units, query: str
) -> None:
    person = await an_attendee(uow)
    answer = await client.get(f"{URL}{person.id}/recommendations/{query}", headers=admin)
    assert answer.status_code == 400
