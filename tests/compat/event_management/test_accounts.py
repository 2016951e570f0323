"""Seed 001 §2: sign up, log in, refresh, who one is."""

import httpx
import pytest

from app.domain.accounts import User
from tests.compat.event_management.seed import JOHN, LOGIN, TOKENS, USER
from tests.factories import PASSWORD, Units, a_user
from tests.serving import Served
from tests.shapes import differences


async def tokens_of(api: httpx.AsyncClient, user: User) -> dict[str, str]:
    answer = await api.post("/auth/token/", json={"username": user.username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


async def test_the_documented_sign_up(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/users/register/", json=JOHN)
    assert answer.status_code == 201
    assert answer.json() == USER | {"id": answer.json()["id"]}
    assert differences(USER, answer.json()) == []


async def test_the_documented_log_in_refresh_and_profile(api: httpx.AsyncClient) -> None:
    made = (await api.post("/api/users/register/", json=JOHN)).json()
    tokens = await api.post("/auth/token/", json=LOGIN)
    assert (tokens.status_code, differences(TOKENS, tokens.json())) == (200, [])
    refresh = {"refresh": tokens.json()["refresh"]}
    refreshed = await api.post("/auth/token/refresh/", json=refresh)
    assert (refreshed.status_code, set(refreshed.json())) == (200, {"access"})
    for access in (tokens.json()["access"], refreshed.json()["access"]):
        headers = {"Authorization": f"Bearer {access}"}
        profile = await api.get("/api/users/me/", headers=headers)
        assert (profile.status_code, profile.json()) == (200, made)


async def test_paths_work_without_their_slash(api: httpx.AsyncClient) -> None:
    made = await api.post("/api/users/register", json=JOHN)
    tokens = await api.post("/auth/token", json=LOGIN)
    refreshed = await api.post("/auth/token/refresh", json={"refresh": tokens.json()["refresh"]})
    headers = {"Authorization": f"Bearer {refreshed.json()['access']}"}
    profile = await api.get("/api/users/me", headers=headers)
    answers = (made, tokens, refreshed, profile)
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200]


async def test_a_refresh_token_stays_good(api: httpx.AsyncClient, guest: User) -> None:
    refresh = {"refresh": (await tokens_of(api, guest))["refresh"]}
    answers = [await api.post("/auth/token/refresh/", json=refresh) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.json()["access"] for answer in answers}) == 3


async def test_it_is_good_until_its_login_ends(
    api: httpx.AsyncClient, client: httpx.AsyncClient, guest: User
) -> None:
    refresh = {"refresh": (await tokens_of(api, guest))["refresh"]}
    assert (await client.post("/api/v1/token/revoke/", json=refresh)).status_code == 200
    answer = await api.post("/auth/token/refresh/", json=refresh)
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_token"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_one_that_was_exchanged_natively_is_spent(
    api: httpx.AsyncClient, client: httpx.AsyncClient, guest: User, app: Served
) -> None:
    first = {"refresh": (await tokens_of(api, guest))["refresh"]}
    pair = (await client.post("/api/v1/token/refresh/", json=first)).json()["data"]
    # The doubled request has its moment of grace.
    assert (await api.post("/auth/token/refresh/", json=first)).status_code == 200
    second = {"refresh": pair["refresh"]}
    third = (await client.post("/api/v1/token/refresh/", json=second)).json()["data"]
    assert (await api.post("/auth/token/refresh/", json=first)).status_code == 401
    ended = await api.post("/auth/token/refresh/", json={"refresh": third["refresh"]})
    assert ended.status_code == 401
    assert app.runtime.settings.refresh_days == 7


async def test_an_access_token_refreshes_nothing(api: httpx.AsyncClient, guest: User) -> None:
    tokens = await tokens_of(api, guest)
    answer = await api.post("/auth/token/refresh/", json={"refresh": tokens["access"]})
    assert answer.status_code == 401
    headers = {"Authorization": f"Bearer {tokens['refresh']}"}
    assert (await api.get("/api/users/me/", headers=headers)).status_code == 401


@pytest.mark.parametrize(("name", "password"), [("johndoe", "wrong"), ("nobody", PASSWORD)])
async def test_a_wrong_log_in_says_so_in_the_customary_words(
    api: httpx.AsyncClient, uow: Units, name: str, password: str
) -> None:
    await a_user(uow, username="johndoe")
    answer = await api.post("/auth/token/", json={"username": name, "password": password})
    assert answer.status_code == 401
    said = "No active account found with the given credentials"
    assert answer.json() == {"detail": said, "code": "bad_credentials"}


async def test_the_role_is_attendee_unless_asked_for(api: httpx.AsyncClient) -> None:
    short = {name: JOHN[name] for name in ("username", "email", "password")}
    answer = await api.post("/api/users/register/", json=short)
    assert answer.json() == USER | {"id": answer.json()["id"], "first_name": "", "last_name": ""}
    other = JOHN | {"username": "jane", "email": "jane@example.com", "role": "organizer"}
    assert (await api.post("/api/users/register/", json=other)).json()["role"] == "organizer"


@pytest.mark.parametrize("role", ["admin", "superuser", "", None, 1])
async def test_no_other_role_can_be_asked_for(api: httpx.AsyncClient, role: object) -> None:
    answer = await api.post("/api/users/register/", json=JOHN | {"role": role})
    assert (answer.status_code, list(answer.json())) == (400, ["role"])


async def test_unknown_fields_are_ignored_and_change_nothing(api: httpx.AsyncClient) -> None:
    flags = {"is_staff": True, "is_superuser": True, "is_active": False, "id": 77}
    answer = await api.post("/api/users/register/", json=JOHN | flags)
    assert answer.status_code == 201
    assert answer.json()["role"] == "attendee"
    assert answer.json()["id"] != 77


@pytest.mark.parametrize(
    ("other", "field", "code"),
    [
        ({"email": "other@example.com", "username": "JohnDoe"}, "username", "username_taken"),
        ({"username": "other", "email": "John@Example.com"}, "email", "email_taken"),
    ],
)
async def test_names_and_addresses_are_taken_once(
    api: httpx.AsyncClient, other: dict[str, str], field: str, code: str
) -> None:
    await api.post("/api/users/register/", json=JOHN)
    answer = await api.post("/api/users/register/", json=JOHN | other)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert answer.headers["x-error-code"] == code


async def test_whoever_is_known_already_is_told_of_the_name_and_the_address(
    api: httpx.AsyncClient,
) -> None:
    await api.post("/api/users/register/", json=JOHN)
    answer = await api.post("/api/users/register/", json=JOHN)
    assert (answer.status_code, list(answer.json())) == (400, ["username", "email"])
    assert answer.headers["x-error-code"] == "username_taken"


@pytest.mark.parametrize("password", ["12345678901", "password", "johndoe1", "short", ""])
async def test_a_weak_password_is_refused(api: httpx.AsyncClient, password: str) -> None:
    body = JOHN | {"username": "johndoe1", "password": password}
    answer = await api.post("/api/users/register/", json=body)
    assert (answer.status_code, list(answer.json())) == (400, ["password"])


async def test_who_one_is_needs_a_token(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/users/me/")
    assert answer.status_code == 401
    assert set(answer.json()) == {"detail", "code"}
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_no_password_is_ever_shown(api: httpx.AsyncClient) -> None:
    answer = await api.post("/api/users/register/", json=JOHN)
    assert "assword" not in answer.text
