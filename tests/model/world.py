"""The service, asked over HTTP: the application with its worker, over a database of its own.

It lives in a loop and a thread of its own, so that a machine whose steps are plain functions can
ask it. Whoever asks is logged in.
"""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.auditing import audit
from app.domain.access import Role
from app.domain.endings import expire_due
from app.domain.promotion import serve_due
from app.domain.times import utc_now
from app.main import create_app
from app.repositories.uow import UnitOfWork
from app.runtime import create_engine
from app.signing import signed
from tests import postgres
from tests.conftest import settings_for
from tests.factories import a_user, login
from tests.serving import Served, served

T = TypeVar("T")
USERS = 3
_PATIENCE = 120.0
_RUN_OUT = (
    "UPDATE registrations SET hold_expires_at = now() - interval '1 second'"
    " WHERE id = ANY(:ids) AND status = 'pending'"
)


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    code: str
    data: Any


class World:
    """Used as `with a_world() as world`; `begin` and `end` stand around each story."""

    def __init__(self, app: FastAPI, engine: AsyncEngine, loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._engine = engine
        self._loop = loop
        self._stack = AsyncExitStack()
        # How often which answer was given to a step.
        self.told: Counter[str] = Counter()
        self.stories = 0
        self._served: Served
        self._client: httpx.AsyncClient
        self._headers: dict[str, dict[str, str]] = {}

    def begin(self) -> None:
        """A fresh application over an empty database; an admin, an organizer and users log in."""
        self.stories += 1
        self._run(self._begin())

    def end(self) -> None:
        self._run(self._end())

    def ask(self, caller: str | None, method: str, path: str, body: Any = None) -> Answer:
        return self._run(self._ask(caller, method, path, body))

    def ask_all(self, paths: Sequence[str]) -> list[Answer]:
        """What an admin reads there."""

        async def read() -> list[Answer]:
            return [await self._ask("admin", "GET", path, None) for path in paths]

        return self._run(read())

    def call_back(self, payment: int, outcome: str) -> Answer:
        """What the gateway does when it has decided."""
        data = {"payment_id": payment, "outcome": outcome}
        event = {"type": "payment.settled", "timestamp": "2031-03-01T09:00:00Z", "data": data}
        body = json.dumps(event).encode()
        key = self._served.runtime.settings.webhook_keys[0]
        headers = signed(key, f"pay_{payment}", utc_now(), body)
        return self._run(self._call_back(body, headers))

    def run_out(self, ids: Sequence[int]) -> None:
        """The holds of these run out now, and the sweeper comes by."""
        self._run(self._run_out(ids))

    def sweep(self) -> None:
        """The sweeper comes by, and finds nothing of its own to do."""
        self._run(self._sweep())

    def broken_promises(self) -> list[str]:
        """What the auditor finds, in one look."""
        findings = self._run(audit(self._engine, looks=1))
        return [f"{found.promise.name}: {one.said}" for found in findings for one in found.broken]

    def do(self, *statements: str) -> None:
        """Change the database past the service."""
        self._run(self._do(statements))

    def _run(self, asked: Awaitable[T]) -> T:
        async def waited() -> T:
            return await asked

        return asyncio.run_coroutine_threadsafe(waited(), self._loop).result(_PATIENCE)

    def _uow(self) -> UnitOfWork:
        return UnitOfWork(self._engine)

    async def _begin(self) -> None:
        self._served = await self._stack.enter_async_context(served(self._app))
        self._client = await self._stack.enter_async_context(self._served.client())
        roles = {"admin": Role.ADMIN, "organizer": Role.ORGANIZER}
        roles |= {f"user{number}": Role.ATTENDEE for number in range(USERS)}
        for name, role in roles.items():
            user = await a_user(self._uow, role=role, username=name)
            self._headers[name] = await login(self._client, user)

    async def _end(self) -> None:
        await self._stack.aclose()
        async with self._engine.connect() as connection:
            await postgres.empty(connection)

    async def _ask(self, caller: str | None, method: str, path: str, body: Any) -> Answer:
        headers = self._headers[caller] if caller else None
        answer = await self._client.request(method, path, json=body, headers=headers)
        return _read(answer)

    async def _call_back(self, body: bytes, headers: dict[str, str]) -> Answer:
        path = "/api/v1/payments/callback/"
        return _read(await self._client.post(path, content=body, headers=headers))

    async def _run_out(self, ids: Sequence[int]) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(text(_RUN_OUT), {"ids": list(ids)})
        await expire_due(self._served.runtime.unit_of_work(), utc_now())

    async def _sweep(self) -> None:
        await expire_due(self._served.runtime.unit_of_work(), utc_now())
        await serve_due(self._served.runtime.unit_of_work(), utc_now())

    async def _do(self, statements: Sequence[str]) -> None:
        async with self._engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))


@contextmanager
def a_world() -> Iterator[World]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="world")
    thread.start()
    try:
        with TemporaryDirectory(prefix="plenary-model-") as folder:
            made = AsyncExitStack()

            async def make() -> World:
                url = await made.enter_async_context(postgres.a_database("model"))
                settings = settings_for(url, data_dir=Path(folder), payment_wait_seconds=0)
                engine = create_engine(settings, name="model")
                made.push_async_callback(engine.dispose)
                return World(create_app(settings), engine, loop)

            world = asyncio.run_coroutine_threadsafe(make(), loop).result(_PATIENCE)
            try:
                yield world
            finally:
                asyncio.run_coroutine_threadsafe(made.aclose(), loop).result(_PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _read(answer: httpx.Response) -> Answer:
    body = answer.json() if answer.content else None
    known = body if isinstance(body, dict) else {}
    code = answer.headers.get("X-Error-Code", "") or str(known.get("code", ""))
    data = known.get("data", body)
    return Answer(status=answer.status_code, code="" if answer.is_success else code, data=data)
