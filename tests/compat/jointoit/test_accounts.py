"""Seed 004, Authentication Endpoints: every request as documented, and what is refused."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from app.domain.accounts import User
from tests.compat.conftest import Headers
from tests.compat.jointoit import seed
from tests.factories import PASSWORD, Units, a_user
from tests.shapes import differences

AUTH = "/api/auth"


async def signed_up(api: httpx.AsyncClient, **other: str) -> dict[str, Any]:
    """Signs up, and what the login answers."""
    body = seed.SIGN_UP | other
    made = await api.post(f"{AUTH}/register/", json=body)
    assert made.status_code == 201, made.text
    login = {"username": body["username"], "password": body["password"]}
    answer = await api.post(f"{AUTH}/login/", json=login)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def bearer(tokens: dict[str, Any]) -> Headers:
    return {"Authorization": f"Bearer {tokens['access']}"}


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys(inner)


async def test_the_documented_sign_up(api: httpx.AsyncClient, slash: str) -> None:
    answer = await api.post(f"{AUTH}/register{slash}", json=seed.SIGN_UP)
    assert (answer.status_code, answer.json()) == (201, seed.SIGNED_UP)


async def test_a_taken_name_and_passwords_that_differ_are_told_at_once(
    api: httpx.AsyncClient,
) -> None:
    await signed_up(api)
    body = seed.SIGN_UP | {"email": "other@example.com", "password2": "Another1234!"}
    answer = await api.post(f"{AUTH}/register/", json=body)
    assert (answer.status_code, answer.json()) == (400, seed.NOT_SIGNED_UP)
    assert answer.headers["x-error-code"] == "invalid"


async def test_a_taken_address_is_told_with_them(api: httpx.AsyncClient) -> None:
    await signed_up(api)
    body = seed.SIGN_UP | {"email": "NewUser@example.com", "password2": "Another1234!"}
    answer = await api.post(f"{AUTH}/register/", json=body)
    assert list(answer.json()) == ["username", "email", "password"]


@pytest.mark.parametrize(
    ("other", "fault", "code"),
    [
        ({"email": "other@example.com"}, {"username": seed.NOT_SIGNED_UP["username"]}, "username_"),
        (
            {"username": "other"},
            {"email": ["A user with that email already exists."]},
            "email_",
        ),
    ],
)
async def test_names_and_addresses_are_taken_once(
    api: httpx.AsyncClient, other: dict[str, str], fault: dict[str, list[str]], code: str
) -> None:
    await signed_up(api)
    answer = await api.post(f"{AUTH}/register/", json=seed.SIGN_UP | other)
    assert (answer.status_code, answer.json()) == (400, fault)
    assert answer.headers["x-error-code"] == f"{code}taken"


async def test_whoever_is_known_already_is_told_of_the_name_and_the_address(
    api: httpx.AsyncClient,
) -> None:
    await signed_up(api)
    answer = await api.post(f"{AUTH}/register/", json=seed.SIGN_UP)
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "username": ["A user with that username already exists."],
            "email": ["A user with that email already exists."],
        },
    )


async def test_passwords_that_differ_open_no_account(api: httpx.AsyncClient) -> None:
    body = seed.SIGN_UP | {"password2": "SecurePass123"}
    answer = await api.post(f"{AUTH}/register/", json=body)
    assert answer.json() == {"password": ["Password fields didn't match."]}
    login = {"username": "newuser", "password": "SecurePass123!"}
    assert (await api.post(f"{AUTH}/login/", json=login)).status_code == 401


@pytest.mark.parametrize("missing", ["username", "email", "password", "password2"])
async def test_what_is_missing_is_named(api: httpx.AsyncClient, missing: str) -> None:
    body = {name: value for name, value in seed.SIGN_UP.items() if name != missing}
    answer = await api.post(f"{AUTH}/register/", json=body)
    assert (answer.status_code, answer.json()) == (400, {missing: ["This field is required."]})


@pytest.mark.parametrize("password", ["12345678901", "password", "newuser1", "short"])
async def test_a_weak_password_is_refused(api: httpx.AsyncClient, password: str) -> None:
    body = seed.SIGN_UP | {"username": "newuser1", "password": password, "password2": password}
    answer = await api.post(f"{AUTH}/register/", json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["password"])


async def test_a_repeated_sign_up_under_a_key_is_one(api: httpx.AsyncClient) -> None:
    keyed = {"Idempotency-Key": "once"}
    answers = [
        await api.post(f"{AUTH}/register/", json=seed.SIGN_UP, headers=keyed) for _ in range(2)
    ]
    assert [(one.status_code, one.json()) for one in answers] == [(201, seed.SIGNED_UP)] * 2


async def test_unknown_fields_change_no_role(
    api: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    flags = {"role": "admin", "is_staff": "true", "is_superuser": "true", "user_type": "admin"}
    tokens = await signed_up(api, **flags)
    changed = await api.put(
        f"{AUTH}/profile/update/", json=seed.PROFILE_IN | flags, headers=bearer(tokens)
    )
    assert changed.status_code == 200
    native = await client.get("/api/v1/users/me/", headers=bearer(tokens))
    assert native.json()["data"]["role"] == "attendee"


async def test_the_documented_login_refresh_and_profile(api: httpx.AsyncClient, slash: str) -> None:
    own = {"username": "testuser", "email": "test@example.com", "password": "testpass123"}
    names = {"first_name": "Test", "last_name": "User", "password2": "testpass123"}
    await signed_up(api, **own, **names)
    answer = await api.post(f"{AUTH}/login{slash}", json=seed.LOGIN)
    assert (answer.status_code, differences(seed.LOGGED_IN, answer.json())) == (200, [])
    user = answer.json()["user"]
    assert user == seed.PROFILE | {"id": user["id"]}
    assert not any("password" in key for key in keys(answer.json()))
    refresh = {"refresh": answer.json()["refresh"]}
    for _ in range(2):
        refreshed = await api.post(f"{AUTH}/token/refresh{slash}", json=refresh)
        assert (refreshed.status_code, list(refreshed.json())) == (200, ["access"])
        profile = await api.get(f"{AUTH}/profile{slash}", headers=bearer(refreshed.json()))
        assert (profile.status_code, profile.json()) == (200, user)


@pytest.mark.parametrize(("name", "password"), [("newuser", "wrong"), ("nobody", PASSWORD)])
async def test_a_wrong_login(api: httpx.AsyncClient, name: str, password: str) -> None:
    await signed_up(api)
    answer = await api.post(f"{AUTH}/login/", json={"username": name, "password": password})
    assert (answer.status_code, answer.json()) == (401, seed.NOT_LOGGED_IN)
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_access_token_refreshes_nothing_and_the_reverse(api: httpx.AsyncClient) -> None:
    tokens = await signed_up(api)
    answer = await api.post(f"{AUTH}/token/refresh/", json={"refresh": tokens["access"]})
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])
    headers = {"Authorization": f"Bearer {tokens['refresh']}"}
    assert (await api.get(f"{AUTH}/profile/", headers=headers)).status_code == 401


@pytest.mark.parametrize("path", ["profile/", "profile/update/", "change-password/"])
async def test_ones_own_needs_a_token(api: httpx.AsyncClient, path: str) -> None:
    method = {"profile/": "GET", "profile/update/": "PUT", "change-password/": "POST"}[path]
    answer = await api.request(method, f"{AUTH}/{path}", json={})
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])
    assert answer.headers["x-error-code"] == "not_authenticated"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_the_documented_update_of_a_profile(
    api: httpx.AsyncClient, method: str, slash: str
) -> None:
    headers = bearer(await signed_up(api))
    path = f"{AUTH}/profile/update{slash}"
    answer = await api.request(method, path, json=seed.PROFILE_IN, headers=headers)
    assert (answer.status_code, answer.json()) == (200, seed.PROFILE_IN)
    # The token names the user by id, and survives the new name.
    profile = await api.get(f"{AUTH}/profile/", headers=headers)
    assert profile.json() == seed.PROFILE_IN | {"id": profile.json()["id"]}
    part = await api.request(method, path, json={"last_name": "Other"}, headers=headers)
    assert part.json() == seed.PROFILE_IN | {"last_name": "Other"}


async def test_a_profile_takes_no_name_or_address_of_others(
    api: httpx.AsyncClient, uow: Units
) -> None:
    headers = bearer(await signed_up(api))
    other = await a_user(uow)
    path = f"{AUTH}/profile/update/"
    name = await api.patch(path, json={"username": other.username.upper()}, headers=headers)
    assert (name.status_code, name.json()) == (400, {"username": seed.NOT_SIGNED_UP["username"]})
    address = await api.patch(path, json={"email": other.email}, headers=headers)
    assert (address.status_code, list(address.json())) == (400, ["email"])
    wrong = await api.patch(path, json={"email": "x", "username": "a b"}, headers=headers)
    assert (wrong.status_code, set(wrong.json())) == (400, {"email", "username"})


async def test_the_documented_change_of_a_password(api: httpx.AsyncClient, slash: str) -> None:
    current = {"password": "currentPassword123", "password2": "currentPassword123"}
    first = await signed_up(api, **current)
    login = {"username": "newuser", "password": "currentPassword123"}
    second = (await api.post(f"{AUTH}/login/", json=login)).json()
    path = f"{AUTH}/change-password{slash}"
    answer = await api.post(path, json=seed.PASSWORD_IN, headers=bearer(first))
    assert (answer.status_code, answer.json()) == (200, seed.PASSWORD_CHANGED)
    # Every login ends with the old password, this one too.
    for tokens in (first, second):
        assert (await api.get(f"{AUTH}/profile/", headers=bearer(tokens))).status_code == 401
        refresh = {"refresh": tokens["refresh"]}
        assert (await api.post(f"{AUTH}/token/refresh/", json=refresh)).status_code == 401
    assert (await api.post(f"{AUTH}/login/", json=login)).status_code == 401
    new = login | {"password": seed.PASSWORD_IN["new_password"]}
    assert (await api.post(f"{AUTH}/login/", json=new)).status_code == 200


async def test_the_old_password_must_be_right(
    api: httpx.AsyncClient, as_guest: Headers, guest: User
) -> None:
    path = f"{AUTH}/change-password/"
    answer = await api.post(path, json=seed.PASSWORD_IN, headers=as_guest)
    assert (answer.status_code, answer.json()) == (400, seed.PASSWORD_WRONG)
    for weak in (guest.username, "1234567890", "password"):
        body = {"old_password": PASSWORD, "new_password": weak}
        answer = await api.post(path, json=body, headers=as_guest)
        assert (answer.status_code, list(answer.json())) == (400, ["new_password"])
