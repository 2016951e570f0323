import hashlib
import subprocess
import sys
import time

import httpx
import itsdangerous
import pytest
from itsdangerous import URLSafeTimedSerializer

from app.admin.entrance import COOKIE, LASTS, derived_key
from app.config import Settings
from app.domain import accounts
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.errors import BadCredentials
from app.domain.times import utc_now
from app.main import create_app
from app.throttle import Throttle
from tests.admin.site import ALL, FOR_ADMINS, Visitor
from tests.factories import PASSWORD, Units, a_user, login
from tests.serving import Served, served


@pytest.mark.parametrize("path", ["/", *(f"/{noun}/list" for noun in (*ALL, *FOR_ADMINS))])
async def test_strangers_are_sent_to_the_login(stranger: Visitor, path: str) -> None:
    answer = await stranger.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://testserver/admin/login?next=")


async def test_the_bare_path_leads_to_the_site(client: httpx.AsyncClient) -> None:
    answer = await client.get("/admin")
    assert (answer.status_code, answer.headers["location"]) == (307, "/admin/")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ORGANIZER])
async def test_admins_and_organizers_come_in(stranger: Visitor, uow: Units, role: Role) -> None:
    answer = await stranger.log_in(await a_user(uow, role=role))
    assert (answer.status_code, answer.headers["location"]) == (303, "http://testserver/admin/")
    assert (await stranger.get("/")).status_code == 200


async def test_whoever_was_on_the_way_somewhere_gets_there(
    stranger: Visitor, organizer: User
) -> None:
    for wanted, reached in (
        ("/admin/sessions/list?q=x", "/admin/sessions/list?q=x"),
        ("https://elsewhere.example/", "http://testserver/admin/"),
        ("//elsewhere.example/", "http://testserver/admin/"),
    ):
        form = {"username": organizer.username, "password": PASSWORD}
        form["csrftoken"] = await stranger.token()
        answer = await stranger.client.post("/admin/login", params={"next": wanted}, data=form)
        assert answer.headers["location"] == reached
        await stranger.post("/logout")


async def test_attendees_wrong_passwords_and_nobody_are_refused_in_the_same_words(
    stranger: Visitor, uow: Units, organizer: User
) -> None:
    closed = await a_user(uow, role=Role.ADMIN)
    await accounts.deactivate(uow(), closed.username, utc_now())
    nobody = await a_user(uow)
    answers = [
        await stranger.log_in(organizer, "WrongPass123"),
        await stranger.log_in(nobody),
        await stranger.log_in(closed),
        await stranger.post("/login", {"username": "nobody", "password": "x"}),
        await stranger.post("/login", {"username": "x" * 300, "password": "x"}),
        await stranger.post("/login"),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert BadCredentials.message in answer.text
        assert COOKIE not in answer.cookies
        assert PASSWORD not in answer.text


async def test_an_attendee_refused_has_no_login_left_open(
    stranger: Visitor, uow: Units, app: Served
) -> None:
    await stranger.log_in(await a_user(uow))
    async with app.runtime.readers.connect() as connection:
        open_ones = await connection.exec_driver_sql(
            "SELECT count(*) FROM token_families WHERE revoked_at IS NULL"
        )
        assert open_ones.scalar_one() == 0


async def test_too_many_attempts_are_slowed_down_as_for_tokens(
    stranger: Visitor, app: Served, organizer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = Throttle(writes=0, logins_of_account=2, logins_of_address=0)
    monkeypatch.setattr(app.runtime, "throttle", strict)
    statuses = [(await stranger.log_in(organizer, "Wrong")).status_code for _ in range(2)]
    answer = await stranger.log_in(organizer)
    assert [*statuses, answer.status_code] == [401, 401, 429]
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert "Too many requests" in answer.text


async def test_the_session_is_for_this_site_alone(stranger: Visitor, organizer: User) -> None:
    answer = await stranger.log_in(organizer)
    [cookie] = [one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE)]
    attributes = set(cookie.split("; ")[1:])
    assert attributes == {"HttpOnly", "Path=/admin", "SameSite=Strict", "Max-Age=28800"}


async def test_over_https_the_session_is_never_sent_in_the_clear(
    settings: Settings, uow: Units
) -> None:
    user = await a_user(uow, role=Role.ORGANIZER)
    public = settings.model_copy(update={"public_url": "https://testserver"})
    async with served(create_app(public)) as app, app.client() as client:
        visitor = Visitor(client)
        # As behind a proxy that ends TLS and says nothing of it.
        client.headers["origin"] = "https://testserver"
        page = await visitor.get("/login")
        assert "; Secure" in page.headers["set-cookie"]
        assert 'src="https://testserver/admin/static/' in page.text
        token = page.headers["set-cookie"].partition("=")[2].partition(";")[0]
        answer = await client.post(
            "/admin/login",
            data={"username": user.username, "password": PASSWORD, "csrftoken": token},
            headers={"cookie": f"starlette_admin_csrftoken={token}"},
        )
    assert answer.status_code == 303
    assert all("; Secure" in one for one in answer.headers.get_list("set-cookie"))


async def test_logging_out_ends_the_login_itself(at_home: Visitor) -> None:
    kept = at_home.client.cookies[COOKIE]
    assert (await at_home.post("/logout")).status_code == 303
    assert COOKIE not in at_home.client.cookies
    at_home.client.cookies.set(COOKIE, kept, path="/admin")
    assert (await at_home.get("/")).status_code == 303


async def test_a_new_password_ends_the_session(
    at_home: Visitor, client: httpx.AsyncClient, organizer: User
) -> None:
    headers = await login(client, organizer)
    change = {"old_password": PASSWORD, "new_password": "newSecurePassword123!"}
    answer = await client.post("/api/v1/users/me/password/", json=change, headers=headers)
    assert answer.status_code == 200, answer.text
    assert (await at_home.get("/")).status_code == 303


async def test_a_closed_account_is_out_at_once(
    at_home: Visitor, uow: Units, organizer: User
) -> None:
    await accounts.deactivate(uow(), organizer.username, utc_now())
    assert (await at_home.get("/")).status_code == 303


async def test_a_session_lasts_some_hours(
    at_home: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = int(time.time() + LASTS.total_seconds()) + 60
    monkeypatch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _: later)
    assert (await at_home.get("/")).status_code == 303


@pytest.mark.parametrize("label", ["", "forms", "sessions "])
async def test_only_its_own_key_makes_a_session(
    at_home: Visitor, settings: Settings, app: Served, label: str
) -> None:
    async with app.runtime.readers.connect() as connection:
        found = await connection.exec_driver_sql("SELECT id FROM token_families")
        family = str(found.scalar_one())
    key = derived_key(settings, label) if label else settings.secret_key.get_secret_value()
    forger = URLSafeTimedSerializer(key, signer_kwargs={"digest_method": hashlib.sha256})
    at_home.client.cookies.clear()
    for forged in (forger.dumps(family), family, "", "x.y.z"):
        at_home.client.cookies.set(COOKIE, forged, path="/admin")
        assert (await at_home.get("/")).status_code == 303


async def test_a_script_that_finds_itself_logged_out_is_told(stranger: Visitor) -> None:
    said = await stranger.refused("conferences", "cancel", 1)
    assert said == "Your session has ended. Load this page again to log in."


async def test_it_can_be_switched_off(settings: Settings, uow: Units) -> None:
    user = await a_user(uow, role=Role.ADMIN)
    without = create_app(settings.model_copy(update={"admin": False}))
    async with served(without) as app, app.client() as client:
        assert (await client.get("/admin/")).status_code == 404
        assert (await client.get("/admin")).status_code == 404
        await login(client, user)


def test_a_server_that_nobody_administers_does_not_load_it() -> None:
    look = (
        "import sys, app.main; print([m for m in sys.modules if m.startswith('starlette_admin')])"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
