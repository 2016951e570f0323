"""How registrations end: who says so, and whose money it is."""

from dataclasses import replace

import pytest

from app.domain.admission import Target
from app.domain.endings import GivenBack, ensure_waiting, is_paid, reason_of, sessions_of
from app.domain.errors import RegistrationState
from app.domain.money import Money
from app.domain.registrations import Registration, RegistrationStatus
from tests.factories import FIRST_DAY
from tests.refusing import refused

PAID = Registration(
    id=3,
    conference_id=1,
    session_id=None,
    attendee_id=10,
    status=RegistrationStatus.CONFIRMED,
    quantity=2,
    price=Money(minor=4900, currency="USD"),
    hold_expires_at=None,
    created_at=FIRST_DAY,
    confirmed_at=FIRST_DAY,
    ended_at=None,
    end_reason="",
    organizer_id=7,
    owner_id=20,
)


@pytest.mark.parametrize("status", [s for s in RegistrationStatus if s != "waitlisted"])
def test_only_who_waits_leaves_a_waitlist(status: RegistrationStatus) -> None:
    ensure_waiting(replace(PAID, status=RegistrationStatus.WAITLISTED))
    with refused(RegistrationState, f"This is no place in line any more: it is {status}."):
        ensure_waiting(replace(PAID, status=status))


def test_to_cancel_takes_money_back_where_there_was_any() -> None:
    assert is_paid(PAID)
    assert not is_paid(replace(PAID, price=Money(minor=0, currency="USD")))
    assert not is_paid(replace(PAID, status=RegistrationStatus.PENDING))


def test_an_end_tells_whether_the_owner_made_it() -> None:
    assert reason_of(GivenBack(by=20), PAID) == "cancelled_by_owner"
    assert reason_of(GivenBack(by=7), PAID) == "cancelled"
    assert reason_of(GivenBack(), PAID) == "cancelled"


def test_of_several_targets_the_sessions_are_locked_by_their_ids() -> None:
    targets = [Target(conference_id=1, session_id=id) for id in (5, None, 2)]
    assert sessions_of(targets) == [5, 2]
