from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests import processes
from tests.compat.conftest import Speaks
from tests.conftest import SECRET


@pytest.fixture
async def api(speaking: Speaks) -> AsyncIterator[httpx.AsyncClient]:
    """A client written for seed 002, which knows of no login."""
    async with speaking("mini-event") as client:
        yield client


@pytest.fixture
async def base_url(fresh_database: str, tmp_path: Path) -> AsyncIterator[str]:
    """The base URL of this contract on a real server, where a client of the seed has its own."""
    environment = {
        "PLENARY_DATABASE_URL": fresh_database,
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_CONTRACTS": "mini-event",
        "PLENARY_DRAIN_SECONDS": "0",
    }
    server = await processes.serve(environment, tmp_path)
    yield f"{server.url}/compat/mini-event"
    await server.stop()
