"""When a registration may be paid, and what a payment that comes too late finds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.admission import Held, Pool, PoolKind, Stock, Target
from app.domain.conferences import ConferenceStatus
from app.domain.errors import AlreadyPaid, HoldExpired, PaymentState
from app.domain.payments import (
    Payment,
    PaymentStatus,
    can_seat_again,
    ensure_captured,
    ensure_payable,
    ensure_unpaid,
    needs_seat_again,
)
from app.domain.registrations import RegistrationStatus
from app.domain.supply import Supply, TicketKind
from app.domain.times import TimeRange
from tests.domain import summit
from tests.domain.summit import HELD, HOUR, NOW, PRICED, ROOM, VENUE
from tests.refusing import refused

KEYNOTE = replace(
    summit.KEYNOTE, unit_price=PRICED, stocks=(replace(ROOM, capacity=10, seats_taken=8),)
)
SUPPLY = Supply(venues={1: VENUE}, sessions={5: KEYNOTE})
EXPIRED = replace(HELD, status=RegistrationStatus.EXPIRED)
PAYMENT = Payment(
    id=7,
    registration_id=3,
    amount=PRICED,
    status=PaymentStatus.PAID,
    wanted_outcome=None,
    failure_reason="",
    created_at=NOW,
    settled_at=NOW,
    refunded_at=None,
    organizer_id=7,
    owner_id=20,
)


def claim(session: int, start: float, end: float) -> Held:
    return Held(
        registration_id=9,
        attendee_id=10,
        target=Target(conference_id=2, session_id=session),
        name="Elsewhere",
        period=TimeRange(start=NOW + start * HOUR, end=NOW + end * HOUR),
        is_live=True,
        organizer_id=None,
    )


@pytest.mark.parametrize(
    "status", [PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.REFUNDED]
)
def test_only_what_was_paid_is_given_back(status: PaymentStatus) -> None:
    ensure_captured(PAYMENT)
    with refused(PaymentState, f"The payment is {status}.", field="payment_id"):
        ensure_captured(replace(PAYMENT, status=status))


def test_what_holds_its_seats_is_paid_for_and_what_has_lost_them_is_not() -> None:
    ensure_payable(HELD, NOW)
    ensure_payable(HELD, NOW + HOUR - timedelta(microseconds=1))
    ensure_payable(replace(HELD, hold_expires_at=None), NOW)
    for now in (NOW + HOUR, NOW + 2 * HOUR):
        with refused(HoldExpired):
            ensure_payable(HELD, now)
    with refused(HoldExpired):
        ensure_payable(EXPIRED, NOW)


def test_what_is_confirmed_holds_its_seats_whatever_was_held_before() -> None:
    ensure_payable(replace(HELD, status=RegistrationStatus.CONFIRMED), NOW + 2 * HOUR)


@pytest.mark.parametrize("status", [RegistrationStatus.CANCELLED, RegistrationStatus.WAITLISTED])
def test_what_has_no_seat_is_not_paid_for(status: RegistrationStatus) -> None:
    with refused(PaymentState, f"The registration is {status}."):
        ensure_payable(replace(HELD, status=status, hold_expires_at=None), NOW)


def test_a_registration_is_paid_once() -> None:
    ensure_unpaid(False)
    with refused(AlreadyPaid):
        ensure_unpaid(True)


def test_a_payment_comes_too_late_for_an_expired_hold_alone() -> None:
    assert needs_seat_again(EXPIRED)
    assert not needs_seat_again(HELD)
    assert not needs_seat_again(replace(HELD, status=RegistrationStatus.CANCELLED))


def test_an_expired_hold_is_seated_again_while_all_its_seats_are_free() -> None:
    assert can_seat_again(EXPIRED, SUPPLY, [])
    [room] = KEYNOTE.stocks
    fewer = replace(KEYNOTE, stocks=(replace(room, seats_taken=9),))
    assert not can_seat_again(EXPIRED, replace(SUPPLY, sessions={5: fewer}), [])


def test_who_registered_anew_or_is_elsewhere_by_now_is_not_seated_again() -> None:
    assert can_seat_again(EXPIRED, SUPPLY, [claim(77, 2, 3)])
    assert not can_seat_again(EXPIRED, SUPPLY, [claim(77, 1.5, 3)])
    anew = replace(claim(5, 1, 2), target=KEYNOTE.target, is_live=False)
    assert not can_seat_again(EXPIRED, SUPPLY, [anew])
    somebody = replace(claim(77, 1.5, 3), attendee_id=11)
    assert can_seat_again(EXPIRED, SUPPLY, [somebody])


def test_what_is_gone_or_called_off_seats_nobody_again() -> None:
    off = replace(VENUE, status=ConferenceStatus.CANCELLED)
    assert not can_seat_again(EXPIRED, replace(SUPPLY, venues={1: off}), [])
    assert not can_seat_again(EXPIRED, replace(SUPPLY, sessions={}), [])


def test_a_seat_of_a_ticket_type_is_one_of_that_type_again() -> None:
    pool = Pool(PoolKind.TICKET_TYPE, 4)
    kind = TicketKind(
        id=4,
        conference_id=1,
        stock=Stock(pool=pool, name="Early", capacity=1, seats_taken=0),
        unit_price=PRICED,
        sales_start=None,
        sales_end=None,
    )
    admission = replace(EXPIRED, session_id=None, ticket_type_id=4)
    supply = replace(SUPPLY, kinds={1: [kind]})
    assert not can_seat_again(admission, supply, [])
    assert can_seat_again(replace(admission, quantity=1), supply, [])
