import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from jose import jwt

from app.config import Settings
from app.domain import accounts
from app.domain.logins import GRACE
from app.domain.times import utc_now
from app.main import create_app
from tests.serving import Served, served

PASSWORD = "StrongPass123"
ME = "/api/v1/users/me/"


@pytest.fixture
async def jane(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.post(
        "/api/v1/users/",
        json={"username": "Jane", "email": "Jane@Example.com", "password": PASSWORD},
    )
    assert answer.status_code == 201
    data: dict[str, Any] = answer.json()["data"]
    return data


async def log_in(
    client: httpx.AsyncClient, username: str = "Jane", password: str = PASSWORD
) -> httpx.Response:
    return await client.post("/api/v1/token/", json={"username": username, "password": password})


async def tokens_of(client: httpx.AsyncClient) -> dict[str, str]:
    data: dict[str, str] = (await log_in(client)).json()["data"]
    return data


async def refreshed(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/api/v1/token/refresh/", json={"refresh": token})


async def status_with(client: httpx.AsyncClient, access: str) -> int:
    answer = await client.get(ME, headers={"Authorization": f"Bearer {access}"})
    return answer.status_code


@pytest.mark.usefixtures("jane")
async def test_login_answers_as_the_guide_shows(client: httpx.AsyncClient) -> None:
    answer = await log_in(client)
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "success"
    assert body["message"] == "Operation successful"
    assert list(body["data"]) == ["refresh", "access"]
    assert await status_with(client, body["data"]["access"]) == 200


async def test_tokens_name_the_user_by_id_and_live_as_long_as_said(
    client: httpx.AsyncClient, jane: dict[str, Any]
) -> None:
    tokens = await tokens_of(client)
    for kind, lifetime in (("access", timedelta(minutes=60)), ("refresh", timedelta(days=7))):
        claims = jwt.get_unverified_claims(tokens[kind])
        assert claims["sub"] == str(jane["id"])
        assert claims["typ"] == kind
        assert claims["exp"] - claims["iat"] == lifetime.total_seconds()


@pytest.mark.usefixtures("jane")
@pytest.mark.parametrize("username", ["jane", "JANE", " Jane ", "ＪＡＮＥ"])
async def test_the_username_s_case_does_not_matter(
    client: httpx.AsyncClient, username: str
) -> None:
    assert (await log_in(client, username)).status_code == 200


async def test_every_bad_login_is_the_same_refusal(
    client: httpx.AsyncClient, app: Served, jane: dict[str, Any]
) -> None:
    unknown = await log_in(client, "nobody")
    wrong = await log_in(client, password="WrongPass123")
    await accounts.deactivate(app.runtime.unit_of_work(), jane["username"], utc_now())
    inactive = await log_in(client)
    said = [(answer.status_code, answer.json()) for answer in (unknown, wrong, inactive)]
    for status, body in said:
        assert status == 401
        assert body.pop("request_id")
        assert body == said[0][1]
    assert said[0][1]["code"] == "bad_credentials"
    assert unknown.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"username", "password"}),
        ({"username": "jane", "password": ""}, {"password"}),
        ({"username": "jane", "password": "x" * 257}, {"password"}),
        ({"username": "ja\0ne", "password": "x"}, {"username"}),
        ({"username": 7, "password": True}, {"username", "password"}),
        ({"username": "jane", "password": "x", "role": "admin"}, {"role"}),
    ],
)
async def test_a_malformed_login_names_its_fields(
    client: httpx.AsyncClient, body: dict[str, object], fields: set[str]
) -> None:
    answer = await client.post("/api/v1/token/", json=body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == fields


@pytest.mark.usefixtures("jane")
async def test_refreshing_answers_both_and_rotates(client: httpx.AsyncClient) -> None:
    first = await tokens_of(client)
    answer = await refreshed(client, first["refresh"])
    assert answer.status_code == 200
    second = answer.json()["data"]
    assert set(second) == {"refresh", "access"}
    assert second["refresh"] != first["refresh"]
    assert await status_with(client, second["access"]) == 200
    assert (await refreshed(client, second["refresh"])).status_code == 200


@pytest.mark.usefixtures("jane")
async def test_a_doubled_refresh_gets_a_pair_that_works(client: httpx.AsyncClient) -> None:
    token = (await tokens_of(client))["refresh"]
    answers = await asyncio.gather(*(refreshed(client, token) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    jtis = {
        jwt.get_unverified_claims(answer.json()["data"]["refresh"])["jti"] for answer in answers
    }
    assert len(jtis) == 1
    assert (await refreshed(client, answers[-1].json()["data"]["refresh"])).status_code == 200


@pytest.mark.usefixtures("jane")
async def test_a_spent_refresh_token_ends_its_login_and_no_other(
    client: httpx.AsyncClient, app: Served
) -> None:
    stolen, other = await tokens_of(client), await tokens_of(client)
    present = (await refreshed(client, stolen["refresh"])).json()["data"]
    family = jwt.get_unverified_claims(stolen["refresh"])["fam"]
    async with app.runtime.unit_of_work() as tx:
        rotated = utc_now() - GRACE - timedelta(seconds=1)
        await tx.accounts.rotate(family, "another", rotated, utc_now() + timedelta(days=7))
    reused = await refreshed(client, stolen["refresh"])
    assert (reused.status_code, reused.json()["code"]) == (401, "invalid_token")
    assert (await refreshed(client, present["refresh"])).status_code == 401
    assert await status_with(client, present["access"]) == 401
    assert await status_with(client, other["access"]) == 200


@pytest.mark.usefixtures("jane")
async def test_logging_out_ends_the_login_at_once(client: httpx.AsyncClient) -> None:
    tokens, others = await tokens_of(client), await tokens_of(client)
    for _ in range(2):
        answer = await client.post("/api/v1/token/revoke/", json={"refresh": tokens["refresh"]})
        assert answer.status_code == 200
        assert answer.json()["data"] is None
    assert await status_with(client, tokens["access"]) == 401
    assert (await refreshed(client, tokens["refresh"])).status_code == 401
    assert await status_with(client, others["access"]) == 200


@pytest.mark.usefixtures("jane")
async def test_each_token_is_good_for_its_own_use_only(client: httpx.AsyncClient) -> None:
    tokens = await tokens_of(client)
    assert await status_with(client, tokens["refresh"]) == 401
    assert (await refreshed(client, tokens["access"])).status_code == 401
    revoked = await client.post("/api/v1/token/revoke/", json={"refresh": tokens["access"]})
    assert revoked.status_code == 401


async def test_deactivation_ends_every_login_at_once(
    client: httpx.AsyncClient, app: Served, jane: dict[str, Any]
) -> None:
    tokens = await tokens_of(client)
    assert await status_with(client, tokens["access"]) == 200
    await accounts.deactivate(app.runtime.unit_of_work(), jane["username"], utc_now())
    assert await status_with(client, tokens["access"]) == 401
    assert (await refreshed(client, tokens["refresh"])).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic amFuZTpwYXNz",
        "Bearer a.b.c",
        "Bearer " + "x" * 3000,
    ],
)
async def test_without_a_good_token_nobody_is_known(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get(ME, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert set(answer.json()["errors"]) == {"detail"}


@pytest.mark.usefixtures("jane")
async def test_the_scheme_s_case_does_not_matter(client: httpx.AsyncClient) -> None:
    access = (await tokens_of(client))["access"]
    answer = await client.get(ME, headers={"Authorization": f"bearer {access}"})
    assert answer.status_code == 200


@pytest.mark.usefixtures("jane")
async def test_a_forged_token_of_a_real_login_is_refused(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    claims = jwt.get_unverified_claims((await tokens_of(client))["access"])
    secret = settings.secret_key.get_secret_value()
    assert await status_with(client, jwt.encode(claims, secret)) == 200
    assert await status_with(client, jwt.encode(claims, "x" * 40)) == 401
    assert await status_with(client, jwt.encode(claims | {"sub": "999"}, secret)) == 401
    unknown = claims | {"fam": "00000000-0000-4000-8000-000000000000"}
    assert await status_with(client, jwt.encode(unknown, secret)) == 401
    no_uuid = claims | {"fam": "x" * 36}
    assert await status_with(client, jwt.encode(no_uuid, secret)) == 401


async def test_paths_work_without_their_slash(
    client: httpx.AsyncClient, jane: dict[str, Any]
) -> None:
    answer = await client.post(
        "/api/v1/token", json={"username": jane["username"], "password": PASSWORD}
    )
    assert answer.status_code == 200


@pytest.fixture
async def limited(app: Served, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ARG001
    """A client of an application that counts; the database is emptied with that of `app`."""
    counting = settings.model_copy(
        update={"login_limit_account": 3, "login_limit_address": 5, "write_limit": 4}
    )
    async with served(create_app(counting)) as running, running.client() as client:
        yield client


async def test_logins_are_limited_per_account_and_address(limited: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert (await log_in(limited, "jane")).status_code == 401
    beyond = await log_in(limited, "JANE")
    assert (beyond.status_code, beyond.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(beyond.headers["retry-after"]) <= 60
    assert (await log_in(limited, "john")).status_code == 401
    assert (await log_in(limited, "jack")).status_code == 429


async def test_writes_are_limited_per_user(limited: httpx.AsyncClient) -> None:
    signed_up = await limited.post(
        "/api/v1/users/", json={"username": "jane", "email": "j@example.com", "password": PASSWORD}
    )
    assert signed_up.status_code == 201
    access = (await tokens_of(limited))["access"]
    headers = {"Authorization": f"Bearer {access}"}
    statuses = [
        (await limited.patch(ME, json={"first_name": str(n)}, headers=headers)).status_code
        for n in range(6)
    ]
    assert statuses == [200] * 4 + [429] * 2
    assert (await limited.get(ME, headers=headers)).status_code == 200
