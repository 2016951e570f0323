"""Seed 003, Payments and Invoices: paying, giving back, what is to be kept of it."""

import re
from decimal import Decimal
from typing import Any

import httpx
import pytest

from app.domain.accounts import User
from app.domain.conferences import Conference
from app.domain.payments import Outcome
from tests.compat.conftest import Headers
from tests.compat.event_hub.paying import paid
from tests.compat.event_hub.seed import NOT_FOUND, PAYMENT, PAYMENT_IN
from tests.factories import Units, a_conference, a_user, login
from tests.shapes import differences

DONE = PAYMENT | {"processed_at": "2025-12-20T12:00:00Z"}


@pytest.fixture
async def event(uow: Units, organizer: User) -> Conference:
    return await a_conference(
        uow, organizer=organizer, name="Test Workshop", capacity=50, price=Decimal("29.99")
    )


@pytest.fixture
async def booking(api: httpx.AsyncClient, as_guest: Headers, event: Conference) -> int:
    answer = await api.post("/api/bookings/", json={"event": event.id}, headers=as_guest)
    id: int = answer.json()["id"]
    return id


@pytest.fixture
async def payment(
    api: httpx.AsyncClient, uow: Units, as_guest: Headers, booking: int
) -> dict[str, Any]:
    answer = await paid(api, uow, as_guest, PAYMENT_IN | {"booking": booking})
    made: dict[str, Any] = answer.json()
    return made


async def test_the_documented_payment_confirms_the_booking(
    api: httpx.AsyncClient, uow: Units, as_guest: Headers, guest: User, booking: int, slash: str
) -> None:
    body = PAYMENT_IN | {"booking": booking}
    answer = await paid(api, uow, as_guest, body, path=f"/api/payments{slash}")
    assert answer.status_code == 201
    made = answer.json()
    assert differences(DONE, made) == []
    assert (made["booking"], made["booking_event"]) == (booking, "Test Workshop")
    assert (made["user"], made["user_name"]) == (guest.id, "Ada Lovelace")
    assert (made["amount"], made["currency"], made["method"]) == ("29.99", "USD", "mock")
    assert (made["status"], made["refunded_at"]) == ("completed", None)
    assert re.fullmatch(r"EVH-[A-Z0-9]{12}", made["transaction_id"])
    shown = (await api.get(f"/api/bookings/{booking}/", headers=as_guest)).json()
    assert (shown["status"], bool(shown["confirmed_at"])) == ("confirmed", True)
    listed = await api.get(f"/api/payments{slash}", headers=as_guest)
    assert (listed.status_code, listed.json()) == (200, [made])
    assert (await api.get(f"/api/payments/{made['id']}{slash}", headers=as_guest)).json() == made


@pytest.mark.parametrize("amount", ["0.00", "29.98", "30", 299.9])
async def test_nobody_pays_anything_but_the_price(
    api: httpx.AsyncClient, as_guest: Headers, booking: int, amount: object
) -> None:
    body = PAYMENT_IN | {"booking": booking, "amount": amount}
    answer = await api.post("/api/payments/", json=body, headers=as_guest)
    assert (answer.status_code, set(answer.json())) == (400, {"detail", "error", "amount"})
    assert answer.headers["x-error-code"] == "amount_mismatch"
    assert (await api.get("/api/payments/", headers=as_guest)).json() == []


async def test_an_amount_may_be_a_number(
    api: httpx.AsyncClient, uow: Units, as_guest: Headers, booking: int
) -> None:
    body = {"booking": booking, "amount": 29.99, "method": "simulated"}
    answer = await paid(api, uow, as_guest, body)
    assert (answer.status_code, answer.json()["method"]) == (201, "simulated")


async def test_a_payment_that_fails_is_tried_again(
    api: httpx.AsyncClient, uow: Units, as_guest: Headers, booking: int
) -> None:
    body = {"booking": booking, "amount": "29.99", "method": "simulated"}
    failed = await paid(api, uow, as_guest, body, Outcome.FAILED)
    assert (failed.status_code, failed.json()["status"]) == (201, "failed")
    again = await paid(api, uow, as_guest, body)
    assert again.json()["status"] == "completed"
    assert again.json()["id"] != failed.json()["id"]


async def test_what_is_refused(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    uow: Units,
    as_guest: Headers,
    payment: dict[str, Any],
) -> None:
    body = PAYMENT_IN | {"booking": payment["booking"]}
    twice = await api.post("/api/payments/", json=body, headers=as_guest)
    assert (twice.status_code, twice.headers["x-error-code"]) == (409, "already_paid")
    stranger = await login(client, await a_user(uow))
    assert (await api.post("/api/payments/", json=body, headers=stranger)).json() == NOT_FOUND
    nowhere = body | {"booking": 999_999}
    assert (await api.post("/api/payments/", json=nowhere, headers=as_guest)).status_code == 404
    assert (await api.post("/api/payments/", json=body)).status_code == 401
    for wrong in ({"method": "cash"}, {"amount": "much"}, {"booking": None}):
        answer = await api.post("/api/payments/", json=body | wrong, headers=as_guest)
        assert (answer.status_code, set(answer.json())) == (400, {"detail", "error", *wrong})


async def test_the_owner_takes_the_money_back(
    api: httpx.AsyncClient, as_guest: Headers, payment: dict[str, Any], slash: str
) -> None:
    path = f"/api/payments/{payment['id']}/refund{slash}"
    answer = await api.post(path, headers=as_guest)
    assert answer.status_code == 200
    assert answer.json() == payment | {
        "status": "refunded",
        "refunded_at": answer.json()["refunded_at"],
    }
    assert answer.json()["refunded_at"].endswith("Z")
    shown = await api.get(f"/api/bookings/{payment['booking']}/", headers=as_guest)
    assert shown.json()["status"] == "cancelled"
    assert (await api.post(path, headers=as_guest)).status_code == 409


async def test_others_neither_see_nor_refund_it(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    uow: Units,
    as_organizer: Headers,
    payment: dict[str, Any],
) -> None:
    stranger = await login(client, await a_user(uow))
    path = f"/api/payments/{payment['id']}/"
    assert (await api.get("/api/payments/", headers=stranger)).json() == []
    assert (await api.get(path, headers=stranger)).json() == NOT_FOUND
    assert (await api.post(f"{path}refund/", headers=stranger)).json() == NOT_FOUND
    # The organizer does both.
    assert (await api.get("/api/payments/", headers=as_organizer)).json() == [payment]
    assert (await api.post(f"{path}refund/", headers=as_organizer)).status_code == 200


async def test_the_list_is_filtered_and_ordered(
    api: httpx.AsyncClient, uow: Units, as_guest: Headers, payment: dict[str, Any]
) -> None:
    other = await a_conference(uow, price=Decimal(5))
    made = await api.post("/api/bookings/", json={"event": other.id}, headers=as_guest)
    body = {"booking": made.json()["id"], "amount": "5.00", "method": "simulated"}
    failed = (await paid(api, uow, as_guest, body, Outcome.FAILED)).json()["id"]
    first = payment["id"]

    async def ids(query: str) -> list[int]:
        answer = await api.get(f"/api/payments/?{query}", headers=as_guest)
        return [one["id"] for one in answer.json()]

    assert await ids("") == [failed, first]
    assert await ids("ordering=created_at") == [first, failed]
    assert await ids("status=completed") == [first]
    assert await ids("status=failed") == [failed]
    assert await ids("status=refunded") == []
    assert await ids("method=mock") == [first]
    for wrong in ("status=paid", "method=cash", "ordering=amount"):
        answer = await api.get(f"/api/payments/?{wrong}", headers=as_guest)
        assert answer.status_code == 400


async def test_what_is_earned_is_the_organizers_to_know(
    api: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    event: Conference,
    payment: dict[str, Any],
) -> None:
    path = f"/api/events/{event.id}/statistics/"
    assert (await api.get(path, headers=as_organizer)).json()["total_revenue"] == 29.99
    for headers in ({}, as_guest):
        shown = (await api.get(path, headers=headers)).json()
        assert (shown["total_attendees"], shown["total_revenue"]) == (1, 0.0)
    await api.post(f"/api/payments/{payment['id']}/refund/", headers=as_organizer)
    assert (await api.get(path, headers=as_organizer)).json()["total_revenue"] == 0.0


async def test_each_payment_has_its_invoice(
    api: httpx.AsyncClient,
    client: httpx.AsyncClient,
    as_guest: Headers,
    as_organizer: Headers,
    organizer: User,
    payment: dict[str, Any],
    slash: str,
) -> None:
    listed = await api.get(f"/api/invoices{slash}", headers=as_guest)
    assert listed.status_code == 200
    [invoice] = listed.json()
    assert re.fullmatch(rf"INV-{organizer.id}-\d{{4}}-000001", invoice["invoice_number"])
    assert (invoice["payment"], invoice["booking"]) == (payment["id"], payment["booking"])
    assert (invoice["amount"], invoice["transaction_id"]) == ("29.99", payment["transaction_id"])
    assert (invoice["is_sent"], invoice["sent_at"]) == (False, None)
    drawn = await client.get(invoice["pdf_file"], headers=as_guest)
    assert (drawn.status_code, drawn.content[:5]) == (200, b"%PDF-")
    assert (await client.get(invoice["pdf_file"])).status_code == 401
    path = f"/api/invoices/{invoice['id']}"
    assert (await api.get(f"{path}{slash}", headers=as_guest)).json() == invoice
    assert (await api.post(f"{path}/mark_as_sent{slash}", headers=as_guest)).status_code == 403
    sent = await api.post(f"{path}/mark_as_sent{slash}", headers=as_organizer)
    assert (sent.status_code, sent.json()["is_sent"]) == (200, True)
    assert (await api.get(f"{path}/", headers=as_guest)).json() == sent.json()

    async def found(query: str) -> int:
        return len((await api.get(f"/api/invoices/?{query}", headers=as_guest)).json())

    assert (await found("is_sent=true"), await found("is_sent=false")) == (1, 0)
    assert await found(f"search={payment['transaction_id']}") == 1
    assert await found("search=nothing") == 0
    assert await found("ordering=-issued_at") == 1


async def test_the_receipt_is_json_or_a_pdf(
    api: httpx.AsyncClient, as_guest: Headers, payment: dict[str, Any], slash: str
) -> None:
    path = f"/api/payments/{payment['id']}/receipt{slash}"
    answer = await api.get(path, headers=as_guest)
    assert answer.status_code == 200
    shown = answer.json()
    assert {name: shown[name] for name in payment} == payment
    assert (shown["net_amount"], shown["refunded_amount"]) == ("29.99", "0.00")
    assert shown["buyer_name"] == "Ada Lovelace"
    drawn = await api.get(path, headers=as_guest | {"Accept": "application/pdf"})
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "application/pdf")
    assert drawn.content.startswith(b"%PDF-")


async def test_what_was_not_paid_has_no_receipt(
    api: httpx.AsyncClient, uow: Units, as_guest: Headers, as_admin: Headers, booking: int
) -> None:
    body = {"booking": booking, "amount": "29.99", "method": "simulated"}
    failed = (await paid(api, uow, as_guest, body, Outcome.FAILED)).json()
    path = f"/api/payments/{failed['id']}/receipt/"
    assert (await api.get(path, headers=as_guest)).status_code == 409
    assert (await api.get(path, headers=as_admin)).status_code == 409
    assert (await api.get(path)).status_code == 401
    assert (await api.get("/api/payments/999999/receipt/", headers=as_guest)).json() == NOT_FOUND


async def test_an_invoice_of_others_is_not_there(
    api: httpx.AsyncClient, client: httpx.AsyncClient, uow: Units, payment: dict[str, Any]
) -> None:
    assert payment["status"] == "completed"
    stranger = await login(client, await a_user(uow))
    assert (await api.get("/api/invoices/", headers=stranger)).json() == []
    assert (await api.get("/api/invoices/1/", headers=stranger)).json() == NOT_FOUND
    assert (await api.get("/api/invoices/")).status_code == 401
