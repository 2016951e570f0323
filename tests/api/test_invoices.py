from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import payments
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.payments import Outcome
from app.domain.times import utc_now
from tests.api.claims import get
from tests.api.test_refunds import Headers, Sold, Units, pay, refund, sold
from tests.documents.reading import Paper
from tests.factories import a_conference, a_registration, a_user, login
from tests.races.scene import ADMIN

__all__ = ["sold"]


async def test_each_payment_has_an_invoice_made_with_it(
    client: httpx.AsyncClient, sold: Sold, organizer: User, guest: User
) -> None:
    [invoice] = await get(client, sold.as_owner, "invoices/")
    year = utc_now().year
    assert invoice["number"] == f"INV-{organizer.id}-{year}-000001"
    assert invoice["payment"] == sold.payment.id
    assert invoice["transaction_id"] == sold.payment.transaction_id
    assert invoice["payment_status"] == "paid"
    assert invoice["seller"] == {"name": "Ada Lovelace", "email": organizer.email}
    assert invoice["buyer"]["email"] == guest.email
    assert invoice["description"] == sold.conference.name
    assert (invoice["amount"], invoice["currency"], invoice["quantity"]) == (49.0, "USD", 1)
    assert (invoice["is_sent"], invoice["sent_at"]) == (False, None)
    assert await get(client, sold.as_owner, f"invoices/{invoice['id']}/") == invoice


async def test_a_failed_attempt_keeps_its_invoice_and_the_next_has_its_own(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    seat = await a_registration(uow, await a_conference(uow, price=Decimal(5)))
    failed = await payments.start(uow(), ADMIN, seat.id, None, utc_now())
    await payments.start(uow(), ADMIN, seat.id, None, utc_now())
    await payments.settle(
        uow(), failed.id, outcome=Outcome.FAILED, reason="No.", settled_by="e", now=utc_now()
    )
    await pay(uow, seat.id)
    found = await get(client, as_admin, "invoices/?ordering=number")
    assert [one["payment_status"] for one in found] == ["failed", "paid"]
    assert [one["number"][-6:] for one in found] == ["000001", "000002"]


async def test_an_invoice_does_not_change_with_those_it_names(
    client: httpx.AsyncClient, engine: AsyncEngine, sold: Sold
) -> None:
    [before] = await get(client, sold.as_owner, "invoices/")
    async with engine.begin() as connection:
        for table in ("attendees", "conferences"):
            await connection.execute(text(f"UPDATE {table} SET name = 'Another'"))
    assert await get(client, sold.as_owner, "invoices/") == [before]


async def test_organizers_number_apart_and_each_year_anew(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    organizers = [await a_user(uow, role=Role.ORGANIZER) for _ in range(2)]
    for organizer in organizers:
        conference = await a_conference(uow, organizer=organizer, price=Decimal(5))
        for year in (2029, 2030):
            at = datetime(year, 5, 1, tzinfo=UTC)
            seat = await a_registration(uow, conference)
            async with uow() as tx:
                await tx.registrations.confirm(seat.id, at)
            await payments.start(uow(), ADMIN, seat.id, None, at)
    found = await get(client, as_admin, "invoices/?ordering=id")
    assert [one["number"] for one in found] == [
        f"INV-{organizer.id}-{year}-000001" for organizer in organizers for year in (2029, 2030)
    ]


async def test_invoices_are_searched_by_their_numbers_and_by_whether_they_are_sent(
    client: httpx.AsyncClient, sold: Sold
) -> None:
    [invoice] = await get(client, sold.as_owner, "invoices/")
    for query, found in (
        (f"search={invoice['number'].lower()}", 1),
        (f"search={invoice['transaction_id'][4:10]}", 1),
        ("search=%25", 0),
        ("is_sent=false", 1),
        ("is_sent=true", 0),
    ):
        assert len(await get(client, sold.as_owner, f"invoices/?{query}")) == found, query
    answer = await client.get("/api/v1/invoices/?year=2031", headers=sold.as_owner)
    assert answer.status_code == 400


async def test_invoices_are_found_by_payment_and_by_conference(
    client: httpx.AsyncClient, uow: Units, sold: Sold, as_admin: Headers
) -> None:
    other = await a_registration(uow, await a_conference(uow, price=Decimal(5)))
    paid = await pay(uow, other.id)
    assert len(await get(client, as_admin, "invoices/")) == 2
    for query in (f"payment={sold.payment.id}", f"conference={sold.conference.id}"):
        [found] = await get(client, as_admin, f"invoices/?{query}")
        assert (found["payment"], found["conference"]) == (sold.payment.id, sold.conference.id)
        assert await get(client, sold.as_owner, f"invoices/?{query}") == [found]
    for query in (f"payment={paid.id}", f"conference={other.conference_id}", "payment=404"):
        assert await get(client, sold.as_owner, f"invoices/?{query}") == []
    both = f"payment={paid.id}&conference={sold.conference.id}"
    assert await get(client, as_admin, f"invoices/?{both}") == []
    for wrong in ("payment=0", "conference=x"):
        answer = await client.get(f"/api/v1/invoices/?{wrong}", headers=as_admin)
        assert answer.status_code == 400


async def test_a_payment_names_its_invoice_whatever_many_there_are(
    client: httpx.AsyncClient, uow: Units, sold: Sold, as_admin: Headers, statements: list[str]
) -> None:
    [invoice] = await get(client, sold.as_owner, "invoices/")
    shown = await get(client, sold.as_owner, f"payments/{sold.payment.id}/")
    assert shown["invoice"] == invoice["id"]
    statements.clear()
    await get(client, as_admin, "payments/")
    few = len(statements)
    conference = await a_conference(uow, price=Decimal(5))
    for _ in range(3):
        await pay(uow, (await a_registration(uow, conference)).id)
    statements.clear()
    listed = await get(client, as_admin, "payments/")
    assert len(statements) == few
    invoices = await get(client, as_admin, "invoices/")
    assert {one["id"]: one["invoice"] for one in listed} == {
        one["payment"]: one["id"] for one in invoices
    }


async def test_the_organizer_marks_it_as_sent_and_the_first_time_counts(
    client: httpx.AsyncClient, uow: Units, sold: Sold
) -> None:
    [invoice] = await get(client, sold.as_organizer, "invoices/")
    path = f"/api/v1/invoices/{invoice['id']}/mark-as-sent/"
    stranger = await login(client, await a_user(uow, role=Role.ORGANIZER))
    assert (await client.post(path, headers=stranger)).status_code == 404
    assert (await client.post(path, headers=sold.as_owner)).status_code == 403
    first, second = [await client.post(path, headers=sold.as_organizer) for _ in range(2)]
    assert first.json()["data"]["is_sent"] is True
    assert first.json() == second.json()
    assert len(await get(client, sold.as_owner, "invoices/?is_sent=true")) == 1


async def test_invoices_are_seen_by_buyer_organizer_and_admin(
    client: httpx.AsyncClient, uow: Units, sold: Sold, as_admin: Headers
) -> None:
    [invoice] = await get(client, as_admin, "invoices/")
    stranger = await login(client, await a_user(uow, role=Role.ORGANIZER))
    assert await get(client, stranger, "invoices/") == []
    for path in (f"invoices/{invoice['id']}/", f"invoices/{invoice['id']}/invoice.pdf"):
        for who in (sold.as_owner, sold.as_organizer, as_admin):
            assert (await client.get(f"/api/v1/{path}", headers=who)).status_code == 200
        assert (await client.get(f"/api/v1/{path}", headers=stranger)).status_code == 404
        assert (await client.get(f"/api/v1/{path}")).status_code == 401


async def test_an_invoice_is_a_sheet_of_paper_too(client: httpx.AsyncClient, sold: Sold) -> None:
    [invoice] = await get(client, sold.as_owner, "invoices/")
    path = f"/api/v1/invoices/{invoice['id']}/invoice.pdf"
    answer = await client.get(path, headers=sold.as_owner)
    assert answer.headers["content-type"] == "application/pdf"
    assert invoice["number"] in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert invoice["number"] in Paper(answer.content).text


async def test_a_receipt_is_json_or_a_sheet_of_paper(client: httpx.AsyncClient, sold: Sold) -> None:
    await refund(client, sold.as_organizer, sold.payment, amount=9)
    path = f"payments/{sold.payment.id}/receipt/"
    shown = await get(client, sold.as_owner, path)
    [invoice] = await get(client, sold.as_owner, "invoices/")
    assert shown["invoice_number"] == invoice["number"]
    assert (shown["seller"], shown["buyer"]) == (invoice["seller"], invoice["buyer"])
    assert [shown[name] for name in ("amount", "refunded_amount", "net_amount")] == [49, 9, 40]
    assert [one["amount"] for one in shown["refunds"]] == [9.0]
    wanted = sold.as_owner | {"Accept": "application/pdf"}
    answer = await client.get(f"/api/v1/{path}", headers=wanted)
    assert answer.headers["content-type"] == "application/pdf"
    assert "Accept" in answer.headers["vary"]
    assert sold.payment.transaction_id in Paper(answer.content).text


@pytest.mark.parametrize("outcome", [None, Outcome.FAILED])
async def test_what_was_not_captured_has_no_receipt(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers, outcome: Outcome | None
) -> None:
    seat = await a_registration(uow, await a_conference(uow, price=Decimal(5)))
    payment = await payments.start(uow(), ADMIN, seat.id, None, utc_now())
    if outcome:
        await payments.settle(
            uow(), payment.id, outcome=outcome, reason="No.", settled_by="e", now=utc_now()
        )
    path = f"/api/v1/payments/{payment.id}/receipt/"
    for accept in ("application/json", "application/pdf"):
        answer = await client.get(path, headers=as_admin | {"Accept": accept})
        assert (answer.status_code, answer.json()["code"]) == (409, "payment_state")


async def test_what_was_given_back_has_a_receipt_all_the_same(
    client: httpx.AsyncClient, sold: Sold
) -> None:
    await refund(client, sold.as_organizer, sold.payment)
    shown = await get(client, sold.as_owner, f"payments/{sold.payment.id}/receipt/")
    assert shown["net_amount"] == 0.0
