"""What the tests stand on: a clean database each time, and rows made by the house itself."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal

import httpx
import pytest
from fastapi import FastAPI

from app.domain.access import Role
from app.domain.errors import AlreadyRegistered
from app.domain.registrations import RegistrationStatus
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests import factories
from tests.serving import Served, served


@pytest.mark.parametrize("turn", ["first", "second"])
async def test_each_test_begins_with_nothing(uow: Callable[[], UnitOfWork], turn: str) -> None:
    user = await factories.a_user(uow, username="the-same")
    assert (turn, user.id) in {("first", 1), ("second", 1)}


async def test_factories_make_what_the_rules_see(uow: Callable[[], UnitOfWork]) -> None:
    conference = await factories.a_conference(uow, multi_track=True)
    free = await factories.a_session(uow, conference, capacity=1)
    priced = await factories.a_session(uow, conference, hour=10, price=Decimal(49))
    person = await factories.an_attendee(uow)
    confirmed = await factories.a_registration(uow, free, person)
    held = await factories.a_registration(uow, priced, person)
    admitted = await factories.a_registration(uow, conference, person)
    assert confirmed.status is admitted.status is RegistrationStatus.CONFIRMED
    assert held.status is RegistrationStatus.PENDING
    with pytest.raises(AlreadyRegistered):
        await factories.a_registration(uow, free, person)


async def test_a_user_logs_in(app: Served, client: httpx.AsyncClient) -> None:
    user = await factories.a_user(app.runtime.unit_of_work, role=Role.ORGANIZER)
    headers = await factories.login(client, user)
    answer = await client.get("/api/v1/users/me/", headers=headers)
    assert answer.json()["data"]["username"] == user.username


async def test_what_an_application_asks_of_itself_is_not_noted(
    uow: Callable[[], UnitOfWork], statements: list[str]
) -> None:
    async def ask() -> None:
        async with uow().reading() as tx:
            await tx.changes.look(utc_now(), mark=False)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.create_task(ask())
        yield

    async with served(FastAPI(lifespan=lifespan)):
        assert statements == []
        # As a desk does: in a task that somebody's request has started.
        await asyncio.create_task(ask())
    assert len(statements) == 1
