from collections.abc import AsyncIterator

import httpx
import pytest

from tests.compat.conftest import Speaks


@pytest.fixture
async def api(speaking: Speaks) -> AsyncIterator[httpx.AsyncClient]:
    """A client written for seed 001, not logged in."""
    async with speaking("event-management") as client:
        yield client
