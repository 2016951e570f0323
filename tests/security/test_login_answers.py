"""Refused logins are alike everywhere, and are counted together wherever they are tried."""

from collections.abc import Mapping

import httpx
import pytest

from app.config import Settings
from app.domain import accounts
from app.domain.times import utc_now
from app.main import create_app
from tests.factories import PASSWORD, Units, a_user
from tests.serving import served

_SITE = "/admin/login"
TOKENS = (
    "/api/v1/token/",
    "/compat/event-hub/api/auth/token/",
    "/compat/event-management/auth/token/",
    "/compat/jointoit/api/auth/login/",
)
# Fits in: what an answer says of itself alone.
_OWN = ("x-request-id", "date", "content-length")


def told(answer: httpx.Response) -> tuple[int, str, Mapping[str, str]]:
    """All that an answer tells, but for the name of its request."""
    own = answer.headers["x-request-id"]
    headers = {name: value for name, value in answer.headers.items() if name not in _OWN}
    return answer.status_code, answer.text.replace(own, ""), headers


async def tried(
    client: httpx.AsyncClient, path: str, username: str, password: str
) -> httpx.Response:
    body = {"username": username, "password": password}
    if path != _SITE:
        return await client.post(path, json=body)
    page = await client.get(_SITE)
    token = page.text.partition('name="csrftoken" value="')[2].partition('"')[0]
    origin = {"Origin": str(client.base_url).rstrip("/")}
    return await client.post(path, data=body | {"csrftoken": token}, headers=origin)


@pytest.mark.parametrize("path", TOKENS)
async def test_unknown_wrong_and_closed_are_told_apart_by_nothing(
    client: httpx.AsyncClient, uow: Units, path: str
) -> None:
    known, closed = await a_user(uow), await a_user(uow)
    await accounts.deactivate(uow(), closed.username, utc_now())
    answers = [
        told(await tried(client, path, known.username, "Not-The-One-5")),
        told(await tried(client, path, "nobody-at-all", "Not-The-One-5")),
        told(await tried(client, path, closed.username, PASSWORD)),
    ]
    assert answers[0][0] == 401
    assert answers[1] == answers[2] == answers[0]


@pytest.mark.usefixtures("app")
async def test_tries_count_together_wherever_they_are_made(settings: Settings) -> None:
    counting = settings.model_copy(update={"login_limit_account": 4, "login_limit_address": 0})
    async with served(create_app(counting)) as running, running.client() as client:
        for path in TOKENS:
            assert (await tried(client, path, "jane", "Not-The-One-5")).status_code == 401
        for path in (*TOKENS, _SITE):
            beyond = await tried(client, path, "JANE", "Not-The-One-5")
            assert beyond.status_code == 429, path
            assert 1 <= int(beyond.headers["retry-after"]) <= 60
        assert (await tried(client, TOKENS[0], "john", "Not-The-One-5")).status_code == 401
