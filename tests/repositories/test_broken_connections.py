"""A connection may break at any moment, also as a unit of work is told to roll back."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.errors import Busy, NotFound
from app.repositories.failures import failed_to_commit
from app.repositories.uow import UnitOfWork

_END_ALL_THAT_WAIT = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE state = 'idle in transaction' AND datname = current_database()"
)


async def test_a_refusal_stays_one_although_its_connection_breaks_as_it_rolls_back(
    engine: AsyncEngine,
) -> None:
    unit = UnitOfWork(engine)
    with pytest.raises(NotFound):
        await _refused_while_busy(unit)
    # The next one is given a connection that works.
    async with unit as tx:
        assert await tx.seats.lock_attendees([1]) == {}


async def test_whoever_hears_nothing_of_a_commit_is_told_that_nobody_knows(
    engine: AsyncEngine,
) -> None:
    unit = UnitOfWork(engine)
    with pytest.raises(Busy, match="before it said whether this was done"):
        await _committed_as_its_connection_ends(unit, engine)
    async with unit as tx:
        assert await tx.seats.lock_attendees([1]) == {}


def test_what_is_known_of_a_commit_is_told_as_ever() -> None:
    given_up, refused = failed_to_commit(TimeoutError()), failed_to_commit(PoolTimeout())
    assert isinstance(given_up, Busy)
    assert "Look before you ask again" in str(given_up)
    assert str(refused) == str(Busy())
    bug = ValueError()
    assert failed_to_commit(bug) is bug


async def _committed_as_its_connection_ends(unit: UnitOfWork, engine: AsyncEngine) -> None:
    async with unit as tx:
        await tx.seats.lock_attendees([1])
        async with engine.connect() as another:
            await another.execute(_END_ALL_THAT_WAIT)


async def _refused_while_busy(unit: UnitOfWork) -> None:
    """The connection does something else, as one does whose statement was given up."""
    async with unit as tx:
        await tx.seats.lock_attendees([1])
        assert unit._connection is not None
        raw = await unit._connection.get_raw_connection()
        assert raw.driver_connection is not None
        busy = asyncio.create_task(raw.driver_connection.fetchval("SELECT pg_sleep(5)::text"))
        await asyncio.sleep(0.1)
        busy.add_done_callback(lambda done: done.exception())
        raise NotFound
