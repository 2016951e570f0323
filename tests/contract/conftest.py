from collections.abc import AsyncIterator, Iterator
from itertools import count

import httpx
import pytest

from tests import postgres, processes
from tests.contract.guide import ATTENDEE, CONFERENCE, LOGIN, SESSION, Made

_numbers = count(1)


@pytest.fixture(scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The base URL of the API of a real server, as the guide's collection knows it."""
    async with postgres.a_database("plenary_demo") as database:
        environment = {"PLENARY_DATABASE_URL": database}
        server = await processes.serve(environment, tmp_path_factory.mktemp("demo"), "--demo")
        yield f"{server.url}/api/v1"
        await server.stop()


@pytest.fixture(scope="session")
def stranger(demo: str) -> Iterator[httpx.Client]:
    """Somebody without a token."""
    with httpx.Client(base_url=demo, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def admin(demo: str, stranger: httpx.Client) -> Iterator[httpx.Client]:
    """The demo's admin, logged in as the guide does it."""
    token = stranger.post("/token/", json=LOGIN).json()["data"]["access"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=demo, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def email() -> str:
    """An address that nobody has yet: one address belongs to one attendee."""
    return f"john.{next(_numbers)}@example.com"


@pytest.fixture
def made(admin: httpx.Client, email: str) -> Made:
    """What the guide creates, with its values: a conference, a session, an attendee."""
    conference = created(admin, "/conferences/", CONFERENCE)
    session = created(admin, "/sessions/", SESSION | {"conference": conference})
    attendee = created(admin, "/attendees/", ATTENDEE | {"email": email})
    return Made(conference=conference, session=session, attendee=attendee)


@pytest.fixture
def registration(admin: httpx.Client, made: Made) -> int:
    """The guide's registration: that attendee for that session."""
    return created(admin, "/registrations/", made.registration)


def created(client: httpx.Client, path: str, body: dict[str, object]) -> int:
    """The id of what this body creates."""
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["data"]["id"]
    return number
