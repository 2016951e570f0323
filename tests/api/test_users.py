import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import accounts
from app.domain.access import Role
from app.domain.accounts import SignUp
from app.domain.errors import NotFound
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.serving import Served

PASSWORD = "StrongPass123"
USERS = "/api/v1/users/"
ME = "/api/v1/users/me/"
JANE: dict[str, Any] = {
    "username": "jane",
    "email": "Jane@Example.com",
    "password": PASSWORD,
    "first_name": "Jane",
    "last_name": "Doe",
    "role": "organizer",
}


async def sign_up(client: httpx.AsyncClient, **others: Any) -> httpx.Response:
    return await client.post(USERS, json=JANE | others)


async def tokens_of(
    client: httpx.AsyncClient, username: str, password: str = PASSWORD
) -> dict[str, str]:
    answer = await client.post("/api/v1/token/", json={"username": username, "password": password})
    assert answer.status_code == 200, answer.text
    data: dict[str, str] = answer.json()["data"]
    return data


async def prove(engine: AsyncEngine) -> None:
    """The addresses of all accounts are proven."""
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE users SET verified_at = now()"))


@pytest.fixture
async def jane(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client logged in as Jane."""
    assert (await sign_up(client)).status_code == 201
    access = (await tokens_of(client, "jane"))["access"]
    client.headers["Authorization"] = f"Bearer {access}"
    return client


async def attendees(engine: AsyncEngine) -> list[tuple[str, int | None]]:
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT email_folded, user_id FROM attendees ORDER BY id")
        )
        return [(row.email_folded, row.user_id) for row in rows]


async def add_attendee(engine: AsyncEngine, email: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO attendees (name, email, email_folded, created_at, updated_at)"
                " VALUES ('Somebody', :email, lower(:email), now(), now())"
            ),
            {"email": email},
        )


async def test_sign_up_answers_the_account_and_no_secret(client: httpx.AsyncClient) -> None:
    answer = await sign_up(client)
    assert answer.status_code == 201
    user = answer.json()["data"]
    assert user.pop("id") == 1
    assert user.pop("created_at") == user.pop("updated_at")
    assert user == {
        "username": "jane",
        "email": "Jane@example.com",
        "first_name": "Jane",
        "last_name": "Doe",
        "role": "organizer",
    }
    assert PASSWORD not in answer.text
    assert "argon2" not in answer.text


async def test_sign_up_makes_an_attendee_s_account_unless_asked(
    client: httpx.AsyncClient,
) -> None:
    body = {"username": "jo", "email": "jo@example.com", "password": PASSWORD}
    answer = await client.post(USERS, json=body)
    assert answer.json()["data"]["role"] == "attendee"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"role": "admin"}, "role"),
        ({"role": None}, "role"),
        ({"is_active": True}, "is_active"),
        ({"username": "a b"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": ""}, "username"),
        ({"email": "nobody"}, "email"),
        ({"email": "Jane <jane@example.com>"}, "email"),
        ({"email": "a@b.example\r\nBcc: x@y.example"}, "email"),
        ({"password": "short12"}, "password"),
        ({"password": "123456789012"}, "password"),
        ({"password": "Password123"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"username": "longenough", "password": "LongEnough"}, "password"),
        ({"first_name": "a\0b"}, "first_name"),
        ({"last_name": 7}, "last_name"),
    ],
)
async def test_a_sign_up_that_cannot_be_meant_names_its_field(
    client: httpx.AsyncClient, change: dict[str, Any], field: str
) -> None:
    answer = await sign_up(client, **change)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize(
    "password",
    ["StrongPass123", "secure_password", "SecurePass123!", "newSecurePassword123!", "ü" * 256],
)
async def test_good_passwords_work(client: httpx.AsyncClient, password: str) -> None:
    assert (await sign_up(client, password=password)).status_code == 201
    assert await tokens_of(client, "jane", password)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "other@example.com", "username": "JANE"}, "username_taken"),
        ({"username": "other", "email": "JANE@example.COM"}, "email_taken"),
    ],
)
async def test_names_and_addresses_are_taken_once_whatever_their_case(
    client: httpx.AsyncClient, change: dict[str, str], code: str
) -> None:
    await sign_up(client)
    answer = await sign_up(client, **change)
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_whoever_is_known_already_is_told_of_the_name_and_the_address(
    client: httpx.AsyncClient,
) -> None:
    await sign_up(client)
    answer = await sign_up(client)
    assert (answer.status_code, answer.json()["code"]) == (409, "username_taken")
    assert answer.json()["errors"] == {
        "username": ["A user with that username exists already."],
        "email": ["This e-mail address is in use already."],
    }


async def test_of_simultaneous_sign_ups_one_wins(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(sign_up(client) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


async def test_a_repeated_sign_up_under_one_key_is_one(client: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "sign-up-1"}
    first = await client.post(USERS, json=JANE, headers=key)
    again = await client.post(USERS, json=JANE, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = await client.post(USERS, json=JANE | {"first_name": "J"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"\x7f", "é".encode()])
async def test_a_key_has_a_form(client: httpx.AsyncClient, key: bytes) -> None:
    answer = await client.post(USERS, json=JANE, headers={b"Idempotency-Key": key})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]


async def test_sign_up_links_the_attendee_of_the_same_address(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await add_attendee(engine, "jane@example.com")
    await add_attendee(engine, "john@example.com")
    id = (await sign_up(client)).json()["data"]["id"]
    assert await attendees(engine) == [("jane@example.com", id), ("john@example.com", None)]


async def test_one_s_own_profile(jane: httpx.AsyncClient) -> None:
    user = (await jane.get(ME)).json()["data"]
    assert (user["username"], user["email"], user["role"]) == (
        "jane",
        "Jane@example.com",
        "organizer",
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_profile_changes_in_part(jane: httpx.AsyncClient, method: str) -> None:
    answer = await jane.request(method, ME, json={"last_name": "Roe"})
    assert answer.status_code == 200
    user = answer.json()["data"]
    assert (user["first_name"], user["last_name"]) == ("Jane", "Roe")
    assert user["updated_at"] > user["created_at"]
    assert (await jane.get(ME)).json()["data"] == user


@pytest.mark.parametrize(
    "change",
    [
        {"role": "admin"},
        {"is_active": False},
        {"is_staff": True},
        {"id": 2},
        {"password": "Another-Pass1"},
        {"password_hash": "x"},
        {"username": None},
        {"email": "nobody"},
    ],
)
async def test_what_a_profile_does_not_change(
    jane: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    before = (await jane.get(ME)).json()["data"]
    answer = await jane.patch(ME, json=change | {"first_name": "Mallory"})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(change)
    assert (await jane.get(ME)).json()["data"] == before


async def test_tokens_survive_a_change_of_username(jane: httpx.AsyncClient) -> None:
    assert (await jane.patch(ME, json={"username": "janet"})).status_code == 200
    assert (await jane.get(ME)).json()["data"]["username"] == "janet"
    assert await tokens_of(jane, "janet")


async def test_the_linked_attendee_keeps_the_account_s_address(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await add_attendee(engine, "jane@example.com")
    id = (await sign_up(client)).json()["data"]["id"]
    await prove(engine)
    access = (await tokens_of(client, "jane"))["access"]
    client.headers["Authorization"] = f"Bearer {access}"
    assert (await client.patch(ME, json={"email": "J@Example.org"})).status_code == 200
    assert await attendees(engine) == [("j@example.org", id)]


async def test_an_unproven_account_leaves_whom_others_entered_where_they_were(
    jane: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await add_attendee(engine, "jane@example.com")
    assert (await jane.patch(ME, json={"email": "Jane@example.com"})).status_code == 200
    assert await attendees(engine) == [("jane@example.com", 1)]
    assert (await jane.patch(ME, json={"email": "j@example.org"})).status_code == 200
    assert await attendees(engine) == [("jane@example.com", None)]


async def test_an_address_of_somebody_else_is_refused(
    client: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await add_attendee(engine, "jane@example.com")
    await add_attendee(engine, "john@example.com")
    id = (await sign_up(client)).json()["data"]["id"]
    await prove(engine)
    access = (await tokens_of(client, "jane"))["access"]
    client.headers["Authorization"] = f"Bearer {access}"
    answer = await client.patch(ME, json={"email": "John@example.com"})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")
    assert await attendees(engine) == [("jane@example.com", id), ("john@example.com", None)]
    assert (await client.get(ME)).json()["data"]["email"] == "Jane@example.com"


async def test_a_new_address_links_the_attendee_known_by_it(
    jane: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    await add_attendee(engine, "jane@example.org")
    assert (await jane.patch(ME, json={"email": "jane@example.org"})).status_code == 200
    assert await attendees(engine) == [("jane@example.org", 1)]


async def test_changing_the_password_ends_every_login_but_the_answered_one(
    jane: httpx.AsyncClient,
) -> None:
    elsewhere = await tokens_of(jane, "jane")
    answer = await jane.post(
        f"{ME}password/", json={"old_password": PASSWORD, "new_password": "Another-Pass1"}
    )
    assert answer.status_code == 200
    new = answer.json()["data"]
    assert (await jane.get(ME)).status_code == 401
    for access, status in ((elsewhere["access"], 401), (new["access"], 200)):
        headers = {"Authorization": f"Bearer {access}"}
        assert (await jane.get(ME, headers=headers)).status_code == status
    refresh = {"refresh": elsewhere["refresh"]}
    assert (await jane.post("/api/v1/token/refresh/", json=refresh)).status_code == 401
    assert await tokens_of(jane, "jane", "Another-Pass1")
    login = {"username": "jane", "password": PASSWORD}
    assert (await jane.post("/api/v1/token/", json=login)).status_code == 401


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("WrongPass123", "Another-Pass1", "old_password", "wrong_password"),
        (PASSWORD, "password1", "new_password", "weak_password"),
        (PASSWORD, "short", "new_password", "invalid"),
    ],
)
async def test_a_refused_change_of_password_changes_nothing(
    jane: httpx.AsyncClient, old: str, new: str, field: str, code: str
) -> None:
    answer = await jane.post(f"{ME}password/", json={"old_password": old, "new_password": new})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert list(answer.json()["errors"]) == [field]
    assert (await jane.get(ME)).status_code == 200
    assert await tokens_of(jane, "jane")


async def test_an_admin_is_made_past_the_password_policy(
    client: httpx.AsyncClient, app: Served
) -> None:
    admin = SignUp(
        username="admin", email="admin@example.com", password="admin123", role=Role.ADMIN
    )
    made = await accounts.create_admin(
        app.runtime.unit_of_work(), app.runtime.hasher, admin, utc_now()
    )
    assert made.role is Role.ADMIN
    assert await tokens_of(client, "admin", "admin123")


async def test_nobody_unknown_is_deactivated(uow: Callable[[], UnitOfWork]) -> None:
    with pytest.raises(NotFound):
        await accounts.deactivate(uow(), "nobody", utc_now())


async def test_many_callers_are_recognised_by_one_query(
    jane: httpx.AsyncClient, app: Served, statements: list[str]
) -> None:
    families = [
        app.runtime.tokens.read_access((await tokens_of(jane, "jane"))["access"]).family
        for _ in range(3)
    ]
    unknown = "00000000-0000-4000-8000-000000000000"
    statements.clear()
    found = await accounts.recognise(app.runtime.unit_of_work(), [*families, unknown])
    assert len(statements) == 1
    assert [caller and caller.username for caller in found] == ["jane"] * 3 + [None]
    assert [caller and caller.family for caller in found] == [*families, None]
