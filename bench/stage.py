"""Where it is measured: a filled database, and what starts servers and workers on it."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.config import Settings
from app.security import Hasher, Tokens
from bench import auditor, data
from bench.data import Bench, scratch_database
from bench.plan import Plan
from bench.process import ServerProcess, free_port, server_process
from bench.workloads import Requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    plan: Plan
    home: Path
    url: str
    key: str
    bench: Bench
    requests: Requests
    server_url: str
    # What the auditor says of each database where something is broken.
    broken: list[str] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """What everything that is started says."""
        return self.home / "bench.log"

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "PLENARY_DATABASE_URL": self.url,
            "PLENARY_SECRET_KEY": self.key,
            "PLENARY_DATA_DIR": str(self.home),
            # Nobody is slowed down: limits are not what is measured here.
            "PLENARY_WRITE_LIMIT": "0",
            "PLENARY_LOGIN_LIMIT_ACCOUNT": "0",
            "PLENARY_LOGIN_LIMIT_ADDRESS": "0",
        }

    def server(self) -> AbstractContextManager[ServerProcess]:
        """One process, with the endpoint that does nothing."""
        return server_process(self.environment, self.log, self.plan.port or free_port())

    def servers(self, processes: int) -> AbstractContextManager[ServerProcess]:
        """As anybody starts them."""
        command = ("-m", "app.cli", "serve", "--workers", str(processes))
        return server_process(self.environment, self.log, free_port(), command)

    async def audit(self, url: str | None = None) -> None:
        """Ask the auditor whether every promise is kept, now that nothing is at work.

        Of this database unless another is named; what it finds broken is kept.
        """
        said = await auditor.broken({**self.environment, "PLENARY_DATABASE_URL": url or self.url})
        if said:
            self.broken.append(said)


@asynccontextmanager
async def staged(plan: Plan, home: Path, server_url: str) -> AsyncIterator[Stage]:
    """A database of its own on that server, filled; dropped at the end."""
    settings = Settings(secret_key=secrets.token_hex(32), data_dir=home)  # type: ignore[arg-type]
    key = settings.secret_key.get_secret_value()
    tokens = Tokens(key, access_for=timedelta(hours=2), refresh_for=timedelta(days=1))
    async with scratch_database(server_url) as url:
        bench = Bench(url)
        people = data.FIRST_REGISTRANT + plan.registrants
        print(f"Filling the database: {people:,} people, {data.CONFERENCES:,} conferences …")
        await bench.fill(people=people, password_hash=await _hash(settings))
        yield Stage(
            plan=plan,
            home=home,
            url=url,
            key=key,
            bench=bench,
            requests=Requests(tokens=tokens, now=datetime.now(UTC)),
            server_url=server_url,
        )


async def _hash(settings: Settings) -> str:
    """The one password of all, at the price the server pays to verify it."""
    hasher = Hasher(
        time_cost=settings.argon2_time_cost,
        memory_kib=settings.argon2_memory_kib,
        parallelism=settings.argon2_parallelism,
        concurrency=1,
    )
    try:
        return await hasher.hash(data.PASSWORD)
    finally:
        hasher.close()
