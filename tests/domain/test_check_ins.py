from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Caller, Role
from app.domain.check_ins import (
    Scan,
    Turnout,
    ensure_good_for_entry,
    ensure_of_this_door,
    ensure_runs_door,
    ensure_same_scan,
    ensure_standing,
    ensure_still_in,
    ensure_ticket,
    fingerprint,
    read_code,
    scanned_when,
    state,
    total,
)
from app.domain.errors import (
    AlreadyCheckedIn,
    DomainError,
    KeyReused,
    NotCheckedIn,
    TicketCancelled,
    UnknownTicket,
    Unpaid,
    WrongConference,
)
from app.domain.registrations import RegistrationStatus
from app.domain.times import EARLIEST
from tests.domain.doors import CODES, EARLIER, NOW, STAFF, check_in, ticket
from tests.refusing import refused


def scan(at: datetime | None) -> Scan:
    return Scan(code=CODES[0], nonce="n", scanned_at=at)


def caller(user_id: int, role: Role = Role.ORGANIZER) -> Caller:
    return Caller(user_id=user_id, username="u", email_folded="u@example.com", role=role, family="")


@pytest.mark.parametrize(
    "text", [CODES[3], CODES[3].upper(), f"\t{CODES[3]} \n", CODES[3].replace("-", "")]
)
def test_a_code_is_read_however_it_is_written(text: str) -> None:
    assert read_code(text) == CODES[3]


@pytest.mark.parametrize(
    "text", ["", "x", CODES[3] + "0", "{" + CODES[3] + "}", "1_" * 16, "٥" * 32, CODES[3][:-1]]
)
def test_what_is_no_code_is_not_read_as_one(text: str) -> None:
    assert read_code(text) is None


@given(st.text(max_size=60))
def test_reading_a_code_never_fails(text: str) -> None:
    code = read_code(text)
    assert code is None or read_code(code) == code


@given(st.uuids())
def test_every_code_is_read_back(code: UUID) -> None:
    assert read_code(str(code)) == str(code)


def test_the_fingerprint_is_what_any_device_can_compute() -> None:
    assert fingerprint(CODES[1]) == sha256(CODES[1].encode()).hexdigest()


@pytest.mark.parametrize(
    ("told", "believed"),
    [
        (None, NOW),
        (EARLIER, EARLIER),
        (NOW, NOW),
        (NOW + timedelta(seconds=1), NOW),
        (EARLIEST, EARLIEST),
        (EARLIEST - timedelta(seconds=1), NOW),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), NOW),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))), NOW),
        (EARLIER.astimezone(timezone(timedelta(hours=-7))), EARLIER),
    ],
)
def test_a_device_is_believed_unless_its_clock_cannot_be_right(
    told: datetime | None, believed: datetime
) -> None:
    when = scanned_when(scan(told), NOW)
    assert when == believed
    assert when.tzinfo is UTC


def test_what_was_found_for_no_code_is_unknown() -> None:
    with pytest.raises(UnknownTicket):
        ensure_ticket(None)
    assert ensure_ticket(ticket()) == ticket()


@pytest.mark.parametrize("reader", [caller(STAFF), caller(1, Role.ADMIN)])
def test_who_runs_the_door_reads_its_tickets(reader: Caller) -> None:
    ensure_runs_door(reader, ticket())


@pytest.mark.parametrize("reader", [caller(8), caller(9, Role.ATTENDEE)])
def test_to_others_a_ticket_is_unknown(reader: Caller) -> None:
    with pytest.raises(UnknownTicket):
        ensure_runs_door(reader, ticket())


@pytest.mark.parametrize("door", [2, None])
def test_a_ticket_is_good_at_its_own_door(door: int | None) -> None:
    ensure_of_this_door(ticket())
    with pytest.raises(WrongConference):
        ensure_of_this_door(ticket(door=door))


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (RegistrationStatus.PENDING, Unpaid),
        (RegistrationStatus.WAITLISTED, TicketCancelled),
        (RegistrationStatus.CANCELLED, TicketCancelled),
        (RegistrationStatus.EXPIRED, TicketCancelled),
    ],
)
@pytest.mark.parametrize("at", [None, EARLIER])
def test_only_a_confirmed_registration_lets_in(
    status: RegistrationStatus, refusal: type[DomainError], at: datetime | None
) -> None:
    with pytest.raises(refusal):
        ensure_good_for_entry(ticket(status=status, at=at))


def test_a_ticket_lets_in_once_and_tells_when_it_did() -> None:
    ensure_good_for_entry(ticket())
    with pytest.raises(AlreadyCheckedIn) as refusal:
        ensure_good_for_entry(ticket(at=EARLIER))
    assert refusal.value.at == EARLIER


def test_a_waiting_person_is_told_that_they_wait() -> None:
    with pytest.raises(TicketCancelled, match="waitlist"):
        ensure_good_for_entry(ticket(status=RegistrationStatus.WAITLISTED))


def test_a_nonce_names_one_ticket() -> None:
    ensure_same_scan(check_in(0), ticket(0))
    with refused(KeyReused, "This nonce was used for another ticket.", field="nonce"):
        ensure_same_scan(check_in(0), ticket(1))


def test_a_repeated_scan_stands_unless_it_was_undone() -> None:
    ensure_still_in(check_in(), ticket(at=EARLIER))
    with refused(NotCheckedIn, "This check-in was undone; scan the ticket anew."):
        ensure_still_in(check_in(undone=True), ticket())
    with pytest.raises(AlreadyCheckedIn) as refusal:
        ensure_still_in(check_in(undone=True), ticket(at=NOW))
    assert refusal.value.at == NOW


def test_what_was_undone_is_not_undone_again() -> None:
    ensure_standing(check_in())
    with pytest.raises(NotCheckedIn):
        ensure_standing(check_in(undone=True))


@pytest.mark.parametrize(
    ("status", "at", "shown"),
    [
        (RegistrationStatus.CONFIRMED, None, "ok"),
        (RegistrationStatus.CONFIRMED, EARLIER, "in"),
        (RegistrationStatus.PENDING, None, "unpaid"),
    ],
)
def test_an_offline_scanner_knows_the_state(
    status: RegistrationStatus, at: datetime | None, shown: str
) -> None:
    assert state(ticket(status=status, at=at)) == shown


def test_the_whole_is_the_sum_of_the_kinds() -> None:
    kinds = [
        Turnout(ticket_type_id=1, expected=3, expected_seats=5, checked_in=1, checked_in_seats=2),
        Turnout(session_id=4, expected=10, expected_seats=10, checked_in=7, checked_in_seats=7),
    ]
    assert total(kinds) == Turnout(expected=13, expected_seats=15, checked_in=8, checked_in_seats=9)
    assert total([]).expected == 0
