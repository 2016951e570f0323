"""Money under rush: given back once, counted once, and invoiced without a gap."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.domain import endings, payments
from app.domain.admission import Target, Wish
from app.domain.errors import DomainError, PaymentState, RefundTooLarge
from app.domain.money import Money
from app.domain.payments import Outcome, Payment
from app.domain.refunds import Refund
from app.domain.registering import Ask, register_batch
from app.domain.registrations import Registration
from app.domain.times import utc_now
from app.repositories.invoices import Invoices
from app.repositories.uow import UnitOfWork
from tests.races.scene import ADMIN, Scene, broken_promises, set_up

Uow = Callable[[], UnitOfWork]

ROUNDS = 200
PRICE = Money(minor=4900, currency="USD")


async def each(doing: Sequence[Awaitable[object]]) -> list[object]:
    """All at once; refusals of the domain are answers, anything else is not."""
    answers = await asyncio.gather(*doing, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, DomainError):
            raise answer
    return list(answers)


async def seats(uow: Uow, scene: Scene) -> list[Registration]:
    """Held for each attendee, to be paid."""
    target = Target(conference_id=scene.conference, session_id=scene.sessions[0])
    asks = [Ask(caller=ADMIN, wish=Wish(attendee_id=a, target=target)) for a in scene.attendees]
    made = await register_batch(uow(), asks, utc_now())
    return [one for one in made if isinstance(one, Registration)]


async def started(uow: Uow, seat: Registration) -> Payment:
    return await payments.start(uow(), ADMIN, seat.id, None, utc_now())


async def succeed(uow: Uow, payment: Payment) -> Payment:
    return await payments.settle(
        uow(), payment.id, outcome=Outcome.PAID, reason="", settled_by="e", now=utc_now()
    )


async def give_back(uow: Uow, payment: Payment, minor: int | None = None) -> Refund:
    amount = None if minor is None else Money(minor=minor, currency="USD")
    return await payments.refund(uow(), ADMIN, payment.id, amount=amount, reason="", now=utc_now())


async def states(engine: AsyncEngine) -> Counter[tuple[str, str]]:
    """How many registrations and payments ended how."""
    asked = "SELECT r.status, p.status FROM registrations r JOIN payments p"
    async with engine.connect() as connection:
        rows = await connection.execute(text(f"{asked} ON p.registration_id = r.id"))
        return Counter((row[0], row[1]) for row in rows)


async def test_refund_and_late_success_at_once(engine: AsyncEngine, uow: Uow) -> None:
    """The hold has run out, the success comes, and somebody wants the money back: in any order."""
    scene = await set_up(engine, attendees=ROUNDS, capacities=[None], price_minor=PRICE.minor)
    under_way = [await started(uow, seat) for seat in await seats(uow, scene)]
    assert await endings.expire_due(uow(), utc_now().replace(year=2030)) == ROUNDS
    for number, payment in enumerate(under_way):
        late = (succeed(uow, payment), give_back(uow, payment))
        ordered = late if number % 2 else late[::-1]
        answers = await each([*ordered, give_back(uow, payment)])
        refused = [one for one in answers if isinstance(one, DomainError)]
        assert all(isinstance(one, PaymentState) for one in refused)
        assert len([one for one in answers if isinstance(one, Refund)]) <= 1
    found = await states(engine)
    assert set(found) <= {("confirmed", "paid"), ("cancelled", "refunded")}
    assert sum(found.values()) == ROUNDS
    assert await broken_promises(engine) == []


async def test_a_payment_is_refunded_once_however_many_ask(engine: AsyncEngine, uow: Uow) -> None:
    scene = await set_up(engine, attendees=20, capacities=[None], price_minor=PRICE.minor)
    paid = [await succeed(uow, await started(uow, seat)) for seat in await seats(uow, scene)]
    for payment in paid:
        asked: list[Awaitable[object]] = [give_back(uow, payment) for _ in range(3)]
        asked.append(endings.cancel(uow(), ADMIN, payment.registration_id, utc_now()))
        await each(asked)
    assert await states(engine) == {("cancelled", "refunded"): 20}
    async with engine.connect() as connection:
        told = text("SELECT count(*) FROM outbox WHERE kind = 'payment_refunded'")
        assert (await connection.execute(told)).scalar_one() == 20
        given = text("SELECT count(*), sum(amount_minor) FROM refunds")
        assert (await connection.execute(given)).one() == (20, 20 * PRICE.minor)
    assert await broken_promises(engine) == []


async def test_parts_asked_for_at_once_never_exceed_the_whole(
    engine: AsyncEngine, uow: Uow
) -> None:
    scene = await set_up(engine, attendees=1, capacities=[None], price_minor=PRICE.minor)
    [seat] = await seats(uow, scene)
    payment = await succeed(uow, await started(uow, seat))
    answers = await each([give_back(uow, payment, 1000) for _ in range(10)])
    assert len([one for one in answers if isinstance(one, Refund)]) == 4
    assert len([one for one in answers if isinstance(one, RefundTooLarge)]) == 6
    assert await states(engine) == {("confirmed", "paid"): 1}
    assert await broken_promises(engine) == []


async def test_invoice_numbers_of_32_at_once_have_no_gap_and_no_repeat(
    engine: AsyncEngine, uow: Uow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every third of the payments comes to nothing after it has drawn its number."""
    scene = await set_up(engine, attendees=48, capacities=[None], price_minor=PRICE.minor)
    held = await seats(uow, scene)
    add, failed = Invoices.add, {seat.id for seat in held[::3]}

    class Lost(DomainError):
        pass

    async def sometimes(self: Invoices, draft: object) -> None:
        await add(self, draft)  # type: ignore[arg-type]
        payment = await payments_of(self, draft)
        if payment in failed:
            raise Lost

    async def payments_of(self: Invoices, draft: object) -> int:
        asked = text("SELECT registration_id FROM payments WHERE id = :id")
        found = await self._do(asked, {"id": draft.payment_id})  # type: ignore[attr-defined]
        return int(found.scalar_one())

    monkeypatch.setattr(Invoices, "add", sometimes)
    answers = await each([started(uow, seat) for seat in held])
    made = [one for one in answers if isinstance(one, Payment)]
    assert (len(made), len(answers) - len(made)) == (32, 16)
    assert all(isinstance(one, Payment | Lost) for one in answers)
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT sequence FROM invoices ORDER BY sequence"))
        assert list(rows.scalars()) == list(range(1, 33))
    assert len({one.transaction_id for one in made}) == 32
    assert await broken_promises(engine) == []
