from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.access import Caller, Role
from app.domain.attendees import (
    Attendee,
    Sight,
    ensure_keeps_email,
    ensure_may_enter,
    ensure_may_write,
    sight_of,
)
from app.domain.errors import EmailOfAccount, Forbidden

NOW = datetime(2026, 8, 1, 10, tzinfo=UTC)
JOHN = Attendee(
    id=10,
    name="John Smith",
    email="John@example.com",
    phone_number="123-456-7890",
    organization="Innovate Corp",
    user_id=None,
    created_by=2,
    created_at=NOW,
    updated_at=NOW,
)


def caller(role: Role, user_id: int = 2, email: str = "john@example.com") -> Caller:
    return Caller(user_id=user_id, username="u", email_folded=email, role=role, family="")


@pytest.mark.parametrize(
    ("role", "sight"),
    [
        (Role.ADMIN, Sight.EVERYBODY),
        (Role.ORGANIZER, Sight.OWN_PEOPLE),
        (Role.ATTENDEE, Sight.ONESELF),
    ],
)
def test_sight_follows_from_the_role(role: Role, sight: Sight) -> None:
    assert sight_of(caller(role)) is sight


@pytest.mark.parametrize("email", ["john@example.com", "JOHN@Example.com", " john@example.com"])
def test_an_attendee_enters_itself_whatever_the_case(email: str) -> None:
    ensure_may_enter(caller(Role.ATTENDEE), email)


def test_an_attendee_enters_nobody_else() -> None:
    with pytest.raises(Forbidden):
        ensure_may_enter(caller(Role.ATTENDEE), "jane@example.com")


@pytest.mark.parametrize("role", [Role.ORGANIZER, Role.ADMIN])
def test_organizers_enter_anybody(role: Role) -> None:
    ensure_may_enter(caller(role), "jane@example.com")


@pytest.mark.parametrize(
    ("who", "user_id", "allowed"),
    [
        pytest.param(caller(Role.ADMIN, 1), None, True, id="admin"),
        pytest.param(caller(Role.ADMIN, 1), 7, True, id="admin, of somebody with an account"),
        pytest.param(caller(Role.ORGANIZER, 2), None, True, id="who entered the person"),
        pytest.param(caller(Role.ORGANIZER, 2), 7, False, id="entered, but has an account"),
        pytest.param(caller(Role.ORGANIZER, 3), None, False, id="another organizer"),
        pytest.param(caller(Role.ATTENDEE, 7), 7, True, id="oneself"),
        pytest.param(caller(Role.ATTENDEE, 8), 7, False, id="somebody else"),
    ],
)
def test_who_writes(who: Caller, user_id: int | None, allowed: bool) -> None:
    person = replace(JOHN, user_id=user_id)
    if allowed:
        ensure_may_write(who, person)
    else:
        with pytest.raises(Forbidden):
            ensure_may_write(who, person)


def test_who_has_an_account_keeps_its_email() -> None:
    with pytest.raises(EmailOfAccount):
        ensure_keeps_email(replace(JOHN, user_id=7), "other@example.com")


@pytest.mark.parametrize(
    ("user_id", "email"),
    [
        pytest.param(7, "JOHN@example.com", id="the same address, written otherwise"),
        pytest.param(None, "other@example.com", id="nobody's account"),
    ],
)
def test_an_email_may_change_otherwise(user_id: int | None, email: str) -> None:
    ensure_keeps_email(replace(JOHN, user_id=user_id), email)
