"""What every answer says to browsers, and what none lets the pages of others do."""

import re
from collections.abc import Mapping

import httpx
import pytest

from app.config import Settings
from app.main import create_app
from tests.access.house import House
from tests.access.rows import READING, path_of
from tests.access.table import TABLE
from tests.serving import served

_ELSEWHERE = "https://elsewhere.example"
_ASKED = {
    "Origin": _ELSEWHERE,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization",
}
# Read by programs in other people's pages, without a login: it says nothing but what is public.
_FOR_EVERYBODY = "/api/v1/public/conferences/"
READ = [row for row in TABLE if row.method in READING]


def faults(headers: Mapping[str, str]) -> list[str]:
    """What a browser might do with this answer that it should not."""
    policy = headers.get("content-security-policy", "")
    found = {
        "guesses what it is": headers.get("x-content-type-options") != "nosniff",
        "loads what comes along": "default-src 'none'" not in policy,
        "frames it": "frame-ancestors 'none'" not in policy,
        "lets it say where it stands": "base-uri 'none'" not in policy,
        "tells where it comes from": headers.get("referrer-policy")
        not in {"no-referrer", "same-origin"},
        "runs what is within": "'unsafe-inline'" in policy.partition("script-src")[2].split(";")[0],
        "is told what serves it": bool({"server", "x-powered-by"} & set(headers)),
    }
    return [fault for fault, there in found.items() if there]


async def test_whatever_strangers_read(house: House) -> None:
    wrong = {}
    for row in READ:
        answer = await house.ask(row, "anonymous")
        if found := faults(answer.headers):
            wrong[f"{row}: {answer.status_code}"] = found
    assert not wrong


async def test_whatever_needs_a_login_is_kept_by_no_cache_either(house: House) -> None:
    wrong = {}
    for row in READ:
        if row.statuses["anonymous"] == 401:
            answer = await house.ask(row, "organizer")
            found = faults(answer.headers)
            if not re.search("no-store|private", answer.headers.get("cache-control", "")):
                found.append("is kept on its way")
            if found:
                wrong[f"{row}: {answer.status_code}"] = found
    assert not wrong


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/api/v1/conferences/", 405),
        ("POST", "/api/v1/conferences/", 401),
        ("POST", "/api/v1/token/", 400),
        ("POST", "/compat/event-hub/api/auth/token/", 400),
    ],
)
async def test_refusals(house: House, method: str, path: str, status: int) -> None:
    answer = await house.send(method, path)
    assert answer.status_code == status
    assert faults(answer.headers) == []


async def test_a_refusal_of_the_frame(house: House, house_settings: Settings) -> None:
    long = b" " * (house_settings.max_body_bytes + 1)
    answer = await house.send("POST", "/api/v1/token/", content=long)
    assert answer.status_code == 413
    assert faults(answer.headers) == []


def told(answer: httpx.Response) -> list[str]:
    """What it allows to pages of other origins."""
    return [name for name in answer.headers if name.startswith("access-control-")]


async def test_pages_of_other_origins_read_nothing_but_the_public_schedule(house: House) -> None:
    allowed = []
    for row in READ:
        path = path_of(row.path, house.scene.names)
        answer = await house.send("GET", path, headers={"Origin": _ELSEWHERE})
        if told(answer) and not path.startswith(_FOR_EVERYBODY):
            allowed.append(str(row))
        assert "access-control-allow-credentials" not in answer.headers
    assert allowed == []


async def test_no_browser_is_let_ask_for_more(house: House) -> None:
    """A preflight is answered like any other request for a method that there is not."""
    allowed = []
    for row in TABLE:
        path = path_of(row.path, house.scene.names)
        answer = await house.send("OPTIONS", path, headers=_ASKED)
        if told(answer) or (answer.status_code < 400 and "/admin" not in path):
            allowed.append(f"{row}: {answer.status_code}")
    assert allowed == []


async def test_where_it_is_reached_by_tls_browsers_use_nothing_else(
    house: House, house_settings: Settings
) -> None:
    assert "strict-transport-security" not in (await house.send("GET", "/healthz")).headers
    public = house_settings.model_copy(update={"public_url": "https://plenary.example"})
    async with served(create_app(public)) as app, app.client() as client:
        for path in ("/healthz", "/nowhere", "/docs"):
            answer = await client.get(path)
            assert answer.headers["strict-transport-security"] == "max-age=31536000"


async def test_cookies_mean_nothing_to_the_api(house: House) -> None:
    """So that no page of another origin can have a browser ask in somebody's name."""
    cookie = {"Cookie": house.scene.cookies["admin"]["Cookie"]}
    for path in ("/api/v1/users/me/", "/compat/event-hub/api/users/me/"):
        assert (await house.send("GET", path, headers=cookie)).status_code == 401
