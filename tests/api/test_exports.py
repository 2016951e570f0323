import asyncio
import csv
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import httpx
import openpyxl
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import attendees, endings, payments, registering
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.admission import Target, Wish
from app.domain.conferences import Conference, ConferenceStatus, Visibility
from app.domain.exports import COLUMNS, Subject
from app.domain.payments import Outcome
from app.domain.registering import Ask
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.routers.v1 import exports as routes
from tests.factories import (
    Units,
    a_conference,
    a_registration,
    a_session,
    a_ticket_type,
    a_user,
    an_attendee,
    login,
)
from tests.races.scene import ADMIN
from tests.serving import Served

Headers = dict[str, str]
FORMATS = ("csv", "xlsx")
Table = list[dict[str, Any]]


def _path(conference: Conference | None, subject: str, format: str = "csv") -> str:
    where = "" if conference is None else f"/conferences/{conference.id}"
    return f"/api/v1{where}/exports/{subject}.{format}"


async def taken(
    client: httpx.AsyncClient, headers: Headers, conference: Conference | None, subject: str
) -> Table:
    answer = await client.get(_path(conference, subject), headers=headers)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def guest(uow: Units, conference: Conference, name: str, email: str) -> Registration:
    """Registers by e-mail, without logging in."""
    person, _ = await attendees.guest(uow(), name, email, utc_now())
    target = Target(conference_id=conference.id, session_id=None)
    wish = Wish(attendee_id=person.id, target=target, quantity=1, guest_name=name)
    [answer] = await registering.register_batch(uow(), [Ask(caller=None, wish=wish)], utc_now())
    assert isinstance(answer, Registration), answer
    return answer


async def paid(uow: Units, registration: Registration) -> None:
    asked = await payments.start(uow(), ADMIN, registration.id, None, utc_now())
    await payments.settle(
        uow(), asked.id, outcome=Outcome.PAID, reason="", settled_by="event", now=utc_now()
    )


@pytest.fixture
async def sold(uow: Units, organizer: User) -> Conference:
    """One early bird, paid for, and the same person in a session."""
    made = await a_conference(uow, organizer=organizer, name="Compilers, & more")
    person = await an_attendee(uow, email="grace@example.org")
    ticket = await a_ticket_type(uow, made, name="Early bird", price=Decimal("99.50"))
    await paid(uow, await a_registration(uow, ticket, person))
    await a_registration(uow, await a_session(uow, made, name="Keynote"), person)
    return made


async def test_a_row_per_registration(
    client: httpx.AsyncClient, as_organizer: Headers, sold: Conference
) -> None:
    admission, session = await taken(client, as_organizer, sold, "registrations")
    assert admission["Conference ID"] == str(sold.id)
    assert admission["Conference"] == "Compilers, & more"
    assert admission["Ticket type"] == "Early bird"
    assert admission["E-mail"] == "grace@example.org"
    assert admission["Phone"] == "123-456-7890"
    assert admission["Organization"] == "Innovate Corp"
    assert admission["Status"] == "confirmed"
    assert [admission[name] for name in ("Price", "Paid", "Refunded", "Currency")] == [
        "99.50",
        "99.50",
        "0.00",
        "USD",
    ]
    assert datetime.fromisoformat(admission["Registered at"]).tzinfo == UTC
    assert len(admission["Ticket code"]) == 36
    assert session["Session"] == "Keynote"
    assert (session["Price"], session["Paid"]) == ("0.00", "0.00")


async def test_what_is_over_is_there_without_its_ticket(
    client: httpx.AsyncClient, uow: Units, as_organizer: Headers, conference: Conference
) -> None:
    made = await a_registration(uow, conference)
    await endings.cancel(uow(), ADMIN, made.id, utc_now())
    [row] = await taken(client, as_organizer, conference, "registrations")
    assert (row["Status"], row["Ticket code"]) == ("cancelled", "")
    assert row["Ended at"].endswith("Z")
    assert await taken(client, as_organizer, conference, "attendees") == []


async def test_a_row_per_person_however_often_registered(
    client: httpx.AsyncClient, uow: Units, as_organizer: Headers, sold: Conference
) -> None:
    other = await an_attendee(uow)
    await a_registration(uow, await a_session(uow, sold, hour=20), other)
    first, second = await taken(client, as_organizer, sold, "attendees")
    assert (first["E-mail"], first["Ticket type"]) == ("grace@example.org", "Early bird")
    assert (first["Status"], first["Quantity"], first["Sessions"]) == ("confirmed", "1", "1")
    assert (second["Name"], second["Admission ID"], second["Sessions"]) == (other.name, "", "1")


async def test_a_row_per_attempt_to_pay(
    client: httpx.AsyncClient, as_organizer: Headers, sold: Conference
) -> None:
    [row] = await taken(client, as_organizer, sold, "payments")
    assert (row["Amount"], row["Currency"], row["Status"]) == ("99.50", "USD", "paid")
    assert row["Transaction ID"].startswith("EVH-")
    assert row["Settled at"].endswith("Z")


async def test_a_payment_was_refunded_when_the_last_of_it_was_given_back(
    client: httpx.AsyncClient, as_organizer: Headers, sold: Conference
) -> None:
    [row] = await taken(client, as_organizer, sold, "payments")
    assert (row["Refunded"], row["Refunded at"]) == ("0.00", "")
    path = f"/api/v1/payments/{row['Payment ID']}/refunds/"
    for body, refunded in (({"amount": 10}, "10.00"), ({"amount": 5}, "15.00"), ({}, "99.50")):
        answer = await client.post(path, json=body, headers=as_organizer)
        assert answer.status_code == 201, answer.text
        [row] = await taken(client, as_organizer, sold, "payments")
        given = answer.json()["data"]["created_at"]
        assert (row["Refunded"], row["Refunded at"][:19]) == (refunded, given[:19])


@pytest.mark.parametrize("subject", Subject)
async def test_both_formats_tell_the_same(
    client: httpx.AsyncClient, as_organizer: Headers, sold: Conference, subject: Subject
) -> None:
    rows = await taken(client, as_organizer, sold, subject)
    answer = await client.get(_path(sold, subject, "xlsx"), headers=as_organizer)
    book = openpyxl.load_workbook(BytesIO(answer.content), read_only=True)
    header, *cells = book[subject.capitalize()].iter_rows(values_only=True)
    assert [title.removesuffix(" (UTC)") for title in header] == list(rows[0])
    assert [title for title in header if " at" in title] == [
        f"{column.title} (UTC)" for column in COLUMNS[subject] if column.kind == "instant"
    ]
    assert [[_as_csv(cell) for cell in row] for row in cells] == [
        [_as_csv(_number(value)) for value in row.values()] for row in rows
    ]


def _number(value: str) -> Any:
    try:
        return float(value)
    except ValueError:
        return value


def _as_csv(cell: Any) -> Any:
    """Cells of both kinds, made alike."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%dT%H:%M:%SZ}"
    return "" if cell is None else float(cell) if isinstance(cell, int) else cell


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("subject", Subject)
async def test_of_nothing_there_is_a_header(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    conference: Conference,
    subject: Subject,
    format: str,
) -> None:
    answer = await client.get(_path(conference, subject, format), headers=as_organizer)
    titles = [column.title for column in COLUMNS[subject]]
    if format == "csv":
        assert answer.content == f"\ufeff{','.join(titles)}\r\n".encode()
    else:
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
        [row] = sheet.iter_rows(values_only=True)
        assert [str(title).removesuffix(" (UTC)") for title in row] == titles


async def test_what_a_file_is_called_and_who_keeps_it(
    client: httpx.AsyncClient, uow: Units, organizer: User, as_organizer: Headers
) -> None:
    made = await a_conference(uow, organizer=organizer, name='Evil" \u2028; filename=x.exe')
    answer = await client.get(_path(made, "payments"), headers=as_organizer)
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="evil-filename-x-exe-{made.id}-payments.csv"'
    )
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_names_that_are_formulas_are_none(
    client: httpx.AsyncClient, uow: Units, as_organizer: Headers, conference: Conference
) -> None:
    evil = '=HYPERLINK("https://example.org","x")'
    await guest(uow, conference, evil, "mallory@example.org")
    [row] = await taken(client, as_organizer, conference, "attendees")
    assert row["Name"] == f"'{evil}"
    answer = await client.get(_path(conference, "attendees", "xlsx"), headers=as_organizer)
    cell = openpyxl.load_workbook(BytesIO(answer.content))["Attendees"].cell(2, 4)
    assert (cell.value, cell.data_type, cell.hyperlink) == (evil, "s", None)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("subject", Subject)
async def test_who_may_take_a_conference_away(
    client: httpx.AsyncClient,
    uow: Units,
    organizer: User,
    as_organizer: Headers,
    as_admin: Headers,
    as_guest: Headers,
    subject: Subject,
    format: str,
) -> None:
    public = await a_conference(uow, organizer=organizer)
    private = await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)
    draft = await a_conference(uow, organizer=organizer, status=ConferenceStatus.DRAFT)
    as_other = await login(client, await a_user(uow, role=Role.ORGANIZER))

    async def status(conference: Conference, headers: Mapping[str, str]) -> int:
        answer = await client.get(_path(conference, subject, format), headers=headers)
        return answer.status_code

    for one, stranger in ((public, 403), (private, 404), (draft, 404)):
        assert await status(one, as_organizer) == 200
        assert await status(one, as_admin) == 200
        assert await status(one, as_guest) == stranger
        assert await status(one, as_other) == stranger
        assert await status(one, {}) == 401


async def test_somebody_invited_sees_it_and_takes_nothing_away(
    client: httpx.AsyncClient, uow: Units, organizer: User, guest: User, as_guest: Headers
) -> None:
    private = await a_conference(uow, organizer=organizer, visibility=Visibility.PRIVATE)
    await a_registration(uow, private, await an_attendee(uow, user=guest))
    answer = await client.get(_path(private, "attendees"), headers=as_guest)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_what_there_is_none_of_is_not_found(
    client: httpx.AsyncClient, as_admin: Headers, conference: Conference
) -> None:
    for path in (
        "/api/v1/conferences/999/exports/attendees.csv",
        f"/api/v1/conferences/{conference.id}/exports/attendees.pdf",
        f"/api/v1/conferences/{conference.id}/exports/secrets.csv",
        "/api/v1/exports/secrets.csv",
    ):
        assert (await client.get(path, headers=as_admin)).status_code == 404, path


async def test_over_all_organizers_get_their_own_and_admins_everything(
    client: httpx.AsyncClient,
    uow: Units,
    as_organizer: Headers,
    as_admin: Headers,
    as_guest: Headers,
    sold: Conference,
    engine: AsyncEngine,
) -> None:
    other, gone = await a_conference(uow), await a_conference(uow)
    for one in (other, gone, other):
        await a_registration(uow, one)
    async with engine.begin() as connection:
        deleted = "UPDATE conferences SET deleted_at = now() WHERE id = :id"
        await connection.execute(text(deleted), {"id": gone.id})
    for subject, own, everything in (
        ("registrations", [sold.id] * 2, [sold.id] * 2 + [other.id] * 2),
        ("attendees", [sold.id], [sold.id] + [other.id] * 2),
        ("payments", [sold.id], [sold.id]),
    ):
        for headers, expected in ((as_organizer, own), (as_admin, everything)):
            rows = await taken(client, headers, None, subject)
            assert [int(row["Conference ID"]) for row in rows] == expected
        assert (await client.get(_path(None, subject), headers=as_guest)).status_code == 403


async def test_writing_down_an_address_shows_nothing_of_whose_it_is(
    client: httpx.AsyncClient,
    uow: Units,
    as_organizer: Headers,
    as_admin: Headers,
    conference: Conference,
) -> None:
    known = await an_attendee(uow, by=await a_user(uow, role=Role.ORGANIZER))
    await guest(uow, conference, "Whoever", known.email)
    await guest(uow, conference, "New", "new@example.org")
    for subject in ("attendees", "registrations"):
        row, new = await taken(client, as_organizer, conference, subject)
        assert (row["Name"], row["E-mail"]) == ("Whoever", known.email)
        assert (row["Phone"], row["Organization"]) == ("", "")
        assert (new["Name"], new["E-mail"]) == ("New", "new@example.org")
        row, _ = await taken(client, as_admin, conference, subject)
        assert (row["Phone"], row["Organization"]) == (known.phone_number, known.organization)


async def test_who_has_been_deleted_keeps_the_name_alone(
    client: httpx.AsyncClient, uow: Units, as_organizer: Headers, conference: Conference
) -> None:
    person = await an_attendee(uow)
    await a_registration(uow, conference, person)
    await attendees.delete(uow(), ADMIN, person.id, utc_now())
    [row] = await taken(client, as_organizer, conference, "registrations")
    assert (row["Name"], row["E-mail"], row["Phone"]) == (person.name, "", "")


@pytest.mark.parametrize("format", FORMATS)
async def test_what_fails_before_it_begins_is_refused(
    client: httpx.AsyncClient,
    as_organizer: Headers,
    conference: Conference,
    format: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(routes, "LONGEST_SECONDS", 0.0)
    answer = await client.get(_path(conference, "attendees", format), headers=as_organizer)
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("format", FORMATS)
async def test_nothing_is_held_when_it_is_over(
    client: httpx.AsyncClient, app: Served, as_organizer: Headers, sold: Conference, format: str
) -> None:
    await client.get(_path(sold, "registrations", format), headers=as_organizer)
    await app.runtime.bindery.close()
    # Whoever recounts long lists borrows one for a moment, too.
    async with asyncio.timeout(5):
        while app.runtime.readers.pool.checkedout():  # type: ignore[attr-defined]  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("format", "most"), [("csv", routes.MOST_TABLES), ("xlsx", routes.MOST_WORKBOOKS)]
)
async def test_an_account_that_takes_too_many_at_once_waits_and_holds_up_nobody_else(
    client: httpx.AsyncClient,
    app: Served,
    organizer: User,
    as_organizer: Headers,
    as_admin: Headers,
    conference: Conference,
    format: str,
    most: int,
) -> None:
    path = _path(conference, "attendees", format)
    with ExitStack() as under_way:
        for _ in range(most):
            sender = f"{format} user:{organizer.id}"
            under_way.enter_context(app.runtime.throttle.export(sender, most))
        answer = await client.get(path, headers=as_organizer)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert int(answer.headers["retry-after"]) > 0
        assert (await client.get(path, headers=as_admin)).status_code == 200
    assert (await client.get(path, headers=as_organizer)).status_code == 200
    assert (await client.get(path, headers=as_organizer)).status_code == 200
