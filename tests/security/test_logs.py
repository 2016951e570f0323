"""No password, token or secret, and no whole address, is in what is logged of a visitor's day."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.config import Settings
from app.domain import resets, verification
from app.domain.pages import PageRequest
from app.domain.request_logs import LogFilter
from app.domain.times import utc_now
from app.main import create_app
from app.repositories.tables import metadata
from tests.conftest import SECRET
from tests.factories import Units
from tests.serving import served

_API = "/api/v1"
_PASSWORD = "Quiet-River-2214"
_NEW = "Quiet-Harbour-3315"
_WRONG = "Loud-Harbour-9914"
_EMAIL = "quiet.visitor@example.com"
# Whose it is, whom a link was mailed to, and what is answered again under a key.
_OF_PEOPLE = {"users", "attendees", "mailed_tokens", "idempotency_keys"}


class Day:
    """A visitor who does whatever has to do with secrets, and keeps what they are."""

    def __init__(self, client: httpx.AsyncClient, uow: Units) -> None:
        self._client = client
        self._uow = uow
        self.secrets = {_PASSWORD, _NEW, _WRONG, SECRET}

    async def passes(self) -> None:
        names = {"username": "quiet", "password": _PASSWORD}
        key = {"Idempotency-Key": "first"}
        signing_up = names | {"email": _EMAIL}
        made = await self._client.post(f"{_API}/users/", json=signing_up, headers=key)
        user = made.json()["data"]["id"]
        await self._posted("token/", names | {"password": _WRONG})
        first = await self._tokens("token/", names)
        again = await self._tokens("token/refresh/", {"refresh": first["refresh"]})
        access = {"Authorization": f"Bearer {again['access']}"}
        # Where no secret belongs.
        await self._client.get(f"{_API}/users/me/?token={again['access']}", headers=access)
        await self._client.get(f"{_API}/conferences/?password={_PASSWORD}", headers=access)
        await self._posted("token/", {"username": "quiet", "password": [_PASSWORD]})
        await self._client.post(f"{_API}/token/", content=f'{{"password": "{_PASSWORD}"')
        await self._client.get(f"{_API}/users/me/", headers={"Authorization": f"Bearer {SECRET}"})
        proof = await verification.draw(self._uow(), user, utc_now())
        reset = await resets.draw(self._uow(), user, utc_now())
        assert proof is not None
        assert reset is not None
        self.secrets |= {proof.token, reset.token}
        await self._client.get(f"/verify?token={proof.token}")
        await self._posted("users/verify/", {"token": proof.token})
        await self._posted("users/password-reset/", {"email": _EMAIL})
        await self._client.get(f"/reset-password?token={reset.token}")
        await self._posted(
            "users/password-reset/confirm/", {"token": reset.token, "password": _NEW}
        )
        last = await self._tokens("token/", names | {"password": _NEW})
        await self._posted("token/revoke/", {"refresh": last["refresh"]})

    async def _posted(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        return await self._client.post(f"{_API}/{path}", json=body)

    async def _tokens(self, path: str, body: Mapping[str, object]) -> dict[str, str]:
        answer = await self._posted(path, body)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()["data"]
        self.secrets |= {tokens["access"], tokens["refresh"]}
        return tokens


@pytest.mark.usefixtures("app")
async def test_a_visitors_day(
    settings: Settings,
    uow: Units,
    engine: AsyncEngine,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    talkative = settings.model_copy(update={"log_level": "debug", "log_format": "json"})
    with caplog.at_level(logging.DEBUG):
        async with served(create_app(talkative)) as running, running.client() as client:
            day = Day(client, uow)
            await day.passes()
            await running.runtime.logs.flush()
            async with uow() as tx:
                kept = await tx.request_logs.page(
                    LogFilter(), PageRequest(size=1000), datetime.now(UTC)
                )
    # What the client of the test, and the loop it runs on, note of themselves is not ours.
    noted = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    seen = "".join((str(kept), *map(str, map(vars, noted)), *capsys.readouterr()))
    assert seen.count("/api/v1/token/") > 6
    assert [secret for secret in {*day.secrets, _EMAIL} if secret in seen] == []
    tables = await contents(engine)
    told = {name for name, lines in tables.items() for one in day.secrets if one in lines}
    assert told == set()
    # The address stands where it belongs to somebody, and where it was asked about.
    assert {name for name, lines in tables.items() if _EMAIL in lines} <= _OF_PEOPLE
    assert _EMAIL in tables["users"]


async def contents(engine: AsyncEngine) -> Mapping[str, str]:
    """All that each table holds, as text."""
    found = {}
    async with engine.connect() as connection:
        for table in metadata.sorted_tables:
            lines = text(f"SELECT CAST(to_jsonb(one) AS text) FROM {table.name} one")
            found[table.name] = "\n".join((await connection.execute(lines)).scalars())
    return found
