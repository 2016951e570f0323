from typing import Any

import httpx
import pytest

from app.domain.access import Role
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
    path = f"{URL}{made['id']}/"
    change = {"organization": "Elsewhere"}
    assert (await client.put(path, json=change, headers=organizer)).status_code == 404
    assert (await client.delete(path, headers=organizer)).status_code == 404
    assert (await client.put(path, json=change, headers=ann)).status_code == 200
    assert await names(client, ann) == ["John Smith"]


async def test_whose_an_address_is_is_told_to_itself_and_to_admins(
    client: httpx.AsyncClient, organizer: dict[str, str], ann: dict[str, str], admin: dict[str, str]
) -> None:
    body = JOHN | {"email": "ann@example.com"}
    made = (await client.post(URL, json=body, headers=organizer)).json()["data"]
    assert made["user"] is None
    me = (await client.get("/api/v1/users/me/", headers=ann)).json()["data"]["id"]
    for who in (ann, admin):
        found = await client.get(f"{URL}{made['id']}/", headers=who)
        assert found.json()["data"]["user"] == me


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
