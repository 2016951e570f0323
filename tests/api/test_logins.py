"""One's open logins: what is shown of them, how they end, and that they end at all."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.config import Settings
from app.domain import logins
from app.domain.access import Role
from app.domain.errors import InvalidToken
from app.domain.logins import Login
from app.security import Hasher, Tokens
from tests.conftest import SECRET
from tests.factories import PASSWORD, Units, a_user, login

LOGINS = "/api/v1/users/me/logins/"
ME = "/api/v1/users/me/"
NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)


async def test_each_login_is_listed_and_the_present_one_is_told(
    client: httpx.AsyncClient, uow: Units
) -> None:
    user = await a_user(uow)
    first, second = await login(client, user), await login(client, user)
    await login(client, await a_user(uow))
    answer = await client.get(LOGINS, headers=second)
    assert answer.status_code == 200, answer.text
    shown = answer.json()["data"]
    assert [one["is_current"] for one in shown] == [True, False]
    assert set(shown[0]) == {"id", "is_current", "created_at", "used_at", "expires_at"}
    assert answer.json()["meta"]["count"] == 2
    page = await client.get(f"{LOGINS}?page_size=1&page=2", headers=first)
    assert [one["is_current"] for one in page.json()["data"]] == [True]


async def test_a_login_that_is_ended_is_refused_at_once(
    client: httpx.AsyncClient, uow: Units
) -> None:
    user = await a_user(uow)
    lost, kept = await login(client, user), await login(client, user)
    [theirs] = [
        one["id"]
        for one in (await client.get(LOGINS, headers=kept)).json()["data"]
        if not one["is_current"]
    ]
    assert (await client.delete(f"{LOGINS}{theirs}/", headers=kept)).status_code == 200
    assert (await client.get(ME, headers=lost)).status_code == 401
    assert (await client.get(ME, headers=kept)).status_code == 200
    assert (await client.delete(f"{LOGINS}{theirs}/", headers=kept)).status_code == 404


@pytest.mark.parametrize(
    "id", ["1", "no-login", "0a0b0c0d-0000-4000-8000-0123456789ab", "0A0B0C0D000040008000012345678"]
)
async def test_what_is_no_login_is_not_there(
    client: httpx.AsyncClient, uow: Units, id: str
) -> None:
    headers = await login(client, await a_user(uow))
    assert (await client.delete(f"{LOGINS}{id}/", headers=headers)).status_code == 404


async def test_all_others_end_together(client: httpx.AsyncClient, uow: Units) -> None:
    user = await a_user(uow)
    lost = [await login(client, user) for _ in range(3)]
    kept = await login(client, user)
    assert (await client.delete(LOGINS, headers=kept)).status_code == 200
    assert [(await client.get(ME, headers=one)).status_code for one in lost] == [401] * 3
    assert (await client.get(ME, headers=kept)).status_code == 200


async def test_an_admin_ends_every_login_of_somebody(client: httpx.AsyncClient, uow: Units) -> None:
    user = await a_user(uow)
    theirs = await login(client, user)
    as_admin = await login(client, await a_user(uow, role=Role.ADMIN))
    path = f"/api/v1/users/{user.id}/logins/"
    assert (await client.delete(path, headers=theirs)).status_code == 403
    assert (await client.delete(path, headers=as_admin)).status_code == 200
    assert (await client.get(ME, headers=theirs)).status_code == 401
    await login(client, user)
    nobody = await client.delete("/api/v1/users/999999/logins/", headers=as_admin)
    assert nobody.status_code == 404


async def test_a_login_has_a_last_day_however_often_it_is_used(uow: Units) -> None:
    user = await a_user(uow)
    hasher = Hasher(time_cost=1, memory_kib=8, parallelism=1, concurrency=1)
    tokens = Tokens(
        SECRET,
        access_for=timedelta(hours=1),
        refresh_for=timedelta(days=7),
        login_for=timedelta(days=10),
    )
    entered: Login = await logins.log_in(
        uow(), hasher, tokens, username=user.username, password=PASSWORD, now=NOW
    )
    hasher.close()
    refresh = entered.tokens.refresh
    for day in (6, 9):
        refresh = (await logins.refresh(uow(), tokens, refresh, NOW + timedelta(days=day))).refresh
    with pytest.raises(InvalidToken):
        await logins.refresh(uow(), tokens, refresh, NOW + timedelta(days=10))


def test_unless_told_otherwise_it_is_thirty_days(settings: Settings) -> None:
    assert settings.login_days == 30
