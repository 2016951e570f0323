"""The application in the test's own process: no port, and its lifespan run as a server would."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

import httpx
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

if TYPE_CHECKING:
    from app.runtime import Runtime

# Whether something is done by the application of itself (its worker, its log, its counting) and not
# at a request: tasks inherit it from what they are started by.
BESIDE_REQUESTS: ContextVar[bool] = ContextVar("beside_requests", default=False)


class Served:
    """An application whose requests carry the state of its lifespan, as under a server."""

    def __init__(self, app: FastAPI, state: Mapping[str, Any]) -> None:
        self.app = app
        self.state = state

    @property
    def runtime(self) -> "Runtime":
        return cast("Runtime", self.state["runtime"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "state": dict(self.state)}, receive, send)

    def client(self, **options: Any) -> httpx.AsyncClient:
        """A client without a token; server errors come back as answers, as they do over HTTP."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self, raise_app_exceptions=False),
            base_url="http://testserver",
            **options,
        )


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[Served]:
    """Start the application, and stop it in the same task that started it."""
    started: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
    over = asyncio.Event()
    task = asyncio.create_task(_live(app, started, over))
    task.add_done_callback(lambda ended: _tell(ended, started))
    try:
        yield Served(app, await started)
    finally:
        over.set()
        await task


async def _live(
    app: FastAPI, started: "asyncio.Future[Mapping[str, Any]]", over: asyncio.Event
) -> None:
    BESIDE_REQUESTS.set(True)
    async with app.router.lifespan_context(app) as state:
        started.set_result(dict(state or {}))
        await over.wait()


def _tell(ended: "asyncio.Task[None]", started: "asyncio.Future[Mapping[str, Any]]") -> None:
    """Whoever waits for the start learns why there was none."""
    error = None if ended.cancelled() else ended.exception()
    if error is not None and not started.done():
        started.set_exception(error)
