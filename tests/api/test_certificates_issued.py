import re
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.attendees import Attendee
from app.domain.conferences import Conference
from app.domain.registrations import Registration
from tests.api.certifying import (
    PATH,
    check_in,
    issue,
    issued,
    numbers,
    run,
)
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_user,
    login,
)

Headers = dict[str, str]


async def test_an_organizer_issues_one_at_any_time(
    certificate: dict[str, Any], conference: Conference, person: Attendee
) -> None:
    id, number = certificate["id"], certificate.pop("number")
    assert re.fullmatch(rf"CERT-{conference.id}-{person.id}-[A-Z0-9]{{12,}}", number)
    assert datetime.fromisoformat(certificate.pop("issued_at")) <= datetime.now(UTC)
    assert certificate.pop("pdf").endswith(f"{PATH}{id}/certificate.pdf")
    assert certificate.pop("verify").endswith(f"/api/v1/public/certificates/{number}/")
    assert certificate == {
        "id": id,
        "conference": conference.id,
        "conference_name": conference.name,
        "attendee": person.id,
        "attendee_name": "Ada Lovelace",
        "hours": 72.0,
        "skill_tags": "python, programming",
        "is_downloaded": False,
        "downloaded_at": None,
    }


async def test_a_second_one_is_refused_and_names_the_first(
    client: httpx.AsyncClient,
    as_admin: Headers,
    certificate: dict[str, Any],
    conference: Conference,
    person: Attendee,
) -> None:
    answer = await issue(client, as_admin, conference, person.id)
    assert (answer.status_code, answer.json()["code"]) == (409, "certificate_not_due")
    assert answer.json()["conflicts_with"] == {
        "kind": "certificate",
        "id": certificate["id"],
        "name": certificate["number"],
    }


async def test_the_same_request_under_a_key_is_answered_as_before(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    conference: Conference,
    admission: Registration,
    engine: AsyncEngine,
) -> None:
    keyed = as_organizer | {"Idempotency-Key": "one certificate"}
    first = await issue(client, keyed, conference, admission.attendee_id)
    again = await issue(client, keyed, conference, admission.attendee_id)
    assert (first.status_code, first.json()) == (201, again.json())
    await check_in(engine, [admission])
    keyed = as_organizer | {"Idempotency-Key": "all"}
    answers = [await issue(client, keyed, conference) for _ in range(2)]
    assert [answer.json()["data"]["issued"] for answer in answers] == [0, 0]


@pytest.mark.parametrize("status", ["pending", "waitlisted", "cancelled", "expired"])
async def test_only_who_is_confirmed_gets_one(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    conference: Conference,
    admission: Registration,
    engine: AsyncEngine,
    status: str,
) -> None:
    await run(engine, "UPDATE registrations SET status = :status", status=status)
    for attendee_id in (admission.attendee_id, 404):
        answer = await issue(client, as_organizer, conference, attendee_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "certificate_not_due")
        assert list(answer.json()["errors"]) == ["attendee"]


async def test_who_may_issue_them(
    client: httpx.AsyncClient,
    uow: Units,
    as_guest: Headers,
    as_admin: Headers,
    conference: Conference,
    admission: Registration,
) -> None:
    rival = await login(client, await a_user(uow, role=Role.ORGANIZER))
    for attendee_id in (admission.attendee_id, None):
        for who in (as_guest, rival):
            answer = await issue(client, who, conference, attendee_id)
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert (await issue(client, {}, conference, attendee_id)).status_code == 401
    await issued(client, as_admin, conference, admission.attendee_id)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"attendee": 1},
        {"conference": "1"},
        {"conference": 1, "attendee": 0},
        {"conference": 1, "attendee": 1, "hours": 100},
        {"conference": 404},
        {"conference": 404, "attendee": 1},
    ],
)
async def test_what_is_malformed_or_unknown_is_refused(
    client: httpx.AsyncClient, as_admin: Headers, body: dict[str, Any]
) -> None:
    answer = await client.post(PATH, json=body, headers=as_admin)
    assert answer.status_code == 400, answer.text


async def test_everybody_who_was_checked_in_gets_one_at_once(
    client: httpx.AsyncClient,
    uow: Units,
    as_organizer: Headers,
    conference: Conference,
    admission: Registration,
    engine: AsyncEngine,
    statements: list[str],
) -> None:
    session = await a_session(uow, conference)
    others = [await a_registration(uow, conference) for _ in range(5)]
    at_a_session = await a_registration(uow, session)
    await a_registration(uow, await a_conference(uow))
    await check_in(engine, [admission, *others[:3], at_a_session])
    await issued(client, as_organizer, conference, admission.attendee_id)
    statements.clear()
    answer = await issue(client, as_organizer, conference)
    assert answer.status_code == 200
    assert answer.json()["data"] == {"conference": conference.id, "issued": 4, "remaining": 0}
    few = [one for one in statements if "certificates" in one]
    there = await numbers(client, as_organizer)
    came = {one.attendee_id for one in (admission, *others[:3], at_a_session)}
    assert {attendee for _, attendee in there} == came
    await check_in(engine, others)
    statements.clear()
    answer = await issue(client, as_organizer, conference)
    assert answer.json()["data"]["issued"] == 2
    assert [one for one in statements if "certificates" in one] == few
    assert len(few) == 2


async def hours_of(
    client: httpx.AsyncClient, who: Headers, conference: Conference, person: Attendee
) -> float:
    certificate = await issued(client, who, conference, person.id)
    return float(certificate["hours"])


async def test_hours_are_those_of_the_sessions_registered_for(
    client: httpx.AsyncClient,
    uow: Units,
    as_organizer: Headers,
    conference: Conference,
    admission: Registration,
    person: Attendee,
    engine: AsyncEngine,
) -> None:
    for hour, hours in ((9, 1), (12, 2)):
        session = await a_session(uow, conference, hour=hour, hours=hours)
        await a_registration(uow, session, person)
    elsewhere = await a_session(uow, hour=15)
    await a_registration(uow, elsewhere, person)
    dropped = await a_registration(uow, await a_session(uow, conference, hour=17), person)
    await run(engine, "UPDATE registrations SET status = 'cancelled' WHERE id = :id", id=dropped.id)
    await check_in(engine, [admission])
    assert await hours_of(client, as_organizer, conference, person) == 3


async def test_hours_are_those_of_the_sessions_one_was_checked_in_to(
    client: httpx.AsyncClient,
    uow: Units,
    as_organizer: Headers,
    conference: Conference,
    admission: Registration,
    person: Attendee,
    engine: AsyncEngine,
) -> None:
    sessions = [await a_session(uow, conference, hour=hour, hours=2) for hour in (9, 12, 15)]
    held = [await a_registration(uow, session, person) for session in sessions]
    await check_in(engine, [admission, *held[1:]])
    assert await hours_of(client, as_organizer, conference, person) == 4


async def test_a_conference_may_have_lasted_for_all_of_time(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    conference: Conference,
    admission: Registration,
    person: Attendee,
    engine: AsyncEngine,
) -> None:
    await check_in(engine, [admission])
    await run(engine, "UPDATE conferences SET starts_at = '2000-01-01Z', ends_at = '2101-01-01Z'")
    assert await hours_of(client, as_organizer, conference, person) == 885_360
