from datetime import timedelta

import pytest

from app.domain.errors import DomainError, Forbidden, Invalid, PaymentState, RefundTooLarge
from app.domain.invoicing import number_of
from app.domain.money import Money
from app.domain.payments import transaction_id
from app.domain.refunds import ensure_amount, ensure_owner_may
from tests.factories import FIRST_DAY
from tests.refusing import refused

REST = Money(minor=3900, currency="USD")


@pytest.mark.parametrize("minor", [1, 3899, 3900])
def test_any_part_up_to_what_is_left_can_be_given_back(minor: int) -> None:
    ensure_amount(Money(minor=minor, currency="USD"), REST)


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (Money(minor=3901, currency="USD"), RefundTooLarge),
        (Money(minor=0, currency="USD"), Invalid),
        (Money(minor=-1, currency="USD"), Invalid),
        (Money(minor=100, currency="EUR"), Invalid),
    ],
)
def test_what_is_too_much_or_nothing_or_other_money_is_refused(
    amount: Money, error: type[DomainError]
) -> None:
    with pytest.raises(error):
        ensure_amount(amount, REST)


def test_owners_take_back_all_of_it_until_it_begins() -> None:
    before, later = FIRST_DAY - timedelta(seconds=1), FIRST_DAY + timedelta(days=1)
    ensure_owner_may(is_whole=True, begins_at=FIRST_DAY, now=before)
    for now in (FIRST_DAY, later):
        with pytest.raises(PaymentState):
            ensure_owner_may(is_whole=True, begins_at=FIRST_DAY, now=now)
    with pytest.raises(Forbidden):
        ensure_owner_may(is_whole=False, begins_at=FIRST_DAY, now=before)


def test_transactions_are_named_so_that_nobody_guesses_them() -> None:
    drawn = {transaction_id() for _ in range(1000)}
    assert len(drawn) == 1000
    assert all(one.startswith("EVH-") and len(one) == 16 for one in drawn)
    letters = set("".join(one.removeprefix("EVH-") for one in drawn))
    assert letters == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def test_invoices_are_numbered_in_six_digits_or_more() -> None:
    assert number_of(2, 2031, 4) == "INV-2-2031-000004"
    assert number_of(0, 2031, 1_000_000) == "INV-0-2031-1000000"


def test_what_cannot_be_given_back_is_told_why() -> None:
    with refused(Invalid, "It was paid in USD.", field="amount"):
        ensure_amount(Money(minor=100, currency="EUR"), REST)
    with refused(Invalid, "Give back more than nothing.", field="amount"):
        ensure_amount(Money(minor=0, currency="USD"), REST)
    with refused(RefundTooLarge):
        ensure_amount(Money(minor=3901, currency="USD"), REST)
    with refused(Forbidden, "A part is given back by the organizer."):
        ensure_owner_may(is_whole=False, begins_at=FIRST_DAY, now=FIRST_DAY)
    with refused(PaymentState, "It has begun; ask the organizer for the money."):
        ensure_owner_may(is_whole=True, begins_at=FIRST_DAY, now=FIRST_DAY)
