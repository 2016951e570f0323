from datetime import UTC, datetime

import pytest

from app.domain import guests, imports
from app.domain.access import Caller, Role, manages
from app.domain.conferences import ConferenceDraft
from app.domain.errors import PaymentState
from app.domain.guests import GuestList
from app.domain.imports import Holdings
from app.domain.times import TimeRange

START = datetime(2031, 3, 15, 9, tzinfo=UTC)
END = datetime(2031, 3, 17, 17, tzinfo=UTC)


def a_draft(name: str) -> ConferenceDraft:
    return ConferenceDraft(name=name, period=TimeRange(start=START, end=END))


def test_an_event_is_known_by_its_name_and_its_start() -> None:
    assert imports.identity(a_draft("Straße")) == imports.identity(a_draft("STRASSE "))
    assert imports.identity(a_draft("Other")) != imports.identity(a_draft("Summit"))


def test_the_operator_manages_everything_and_is_nobodys_account() -> None:
    operator = imports.operator(None)
    assert operator.user_id == 0
    assert manages(operator, GuestList(organizer_id=7, guests=()))
    assert imports.operator(7).user_id == 7


def test_money_is_removed_on_request_alone() -> None:
    paid = Holdings(counts={"payments": 2}, standing_payments=2)
    imports.ensure_money_may_go(paid, discards_payments=True)
    failed = Holdings(counts={"payments": 2}, standing_payments=0)
    imports.ensure_money_may_go(failed, discards_payments=False)
    with pytest.raises(PaymentState, match="paid or under way: 2"):
        imports.ensure_money_may_go(paid, discards_payments=False)


def a_caller(role: Role, user_id: int = 1) -> Caller:
    return Caller(user_id=user_id, username="ada", email_folded="a@e.com", role=role, family="")


@pytest.mark.parametrize(
    ("caller", "organizer_id", "shown"),
    [
        (None, None, True),
        (None, 1, False),
        (a_caller(Role.ATTENDEE), None, True),
        (a_caller(Role.ORGANIZER), 1, True),
        (a_caller(Role.ORGANIZER), 2, False),
        (a_caller(Role.ATTENDEE), 2, False),
        (a_caller(Role.ADMIN), 2, True),
    ],
)
def test_emails_are_the_organizers_to_see_and_everybodys_where_there_is_none(
    caller: Caller | None, organizer_id: int | None, shown: bool
) -> None:
    listed = GuestList(organizer_id=organizer_id, guests=())
    assert guests.shows_emails(caller, listed) is shown
