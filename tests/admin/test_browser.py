import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.errors import BadCredentials
from app.repositories.uow import UnitOfWork
from app.runtime import create_engine
from tests import processes
from tests.admin import browser
from tests.admin.browser import Browser
from tests.admin.scene import Scene, a_scene
from tests.conftest import SECRET, settings_for
from tests.factories import PASSWORD, a_user

CHROMIUM = browser.found()
SUBMIT = "button[type=submit]"
CONFIRM = "[data-sa-action=action-submit]"
# What a browser notes by itself when an answer is a refusal.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on PATH"),
]


@pytest.fixture
async def database(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(settings_for(fresh_database), name="tests")
    yield engine
    await engine.dispose()


@pytest.fixture
async def owner(database: AsyncEngine) -> User:
    return await a_user(lambda: UnitOfWork(database), role=Role.ORGANIZER)


@pytest.fixture
async def scene(database: AsyncEngine, owner: User) -> Scene:
    return await a_scene(lambda: UnitOfWork(database), database, owner)


@pytest.fixture
async def site(fresh_database: str, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a server's site."""
    given = {"PLENARY_DATABASE_URL": fresh_database, "PLENARY_SECRET_KEY": SECRET}
    server = await processes.serve(given, tmp_path)
    yield f"{server.url}/admin"
    await server.kill()


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[Browser]:
    """Somebody at a browser; no page they see may break its own policy."""
    assert CHROMIUM is not None
    async with browser.browsing(CHROMIUM, tmp_path / "profile") as tab:
        yield tab
        assert [said for said in tab.complaints if not REFUSED.match(said)] == []


async def enter(person: Browser, name: str, password: str) -> None:
    await person.ask("document.querySelector('#username').value = ''")
    await person.type("#username", name)
    await person.type("#password", password)
    await person.leaves(SUBMIT)


async def test_an_organizer_at_work(person: Browser, site: str, scene: Scene, owner: User) -> None:
    await person.goto(f"{site}/registrations/list")
    assert "Administration" in await person.text()
    await enter(person, owner.username, "NotThePassword1")
    assert BadCredentials.message in await person.text()
    await enter(person, owner.username, PASSWORD)
    # On the way there, the login came in between.
    assert await person.ask("location.pathname") == "/admin/registrations/list"
    assert scene.guest.email in await person.text()

    await person.type("input[name=q]", scene.guest.email)
    await person.leaves("button[aria-label=Search]")
    assert "1 to 2 of 2" in await person.text()

    await person.goto(f"{site}/registrations/detail?pk={scene.paid.id}")
    await person.click("[data-sa-name=check_in]")
    await person.leaves(CONFIRM)
    assert f"{scene.guest.name} is checked in." in await person.text()

    await person.click("[data-sa-name=cancel]")
    await person.until(f"document.querySelector('{CONFIRM}').innerText.startsWith('Cancel')")
    await person.leaves(CONFIRM)
    assert f"Registration {scene.paid.id} is cancelled." in await person.text()

    await person.goto(f"{site}/payments/list")
    assert "Refunded" in await person.text()
    assert (await person.screenshot()).startswith(b"\x89PNG")


async def test_a_refusal_is_said_on_the_page(
    person: Browser, site: str, scene: Scene, owner: User, database: AsyncEngine
) -> None:
    await person.goto(f"{site}/conferences/detail?pk={scene.conference.id}")
    await enter(person, owner.username, PASSWORD)
    async with database.begin() as connection:
        await connection.exec_driver_sql("UPDATE conferences SET status = 'cancelled'")
    await person.click("[data-sa-name=cancel]")
    await person.click(CONFIRM)
    await person.until("document.querySelector('#alertContainer .alert') !== null")
    assert "The conference is cancelled." in await person.text()


async def test_a_list_is_narrowed_with_the_mouse(
    person: Browser, site: str, scene: Scene, owner: User
) -> None:
    await person.goto(f"{site}/registrations/list")
    await enter(person, owner.username, PASSWORD)
    assert "1 to 3 of 3" in await person.text()
    await person.click("#filter-builder-dropdown button")
    await person.until("!!document.querySelector('.filter-row-field')")
    await person.ask(
        "(() => { const row = document.querySelector('#filter-rows .filter-row');"
        " const field = row.querySelector('.filter-row-field'); field.value = 'status';"
        " field.dispatchEvent(new Event('change', {bubbles: true})); })()"
    )
    await person.until("!!document.querySelector('#filter-rows option[value=waitlisted]')")
    await person.ask(
        "document.querySelector('#filter-rows option[value=waitlisted]').selected = true"
    )
    await person.leaves("#filter-form button[type=submit]")
    assert "1 to 1 of 1" in await person.text()
    assert f"{scene.waiting.id}" in await person.text()


async def test_logging_out_closes_the_site(person: Browser, site: str, owner: User) -> None:
    await person.goto(f"{site}/")
    await enter(person, owner.username, PASSWORD)
    await person.click("header [aria-label='Open user menu']")
    await person.leaves("header form button")
    assert await person.ask("location.pathname") == "/admin/login"
    await person.goto(f"{site}/conferences/list")
    assert await person.ask("location.pathname") == "/admin/login"
