"""People at the administration site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import Conference
from tests.admin.site import Visitor
from tests.factories import Units, a_conference, a_user
from tests.serving import Served


@pytest.fixture
async def organizer(uow: Units) -> User:
    return await a_user(uow, role=Role.ORGANIZER)


@pytest.fixture
async def conference(uow: Units, organizer: User) -> Conference:
    return await a_conference(uow, organizer=organizer, multi_track=True)


@pytest.fixture
async def stranger(app: Served) -> AsyncIterator[Visitor]:
    """Somebody who is not logged in."""
    async with app.client() as client:
        yield Visitor(client)


@asynccontextmanager
async def _logged_in(app: Served, user: User) -> AsyncIterator[Visitor]:
    async with app.client() as client:
        visitor = Visitor(client)
        assert (await visitor.log_in(user)).status_code == 303
        yield visitor


@pytest.fixture
async def admin(app: Served, uow: Units) -> AsyncIterator[Visitor]:
    async with _logged_in(app, await a_user(uow, role=Role.ADMIN)) as visitor:
        yield visitor


@pytest.fixture
async def at_home(app: Served, organizer: User) -> AsyncIterator[Visitor]:
    """The organizer, logged in."""
    async with _logged_in(app, organizer) as visitor:
        yield visitor


@pytest.fixture
async def rival(app: Served, uow: Units) -> AsyncIterator[Visitor]:
    """Another organizer, logged in."""
    async with _logged_in(app, await a_user(uow, role=Role.ORGANIZER)) as visitor:
        yield visitor
