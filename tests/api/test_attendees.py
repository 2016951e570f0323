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
JOHN = {
    "attendee_name": "John Smith",
    "email": "john@example.com",
    "phone_number": "123-456-7890",
    "organization": "Innovate Corp",
}


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


async def names(client: httpx.AsyncClient, who: dict[str, str], query: str = "") -> list[str]:
    answer = await client.get(f"{URL}{query}", headers=who)
    assert answer.status_code == 200, answer.text
    return [item["attendee_name"] for item in answer.json()["data"]]


async def test_created_as_documented(client: httpx.AsyncClient, organizer: dict[str, str]) -> None:
    answer = await client.post(URL, json=JOHN, headers=organizer)
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert {name: made[name] for name in JOHN} == JOHN
    assert made["user"] is None
    assert made["created_at"] == made["updated_at"]
    assert made["created_at"].endswith("Z")
    found = await client.get(f"{URL}{made['id']}/", headers=organizer)
    assert found.json()["data"] == made


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"attendee_name": ""}, "attendee_name"),
        ({"attendee_name": None}, "attendee_name"),
        ({"email": "no address"}, "email"),
        ({"email": 7}, "email"),
        ({"phone_number": "1\n2"}, "phone_number"),
        ({"phone_number": "1" * 51}, "phone_number"),
        ({"organization": ["x"]}, "organization"),
        ({"role": "admin"}, "role"),
        ({"user": 1}, "user"),
    ],
)
async def test_malformed_names_the_field(
    client: httpx.AsyncClient, organizer: dict[str, str], body: dict[str, Any], field: str
) -> None:
    answer = await client.post(URL, json=JOHN | body, headers=organizer)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


async def test_phone_and_organization_may_be_missing_or_null(
    client: httpx.AsyncClient, organizer: dict[str, str]
) -> None:
    body = {"attendee_name": "John", "email": "john@example.com", "phone_number": None}
    made = (await client.post(URL, json=body, headers=organizer)).json()["data"]
    assert (made["phone_number"], made["organization"]) == ("", "")


async def test_one_attendee_per_email_whatever_the_case(
    client: httpx.AsyncClient, organizer: dict[str, str], uow: Units
) -> None:
    made = (await client.post(URL, json=JOHN, headers=organizer)).json()["data"]
    again = JOHN | {"email": "JOHN@Example.com"}
    answer = await client.post(URL, json=again, headers=organizer)
    assert answer.status_code == 409
    assert answer.json()["code"] == "email_taken"
    assert list(answer.json()["errors"]) == ["email"]
    assert answer.json()["conflicts_with"] == {
        "kind": "attendee",
        "id": made["id"],
        "name": "John Smith",
    }
    stranger = await login(client, await a_user(uow, role=Role.ORGANIZER))
    answer = await client.post(URL, json=again, headers=stranger)
    assert answer.status_code == 409
    assert "conflicts_with" not in answer.json()


async def test_an_attendee_account_enters_only_itself(
    client: httpx.AsyncClient, ann: dict[str, str]
) -> None:
    assert (await client.post(URL, json=JOHN, headers=ann)).status_code == 403
    answer = await client.post(URL, json=JOHN | {"email": "Ann@Example.com"}, headers=ann)
    assert answer.status_code == 201
    me = (await client.get("/api/v1/users/me/", headers=ann)).json()["data"]
    assert answer.json()["data"]["user"] == me["id"]


async def test_an_account_of_that_email_is_linked_and_then_its_own_master(
    client: httpx.AsyncClient, organizer: dict[str, str], ann: dict[str, str]
) -> None:
    body = JOHN | {"email": "ann@example.com"}
    made = (await client.post(URL, json=body, headers=organizer)).json()["data"]
    assert made["user"] is not None
    path = f"{URL}{made['id']}/"
    change = {"organization": "Elsewhere"}
    assert (await client.put(path, json=change, headers=organizer)).status_code == 403
    assert (await client.delete(path, headers=organizer)).status_code == 403
    assert (await client.put(path, json=change, headers=ann)).status_code == 200
    assert await names(client, ann) == ["John Smith"]


async def test_who_sees_whom(
    client: httpx.AsyncClient, organizer: dict[str, str], admin: dict[str, str], uow: Units
) -> None:
    olga = await a_user(uow, role=Role.ORGANIZER)
    hers = await login(client, olga)
    guest = await an_attendee(uow)
    stranger = await an_attendee(uow)
    brought = await an_attendee(uow, by=olga)
    cancelled = await a_registration(uow, await a_conference(uow, organizer=olga), guest)
    root = {"Authorization": admin["Authorization"]}
    await client.delete(f"/api/v1/registrations/{cancelled.id}/", headers=root)
    assert set(await names(client, hers)) == {guest.name, brought.name}
    assert await names(client, organizer) == []
    assert set(await names(client, admin)) == {guest.name, brought.name, stranger.name}
    for person, status in ((guest, 200), (brought, 200), (stranger, 404)):
        answer = await client.get(f"{URL}{person.id}/", headers=hers)
        assert answer.status_code == status
    change = await client.patch(f"{URL}{guest.id}/", json={"organization": "X"}, headers=hers)
    assert change.status_code == 403
    change = await client.patch(f"{URL}{stranger.id}/", json={"organization": "X"}, headers=hers)
    assert change.status_code == 404


async def test_attendee_accounts_see_themselves_alone(
    client: httpx.AsyncClient, ann: dict[str, str], uow: Units
) -> None:
    other = await an_attendee(uow)
    assert await names(client, ann) == []
    await client.post(URL, json=JOHN | {"email": "ann@example.com"}, headers=ann)
    assert await names(client, ann) == ["John Smith"]
    assert (await client.get(f"{URL}{other.id}/", headers=ann)).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_part_is_changed(
    client: httpx.AsyncClient, organizer: dict[str, str], method: str
) -> None:
    made = (await client.post(URL, json=JOHN, headers=organizer)).json()["data"]
    body = {"organization": "Elsewhere", "phone_number": None}
    answer = await client.request(method, f"{URL}{made['id']}/", json=body, headers=organizer)
    assert answer.status_code == 200
    changed = answer.json()["data"]
    assert changed["updated_at"] > made["updated_at"]
    expected = made | {"organization": "Elsewhere", "phone_number": ""}
    assert changed | {"updated_at": ""} == expected | {"updated_at": ""}


async def test_a_name_cannot_be_emptied(
    client: httpx.AsyncClient, organizer: dict[str, str]
) -> None:
    made = (await client.post(URL, json=JOHN, headers=organizer)).json()["data"]
    for body in ({"attendee_name": None}, {"email": None}, {"attendee_name": " "}):
        answer = await client.put(f"{URL}{made['id']}/", json=body, headers=organizer)
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == list(body)


async def test_an_email_changes_unless_it_is_taken_or_an_accounts(
    client: httpx.AsyncClient, admin: dict[str, str], ann: dict[str, str], uow: Units
) -> None:
    other = await an_attendee(uow, email="other@example.com")
    john = (await client.post(URL, json=JOHN, headers=admin)).json()["data"]
    path = f"{URL}{john['id']}/"
    taken = await client.put(path, json={"email": "Other@example.com"}, headers=admin)
    assert (taken.status_code, taken.json()["code"]) == (409, "email_taken")
    assert taken.json()["conflicts_with"]["id"] == other.id
    same = await client.put(path, json={"email": "JOHN@example.com"}, headers=admin)
    assert same.json()["data"]["email"] == "JOHN@example.com"
    linked = await client.put(path, json={"email": "ann@example.com"}, headers=admin)
    assert linked.json()["data"]["user"] is not None
    assert await names(client, ann) == ["John Smith"]
    away = await client.put(path, json={"email": "new@example.com"}, headers=admin)
    assert (away.status_code, away.json()["code"]) == (409, "email_of_account")
    assert list(away.json()["errors"]) == ["email"]


async def test_deleting_cancels_frees_and_hides(
    client: httpx.AsyncClient, organizer: dict[str, str], uow: Units
) -> None:
    made = (await client.post(URL, json=JOHN, headers=organizer)).json()["data"]
    session = await a_session(uow, capacity=1)
    async with uow().reading() as tx:
        held = await tx.attendees.of_email("john@example.com")
    assert held is not None
    registration = await a_registration(uow, session, held)
    path = f"{URL}{made['id']}/"
    answer = await client.delete(path, headers=organizer)
    assert answer.status_code == 200
    assert answer.json()["data"] is None
    assert (await client.get(path, headers=organizer)).status_code == 404
    assert (await client.delete(path, headers=organizer)).status_code == 404
    assert await names(client, organizer) == []
    async with uow().reading() as tx:
        ended = await tx.registrations.find(registration.id)
        freed = await tx.sessions.find_any(session.id)
    assert ended is not None
    assert (ended.status.value, ended.end_reason) == ("cancelled", "attendee_deleted")
    assert freed is not None
    assert freed.seats_taken == 0
    assert (await client.post(URL, json=JOHN, headers=organizer)).status_code == 201


async def test_filters_and_order(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    people = [
        ("Ann 100%", "ann@x.org", "Acme"),
        ("Bob", "bob@x.org", "Acme Labs"),
        ("ada", "ada@x.org", "Other"),
    ]
    for name, email, organization in people:
        body = {"attendee_name": name, "email": email, "organization": organization}
        assert (await client.post(URL, json=body, headers=admin)).status_code == 201
    assert await names(client, admin) == ["ada", "Bob", "Ann 100%"]
    assert await names(client, admin, "?ordering=attendee_name") == ["ada", "Ann 100%", "Bob"]
    assert await names(client, admin, "?ordering=-attendee_name&page_size=1") == ["Bob"]
    assert await names(client, admin, "?email=BOB@x.org") == ["Bob"]
    assert await names(client, admin, "?email=bob") == []
    assert set(await names(client, admin, "?organization=acme")) == {"Ann 100%", "Bob"}
    assert await names(client, admin, "?search=0%25") == ["Ann 100%"]
    assert await names(client, admin, "?search=%25") == ["Ann 100%"]
    assert await names(client, admin, "?search=_") == []
    assert await names(client, admin, "?search=A&organization=other") == ["ada"]


@pytest.mark.parametrize(
    "query", ["?nobody=1", "?ordering=phone_number", "?page=0", "?page_size=1001", "?conference=x"]
)
async def test_a_strange_query_is_refused_by_name(
    client: httpx.AsyncClient, admin: dict[str, str], query: str
) -> None:
    answer = await client.get(f"{URL}{query}", headers=admin)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [query[1:].partition("=")[0]]


async def test_guests_of_a_conference_are_shown_to_who_manages_it(
    client: httpx.AsyncClient, organizer: dict[str, str], admin: dict[str, str], uow: Units
) -> None:
    olga = await a_user(uow, role=Role.ORGANIZER)
    conference = await a_conference(uow, organizer=olga)
    guest = await an_attendee(uow)
    await an_attendee(uow, by=olga)
    await a_registration(uow, conference, guest)
    query = f"?conference={conference.id}"
    assert await names(client, await login(client, olga), query) == [guest.name]
    assert await names(client, admin, query) == [guest.name]
    assert (await client.get(f"{URL}{query}", headers=organizer)).status_code == 403
    assert (await client.get(f"{URL}?conference=999", headers=organizer)).status_code == 403
    unknown = await client.get(f"{URL}?conference=999", headers=admin)
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_reference")


async def test_without_a_token(client: httpx.AsyncClient) -> None:
    for path in (URL, f"{URL}1/", f"{URL}1/recommendations/"):
        assert (await client.get(path)).status_code == 401


async def test_created_once_under_one_key(
    client: httpx.AsyncClient, organizer: dict[str, str]
) -> None:
    headers = organizer | {"Idempotency-Key": "one"}
    first = await client.post(URL, json=JOHN, headers=headers)
    again = await client.post(URL, json=JOHN, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    path = f"{URL}{first.json()['data']['id']}/"
    headers = organizer | {"Idempotency-Key": "two"}
    assert (await client.delete(path, headers=headers)).status_code == 200
    assert (await client.delete(path, headers=headers)).status_code == 200


# Recommendations


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
    made = await client.post(URL, json=JOHN | {"email": "ann@example.com"}, headers=ann)
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
