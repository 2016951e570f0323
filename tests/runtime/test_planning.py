"""Plans are made once and kept: they must do for what a table has become meanwhile."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.messages import MessageKind
from app.domain.times import utc_now
from app.repositories.outbox import Lane
from app.repositories.uow import UnitOfWork
from app.runtime import create_engine
from tests.conftest import settings_for
from tests.worker import rows

_READ_THROUGH = text("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'outbox'")
_BACKGROUND = 2_000


@pytest.fixture
async def writing(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(settings_for(fresh_database), name="tests")
    yield engine
    await engine.dispose()


async def claim(engine: AsyncEngine) -> tuple[int, int]:
    """How many messages were claimed, and through how many rows one went for it."""
    now = utc_now()
    async with UnitOfWork(engine) as tx:
        until = now + timedelta(seconds=30)
        claimed = await tx.outbox.claim(Lane.MAILS, str(uuid4()), until, now, 8)
        through = (await tx.outbox._do(_READ_THROUGH)).scalar_one()
    return len(claimed), through


async def test_a_plan_that_was_made_while_the_outbox_was_empty_does_for_a_full_one(
    writing: AsyncEngine,
) -> None:
    async with writing.begin() as connection:
        # To be known as empty lets a planner believe that to read all of it costs nothing.
        await connection.execute(text("ANALYZE outbox"))
    assert await claim(writing) == (0, 0)
    await rows.announce(writing, MessageKind.REGISTERED, range(_BACKGROUND))
    assert await claim(writing) == (8, 0)
