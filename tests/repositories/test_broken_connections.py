"""A connection may break at any moment, also as a unit of work is told to roll back."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.errors import NotFound
from app.repositories.uow import UnitOfWork


async def test_a_refusal_stays_one_although_its_connection_breaks_as_it_rolls_back(
    engine: AsyncEngine,
) -> None:
    unit = UnitOfWork(engine)
    with pytest.raises(NotFound):
        await _refused_while_busy(unit)
    # The next one is given a connection that works.
    async with unit as tx:
        assert await tx.seats.lock_attendees([1]) == {}


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
