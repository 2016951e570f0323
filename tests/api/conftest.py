"""People logged in, for tests of the API."""

import httpx
import pytest

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import Conference
from tests.factories import Units, a_conference, a_user, login

Headers = dict[str, str]


@pytest.fixture
async def organizer(uow: Units) -> User:
    return await a_user(uow, role=Role.ORGANIZER)


@pytest.fixture
async def as_organizer(client: httpx.AsyncClient, organizer: User) -> Headers:
    return await login(client, organizer)


@pytest.fixture
async def as_admin(client: httpx.AsyncClient, uow: Units) -> Headers:
    return await login(client, await a_user(uow, role=Role.ADMIN))


@pytest.fixture
async def guest(uow: Units) -> User:
    return await a_user(uow)


@pytest.fixture
async def as_guest(client: httpx.AsyncClient, guest: User) -> Headers:
    return await login(client, guest)


@pytest.fixture
async def conference(uow: Units, organizer: User) -> Conference:
    return await a_conference(uow, organizer=organizer, multi_track=True)
