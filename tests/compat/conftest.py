"""What the tests of every contract stand on: people, and clients that speak under one prefix."""

from collections.abc import Callable

import httpx
import pytest

from app.domain.access import Role
from app.domain.accounts import User
from tests.factories import Units, a_user, login
from tests.serving import Served

Headers = dict[str, str]
Speaks = Callable[[str], httpx.AsyncClient]


@pytest.fixture
def speaking(app: Served) -> Speaks:
    """A client that knows one contract alone: its base URL is where that one is mounted."""

    def under(contract: str) -> httpx.AsyncClient:
        client = app.client()
        client.base_url = httpx.URL(f"http://testserver/compat/{contract}")
        return client

    return under


@pytest.fixture
async def organizer(uow: Units) -> User:
    return await a_user(uow, role=Role.ORGANIZER)


@pytest.fixture
async def guest(uow: Units) -> User:
    return await a_user(uow)


@pytest.fixture
async def as_organizer(client: httpx.AsyncClient, organizer: User) -> Headers:
    return await login(client, organizer)


@pytest.fixture
async def as_guest(client: httpx.AsyncClient, guest: User) -> Headers:
    return await login(client, guest)


@pytest.fixture
async def as_admin(client: httpx.AsyncClient, uow: Units) -> Headers:
    return await login(client, await a_user(uow, role=Role.ADMIN))
