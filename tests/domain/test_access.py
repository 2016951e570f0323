"""Who may do what, whatever it is done to."""

from dataclasses import dataclass

import pytest

from app.domain.access import (
    Caller,
    Role,
    ensure_admin,
    ensure_known,
    ensure_manages,
    ensure_organizer,
    fold,
    manages,
)
from app.domain.errors import Forbidden, NotFound


@dataclass(frozen=True)
class Thing:
    organizer_id: int | None


def caller(user_id: int, role: Role) -> Caller:
    return Caller(user_id=user_id, username="u", email_folded="u@x.org", role=role, family="")


ADMIN, OWNER = caller(1, Role.ADMIN), caller(7, Role.ORGANIZER)
STRANGER, ATTENDEE = caller(8, Role.ORGANIZER), caller(9, Role.ATTENDEE)
OWNED, ORPHAN = Thing(organizer_id=7), Thing(organizer_id=None)


def test_a_thing_is_its_organizers_and_admins_to_write() -> None:
    for who in (ADMIN, OWNER):
        assert manages(who, OWNED)
        ensure_manages(who, OWNED)
    for who in (STRANGER, ATTENDEE):
        assert not manages(who, OWNED)
        with pytest.raises(Forbidden):
            ensure_manages(who, OWNED)


def test_what_has_lost_its_organizer_is_the_admins_alone() -> None:
    ensure_manages(ADMIN, ORPHAN)
    with pytest.raises(Forbidden):
        ensure_manages(OWNER, ORPHAN)


def test_what_is_for_admins_is_for_nobody_else() -> None:
    ensure_admin(ADMIN)
    for who in (OWNER, ATTENDEE):
        with pytest.raises(Forbidden):
            ensure_admin(who)


def test_what_is_for_organizers_is_for_admins_too() -> None:
    ensure_organizer(ADMIN)
    ensure_organizer(OWNER)
    with pytest.raises(Forbidden):
        ensure_organizer(ATTENDEE)


def test_what_one_may_not_see_is_not_there() -> None:
    ensure_known(True)
    with pytest.raises(NotFound):
        ensure_known(False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane@Example.com", " jane@example.COM\t"),
        ("ﬁne", "FINE"),
        ("Straße", "STRASSE"),
        ("\uff2aane", "jane"),
    ],
)
def test_names_are_one_however_they_are_written(one: str, other: str) -> None:
    assert fold(one) == fold(other)
