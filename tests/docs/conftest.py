from collections.abc import AsyncIterator

import pytest

from tests import processes


@pytest.fixture(scope="session")
async def demo_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A demo as `make run` starts it, over an embedded database of its own."""
    server = await processes.serve({}, tmp_path_factory.mktemp("demo"), "--demo")
    yield server.url
    await server.stop()
