from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.money import Money, exact, exponent

CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "XXX"])
MINORS = st.integers(min_value=0, max_value=10**13)


@given(MINORS, CURRENCIES)
def test_an_amount_survives_the_way_through_decimals(minor: int, currency: str) -> None:
    money = Money(minor=minor, currency=currency)
    assert Money.of(money.amount, currency) == money
    assert exact(money.amount, currency) == money


@given(MINORS, CURRENCIES)
def test_an_amount_survives_the_way_through_a_json_number(minor: int, currency: str) -> None:
    money = Money(minor=minor, currency=currency)
    assert Money.of(Decimal(repr(float(money.amount))), currency) == money


@given(MINORS, CURRENCIES, st.integers(min_value=1, max_value=1000))
def test_a_quantity_costs_as_much_as_its_parts(minor: int, currency: str, quantity: int) -> None:
    one = Money(minor=minor, currency=currency)
    assert one.times(quantity).amount == one.amount * quantity


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.50", "USD", 1250),
        ("12.5", "EUR", 1250),
        ("12", "JPY", 12),
        ("1.234", "KWD", 1234),
        ("0.005", "USD", 1),
        ("0.004", "USD", 0),
        ("0.5", "JPY", 1),
    ],
)
def test_minor_units_are_those_of_the_currency(amount: str, currency: str, minor: int) -> None:
    assert Money.of(Decimal(amount), currency).minor == minor


@pytest.mark.parametrize(("amount", "currency"), [("0.005", "USD"), ("0.5", "JPY")])
def test_a_price_finer_than_its_currency_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(Invalid) as refusal:
        exact(Decimal(amount), currency)
    assert refusal.value.field == "price"
    assert str(exponent(currency)) in refusal.value.message


def test_nothing_is_free_but_nothing() -> None:
    assert Money(minor=0, currency="USD").is_free
    assert not Money(minor=1, currency="USD").is_free
