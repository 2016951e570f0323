from collections.abc import AsyncIterator

import httpx
import pytest

from tests.compat.conftest import Speaks


@pytest.fixture
async def api(speaking: Speaks) -> AsyncIterator[httpx.AsyncClient]:
    """A client written for seed 004, not logged in."""
    async with speaking("jointoit") as client:
        yield client


@pytest.fixture(params=["/", ""])
def slash(request: pytest.FixtureRequest) -> str:
    """Paths work with and without it."""
    return str(request.param)
