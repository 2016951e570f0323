from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.runtime import create_engine
from tests.conftest import SECRET, settings_for


@pytest.fixture
async def shared(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    """The database that several server processes share, seen from outside."""
    engine = create_engine(settings_for(fresh_database), name="observer")
    yield engine
    await engine.dispose()


@pytest.fixture
def environment(fresh_database: str) -> dict[str, str]:
    """Of a server over that database, without limits and without patience."""
    return {
        "PLENARY_DATABASE_URL": fresh_database,
        "PLENARY_SECRET_KEY": SECRET,
        "PLENARY_PAYMENT_WAIT_SECONDS": "0.2",
        "PLENARY_WRITE_LIMIT": "0",
        "PLENARY_LOGIN_LIMIT_ACCOUNT": "0",
        "PLENARY_DRAIN_SECONDS": "0",
    }
