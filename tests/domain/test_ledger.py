from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ledger import Entry, EntryKind, Ledger, ledger
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


def test_each_entry_says_when_and_of_which_payment_and_refund() -> None:
    given_back = a_refund(1000)
    paid = replace(PAYMENT, refunded_minor=1000)
    found = ledger(REGISTRATION, [paid], [given_back])
    hour = FIRST_DAY + timedelta(hours=1)
    settled = FIRST_DAY + timedelta(minutes=1)
    assert found.entries == [
        Entry(kind=EntryKind.CHARGE, amount=PRICE, at=FIRST_DAY),
        Entry(
            kind=EntryKind.CAPTURE,
            amount=replace(PRICE, minor=-4900),
            at=settled,
            payment_id=7,
        ),
        Entry(
            kind=EntryKind.REFUND,
            amount=given_back.amount,
            at=hour,
            payment_id=7,
            refund_id=1000,
        ),
        Entry(kind=EntryKind.CREDIT, amount=replace(PRICE, minor=-1000), at=hour),
    ]
    assert found.registration is REGISTRATION
    unsettled = replace(PAYMENT, settled_at=None, created_at=FIRST_DAY + timedelta(minutes=9))
    [_, capture] = ledger(REGISTRATION, [unsettled], []).entries
    assert capture.at == unsettled.created_at


def test_what_is_waived_at_the_end_is_waived_when_it_ends_or_later() -> None:
    assert ledger(over(), [], []).entries[-1].at == FIRST_DAY + timedelta(hours=2)
    late = replace(a_refund(1000), created_at=FIRST_DAY + timedelta(days=1))
    paid = replace(PAYMENT, refunded_minor=1000)
    entries = ledger(over(), [paid], [late]).entries
    assert [entry.kind for entry in entries[-2:]] == [EntryKind.REFUND, EntryKind.CREDIT]
    assert entries[-1].at == late.created_at


def test_what_happens_at_once_is_written_in_the_order_of_its_kinds() -> None:
    at_once = replace(PAYMENT, settled_at=FIRST_DAY, refunded_minor=100)
    refund = replace(a_refund(100), created_at=FIRST_DAY)
    found = ledger(REGISTRATION, [at_once], [refund])
    assert [entry.kind for entry in found.entries] == list(EntryKind)


@given(
    payments=st.lists(
        st.tuples(st.integers(1, 9000), st.integers(0, 9000), st.sampled_from(PaymentStatus)),
        max_size=4,
    ),
    price=st.integers(0, 9000),
    status=st.sampled_from(RegistrationStatus),
)
def test_of_a_seat_is_owed_its_price_less_what_stands_for_it_and_of_none_nothing(
    payments: list[tuple[int, int, PaymentStatus]], price: int, status: RegistrationStatus
) -> None:
    made, refunds = [], []
    for id, (minor, back, state) in enumerate(payments, 1):
        captured = state in (PaymentStatus.PAID, PaymentStatus.REFUNDED)
        back = min(back, minor) if captured else 0  # noqa: PLW2901
        amount = replace(PRICE, minor=minor)
        made += [replace(PAYMENT, id=id, amount=amount, status=state, refunded_minor=back)]
        if back:
            refunds += [replace(a_refund(back), payment_id=id)]
    is_live = status in (RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED)
    ended_at = FIRST_DAY + timedelta(hours=2)
    seat = replace(
        REGISTRATION,
        status=status,
        price=replace(PRICE, minor=price),
        ended_at=None if is_live or status is RegistrationStatus.WAITLISTED else ended_at,
    )
    found = ledger(seat, made, refunds)
    standing = sum(one.amount.minor for one in made if one.is_captured and one.rest.minor)
    assert found.balance.minor == (price - standing if is_live else 0)
    if status is not RegistrationStatus.WAITLISTED:
        assert found.charged.minor == price
        assert found.captured.minor == sum(one.amount.minor for one in made if one.is_captured)
        assert found.refunded.minor == sum(one.amount.minor for one in refunds)
    assert found.entries == sorted(found.entries, key=lambda entry: entry.at)
