"""A forgotten password is replaced by whoever reads the mail of the account's address."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.domain import accounts, resets, verification
from app.domain.accounts import User
from app.domain.times import utc_now
from app.main import create_app
from app.repositories.uow import UnitOfWork
from tests.factories import PASSWORD, Units, a_user, login
from tests.repositories.counting import counted
from tests.serving import served

ASK = "/api/v1/users/password-reset/"
CONFIRM = f"{ASK}confirm/"
ME = "/api/v1/users/me/"
PAGE = "/reset-password"
NEW = "Another-Pass1"
LINK = re.compile(r"http://\S+/reset-password\?token=([\w-]{43})(?![\w-])")

Draw = Callable[..., Awaitable[str]]


@pytest.fixture
async def jane(uow: Units) -> User:
    return await a_user(uow, username="jane")


@pytest.fixture
def draw(uow: Units) -> Draw:
    """A token, as the worker draws one when it mails it."""

    async def drawn(user: User, now: datetime | None = None) -> str:
        proof = await resets.draw(uow(), user.id, now or utc_now())
        assert proof is not None
        return proof.token

    return drawn


async def ask(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post(ASK, json={"email": email})


async def confirm(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    return await client.post(CONFIRM, json={"token": token, "password": password})


async def can_log_in(client: httpx.AsyncClient, password: str, username: str = "jane") -> bool:
    named = {"username": username, "password": password}
    return (await client.post("/api/v1/token/", json=named)).status_code == 200


async def run(engine: AsyncEngine, statement: str) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement))


async def told(engine: AsyncEngine) -> list[tuple[int, str]]:
    """Whom the messages about forgotten passwords are about."""
    sql = "SELECT subject, kind FROM outbox WHERE kind = 'password_reset_asked' ORDER BY id"
    async with engine.connect() as connection:
        return [(row[0], row[1]) for row in await connection.execute(text(sql))]


async def mailed(settings: Settings, kind: str = "password_reset_asked") -> list[Any]:
    """What the worker has sent, once it has."""
    for _ in range(400):
        if files := sorted(settings.mail_dir.glob(f"*-{kind}.eml")):
            return [message_from_bytes(file.read_bytes(), policy=default) for file in files]
        await asyncio.sleep(0.05)
    return []


def refusal(answer: httpx.Response) -> tuple[int, Any, Any, Any]:
    said = answer.json()
    return answer.status_code, said["code"], said["message"], said["errors"]


async def test_the_mailed_link_replaces_the_password_once(
    client: httpx.AsyncClient, jane: User, settings: Settings, engine: AsyncEngine
) -> None:
    headers = await login(client, jane)
    answer = await ask(client, " JANE@example.com ".strip())
    assert (answer.status_code, answer.json()["data"]) == (202, None)
    [mail] = await mailed(settings)
    assert mail["To"] == "jane <jane@example.com>"
    [token] = LINK.findall(mail.get_body(("plain",)).get_content())
    assert token in mail.get_body(("html",)).get_content()
    async with engine.connect() as connection:
        kept = (await connection.execute(text("SELECT * FROM mailed_tokens"))).one()
    assert token not in str(kept)

    assert (await confirm(client, token)).status_code == 200
    assert not await can_log_in(client, PASSWORD)
    assert await can_log_in(client, NEW)
    assert (await client.get(ME, headers=headers)).status_code == 401
    assert refusal(await confirm(client, token, "Yet-Another-1"))[0] == 400
    assert await can_log_in(client, NEW)
    [warned] = await mailed(settings, "password_changed")
    assert warned["To"] == "jane <jane@example.com>"


async def test_whoever_has_changed_a_password_its_owner_is_told(
    client: httpx.AsyncClient, jane: User, settings: Settings
) -> None:
    headers = await login(client, jane)
    body = {"old_password": PASSWORD, "new_password": NEW}
    wrong = await client.post(f"{ME}password/", json=body | {"old_password": NEW}, headers=headers)
    assert wrong.status_code == 400
    assert (await client.post(f"{ME}password/", json=body, headers=headers)).status_code == 200
    [mail] = await mailed(settings, "password_changed")
    assert (mail["To"], mail["Subject"]) == ("jane <jane@example.com>", "Your password was changed")
    for form in ("plain", "html"):
        said = mail.get_body((form,)).get_content()
        assert "every login that was open has ended" in said
        assert NEW not in said
        assert "http" not in said


@pytest.mark.parametrize("state", ["known", "unknown", "closed", "unverified"])
async def test_whoever_asks_is_told_the_same_by_the_same_statements(
    client: httpx.AsyncClient, jane: User, engine: AsyncEngine, uow: Units, state: str
) -> None:
    """What would tell by its time is done later, by the worker."""
    if state == "closed":
        await run(engine, "UPDATE users SET is_active = false")
    if state == "unverified":
        await run(engine, "UPDATE users SET verified_at = NULL")
    address = "nobody@example.com" if state == "unknown" else jane.email
    answer = await ask(client, address)
    assert (answer.status_code, answer.json()) == (
        202,
        {
            "status": "success",
            "message": "If there is an account with this address, a mail is on its way to it.",
            "data": None,
        },
    )
    assert await told(engine) == [(0 if state == "unknown" else jane.id, "password_reset_asked")]
    with counted(engine) as sent:
        await resets.ask(uow(), address, utc_now() + timedelta(minutes=2))
    assert [one.split("(")[0].strip() for one in sent] == ["SELECT coalesce", "INSERT INTO outbox"]


async def test_a_closed_account_is_mailed_nothing(
    uow: Units, engine: AsyncEngine, jane: User
) -> None:
    await run(engine, "UPDATE users SET is_active = false")
    assert await resets.draw(uow(), jane.id, utc_now()) is None
    assert await resets.draw(uow(), 0, utc_now()) is None


async def test_an_address_is_written_to_once_a_minute(
    uow: Units, engine: AsyncEngine, jane: User
) -> None:
    now = utc_now().replace(second=1)
    for seconds in (0, 30, 58, 60):
        for email in (jane.email, "Nobody@example.com"):
            await resets.ask(uow(), email, now + timedelta(seconds=seconds))
    assert [subject for subject, _ in await told(engine)] == [jane.id, 0, jane.id, 0]


async def test_asking_and_trying_are_throttled(settings: Settings, jane: User) -> None:
    """Per address and per sender, for an address that nobody has as well."""
    assert jane.email == "jane@example.com"
    limits = {"login_limit_account": 2, "login_limit_address": 5}
    async with (
        served(create_app(settings.model_copy(update=limits))) as app,
        app.client() as client,
    ):
        for email in ("jane@example.com", "nobody@example.com"):
            answers = [(await ask(client, email)).status_code for _ in range(3)]
            # The sixth of this sender is refused for the sender.
            assert answers == [202, 202, 429]
        answer = await ask(client, "other@example.com")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert (await confirm(client, "x" * 43)).status_code == 429
        assert (await client.post(PAGE, data={"token": "x"})).status_code == 429
        looked = await client.get(PAGE, params={"token": "x"})
        assert (looked.status_code, "try again" in looked.text) == (429, True)


async def test_every_token_that_is_not_good_is_refused_alike(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, jane: User, draw: Draw
) -> None:
    late = await draw(jane, utc_now() - timedelta(hours=1, seconds=1))
    used = await draw(jane)
    assert (await confirm(client, used)).status_code == 200
    john = await a_user(uow)
    await run(engine, f"UPDATE users SET verified_at = NULL WHERE id = {john.id}")
    proof = await verification.draw(uow(), john.id, utc_now())
    assert proof is not None
    closed = await draw(john)
    await accounts.deactivate(uow(), john.username, utc_now())
    answers = [
        refusal(await confirm(client, token))
        for token in (late, used, proof.token, closed, "x", "x" * 43, "\\udcff", "x" * 1024)
    ]
    assert len({str(one) for one in answers}) == 1
    assert answers[0][:2] == (400, "invalid")
    assert list(answers[0][3]) == ["token"]


async def test_a_token_is_good_for_an_hour(
    client: httpx.AsyncClient, jane: User, draw: Draw
) -> None:
    token = await draw(jane, utc_now() - timedelta(minutes=59))
    assert (await confirm(client, token)).status_code == 200


async def test_a_link_of_a_reset_verifies_nothing(
    client: httpx.AsyncClient, engine: AsyncEngine, jane: User, draw: Draw
) -> None:
    await run(engine, "UPDATE users SET verified_at = NULL")
    answer = await client.post("/api/v1/users/verify/", json={"token": await draw(jane)})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["token"])


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "invalid"),
        ("x" * 257, "invalid"),
        ("123456789012", "weak_password"),
        ("Password123", "weak_password"),
        ("username-long", "weak_password"),
    ],
)
async def test_a_password_that_is_no_good_leaves_the_token_good(
    client: httpx.AsyncClient, uow: Units, draw: Draw, password: str, code: str
) -> None:
    token = await draw(await a_user(uow, username="Username-Long"))
    answer = await confirm(client, token, password)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert list(answer.json()["errors"]) == ["password"]
    assert (await confirm(client, token)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", ME, {"email": "janet@example.com"}),
        ("POST", f"{ME}password/", {"old_password": PASSWORD, "new_password": "Third-Pass-1"}),
    ],
)
async def test_a_new_address_or_password_makes_mailed_links_void(
    client: httpx.AsyncClient, jane: User, draw: Draw, method: str, path: str, body: dict[str, str]
) -> None:
    token = await draw(jane)
    headers = await login(client, jane)
    assert (await client.request(method, path, json=body, headers=headers)).status_code == 200
    if method == "PATCH":
        back = await client.patch(ME, json={"email": jane.email}, headers=headers)
        assert back.status_code == 200
    assert refusal(await confirm(client, token))[0] == 400


async def test_a_reset_makes_the_others_void(
    client: httpx.AsyncClient, jane: User, draw: Draw
) -> None:
    first, second = await draw(jane), await draw(jane)
    assert (await confirm(client, first)).status_code == 200
    assert (await confirm(client, second)).status_code == 400


async def test_a_reset_proves_the_address_and_ends_whoever_else_was_in(
    client: httpx.AsyncClient, engine: AsyncEngine, jane: User, draw: Draw
) -> None:
    await run(engine, "UPDATE users SET verified_at = NULL")
    squatter = await login(client, jane)
    assert (await confirm(client, await draw(jane))).status_code == 200
    assert (await client.get(ME, headers=squatter)).status_code == 401
    headers = await login(client, jane, NEW)
    assert (await client.get(ME, headers=headers)).json()["data"]["is_verified"] is True


async def test_a_repeated_confirmation_under_one_key_is_one(
    client: httpx.AsyncClient, jane: User, draw: Draw
) -> None:
    body = {"token": await draw(jane), "password": NEW}
    key = {"Idempotency-Key": "reset-1"}
    answers = [await client.post(CONFIRM, json=body, headers=key) for _ in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    again = await client.post(CONFIRM, json=body)
    assert again.status_code == 400


async def test_the_page_behind_the_link_has_a_form(
    client: httpx.AsyncClient, jane: User, draw: Draw
) -> None:
    token = await draw(jane)
    page = await client.get(PAGE, params={"token": token})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f'value="{token}"' in page.text
    # Hidden as it is typed, and known to password managers; nothing forbids pasting.
    assert 'type="password"' in page.text
    assert 'autocomplete="new-password"' in page.text
    assert "onpaste" not in page.text
    assert await can_log_in(client, PASSWORD)
    weak = await client.post(PAGE, data={"token": token, "password": "Password123"})
    assert weak.status_code == 400
    assert f'value="{token}"' in weak.text
    assert 'role="alert"' in weak.text
    assert "Password123" not in weak.text
    done = await client.post(PAGE, data={"token": token, "password": NEW})
    assert (done.status_code, "is set" in done.text) == (200, True)
    assert await can_log_in(client, NEW)
    again = await client.post(PAGE, data={"token": token, "password": NEW})
    assert (again.status_code, "did not work" in again.text) == (400, True)
    assert (await client.post(PAGE)).status_code == 400
    assert (await client.post(PAGE, data={"token": f"{jane.id}"})).status_code == 400


async def test_a_link_that_is_not_good_is_told_before_a_password_is_chosen(
    client: httpx.AsyncClient, engine: AsyncEngine, uow: Units, jane: User, draw: Draw
) -> None:
    late = await draw(jane, utc_now() - timedelta(hours=1, seconds=1))
    good = await draw(jane)
    john = await a_user(uow)
    closed = await draw(john)
    await accounts.deactivate(uow(), john.username, utc_now())
    told = [
        await client.get(PAGE, params={"token": token})
        for token in (late, closed, "x", "x" * 1024, "\x00", "")
    ]
    told.append(await client.get(PAGE))
    for _ in range(2):
        assert "<form" in (await client.get(PAGE, params={"token": good})).text
    async with engine.connect() as connection:
        spent = text("SELECT count(*) FROM mailed_tokens WHERE used_at IS NOT NULL")
        assert (await connection.execute(spent)).scalar_one() == 0
    answer = await client.post(PAGE, data={"token": good, "password": NEW})
    assert answer.status_code == 200
    told.append(await client.get(PAGE, params={"token": good}))
    assert len({(answer.status_code, answer.text) for answer in told}) == 1
    assert told[0].status_code == 400
    assert "Ask for another one" in told[0].text
    assert "<form" not in told[0].text


async def test_the_page_runs_nothing_and_tells_its_address_to_nobody(
    client: httpx.AsyncClient, app: Any, engine: AsyncEngine
) -> None:
    evil = '"><script>tell-nobody</script>'
    page = await client.get(PAGE, params={"token": evil})
    assert "<script>" not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    await app.runtime.logs.flush()
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT query FROM request_logs WHERE path ~ 'res'"))
        [query] = found.scalars()
    assert "tell-nobody" not in query


async def test_a_mail_that_could_not_be_sent_is_tried_again(
    engine: AsyncEngine, jane: User
) -> None:
    """Each attempt draws a token of its own, and all are good until one is used."""
    tokens = []
    for _ in range(2):
        proof = await resets.draw(UnitOfWork(engine), jane.id, utc_now())
        assert proof is not None
        tokens.append(proof.token)
    async with engine.connect() as connection:
        kept = await connection.execute(text("SELECT count(*) FROM mailed_tokens"))
        assert kept.scalar_one() == len(set(tokens)) == 2
