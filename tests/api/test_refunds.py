from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import payments
from app.domain.access import Role
from app.domain.accounts import User
from app.domain.conferences import Conference
from app.domain.payments import Method, Outcome, Payment
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from tests.api.claims import get, join, people, status
from tests.factories import (
    a_conference,
    a_registration,
    a_ticket_type,
    a_user,
    an_attendee,
    caller,
    login,
)
from tests.races.scene import ADMIN, broken_promises

Units = Callable[[], UnitOfWork]
Headers = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    conference: Conference
    payment: Payment
    as_owner: Headers
    as_organizer: Headers


async def pay(uow: Units, registration_id: int, by: Any = ADMIN) -> Payment:
    asked = await payments.start(
        uow(), by, registration_id, None, utc_now(), method=Method.MOCK, reference_number="PO 1"
    )
    return await payments.settle(
        uow(), asked.id, outcome=Outcome.PAID, reason="", settled_by="event", now=utc_now()
    )


@pytest.fixture
async def sold(client: httpx.AsyncClient, uow: Units, organizer: User, guest: User) -> Sold:
    """The only seat of a conference, paid for by the guest."""
    conference = await a_conference(uow, organizer=organizer, capacity=1, price=Decimal(49))
    registration = await a_registration(uow, conference, await an_attendee(uow, user=guest))
    return Sold(
        conference=conference,
        payment=await pay(uow, registration.id, caller(guest)),
        as_owner=await login(client, guest),
        as_organizer=await login(client, organizer),
    )


async def refund(
    client: httpx.AsyncClient, who: Headers, payment: Payment, **body: object
) -> httpx.Response:
    return await client.post(f"/api/v1/payments/{payment.id}/refunds/", json=body, headers=who)


async def begin(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        past = {"start": datetime(2020, 1, 1, tzinfo=UTC)}
        await connection.execute(text("UPDATE conferences SET starts_at = :start"), past)


async def test_a_full_refund_cancels_and_the_seat_goes_to_the_queue(
    client: httpx.AsyncClient, uow: Units, engine: AsyncEngine, sold: Sold
) -> None:
    [next_one] = await people(client, uow, 1)
    waits = await join(client, next_one, sold.conference)
    answer = await refund(client, sold.as_owner, sold.payment, reason="I am ill")
    assert answer.status_code == 201, answer.text
    given = answer.json()["data"]
    assert (given["amount"], given["reason"]) == (49.0, "I am ill")
    assert given["refunded_by"] == sold.payment.owner_id
    shown = await get(client, sold.as_owner, f"payments/{sold.payment.id}/")
    assert (shown["status"], shown["refunded_amount"]) == ("Refunded", 49.0)
    assert shown["refunded_at"] is not None
    registration = {"id": sold.payment.registration_id}
    assert await status(client, sold.as_owner, registration) == "cancelled"
    assert await status(client, next_one, waits) == "pending"
    assert await broken_promises(engine) == []


async def test_parts_leave_the_seat_until_the_last_one(
    client: httpx.AsyncClient, engine: AsyncEngine, sold: Sold
) -> None:
    registration = {"id": sold.payment.registration_id}
    for amount in ("10.00", 15):
        answer = await refund(client, sold.as_organizer, sold.payment, amount=amount)
        assert answer.status_code == 201, answer.text
        assert await status(client, sold.as_owner, registration) == "confirmed"
    shown = await get(client, sold.as_owner, f"payments/{sold.payment.id}/")
    assert (shown["status"], shown["refunded_amount"], shown["refunded_at"]) == ("Paid", 25.0, None)
    too_much = await refund(client, sold.as_organizer, sold.payment, amount="24.01")
    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund_too_large")
    assert (await refund(client, sold.as_organizer, sold.payment, amount=24)).status_code == 201
    assert await status(client, sold.as_owner, registration) == "cancelled"
    listed = await get(client, sold.as_owner, f"payments/{sold.payment.id}/refunds/")
    assert [one["amount"] for one in listed] == [10.0, 15.0, 24.0]
    again = await refund(client, sold.as_organizer, sold.payment)
    assert (again.status_code, again.json()["code"]) == (409, "payment_state")
    assert await broken_promises(engine) == []


async def test_cancelling_gives_back_what_is_left(client: httpx.AsyncClient, sold: Sold) -> None:
    await refund(client, sold.as_organizer, sold.payment, amount=9)
    path = f"/api/v1/registrations/{sold.payment.registration_id}/"
    assert (await client.delete(path, headers=sold.as_owner)).status_code == 200
    listed = await get(client, sold.as_owner, f"payments/{sold.payment.id}/refunds/")
    assert [(one["amount"], one["reason"]) for one in listed] == [
        (9.0, ""),
        (40.0, "cancelled_by_owner"),
    ]


async def test_the_owner_gets_all_of_it_and_only_before_it_begins(
    client: httpx.AsyncClient, engine: AsyncEngine, sold: Sold
) -> None:
    part = await refund(client, sold.as_owner, sold.payment, amount=10)
    assert (part.status_code, part.json()["code"]) == (403, "forbidden")
    await begin(engine)
    late = await refund(client, sold.as_owner, sold.payment)
    assert (late.status_code, late.json()["code"]) == (409, "payment_state")
    # Nor by way of cancelling.
    path = f"/api/v1/registrations/{sold.payment.registration_id}/"
    cancelled = await client.delete(path, headers=sold.as_owner)
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "payment_state")
    assert (await refund(client, sold.as_organizer, sold.payment)).status_code == 201


@pytest.mark.parametrize("body", [{"amount": 0}, {"amount": -1}, {"amount": "1.005"}, {"x": 1}])
async def test_what_cannot_be_meant_is_refused(
    client: httpx.AsyncClient, sold: Sold, body: dict[str, object]
) -> None:
    assert (await refund(client, sold.as_organizer, sold.payment, **body)).status_code == 400


async def test_strangers_know_nothing_of_it(
    client: httpx.AsyncClient, uow: Units, sold: Sold
) -> None:
    stranger = await login(client, await a_user(uow, role=Role.ORGANIZER))
    assert (await refund(client, stranger, sold.payment)).status_code == 404
    assert (await refund(client, stranger, sold.payment, amount=1)).status_code == 404
    for path in (
        f"payments/{sold.payment.id}/refunds/",
        f"payments/{sold.payment.id}/receipt/",
        f"registrations/{sold.payment.registration_id}/ledger/",
    ):
        assert (await client.get(f"/api/v1/{path}", headers=stranger)).status_code == 404
        assert (await client.get(f"/api/v1/{path}")).status_code == 401


async def test_what_is_not_paid_cannot_be_given_back(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    seat = await a_registration(uow, await a_conference(uow, price=Decimal(5)))
    pending = await payments.start(uow(), ADMIN, seat.id, None, utc_now())
    answer = await refund(client, as_admin, pending)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_state")


async def test_a_refund_under_one_key_happens_once(client: httpx.AsyncClient, sold: Sold) -> None:
    keyed = sold.as_organizer | {"Idempotency-Key": "refund-1"}
    first, second = [await refund(client, keyed, sold.payment, amount=10) for _ in range(2)]
    assert first.json() == second.json()
    listed = await get(client, sold.as_owner, f"payments/{sold.payment.id}/refunds/")
    assert len(listed) == 1


async def test_the_ledger_balances_all_the_way(
    client: httpx.AsyncClient, uow: Units, guest: User, as_guest: Headers, as_admin: Headers
) -> None:
    conference = await a_conference(uow, price=Decimal(49))
    seat = await a_registration(uow, conference, await an_attendee(uow, user=guest))
    path = f"registrations/{seat.id}/ledger/"

    async def balance() -> tuple[float, list[str]]:
        shown = await get(client, as_guest, path)
        return shown["balance"], [entry["kind"] for entry in shown["entries"]]

    assert await balance() == (49.0, ["charge"])
    paid = await pay(uow, seat.id)
    assert await balance() == (0.0, ["charge", "capture"])
    await refund(client, as_admin, paid, amount=9)
    assert await balance() == (0.0, ["charge", "capture", "refund", "credit"])
    await refund(client, as_admin, paid)
    assert await balance() == (0.0, ["charge", "capture", "refund", "refund", "credit"])
    shown = await get(client, as_admin, path)
    assert [shown[name] for name in ("charged", "captured", "refunded", "credited")] == [49.0] * 4


async def test_revenue_is_what_was_captured_and_not_given_back(
    client: httpx.AsyncClient, uow: Units, organizer: User, as_organizer: Headers
) -> None:
    conference = await a_conference(uow, organizer=organizer)
    kind = await a_ticket_type(uow, conference, price=Decimal(30))
    first, second = [await pay(uow, (await a_registration(uow, kind)).id) for _ in range(2)]
    await refund(client, as_organizer, first, amount=10)
    await refund(client, as_organizer, second)
    [row] = await get(client, as_organizer, "reports/ticket-types/")
    assert (row["sold"], row["revenue"]) == (1, 20.0)


async def test_a_payment_shows_its_method_and_its_numbers(
    client: httpx.AsyncClient, sold: Sold
) -> None:
    shown = await get(client, sold.as_owner, f"payments/{sold.payment.id}/")
    assert (shown["method"], shown["reference_number"]) == ("mock", "PO 1")
    assert shown["transaction_id"] == sold.payment.transaction_id
    assert shown["processed_at"] == shown["settled_at"]
    for query, found in (("method=mock", 1), ("method=simulated", 0)):
        assert len(await get(client, sold.as_owner, f"payments/?{query}")) == found
    assert replace(sold.payment).conference_name == sold.conference.name
