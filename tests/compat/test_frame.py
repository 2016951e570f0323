"""What a mounted contract shares with the whole application, and what it does not."""

import httpx
import pytest

from app.config import ConfigurationError, Settings
from app.environment import read_settings
from app.main import create_app
from app.routers.compat.mounted import APPLICATIONS
from tests.compat.conftest import Headers
from tests.serving import Served, served

PLACE = "/compat/event-management"
LOGIN = {"username": "nobody", "password": "no password"}


async def test_a_token_is_good_in_every_contract(
    client: httpx.AsyncClient, as_guest: Headers
) -> None:
    native = (await client.get("/api/v1/users/me/", headers=as_guest)).json()["data"]
    here = (await client.get(f"{PLACE}/api/users/me/", headers=as_guest)).json()
    assert here["id"] == native["id"]
    answer = await client.get(f"{PLACE}/api/users/me/", headers=as_guest)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_requests_are_logged_with_their_whole_path_and_their_user(
    app: Served, client: httpx.AsyncClient, as_guest: Headers, as_admin: Headers
) -> None:
    await client.get(f"{PLACE}/api/users/me", headers=as_guest)
    await app.runtime.logs.flush()
    logs = (await client.get("/api/v1/core/logs/", headers=as_admin)).json()["data"]
    logged = [entry for entry in logs if entry["path"] == f"{PLACE}/api/users/me"]
    assert [(entry["method"], entry["status"]) for entry in logged] == [("GET", 200)]
    assert logged[0]["user"]


async def test_a_body_too_long_is_refused_in_the_form_of_the_contract(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    content = b" " * (settings.max_body_bytes + 1)
    answer = await client.post(f"{PLACE}/auth/token/", content=content)
    assert answer.status_code == 413
    assert answer.json() == {"detail": "The body is too large.", "code": "body_too_large"}


async def test_whoever_asks_too_often_is_told_when_to_come_back(settings: Settings) -> None:
    strict = settings.model_copy(update={"login_limit_account": 1})
    async with served(create_app(strict)) as app, app.client() as client:
        first = await client.post(f"{PLACE}/auth/token/", json=LOGIN)
        second = await client.post(f"{PLACE}/auth/token/", json=LOGIN)
        native = await client.post("/api/v1/token/", json=LOGIN)
    assert (first.status_code, second.status_code, native.status_code) == (401, 429, 429)
    assert second.json()["code"] == "too_many_requests"
    assert int(second.headers["retry-after"]) >= 1


async def test_a_bug_is_answered_in_the_form_of_the_contract(
    app: Served, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.runtime, "throttle", None)
    answer = await client.post(f"{PLACE}/auth/token/", json=LOGIN)
    assert answer.status_code == 500
    assert answer.json()["code"] == answer.headers["x-error-code"] == "internal_error"


def test_an_unknown_contract_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLENARY_CONTRACTS", "event-management,event-bub")
    with pytest.raises(ConfigurationError, match=r"PLENARY_CONTRACTS: .*event-bub"):
        read_settings()


def test_the_demo_serves_every_contract_and_others_all_that_need_a_login() -> None:
    assert "mini-event" in Settings(demo=True).contracts
    assert "mini-event" not in Settings().contracts
    assert set(Settings().contracts) < set(Settings(demo=True).contracts)


@pytest.mark.parametrize("name", sorted(APPLICATIONS))
async def test_a_line_break_in_a_path_is_answered_by_the_contract(
    client: httpx.AsyncClient, name: str
) -> None:
    answer = await client.get(f"/compat/{name}/api/events/1%0A/")
    assert answer.status_code == 404
    assert "detail" in answer.json()
    assert "message" not in answer.json()
