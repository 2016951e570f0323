"""Whose the record of a person is, and who is shown it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Caller, Role
from app.domain.records import Record, Showing, can_see, is_theirs, shows

PAT, OLGA, OTHER = 1, 2, 3
GUEST = Record(user_id=None, created_by=None, is_proven=False)
BROUGHT = replace(GUEST, created_by=OLGA)
# Somebody else has written down the address of an account that has proven nothing yet.
CLAIMED = replace(BROUGHT, user_id=PAT)
OWN = replace(CLAIMED, created_by=PAT)
PROVEN = replace(CLAIMED, is_proven=True)

ids = st.none() | st.sampled_from([PAT, OLGA, OTHER])
showings = st.lists(st.builds(Showing, owner_id=ids, is_guests=st.booleans()), max_size=3)
records = st.builds(Record, user_id=ids, created_by=ids, is_proven=st.booleans(), showings=showings)


def caller(user_id: int, role: Role = Role.ORGANIZER) -> Caller:
    return Caller(user_id=user_id, username="u", email_folded="u@x.org", role=role, family="")


def by(owner_id: int | None) -> Showing:
    return Showing(owner_id=owner_id, is_guests=False)


AS_GUEST = Showing(owner_id=None, is_guests=True)


def test_a_record_is_its_accounts_by_entering_it_or_by_proving_the_address() -> None:
    assert is_theirs(OWN)
    assert is_theirs(PROVEN)
    assert not is_theirs(CLAIMED)
    assert not is_theirs(replace(GUEST, is_proven=True))


@pytest.mark.parametrize("record", [CLAIMED, OWN, PROVEN])
def test_one_sees_oneself_once_the_record_is_ones_own(record: Record) -> None:
    assert can_see(caller(PAT, Role.ATTENDEE), record) is is_theirs(record)
    to_oneself = replace(record, showings=[by(PAT), by(None), AS_GUEST])
    assert can_see(caller(PAT), to_oneself) is is_theirs(record)


def test_an_organizer_sees_whom_they_brought_until_the_record_is_theirs() -> None:
    assert can_see(caller(OLGA), BROUGHT)
    assert can_see(caller(OLGA), CLAIMED)
    assert not can_see(caller(OLGA), PROVEN)
    assert not can_see(caller(OTHER), BROUGHT)


def test_attendees_see_nobody_else_whatever_they_have_written_down() -> None:
    assert not can_see(caller(OLGA, Role.ATTENDEE), BROUGHT)
    assert not can_see(caller(OLGA, Role.ATTENDEE), replace(GUEST, showings=[AS_GUEST]))


def test_a_guest_is_shown_to_whom_they_come() -> None:
    assert not can_see(caller(OTHER), GUEST)
    assert can_see(caller(OTHER), replace(GUEST, showings=[AS_GUEST]))


@pytest.mark.parametrize("record", [OWN, PROVEN])
def test_what_is_an_accounts_is_shown_by_its_own_registrations_alone(record: Record) -> None:
    assert shows(record, by(PAT))
    assert not shows(record, by(None))
    assert not shows(record, by(OLGA))
    assert not shows(record, replace(by(PAT), is_guests=True))


@pytest.mark.parametrize("record", [BROUGHT, CLAIMED])
def test_what_is_nobodys_yet_is_shown_by_a_registration_of_those_who_wrote_it(
    record: Record,
) -> None:
    assert shows(record, by(None))
    assert shows(record, by(OLGA))
    assert not shows(record, by(OTHER))
    assert not shows(record, by(PAT))
    assert not shows(record, AS_GUEST)


def test_whom_nobody_entered_is_shown_by_whoever_registered_them_by_name() -> None:
    unwritten = replace(CLAIMED, created_by=None)
    assert shows(unwritten, by(OTHER))
    assert not shows(unwritten, AS_GUEST)


@given(record=records)
def test_admins_see_everybody(record: Record) -> None:
    assert can_see(caller(OTHER, Role.ADMIN), record)


@given(record=records)
def test_a_guests_registration_never_shows_whom_somebody_has_written_down(record: Record) -> None:
    by_guests = replace(record, showings=[replace(s, is_guests=True) for s in record.showings])
    if record.user_id is not None or record.created_by is not None:
        without = replace(record, showings=[])
        assert can_see(caller(OTHER), by_guests) is can_see(caller(OTHER), without)


@given(record=records)
def test_proving_the_address_never_shows_a_record_to_those_who_wrote_it_down(
    record: Record,
) -> None:
    """Unless the account itself has registered for something of theirs."""
    proven = replace(record, user_id=PAT, is_proven=True)
    if not any(s.owner_id == PAT and not s.is_guests for s in record.showings):
        assert not can_see(caller(OLGA), replace(proven, created_by=OLGA))
