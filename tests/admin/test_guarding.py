import re

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.conferences import Conference
from tests.admin.site import ALL, FOR_ADMINS, ORIGIN, Visitor
from tests.serving import Served

ELSEWHERE = {"origin": "https://elsewhere.example"}


async def test_a_form_without_its_token_is_refused(
    at_home: Visitor, conference: Conference
) -> None:
    token = await at_home.token()
    url = f"/admin/_api/conferences/row-action?name=cancel&pk={conference.id}"
    for headers in ({}, {"X-CSRFToken": ""}, {"X-CSRFToken": f"{token}x"}):
        assert (await at_home.client.post(url, headers=headers)).status_code == 403
    form = {"username": "x", "password": "y"}
    assert (await at_home.client.post("/admin/login", data=form)).status_code == 403
    assert (await at_home.client.post("/admin/logout")).status_code == 403
    assert (await at_home.get("/")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        ELSEWHERE,
        {"origin": "null"},
        {"origin": "http://testserver:8000"},
        {"origin": "https://testserver"},
        {"origin": "http://testserver.elsewhere.example"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {"origin": "", "referer": "https://elsewhere.example/admin/"},
        {"origin": ""},
    ],
)
async def test_a_form_from_elsewhere_is_refused_token_or_not(
    at_home: Visitor, conference: Conference, headers: dict[str, str]
) -> None:
    at_home.client.headers.update(headers)
    answer = await at_home.act("conferences", "cancel", conference.id)
    assert answer.status_code == 403
    assert "PLENARY_PUBLIC_URL" in answer.text
    at_home.client.headers["origin"] = ORIGIN
    assert "Published" in (await at_home.get("/conferences/detail", pk=conference.id)).text


async def test_a_browser_that_hides_the_origin_is_known_by_its_referrer(
    at_home: Visitor, conference: Conference
) -> None:
    del at_home.client.headers["origin"]
    at_home.client.headers["referer"] = f"{ORIGIN}/admin/conferences/list"
    assert (await at_home.act("conferences", "cancel", conference.id)).status_code == 200


async def test_nothing_is_done_by_following_a_link(
    at_home: Visitor, conference: Conference
) -> None:
    path = "/_api/conferences/row-action"
    answer = await at_home.get(path, name="cancel", pk=conference.id)
    assert answer.status_code == 405
    assert (await at_home.get("/logout")).status_code == 405


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/{noun}/create"),
        ("POST", "/{noun}/create"),
        ("GET", "/{noun}/edit?pk=1"),
        ("POST", "/{noun}/edit?pk=1"),
        ("POST", "/_api/{noun}/import"),
        ("GET", "/_api/{noun}/inline-edit?pk=1&field=name"),
        ("POST", "/_api/{noun}/inline-edit?pk=1&field=name"),
    ],
)
async def test_nothing_is_edited_past_the_use_cases(admin: Visitor, method: str, path: str) -> None:
    for noun in (*ALL, *FOR_ADMINS):
        headers = {"X-CSRFToken": await admin.token()}
        url = f"/admin{path.format(noun=noun)}"
        answer = await admin.client.request(method, url, headers=headers, data={"name": "x"})
        assert answer.status_code == 403, (noun, path)


@pytest.mark.parametrize("name", ["delete", "export", "edit"])
async def test_the_librarys_own_actions_are_closed(
    admin: Visitor, conference: Conference, name: str
) -> None:
    headers = {"X-CSRFToken": await admin.token()}
    for noun in ("conferences", "users", "payments"):
        params = {"name": name, "pks": str(conference.id), "pk": str(conference.id)}
        for kind in ("action", "row-action"):
            url = f"/admin/_api/{noun}/{kind}"
            answer = await admin.client.post(url, params=params, headers=headers)
            assert answer.status_code == 400, (noun, kind, answer.text)
    assert await admin.ids("conferences") == [conference.id]


async def test_pages_load_nothing_from_elsewhere_and_stand_in_no_frame(
    admin: Visitor, stranger: Visitor, conference: Conference
) -> None:
    pages = [
        await stranger.get("/login"),
        await admin.get("/"),
        await admin.get("/conferences/list"),
        await admin.get("/conferences/detail", pk=conference.id),
        await admin.get("/conferences/detail", pk=404404),
    ]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["cache-control"] == "no-store"
        loaded = re.findall(r"""\s(?:src|href|action)="([^"]+)"|url\(['"]?([^'")]+)""", page.text)
        for url in (one or other for one, other in loaded):
            assert re.match(r"http://testserver/|/(?!/)|#|\?|$", url), url
        nonce = re.findall(r"'nonce-([^']+)'", policy)[0]
        scripts = re.findall(r"<script([^>]*)>", page.text)
        assert scripts
        assert all(f'nonce="{nonce}"' in attributes for attributes in scripts)
        assert not re.search(r"<[^>]+ on[a-z]+=", page.text)


async def test_styles_and_scripts_come_with_the_package(stranger: Visitor) -> None:
    page = (await stranger.get("/login")).text
    assets = set(re.findall(r'"http://testserver(/admin/static/[^"]+)"', page))
    assert len(assets) >= 6
    for asset in assets:
        answer = await stranger.client.get(asset)
        assert answer.status_code == 200, asset
        assert answer.headers["cache-control"] == "public, max-age=86400"


async def test_a_long_body_is_refused(stranger: Visitor) -> None:
    answer = await stranger.post("/login", {"username": "x" * 2_000_000})
    assert answer.status_code == 413


async def test_a_database_that_is_away_is_said(
    at_home: Visitor, app: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away:
        def connect(self) -> None:
            raise ConnectionRefusedError

    monkeypatch.setattr(app.runtime, "readers", Away())
    answer = await at_home.get("/conferences/list")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert "The database cannot be reached." in answer.text


async def test_what_is_typed_in_is_in_no_log(
    at_home: Visitor, app: Served, engine: AsyncEngine, organizer: object
) -> None:
    await at_home.post("/login", {"username": "typed-name", "password": "typed-password"})
    await at_home.get("/conferences/list")
    await app.runtime.logs.flush()
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT * FROM request_logs"))).all()
    written = str(rows)
    assert "/admin/conferences/list" in written
    assert getattr(organizer, "username", "") in written
    assert "typed-" not in written
    assert all(value not in written for value in at_home.client.cookies.values())


async def test_it_is_in_no_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert not [path for path in document["paths"] if path.startswith("/admin")]
