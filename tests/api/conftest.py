"""People logged in, for tests of the API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.attendees import Attendee
from app.domain.conferences import Conference
from app.domain.registrations import Registration
from tests.api.certifying import issued, run
from tests.factories import Units, a_conference, a_registration, a_user, an_attendee, login
from tests.serving import Served

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


@pytest.fixture
async def person(uow: Units, guest: User) -> Attendee:
    """The guest's own."""
    return await an_attendee(uow, user=guest)


@pytest.fixture
async def admission(uow: Units, conference: Conference, person: Attendee) -> Registration:
    return await a_registration(uow, conference, person)


@pytest.fixture
async def certificate(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    conference: Conference,
    admission: Registration,
    engine: AsyncEngine,
) -> dict[str, Any]:
    """The guest's, by the organizer."""
    await run(engine, "UPDATE conferences SET tags = 'python, programming'")
    return await issued(client, as_organizer, conference, admission.attendee_id)


@asynccontextmanager
async def _client_of(app: Served, uow: Units, role: Role) -> AsyncIterator[httpx.AsyncClient]:
    async with app.client() as client:
        client.headers.update(await login(client, await a_user(uow, role=role)))
        yield client


@pytest.fixture
async def organizer_client(app: Served, uow: Units) -> AsyncIterator[httpx.AsyncClient]:
    """An organizer's own client; whatever it sends is sent as that user."""
    async with _client_of(app, uow, Role.ORGANIZER) as client:
        yield client


@pytest.fixture
async def rival_client(app: Served, uow: Units) -> AsyncIterator[httpx.AsyncClient]:
    """Another organizer's."""
    async with _client_of(app, uow, Role.ORGANIZER) as client:
        yield client


@pytest.fixture
async def visitor_client(app: Served, uow: Units) -> AsyncIterator[httpx.AsyncClient]:
    async with _client_of(app, uow, Role.ATTENDEE) as client:
        yield client


@pytest.fixture
async def admin_client(app: Served, uow: Units) -> AsyncIterator[httpx.AsyncClient]:
    async with _client_of(app, uow, Role.ADMIN) as client:
        yield client
