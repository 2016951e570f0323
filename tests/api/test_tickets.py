from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import Conference
from app.domain.registrations import Registration
from tests.documents.reading import Paper, codes_in
from tests.factories import (
    Units,
    a_registration,
    a_session,
    a_user,
    an_attendee,
    login,
)

Headers = dict[str, str]
FILES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "svg": "image/svg+xml",
    "ics": "text/calendar; charset=utf-8",
}
EACH = ["/", *(f".{kind}" for kind in FILES)]


@pytest.fixture
async def registration(uow: Units, conference: Conference, guest: User) -> Registration:
    """The guest's own, for a priced session of the organizer's conference."""
    session = await a_session(
        uow, conference, name="Keynote", room="Hall A", price=Decimal(49), capacity=10
    )
    return await a_registration(uow, session, await an_attendee(uow, user=guest))


def path(registration: Registration, end: str = "/") -> str:
    return f"/api/v1/registrations/{registration.id}/ticket{end}"


async def put(engine: AsyncEngine, registration: Registration, **changes: Any) -> None:
    """As the registration might stand; how it comes to that is tested elsewhere."""
    named = ", ".join(f"{name} = :{name}" for name in changes)
    async with engine.begin() as connection:
        await connection.execute(
            text(f"UPDATE registrations SET {named} WHERE id = :id"),
            {"id": registration.id, **changes},
        )


async def test_the_ticket_tells_all_there_is_to_know(
    client: httpx.AsyncClient,
    as_guest: Headers,
    registration: Registration,
    conference: Conference,
    engine: AsyncEngine,
) -> None:
    confirmed = registration.created_at + timedelta(minutes=1)
    await put(engine, registration, status="confirmed", confirmed_at=confirmed)
    answer = await client.get(path(registration), headers=as_guest)
    assert answer.status_code == 200, answer.text
    ticket = answer.json()["data"]
    files = ticket.pop("files")
    start = conference.period.start + timedelta(hours=9)
    assert str(UUID(ticket["code"])) == ticket["code"]
    assert ticket == {
        "code": registration.ticket_code,
        "registration": registration.id,
        "conference": conference.id,
        "conference_name": conference.name,
        "session": registration.session_id,
        "session_name": "Keynote",
        "ticket_type": None,
        "ticket_type_name": None,
        "attendee": registration.attendee_id,
        "attendee_name": "Ada Lovelace",
        "quantity": 1,
        "price": 49.0,
        "currency": "USD",
        "status": "confirmed",
        "is_valid": True,
        "issued_at": f"{confirmed:%Y-%m-%dT%H:%M:%S.%f}Z",
        "checked_in_at": None,
        "is_checked_in": False,
        "starts_at": f"{start:%Y-%m-%dT%H:%M:%S}Z",
        "ends_at": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}Z",
        "timezone": "UTC",
        "location": "San Francisco",
        "room": "Hall A",
    }
    assert set(files) == set(FILES)
    for kind, url in files.items():
        answer = await client.get(url, headers=as_guest)
        assert (answer.status_code, answer.headers["content-type"]) == (200, FILES[kind])


async def test_check_in_shows(
    client: httpx.AsyncClient, as_guest: Headers, registration: Registration, engine: AsyncEngine
) -> None:
    await put(engine, registration, checked_in_at=registration.created_at)
    ticket = (await client.get(path(registration), headers=as_guest)).json()["data"]
    assert ticket["is_checked_in"] is True
    assert ticket["checked_in_at"].endswith("Z")


@pytest.mark.parametrize("end", EACH)
async def test_who_may_see_it(
    client: httpx.AsyncClient,
    uow: Units,
    registration: Registration,
    as_guest: Headers,
    as_organizer: Headers,
    as_admin: Headers,
    end: str,
) -> None:
    for who in (as_guest, as_organizer, as_admin):
        assert (await client.get(path(registration, end), headers=who)).status_code == 200
    for role in (Role.ATTENDEE, Role.ORGANIZER):
        stranger = await login(client, await a_user(uow, role=role))
        answer = await client.get(path(registration, end), headers=stranger)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await client.get(path(registration, end))).status_code == 401


@pytest.mark.parametrize("end", EACH)
async def test_what_is_not_there_is_not_found(
    client: httpx.AsyncClient, as_admin: Headers, end: str
) -> None:
    for number in ("404", "0", "abc", "9" * 30):
        answer = await client.get(f"/api/v1/registrations/{number}/ticket{end}", headers=as_admin)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("end", EACH)
@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("waitlisted", "The registration is waitlisted; there is no ticket yet."),
        ("cancelled", "The registration is cancelled; there is no ticket any more."),
        ("expired", "The registration is expired; there is no ticket any more."),
    ],
)
async def test_without_a_seat_there_is_no_ticket(
    client: httpx.AsyncClient,
    as_guest: Headers,
    registration: Registration,
    engine: AsyncEngine,
    status: str,
    said: str,
    end: str,
) -> None:
    await put(engine, registration, status=status)
    answer = await client.get(path(registration, end), headers=as_guest)
    assert answer.status_code == 409
    refusal = answer.json()
    assert (refusal["code"], refusal["message"]) == ("registration_state", said)
    assert registration.ticket_code not in answer.text


@pytest.mark.parametrize(("kind", "media_type"), FILES.items())
async def test_files_say_what_they_are_and_are_kept_by_nobody(
    client: httpx.AsyncClient,
    as_guest: Headers,
    registration: Registration,
    kind: str,
    media_type: str,
) -> None:
    answer = await client.get(path(registration, f".{kind}"), headers=as_guest)
    assert answer.headers["content-type"] == media_type
    name = f'inline; filename="ticket-{registration.id}.{kind}"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert int(answer.headers["content-length"]) == len(answer.content)


async def test_nobody_on_the_way_keeps_the_code(
    client: httpx.AsyncClient, as_guest: Headers, registration: Registration
) -> None:
    answer = await client.get(path(registration), headers=as_guest)
    assert answer.headers["cache-control"] == "private, no-store"


async def test_both_codes_are_read_back(
    client: httpx.AsyncClient, as_guest: Headers, registration: Registration
) -> None:
    code = registration.ticket_code
    png = await client.get(path(registration, ".png"), headers=as_guest)
    assert codes_in(png.content) == [code]
    paper = Paper((await client.get(path(registration, ".pdf"), headers=as_guest)).content)
    assert codes_in(paper.picture()) == [code]
    assert code in paper.text


async def test_while_it_is_not_paid_each_form_says_so(
    client: httpx.AsyncClient, as_guest: Headers, registration: Registration, engine: AsyncEngine
) -> None:
    ticket = (await client.get(path(registration), headers=as_guest)).json()["data"]
    assert (ticket["status"], ticket["is_valid"]) == ("pending", False)
    paper = Paper((await client.get(path(registration, ".pdf"), headers=as_guest)).content)
    assert "Not paid yet: this ticket is good once 49.00 USD is paid" in paper.text
    ics = (await client.get(path(registration, ".ics"), headers=as_guest)).text
    assert "STATUS:TENTATIVE" in ics
    await put(engine, registration, status="confirmed", hold_expires_at=None)
    paper = Paper((await client.get(path(registration, ".pdf"), headers=as_guest)).content)
    assert "Not paid yet" not in paper.text
    assert "Paid" in paper.text


@pytest.mark.parametrize("end", EACH)
async def test_a_ticket_is_read_in_one_statement_beside_the_callers(
    client: httpx.AsyncClient,
    as_guest: Headers,
    registration: Registration,
    statements: list[str],
    end: str,
) -> None:
    answer = await client.get(path(registration, end), headers=as_guest)
    assert answer.status_code == 200
    assert len([one for one in statements if "ticket_code" in one]) == 1
    assert len(statements) == 2


async def test_names_with_a_dot_take_no_slash_and_the_other_does_without(
    client: httpx.AsyncClient, as_guest: Headers, registration: Registration
) -> None:
    assert (await client.get(path(registration, ""), headers=as_guest)).status_code == 200
    assert (await client.get(path(registration, ".pdf/"), headers=as_guest)).status_code == 404
    answer = await client.post(path(registration, ".pdf"), headers=as_guest)
    assert answer.status_code == 405
