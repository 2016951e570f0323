"""A whole installation: servers, worker, Redis, PostgreSQL, and what stands between them."""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from app import schema
from torture.client import Connection
from torture.processes import (
    DATABASE,
    HOST,
    READY_WITHIN,
    Postgres,
    Process,
    free_port,
    plenary,
    redis,
)
from torture.proxy import Proxy
from torture.sinks import CallbackRelay, MailSink

logger = logging.getLogger(__name__)

_LOOK_EVERY = 0.2
_CREATE = (
    f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'"
    " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
)


class Installation:
    """Used as `async with`; what dies is begun again, unless somebody holds it `down`.

    One that is not to be `attacked` has nothing between servers and database.
    """

    def __init__(
        self, folder: Path, *, servers: int = 2, sabotage: str = "", attacked: bool = True
    ) -> None:
        self._folder = folder
        self._sabotage = sabotage
        self._attacked = attacked
        self._down: set[Process] = set()
        self._stack = AsyncExitStack()
        self.secret = secrets.token_hex(32)
        self.ports = [free_port() for _ in range(servers)]
        self.callbacks = CallbackRelay(self.ports)
        self.mails = MailSink()
        self.proxies: dict[str, Proxy] = {}
        # What ended although nobody had killed it.
        self.ended_by_themselves: Counter[str] = Counter()
        self.servers: list[Process] = []
        self.worker: Process
        self.redis: Process
        self.postgres: Postgres

    @property
    def url(self) -> str:
        """Of the database, past the proxy: for those who look at it from outside."""
        return self.postgres.url()

    @property
    def environment(self) -> dict[str, str]:
        """What servers and worker are told: they meet everything through the proxies."""
        ports = {name: proxy.port for name, proxy in self.proxies.items()}
        return {
            "PLENARY_DATABASE_URL": self.postgres.url(ports.get("postgres")),
            "PLENARY_REDIS_URL": f"redis://{HOST}:{ports.get('redis', self._redis_port)}/0",
            "PLENARY_SECRET_KEY": self.secret,
            "PLENARY_DATA_DIR": str(self._folder),
            "PLENARY_CONTRACTS": "mini-event",
            "PLENARY_ADMIN": "false",
            "PLENARY_CALLBACK_URL": (
                f"http://{HOST}:{self.callbacks.port}/api/v1/payments/callback/"
            ),
            "PLENARY_SMTP_HOST": HOST,
            "PLENARY_SMTP_PORT": str(self.mails.port),
            "PLENARY_SMTP_STARTTLS": "false",
            "PLENARY_HOLD_MINUTES": "1",
            "PLENARY_PAYMENT_WAIT_SECONDS": "0.5",
            "PLENARY_WRITE_LIMIT": "0",
            "PLENARY_DRAIN_SECONDS": "0",
            "PLENARY_LOG_LEVEL": "warning",
        }

    async def __aenter__(self) -> "Installation":
        async with AsyncExitStack() as stack:
            self.postgres = Postgres(self._folder, free_port())
            stack.push_async_callback(self.postgres.kill)
            await self.postgres.ready()
            administering = await self.postgres.connect("postgres")
            await administering.execute(_CREATE)
            await administering.close()
            await schema.migrate(self.url)
            self.redis = redis(self._folder, port := free_port())
            stack.push_async_callback(self.redis.kill)
            self.redis.begin()
            self._redis_port = port
            for name, behind in (("postgres", self.postgres.port), ("redis", port)):
                if self._attacked:
                    self.proxies[name] = await stack.enter_async_context(Proxy(behind))
            await stack.enter_async_context(self.callbacks)
            await stack.enter_async_context(self.mails)
            await self._begin(stack)
            watching = asyncio.create_task(self._watch())
            stack.push_async_callback(_cancelled, watching)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @asynccontextmanager
    async def down(self, process: Process) -> AsyncIterator[None]:
        """While this lasts it stays down; then it is begun again."""
        self._down.add(process)
        try:
            yield
        finally:
            self._down.discard(process)
            if not process.is_alive():
                process.begin()

    async def flush(self) -> bool:
        """Have Redis forget everything, if it is there."""
        client = Redis(host=HOST, port=self._redis_port, socket_timeout=2)
        try:
            await client.flushall()
        except RedisError:
            return False
        finally:
            await client.aclose()
        return True

    async def _begin(self, stack: AsyncExitStack) -> None:
        environment = self.environment
        for number, port in enumerate(self.ports):
            server = plenary(
                f"api{number}",
                "serve",
                f"--port={port}",
                folder=self._folder,
                environment=environment,
                sabotage=self._sabotage,
            )
            self.servers.append(server)
        self.worker = plenary(
            "worker",
            "worker",
            folder=self._folder,
            environment=environment,
            sabotage=self._sabotage,
        )
        for process in (*self.servers, self.worker):
            stack.push_async_callback(process.kill)
            process.begin()
        await asyncio.gather(*(self._ready(port) for port in self.ports))

    async def _ready(self, port: int) -> None:
        connection = Connection(port)
        async with asyncio.timeout(READY_WITHIN):
            while True:
                try:
                    answer = await connection.ask(
                        "GET", "/readyz", headers={}, body=None, patience=5
                    )
                except (OSError, EOFError, TimeoutError):
                    await asyncio.sleep(0.1)
                    continue
                if answer.is_good:
                    connection.close()
                    return
                await asyncio.sleep(0.1)

    async def _watch(self) -> None:
        """As whoever runs a service does: what has ended is begun again."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            for process in (*self.servers, self.worker, self.redis, self.postgres):
                if process not in self._down and not process.is_alive():
                    if process is not self.postgres:
                        self.ended_by_themselves[process.name] += 1
                    process.begin()


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
