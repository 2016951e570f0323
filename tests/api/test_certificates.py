from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.accounts import User
from app.domain.attendees import Attendee
from app.domain.conferences import Conference
from tests.api.certifying import PATH, issued, numbers, run
from tests.documents.reading import Paper, codes_in
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_user,
    login,
)

Headers = dict[str, str]


async def test_who_sees_which(
    client: httpx.AsyncClient,
    uow: Units,
    as_guest: Headers,
    as_organizer: Headers,
    as_admin: Headers,
    certificate: dict[str, Any],
    conference: Conference,
    person: Attendee,
) -> None:
    other = await a_registration(uow, await a_conference(uow))
    answer = await client.post(
        PATH,
        json={"conference": other.conference_id, "attendee": other.attendee_id},
        headers=as_admin,
    )
    assert answer.status_code == 201
    own, foreign = (conference.id, person.id), (other.conference_id, other.attendee_id)
    assert await numbers(client, as_guest) == await numbers(client, as_organizer) == [own]
    assert await numbers(client, as_admin) == [foreign, own]
    stranger = await login(client, await a_user(uow))
    assert await numbers(client, stranger) == []
    assert (await client.get(PATH)).status_code == 401
    for end in ("", "certificate.pdf"):
        path = f"{PATH}{certificate['id']}/{end}"
        for who in (as_guest, as_organizer, as_admin):
            assert (await client.get(path, headers=who)).status_code == 200
        assert (await client.get(path, headers=stranger)).status_code == 404
        assert (await client.get(path)).status_code == 401
        assert (await client.get(f"{PATH}404/{end}", headers=as_admin)).status_code == 404


async def test_lists_are_filtered_searched_and_ordered(
    client: httpx.AsyncClient,
    uow: Units,
    as_organizer: Headers,
    organizer: User,
    certificate: dict[str, Any],
    conference: Conference,
    person: Attendee,
    engine: AsyncEngine,
) -> None:
    summit = await a_conference(uow, organizer=organizer, name="A 100% Summit", days=1)
    other = await a_registration(uow, summit)
    later = await issued(client, as_organizer, summit, other.attendee_id)
    old, new = (conference.id, person.id), (summit.id, other.attendee_id)
    assert await numbers(client, as_organizer) == [new, old]
    assert await numbers(client, as_organizer, "?ordering=issued_at") == [old, new]
    assert await numbers(client, as_organizer, "?ordering=hours") == [new, old]
    assert await numbers(client, as_organizer, "?ordering=conference_name") == [new, old]
    assert await numbers(client, as_organizer, f"?conference={summit.id}") == [new]
    assert await numbers(client, as_organizer, "?search=100%25 summit") == [new]
    assert await numbers(client, as_organizer, "?search=%25") == [new]
    assert await numbers(client, as_organizer, f"?search={later['number'].lower()}") == [new]
    assert await numbers(client, as_organizer, "?search=nothing") == []
    await run(
        engine,
        "UPDATE certificates SET downloaded_at = now() WHERE id = :id",
        id=certificate["id"],
    )
    assert await numbers(client, as_organizer, "?is_downloaded=true") == [old]
    assert await numbers(client, as_organizer, "?is_downloaded=false") == [new]
    for query in ("?colour=red", "?is_downloaded=perhaps", "?ordering=secret", "?conference=x"):
        answer = await client.get(f"{PATH}{query}", headers=as_organizer)
        assert answer.status_code == 400


async def test_a_page_of_the_list_is_one_statement(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    certificate: dict[str, Any],
    statements: list[str],
) -> None:
    assert certificate
    statements.clear()
    answer = await client.get(f"{PATH}?page=7&page_size=1", headers=as_organizer)
    assert (answer.json()["data"], answer.json()["meta"]["count"]) == ([], 1)
    assert len([one for one in statements if "FROM certificates" in one]) == 1


async def test_its_owner_marks_it_as_downloaded_once(
    client: httpx.AsyncClient,
    uow: Units,
    as_guest: Headers,
    as_organizer: Headers,
    as_admin: Headers,
    certificate: dict[str, Any],
) -> None:
    path = f"{PATH}{certificate['id']}/mark-as-downloaded/"
    for who in (as_organizer, as_admin):
        answer = await client.post(path, headers=who)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    stranger = await login(client, await a_user(uow))
    assert (await client.post(path, headers=stranger)).status_code == 404
    assert (await client.post(path)).status_code == 401
    first = await client.post(path, headers=as_guest)
    again = await client.post(path, headers=as_guest)
    assert first.status_code == again.status_code == 200
    assert first.json()["data"]["is_downloaded"] is True
    assert first.json()["data"]["downloaded_at"] == again.json()["data"]["downloaded_at"]


async def test_the_pdf_marks_it_when_its_owner_takes_it(
    client: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    certificate: dict[str, Any],
) -> None:
    one, pdf = f"{PATH}{certificate['id']}/", f"{PATH}{certificate['id']}/certificate.pdf"
    for who, is_downloaded in ((as_organizer, False), (as_guest, True), (as_guest, True)):
        answer = await client.get(pdf, headers=who)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "private, no-store"
        name = f'inline; filename="{certificate["number"]}.pdf"'
        assert answer.headers["content-disposition"] == name
        found = (await client.get(one, headers=as_guest)).json()["data"]
        assert found["is_downloaded"] is is_downloaded


async def test_the_code_on_the_sheet_leads_to_the_proof(
    client: httpx.AsyncClient, as_guest: Headers, certificate: dict[str, Any]
) -> None:
    answer = await client.get(f"{PATH}{certificate['id']}/certificate.pdf", headers=as_guest)
    [url] = codes_in(Paper(answer.content).picture())
    assert url == certificate["verify"]
    proof = await client.get(urlsplit(url).path)
    assert proof.status_code == 200
    assert proof.headers["cache-control"] == "public, max-age=60"
    assert proof.json()["data"] == {
        "valid": True,
        **{
            name: certificate[name]
            for name in (
                "number",
                "attendee_name",
                "conference",
                "conference_name",
                "hours",
                "skill_tags",
                "issued_at",
            )
        },
    }
    assert "@" not in proof.text


async def test_what_was_certified_stays_so(
    client: httpx.AsyncClient,
    as_guest: Headers,
    certificate: dict[str, Any],
    engine: AsyncEngine,
) -> None:
    await run(engine, "UPDATE conferences SET name = 'Renamed', tags = '', deleted_at = now()")
    await run(engine, "UPDATE attendees SET name = 'Somebody Else'")
    number = certificate["number"]
    proof = (await client.get(f"/api/v1/public/certificates/{number}/")).json()["data"]
    for shown in (proof, (await client.get(PATH, headers=as_guest)).json()["data"][0]):
        for name in ("attendee_name", "conference_name", "skill_tags", "hours"):
            assert shown[name] == certificate[name]


@pytest.mark.parametrize(
    "number", ["CERT-1-1-AAAAAAAAAAAAAAAA", "CERT", "1", "CERT-1-1-%00", "x" * 5000, "%F0%9F%8E%89"]
)
async def test_any_other_number_proves_nothing(
    client: httpx.AsyncClient, certificate: dict[str, Any], number: str
) -> None:
    assert certificate
    answer = await client.get(f"/api/v1/public/certificates/{number}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_number_typed_in_small_letters_is_found(
    client: httpx.AsyncClient, certificate: dict[str, Any]
) -> None:
    answer = await client.get(f"/api/v1/public/certificates/{certificate['number'].lower()}")
    assert answer.json()["data"]["number"] == certificate["number"]


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def test_a_phone_is_shown_a_page(
    client: httpx.AsyncClient, certificate: dict[str, Any], engine: AsyncEngine
) -> None:
    await run(engine, "UPDATE certificates SET attendee_name = '<b>Ada</b> & Co.'")
    path = f"/api/v1/public/certificates/{certificate['number']}/"
    answer = await client.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=60"
    issued = datetime.fromisoformat(certificate["issued_at"])
    for said in (
        "genuine",
        "&lt;b&gt;Ada&lt;/b&gt; &amp; Co.",
        certificate["conference_name"],
        f"<dd>{certificate['hours']:.0f}</dd>",
        f"{issued.day} {issued:%B} {issued.year}",
        certificate["number"],
    ):
        assert said in answer.text
    assert "<b>" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert not any(one in answer.text for one in ("<script", "src=", "href=", "url("))


async def test_a_browser_is_told_that_a_number_proves_nothing(client: httpx.AsyncClient) -> None:
    for number in ("CERT-1-1-AAAAAAAAAAAAAAAA", "<script>"):
        answer = await client.get(f"/api/v1/public/certificates/{number}/", headers=BROWSER)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "no such certificate" in answer.text
        assert "<script" not in answer.text


async def test_caches_keep_page_and_json_apart(
    client: httpx.AsyncClient, certificate: dict[str, Any]
) -> None:
    for number in (certificate["number"], "CERT-1-1-AAAAAAAAAAAAAAAA"):
        path = f"/api/v1/public/certificates/{number}/"
        for headers, form in ((BROWSER, "text/html"), ({}, "application/json")):
            answer = await client.get(path, headers=headers)
            assert answer.headers["content-type"].startswith(form)
            assert "Accept" in answer.headers["vary"]
