from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.ledger import EntryKind, Ledger, ledger
from app.domain.money import Money
from app.domain.payments import Payment, PaymentStatus
from app.domain.refunds import Refund
from app.domain.registrations import Registration, RegistrationStatus
from tests.factories import FIRST_DAY

PRICE = Money(minor=4900, currency="USD")
REGISTRATION = Registration(
    id=15,
    conference_id=1,
    session_id=None,
    attendee_id=3,
    status=RegistrationStatus.CONFIRMED,
    quantity=1,
    price=PRICE,
    hold_expires_at=None,
    created_at=FIRST_DAY,
    confirmed_at=None,
    ended_at=None,
    end_reason="",
    organizer_id=2,
    owner_id=4,
)
PAYMENT = Payment(
    id=7,
    registration_id=15,
    amount=PRICE,
    status=PaymentStatus.PAID,
    wanted_outcome=None,
    failure_reason="",
    created_at=FIRST_DAY,
    settled_at=FIRST_DAY + timedelta(minutes=1),
    refunded_at=None,
    organizer_id=2,
    owner_id=4,
)


def a_refund(minor: int) -> Refund:
    return Refund(
        id=minor,
        payment_id=7,
        amount=replace(PRICE, minor=minor),
        reason="",
        refunded_by=2,
        created_at=FIRST_DAY + timedelta(hours=1),
    )


def over(status: RegistrationStatus = RegistrationStatus.CANCELLED) -> Registration:
    return replace(REGISTRATION, status=status, ended_at=FIRST_DAY + timedelta(hours=2))


def of_a_seat_that_is_paid(*refunds: int) -> Ledger:
    paid = replace(PAYMENT, refunded_minor=sum(refunds))
    return ledger(REGISTRATION, [paid], [a_refund(minor) for minor in refunds])


def test_a_seat_that_is_held_is_owed_for() -> None:
    pending = replace(REGISTRATION, status=RegistrationStatus.PENDING)
    under_way = replace(PAYMENT, status=PaymentStatus.PENDING)
    failed = replace(PAYMENT, status=PaymentStatus.FAILED)
    found = ledger(pending, [failed, under_way], [])
    assert found.balance == found.charged == PRICE
    assert [entry.kind for entry in found.entries] == [EntryKind.CHARGE]


def test_a_seat_that_is_paid_balances() -> None:
    found = of_a_seat_that_is_paid()
    assert (found.balance.minor, found.captured) == (0, PRICE)


@pytest.mark.parametrize("refunds", [(1,), (1000,), (1000, 2000), (4899,)])
def test_what_is_given_back_of_a_seat_that_is_kept_is_waived(refunds: tuple[int, ...]) -> None:
    found = of_a_seat_that_is_paid(*refunds)
    assert found.balance.minor == 0
    assert found.refunded == found.credited == replace(PRICE, minor=sum(refunds))


@pytest.mark.parametrize("status", [RegistrationStatus.CANCELLED, RegistrationStatus.EXPIRED])
@pytest.mark.parametrize("parts", [(), (4900,), (1000, 3900)])
def test_whatever_is_over_owes_nothing(status: RegistrationStatus, parts: tuple[int, ...]) -> None:
    paid = replace(PAYMENT, status=PaymentStatus.REFUNDED, refunded_minor=sum(parts))
    found = ledger(over(status), [paid] if parts else [], [a_refund(part) for part in parts])
    assert found.balance.minor == 0
    assert found.credited == PRICE
    assert found.captured == found.refunded
    assert found.entries[-1].kind is EntryKind.CREDIT


def test_who_waits_owes_nothing_yet() -> None:
    waiting = replace(REGISTRATION, status=RegistrationStatus.WAITLISTED)
    found = ledger(waiting, [], [])
    assert (found.entries, found.balance.minor) == ([], 0)


def test_what_is_free_has_nothing_to_balance() -> None:
    free = replace(REGISTRATION, price=Money(minor=0, currency="USD"))
    assert ledger(free, [], []).balance.minor == 0
