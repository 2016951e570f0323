from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import (
    ConferenceState,
    Invalid,
    InvalidPeriod,
    NameTaken,
    NotFound,
    NotOnSale,
    TicketTypeInUse,
)
from app.domain.money import Money
from app.domain.ticket_types import (
    MOST_TYPES,
    TicketType,
    ensure_few,
    ensure_named_apart,
    ensure_on_sale,
    ensure_sales_forward,
    ensure_unused,
    is_on_sale,
    named_in,
    retyped,
)

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)

VIP = TicketType(
    id=2,
    conference_id=1,
    organizer_id=7,
    name="VIP",
    description="",
    capacity=20,
    seats_taken=0,
    waiting=0,
    price=Money(minor=15_000, currency="USD"),
    sales_start=None,
    sales_end=None,
    created_at=NOW,
    updated_at=NOW,
)


def test_what_is_left_is_what_nobody_took() -> None:
    assert VIP.remaining == 20
    assert replace(VIP, seats_taken=20).remaining == 0
    assert replace(VIP, capacity=None, seats_taken=20).remaining is None


def test_without_a_window_it_is_always_on_sale() -> None:
    ensure_on_sale(None, None, NOW, "VIP")


@pytest.mark.parametrize(
    ("now", "refusal"),
    [
        (NOW - SECOND, "is on sale from 2026-07-01 12:00 UTC"),
        (NOW, None),
        (NOW + SECOND, None),
        (NOW + timedelta(days=1) - SECOND, None),
        (NOW + timedelta(days=1), "was on sale until 2026-07-02 12:00 UTC"),
    ],
)
def test_a_window_includes_its_start_and_not_its_end(now: datetime, refusal: str | None) -> None:
    start, end = NOW, NOW + timedelta(days=1)
    assert is_on_sale(start, end, now) is (refusal is None)
    if refusal is None:
        ensure_on_sale(start, end, now, "VIP")
        return
    with pytest.raises(NotOnSale, match=refusal) as raised:
        ensure_on_sale(start, end, now, "VIP")
    assert raised.value.field == "ticket_type"
    assert "“VIP”" in raised.value.message


times = st.none() | st.integers(0, 9).map(lambda hours: NOW + timedelta(hours=hours))


@given(times, times, times.filter(lambda time: time is not None))
def test_what_is_said_kindly_and_what_is_answered_agree(
    start: datetime | None, end: datetime | None, now: datetime
) -> None:
    try:
        ensure_on_sale(start, end, now, "VIP")
    except NotOnSale:
        assert not is_on_sale(start, end, now)
    else:
        assert is_on_sale(start, end, now)


def test_sales_start_before_they_end() -> None:
    ensure_sales_forward(None, None)
    ensure_sales_forward(NOW, None)
    ensure_sales_forward(None, NOW)
    ensure_sales_forward(NOW, NOW + SECOND)
    for end in (NOW, NOW - SECOND):
        with pytest.raises(InvalidPeriod) as raised:
            ensure_sales_forward(NOW, end)
        assert raised.value.field == "sales_end"


@pytest.mark.parametrize("name", ["VIP", "vip", " Vip ", "ＶＩＰ"])
def test_case_and_width_do_not_tell_names_apart(name: str) -> None:
    with pytest.raises(NameTaken) as raised:
        ensure_named_apart(name, [replace(VIP, id=1, name="General"), VIP])
    assert raised.value.other is not None
    assert raised.value.other.id == VIP.id


def test_another_name_is_another_name() -> None:
    ensure_named_apart("VIPs", [VIP])
    ensure_named_apart("VIP", [])


def test_there_are_at_most_so_many() -> None:
    ensure_few([VIP] * (MOST_TYPES - 1))
    with pytest.raises(ConferenceState, match="at most 100"):
        ensure_few([VIP] * MOST_TYPES)


@pytest.mark.parametrize("used", [replace(VIP, seats_taken=1), replace(VIP, waiting=1)])
def test_what_is_held_or_waited_for_is_not_deleted(used: TicketType) -> None:
    ensure_unused(VIP)
    with pytest.raises(TicketTypeInUse):
        ensure_unused(used)


def test_the_one_that_is_named_is_found() -> None:
    assert named_in([replace(VIP, id=1), VIP], 2) == VIP
    with pytest.raises(NotFound):
        named_in([VIP], 3)


def test_no_changes_change_nothing() -> None:
    assert retyped(VIP, {}) == VIP


def test_what_is_named_changes_and_the_rest_stays() -> None:
    windowed = replace(VIP, sales_start=NOW, sales_end=NOW + SECOND)
    changed = retyped(windowed, {"price": Decimal("99.90"), "capacity": None, "sales_start": None})
    price = Money(minor=9_990, currency="USD")
    assert changed == replace(windowed, price=price, capacity=None, sales_start=None)


def test_a_price_has_no_more_decimals_than_its_currency() -> None:
    in_yen = replace(VIP, price=Money(minor=100, currency="JPY"))
    with pytest.raises(Invalid) as raised:
        retyped(in_yen, {"price": Decimal("9.5")})
    assert raised.value.field == "price"
