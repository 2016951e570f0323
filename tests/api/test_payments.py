import asyncio
import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import endings, payments, sessions
from app.domain.access import Role
from app.domain.errors import NotFound
from app.domain.payments import Outcome, Payment
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories.uow import UnitOfWork
from app.signing import signed
from tests.factories import a_conference, a_registration, a_session, a_user, an_attendee, login
from tests.races.scene import ADMIN, broken_promises
from tests.serving import Served

Units = Callable[[], UnitOfWork]
Headers = dict[str, str]
PROCESS = "/api/v1/payments/process/"
CALLBACK = "/api/v1/payments/callback/"


@pytest.fixture
async def registration(uow: Units) -> Registration:
    """A seat that costs something, the only one of its session."""
    return await a_registration(uow, await a_session(uow, capacity=1, price=Decimal(49)))


@pytest.fixture
async def payment(uow: Units, registration: Registration) -> Payment:
    """Asked for, and not yet decided."""
    return await payments.start(uow(), ADMIN, registration.id, None, utc_now())


def event(payment: Payment, outcome: str = "paid") -> bytes:
    data = {"payment_id": payment.id, "outcome": outcome}
    body = {"type": "payment.settled", "timestamp": "2031-03-01T09:00:00Z", "data": data}
    return json.dumps(body).encode()


async def call_back(
    app: Served, client: httpx.AsyncClient, body: bytes, when: datetime | None = None
) -> httpx.Response:
    key = app.runtime.settings.webhook_keys[0]
    return await client.post(
        CALLBACK, content=body, headers=signed(key, "event1", when or utc_now(), body)
    )


async def state(engine: AsyncEngine) -> tuple[str, str]:
    """Of the only registration and its newest payment."""
    async with engine.connect() as connection:
        registered = await connection.execute(text("SELECT status FROM registrations ORDER BY id"))
        paid = await connection.execute(text("SELECT status FROM payments ORDER BY id DESC"))
        return registered.scalars().first() or "", paid.scalars().first() or ""


async def told(engine: AsyncEngine) -> Counter[str]:
    async with engine.connect() as connection:
        return Counter((await connection.execute(text("SELECT kind FROM outbox"))).scalars())


async def test_a_success_confirms_the_registration(
    app: Served,
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    payment: Payment,
) -> None:
    answer = await call_back(app, client, event(payment))
    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "Paid"
    assert await state(engine) == ("confirmed", "paid")
    assert (await told(engine))["payment_paid"] == 1
    assert await broken_promises(engine) == []


async def test_a_failure_leaves_the_hold_and_may_be_tried_again(
    app: Served,
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    payment: Payment,
) -> None:
    answer = await call_back(app, client, event(payment, "failed"))
    assert answer.json()["data"]["status"] == "Failed"
    assert "paid" not in answer.text.lower()
    assert await state(engine) == ("pending", "failed")
    second = await payments.start(uow(), ADMIN, payment.registration_id, None, utc_now())
    assert second.id != payment.id
    await call_back(app, client, event(second))
    assert await state(engine) == ("confirmed", "paid")


async def test_the_same_callback_twenty_times_at_once_has_one_effect(
    app: Served, client: httpx.AsyncClient, engine: AsyncEngine, payment: Payment
) -> None:
    answers = await asyncio.gather(*(call_back(app, client, event(payment)) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["data"]["status"] for answer in answers} == {"Paid"}
    assert (await told(engine))["payment_paid"] == 1
    assert await broken_promises(engine) == []


async def test_the_first_word_counts_whatever_comes_later(
    app: Served, client: httpx.AsyncClient, engine: AsyncEngine, payment: Payment
) -> None:
    await call_back(app, client, event(payment, "paid"))
    late = await call_back(app, client, event(payment, "failed"))
    assert (late.status_code, late.json()["data"]["status"]) == (200, "Paid")
    assert await state(engine) == ("confirmed", "paid")


@pytest.mark.parametrize("fault", ["signature", "time", "future", "byte", "missing"])
async def test_what_is_not_signed_as_it_should_be_has_no_effect(
    app: Served, client: httpx.AsyncClient, engine: AsyncEngine, payment: Payment, fault: str
) -> None:
    body = event(payment)
    key = b"another key" if fault == "signature" else app.runtime.settings.webhook_keys[0]
    off = {"time": -timedelta(seconds=301), "future": timedelta(seconds=301)}
    headers = signed(key, "event1", utc_now() + off.get(fault, timedelta(0)), body)
    if fault == "missing":
        headers = {}
    if fault == "byte":
        body = body.replace(b"paid", b"pai\x64 ")
    answer = await client.post(CALLBACK, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert await state(engine) == ("pending", "pending")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b'{"type":"payment.settled","timestamp":"","data":{"payment_id":"7"}}', 400),
        (
            b'{"type":"payment.settled","timestamp":"","data":{"payment_id":7,"outcome":"paid"}}',
            404,
        ),
        (
            b'{"type":"payment.settled","timestamp":"\\u0000","data":{"payment_id":7,"outcome":"paid"}}',
            400,
        ),
    ],
)
async def test_a_signed_body_that_cannot_be_meant_is_refused(
    app: Served, client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    answer = await call_back(app, client, body)
    assert answer.status_code == status
    assert answer.json()["status"] == "error"


async def expire(uow: Units, registration: Registration) -> None:
    assert registration.hold_expires_at is not None
    assert await endings.expire_due(uow(), registration.hold_expires_at) == 1


async def test_an_expired_hold_frees_the_seat_and_takes_no_payment(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    registration: Registration,
    as_admin: Headers,
) -> None:
    await expire(uow, registration)
    assert (await told(engine))["hold_expired"] == 1
    assert await broken_promises(engine) == []
    body = {"registration_id": registration.id}
    answer = await client.post(PROCESS, json=body, headers=as_admin)
    assert (answer.status_code, answer.json()["code"]) == (409, "hold_expired")


async def test_a_late_success_takes_the_seat_again(
    app: Served,
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    registration: Registration,
    payment: Payment,
) -> None:
    await expire(uow, registration)
    await call_back(app, client, event(payment))
    assert await state(engine) == ("confirmed", "paid")
    assert await broken_promises(engine) == []


async def test_a_late_success_for_a_seat_that_is_gone_is_refunded(
    app: Served,
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    registration: Registration,
    payment: Payment,
) -> None:
    await expire(uow, registration)
    assert registration.session_id is not None
    await a_registration(uow, await sessions.find(uow(), ADMIN, registration.session_id))
    answer = await call_back(app, client, event(payment))
    assert answer.json()["data"]["status"] == "Refunded"
    assert await state(engine) == ("expired", "refunded")
    assert (await told(engine))["payment_refunded"] == 1
    assert await broken_promises(engine) == []


async def test_a_success_for_what_was_cancelled_meanwhile_is_refunded(
    app: Served,
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    registration: Registration,
    payment: Payment,
) -> None:
    await endings.cancel(uow(), ADMIN, registration.id, utc_now())
    await call_back(app, client, event(payment))
    assert await state(engine) == ("cancelled", "refunded")


async def test_cancelling_what_is_paid_refunds_it(
    app: Served,
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    uow: Units,
    registration: Registration,
    payment: Payment,
) -> None:
    await call_back(app, client, event(payment))
    await endings.cancel(uow(), ADMIN, registration.id, utc_now())
    assert await state(engine) == ("cancelled", "refunded")
    assert (await told(engine))["payment_refunded"] == 1


async def test_an_attempt_under_way_is_joined(
    uow: Units, registration: Registration, payment: Payment
) -> None:
    again = await payments.start(uow(), ADMIN, registration.id, None, utc_now())
    assert again.id == payment.id


async def test_process_answers_pending_past_the_wait_and_then_409_once_paid(
    app: Served,
    client: httpx.AsyncClient,
    registration: Registration,
    payment: Payment,
    as_admin: Headers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    impatient = app.runtime.settings.model_copy(update={"payment_wait_seconds": 0.0})
    monkeypatch.setattr(app.runtime, "settings", impatient)
    body = {"registration_id": registration.id}
    answer = await client.post(PROCESS, json=body, headers=as_admin)
    assert (answer.status_code, answer.json()["data"]["status"]) == (202, "Pending")
    await call_back(app, client, event(payment))
    answer = await client.post(PROCESS, json=body, headers=as_admin)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_paid")


async def test_to_whoever_is_paying_a_refund_is_no_success(
    app: Served,
    client: httpx.AsyncClient,
    uow: Units,
    registration: Registration,
    payment: Payment,
    as_admin: Headers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits, outcome = asyncio.Event(), payments.outcome

    async def heard(uow: UnitOfWork, payment_id: int, patience: float) -> Payment:
        waits.set()
        return await outcome(uow, payment_id, patience)

    monkeypatch.setattr(payments, "outcome", heard)
    body = {"registration_id": registration.id}
    paying = asyncio.create_task(client.post(PROCESS, json=body, headers=as_admin))
    async with asyncio.timeout(30):
        await waits.wait()
    await endings.cancel(uow(), ADMIN, registration.id, utc_now())
    await call_back(app, client, event(payment))
    answer = await paying
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "Failed")
    assert "paid" not in answer.text.lower()


async def test_process_refuses_unknown_foreign_and_malformed_ones(
    client: httpx.AsyncClient, uow: Units, registration: Registration, as_admin: Headers
) -> None:
    async def process(headers: Headers, body: Any) -> int:
        return (await client.post(PROCESS, json=body, headers=headers)).status_code

    as_guest = await login(client, await a_user(uow))
    assert await process(as_admin, {"registration_id": 10**6}) == 404
    assert await process(as_guest, {"registration_id": registration.id}) == 404
    assert await process(as_admin, {"registration_id": "15"}) == 400
    assert await process(as_admin, {"registration_id": registration.id, "amount": 1}) == 400
    assert await process(as_admin, {"registration_id": registration.id, "outcome": "paid"}) == 400
    assert await process({}, {"registration_id": registration.id}) == 401


async def test_payments_are_seen_by_owner_organizer_and_admin(
    client: httpx.AsyncClient, uow: Units, as_admin: Headers
) -> None:
    organizer, guest = await a_user(uow, role=Role.ORGANIZER), await a_user(uow)
    conference = await a_conference(uow, organizer=organizer)
    session = await a_session(uow, conference, price=Decimal(5))
    seat = await a_registration(uow, session, await an_attendee(uow, user=guest))
    payment = await payments.start(uow(), ADMIN, seat.id, Outcome.PAID, utc_now())
    stranger = await login(client, await a_user(uow, role=Role.ORGANIZER))
    for who in (await login(client, organizer), await login(client, guest), as_admin):
        listed = await client.get("/api/v1/payments/?status=pending", headers=who)
        assert [item["id"] for item in listed.json()["data"]] == [payment.id]
        shown = await client.get(f"/api/v1/payments/{payment.id}/", headers=who)
        assert shown.json()["data"]["amount"] == 5.0
    assert (await client.get("/api/v1/payments/", headers=stranger)).json()["data"] == []
    answer = await client.get(f"/api/v1/payments/{payment.id}/", headers=stranger)
    assert answer.status_code == 404


async def test_settling_what_does_not_exist_says_so(uow: Units) -> None:
    with pytest.raises(NotFound):
        await payments.settle(
            uow(), 1, outcome=Outcome.PAID, reason="", settled_by="x", now=utc_now()
        )
