import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.domain import verification
from app.domain.accounts import User
from app.domain.times import utc_now
from app.main import create_app
from tests.factories import PASSWORD, Units, a_user, login
from tests.serving import served

USERS = "/api/v1/users/"
ME = f"{USERS}me/"
VERIFY = f"{USERS}verify/"
LINK = re.compile(r"http://\S+/verify\?token=([\w-]{43})(?![\w-])")

SignUp = Callable[[str], Awaitable[int]]
Draw = Callable[..., Awaitable[str]]


@pytest.fixture
def sign_up(client: httpx.AsyncClient) -> SignUp:
    """Opens an account and logs the client in; gives the account's id."""

    async def signed_up(username: str) -> int:
        body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
        answer = await client.post(USERS, json=body)
        assert answer.status_code == 201, answer.text
        named = {"username": username, "password": PASSWORD}
        tokens = (await client.post("/api/v1/token/", json=named)).json()["data"]
        client.headers["Authorization"] = f"Bearer {tokens['access']}"
        return int(answer.json()["data"]["id"])

    return signed_up


@pytest.fixture
def draw(uow: Units) -> Draw:
    """A token, as the worker draws one when it mails it."""

    async def drawn(user_id: int, now: datetime | None = None) -> str:
        proof = await verification.draw(uow(), user_id, now or utc_now())
        assert proof is not None
        return proof.token

    return drawn


async def is_verified(client: httpx.AsyncClient) -> bool:
    return bool((await client.get(ME)).json()["data"]["is_verified"])


async def asked(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        sql = "SELECT count(*) FROM outbox WHERE kind = 'verification_asked'"
        return int((await connection.execute(text(sql))).scalar_one())


def sent(folder: Path) -> list[Any]:
    files = sorted(folder.glob("*-verification_asked.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


async def mailed(folder: Path) -> list[Any]:
    """What the worker has sent, once it has."""
    for _ in range(400):
        if found := sent(folder):
            return found
        await asyncio.sleep(0.05)
    return []


async def test_the_mailed_link_verifies_the_address_once(
    client: httpx.AsyncClient, sign_up: SignUp, settings: Settings, engine: AsyncEngine
) -> None:
    await sign_up("jane")
    assert not await is_verified(client)
    [mail] = await mailed(settings.mail_dir)
    assert mail["To"] == "jane <jane@example.com>"
    [token] = LINK.findall(mail.get_body(("plain",)).get_content())
    async with engine.connect() as connection:
        kept = (await connection.execute(text("SELECT * FROM mailed_tokens"))).one()
    assert token not in str(kept)
    del client.headers["Authorization"]
    answer = await client.post(VERIFY, json={"token": token})
    assert (answer.status_code, answer.json()["data"]) == (200, None)
    again = await client.post(VERIFY, json={"token": token})
    assert (again.status_code, list(again.json()["errors"])) == (400, ["token"])


async def test_of_many_at_once_one_uses_a_token_up(
    client: httpx.AsyncClient, sign_up: SignUp, draw: Draw
) -> None:
    token = await draw(await sign_up("jane"))
    answers = await asyncio.gather(*(client.post(VERIFY, json={"token": token}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert await is_verified(client)


@pytest.mark.parametrize("token", ["x", "x" * 43, "\\udcff", "x" * 1024])
async def test_a_token_that_was_never_mailed(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.post(VERIFY, json={"token": token})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["token"])


async def test_a_token_is_good_for_three_days(
    client: httpx.AsyncClient, sign_up: SignUp, draw: Draw
) -> None:
    id = await sign_up("jane")
    old = await draw(id, utc_now() - timedelta(days=3, seconds=1))
    assert (await client.post(VERIFY, json={"token": old})).status_code == 400
    older = await draw(id, utc_now() - timedelta(days=2, hours=23))
    assert (await client.post(VERIFY, json={"token": older})).status_code == 200


async def test_a_later_link_leaves_an_earlier_one_good(
    client: httpx.AsyncClient, sign_up: SignUp, draw: Draw
) -> None:
    id = await sign_up("jane")
    first, _ = await draw(id), await draw(id)
    assert (await client.post(VERIFY, json={"token": first})).status_code == 200


async def test_a_new_address_is_unproven_and_the_old_link_proves_it_not(
    client: httpx.AsyncClient, sign_up: SignUp, draw: Draw, engine: AsyncEngine
) -> None:
    id = await sign_up("jane")
    first, second = await draw(id), await draw(id)
    assert (await client.post(VERIFY, json={"token": first})).status_code == 200
    assert (await client.patch(ME, json={"email": "JANE@example.com"})).status_code == 200
    assert await is_verified(client)
    before = await asked(engine)
    await client.patch(ME, json={"email": "other@example.com"})
    assert not await is_verified(client)
    assert await asked(engine) == before + 1
    assert (await client.post(VERIFY, json={"token": second})).status_code == 400
    assert not await is_verified(client)


async def test_another_link_is_mailed_once_a_minute(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine
) -> None:
    user = await a_user(uow)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE users SET verified_at = NULL"))
    client.headers.update(await login(client, user))
    assert (await client.post(f"{ME}verification/")).status_code == 200
    assert await asked(engine) == 1
    again = await client.post(f"{ME}verification/")
    assert (again.status_code, again.json()["code"]) == (429, "too_many_requests")
    assert 1 <= int(again.headers["retry-after"]) <= 60
    assert await asked(engine) == 1


async def test_nothing_is_mailed_for_a_proven_address(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine
) -> None:
    user = await a_user(uow)
    client.headers.update(await login(client, user))
    answer = await client.post(f"{ME}verification/")
    assert (answer.status_code, answer.json()["data"]["is_verified"]) == (200, True)
    assert await asked(engine) == 0
    assert await verification.draw(uow(), user.id, utc_now()) is None


async def test_an_address_is_written_to_once_a_minute_however_often_it_is_changed(
    client: httpx.AsyncClient, sign_up: SignUp, engine: AsyncEngine
) -> None:
    await sign_up("jane")
    for _ in range(5):
        for email in ("victim@example.com", "jane@example.com"):
            await client.patch(ME, json={"email": email})
    # Two addresses; a minute may have ended meanwhile.
    assert 2 <= await asked(engine) <= 4


async def test_the_page_behind_the_link_needs_a_press_of_its_button(
    client: httpx.AsyncClient, sign_up: SignUp, draw: Draw
) -> None:
    token = await draw(await sign_up("jane"))
    page = await client.get("/verify", params={"token": token})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f'value="{token}"' in page.text
    assert not await is_verified(client)
    done = await client.post("/verify", data={"token": token})
    assert (done.status_code, "is verified" in done.text) == (200, True)
    assert await is_verified(client)
    again = await client.post("/verify", data={"token": token})
    assert (again.status_code, "did not work" in again.text) == (400, True)
    assert (await client.post("/verify")).status_code == 400


async def test_the_page_runs_nothing_and_tells_its_address_to_nobody(
    client: httpx.AsyncClient,
) -> None:
    page = await client.get("/verify", params={"token": '"><script>alert(1)</script>'})
    assert "<script>" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"


async def test_the_log_of_requests_holds_no_token(
    client: httpx.AsyncClient, app: Any, engine: AsyncEngine
) -> None:
    await client.get("/verify", params={"token": "tell-nobody"})
    await app.runtime.logs.flush()
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT query FROM request_logs WHERE path ~ 'ver'"))
        [query] = found.scalars()
    assert "tell-nobody" not in query


async def test_a_closed_account_is_mailed_nothing(
    uow: Units, engine: AsyncEngine, sign_up: SignUp
) -> None:
    id = await sign_up("jane")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE users SET is_active = false"))
    assert await verification.draw(uow(), id, utc_now()) is None


async def test_accounts_made_at_the_command_line_are_believed(uow: Units) -> None:
    user: User = await a_user(uow)
    async with uow().reading() as tx:
        assert (await tx.profiles.get(user.id)).is_verified


async def test_a_link_that_is_not_good_is_told_before_the_button(
    client: httpx.AsyncClient, uow: Units, sign_up: SignUp, draw: Draw
) -> None:
    id = await sign_up("jane")
    late = await draw(id, utc_now() - timedelta(days=3, seconds=1))
    good = await draw(id)
    async with uow() as tx:
        proof = await tx.mailed_tokens.keep_reset(
            id, verification.digest("reset"), utc_now(), expires_at=utc_now() + timedelta(hours=1)
        )
    assert proof is not None
    told = [
        await client.get("/verify", params={"token": token})
        for token in (late, "reset", "x", "x" * 1024, "\x00", "")
    ]
    told.append(await client.get("/verify"))
    assert len({(answer.status_code, answer.text) for answer in told}) == 1
    assert told[0].status_code == 400
    assert "did not work" in told[0].text
    assert "ask for another one" in told[0].text
    assert "<form" not in told[0].text
    for _ in range(2):
        assert "<form" in (await client.get("/verify", params={"token": good})).text
    assert (await client.post("/verify", data={"token": good})).status_code == 200
    used = await client.get("/verify", params={"token": good})
    assert (used.status_code, used.text) == (400, told[0].text)


async def test_looking_at_links_is_throttled_as_writing_is(settings: Settings) -> None:
    limited = settings.model_copy(update={"write_limit": 2})
    async with served(create_app(limited)) as app, app.client() as client:
        answers = [await client.get("/verify", params={"token": "x"}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        assert "try again" in answers[-1].text
