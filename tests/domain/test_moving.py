"""What becomes of a registration that moves: its price, its hold, its state."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.access import Role
from app.domain.admission import Target, Wish
from app.domain.errors import Invalid, PaymentState, RegistrationState
from app.domain.money import Money
from app.domain.moving import (
    RegistrationChange,
    ensure_not_inside,
    ensure_payee_stays,
    ensure_price_moves,
    ensure_same_attendee,
    ensure_seated,
    held_until,
    moved,
    stays_with,
)
from app.domain.registrations import Registration, RegistrationStatus
from tests.domain import summit
from tests.domain.summit import FREE, KEYNOTE, NOW, PRICED, VENUE, caller
from tests.refusing import refused

HOLD = timedelta(minutes=30)
ELSEWHERE = replace(KEYNOTE, target=Target(conference_id=2, session_id=6))
CONFIRMED = replace(summit.CONFIRMED, session_id=None, ticket_type_id=4)
HELD = replace(
    summit.HELD, session_id=None, ticket_type_id=4, hold_expires_at=NOW + timedelta(minutes=10)
)


def test_a_change_is_the_wish_it_would_be_were_it_made_anew() -> None:
    same = Wish(
        attendee_id=10,
        target=Target(conference_id=1, session_id=None),
        quantity=2,
        ticket_type_id=4,
    )
    assert RegistrationChange().wish(CONFIRMED) == same
    assert RegistrationChange(ticket_type_id=5).wish(CONFIRMED) == replace(same, ticket_type_id=5)


def test_a_ticket_type_stays_behind_in_its_conference() -> None:
    wish = RegistrationChange(session_id=6, names_session=True).wish(CONFIRMED)
    assert (wish.target.session_id, wish.ticket_type_id) == (6, None)
    there = RegistrationChange(conference_id=2, ticket_type_id=8).wish(CONFIRMED)
    assert (there.target.conference_id, there.ticket_type_id) == (2, 8)


def test_organizers_seat_elsewhere_whoever_comes_to_the_same_conference() -> None:
    assert stays_with(caller(7), CONFIRMED, VENUE)
    assert stays_with(caller(1, Role.ADMIN), CONFIRMED, VENUE)
    assert not stays_with(caller(8), CONFIRMED, VENUE)
    assert not stays_with(caller(7), CONFIRMED, replace(VENUE, id=2))


def test_what_costs_the_same_moves_as_it_is() -> None:
    there = replace(ELSEWHERE, unit_price=PRICED, ticket_type_id=9)
    assert moved(HELD, there, NOW, HOLD) == replace(
        HELD, conference_id=2, session_id=6, ticket_type_id=9
    )
    earlier = replace(CONFIRMED, confirmed_at=NOW - HOLD)
    assert moved(earlier, ELSEWHERE, NOW, HOLD).confirmed_at == NOW - HOLD


def test_what_becomes_free_is_confirmed_and_held_no_more() -> None:
    free = moved(HELD, ELSEWHERE, NOW, HOLD)
    assert (free.status, free.price.minor) == (RegistrationStatus.CONFIRMED, 0)
    assert (free.hold_expires_at, free.confirmed_at) == (None, NOW)


def test_what_gets_a_price_is_held_until_it_is_paid() -> None:
    priced = moved(CONFIRMED, replace(ELSEWHERE, unit_price=PRICED), NOW, HOLD)
    assert (priced.status, priced.price) == (RegistrationStatus.PENDING, PRICED.times(2))
    assert (priced.hold_expires_at, priced.confirmed_at) == (NOW + HOLD, None)


@pytest.mark.parametrize(
    ("old", "price", "until"),
    [
        (HELD, HELD.price, HELD.hold_expires_at),
        (HELD, PRICED, HELD.hold_expires_at),
        (replace(HELD, hold_expires_at=NOW + 2 * HOLD), PRICED, NOW + HOLD),
        (HELD, FREE, None),
        (CONFIRMED, PRICED, NOW + HOLD),
        (CONFIRMED, FREE, None),
    ],
)
def test_moving_about_prolongs_no_hold(
    old: Registration, price: Money, until: datetime | None
) -> None:
    assert held_until(old, price, NOW, HOLD) == until


def test_what_may_not_move_is_told_what_to_do_instead() -> None:
    with refused(RegistrationState, "It waits for a seat; leave the waitlist and register anew."):
        ensure_seated(replace(CONFIRMED, status=RegistrationStatus.WAITLISTED))
    with refused(RegistrationState, "It is checked in already; undo that first."):
        ensure_not_inside(replace(CONFIRMED, checked_in_at=NOW))
    with refused(PaymentState, "That has another price; cancel and register anew."):
        ensure_price_moves(HELD, ELSEWHERE, True)
    with refused(PaymentState, "It is paid to another organizer; cancel and register anew."):
        ensure_payee_stays(CONFIRMED, replace(VENUE, organizer_id=8), True)
    with refused(Invalid, "A registration cannot be given to another attendee.", field="attendee"):
        ensure_same_attendee(CONFIRMED, 11)


def test_what_is_paid_and_costs_the_same_elsewhere_stays_confirmed() -> None:
    paid = replace(CONFIRMED, price=PRICED.times(2), confirmed_at=NOW - HOLD)
    there = moved(paid, replace(ELSEWHERE, unit_price=PRICED), NOW, HOLD)
    assert (there.status, there.confirmed_at) == (RegistrationStatus.CONFIRMED, NOW - HOLD)
    assert there.hold_expires_at is None
