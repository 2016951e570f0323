from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from app.domain.check_ins import (
    CheckIn,
    Decision,
    DoorTicket,
    Scan,
    decide,
    scanned_when,
)
from app.domain.errors import (
    AlreadyCheckedIn,
    DomainError,
    KeyReused,
    NotCheckedIn,
)
from app.domain.registrations import RegistrationStatus
from tests.domain.doors import CODES, EARLIER, NOW, STAFF, check_in, ticket


def scan(number: int = 0, nonce: str = "n", at: datetime | None = None) -> Scan:
    return Scan(code=CODES[number], nonce=nonce, scanned_at=at)


def answer(
    *scans: Scan, tickets: list[DoorTicket] | None = None, known: list[CheckIn] | None = None
) -> list[Decision]:
    shown = {one.code: one for one in (tickets or [ticket()])}
    return decide(scans, shown, {one.nonce: one for one in known or []}, STAFF, NOW)


def said(decision: Decision) -> str:
    return decision.code if isinstance(decision, DomainError) else "checked_in"


def test_a_good_scan_becomes_a_check_in() -> None:
    [decision] = answer(scan(at=EARLIER))
    assert isinstance(decision, CheckIn)
    assert replace(decision, id=5, received_at=EARLIER) == check_in()
    assert (decision.id, decision.received_at) == (0, NOW)


def test_each_refusal_has_its_reason() -> None:
    shown = [
        ticket(0, door=2),
        ticket(1, status=RegistrationStatus.PENDING),
        ticket(2, status=RegistrationStatus.CANCELLED),
        ticket(3, at=EARLIER),
    ]
    scans = [scan(number, nonce=str(number)) for number in range(5)]
    assert [said(one) for one in answer(*scans, tickets=shown)] == [
        "wrong_conference",
        "unpaid",
        "cancelled",
        "already_checked_in",
        "unknown",
    ]


def test_of_several_scans_of_a_ticket_the_earliest_counts() -> None:
    late, early, later = answer(
        scan(nonce="late", at=EARLIER + timedelta(minutes=1)),
        scan(nonce="early", at=EARLIER),
        scan(nonce="no clock"),
    )
    assert said(early) == "checked_in"
    for refusal in (late, later):
        assert isinstance(refusal, AlreadyCheckedIn)
        assert refusal.at == EARLIER


def test_a_scan_sent_twice_in_one_upload_is_one_scan() -> None:
    first, second = answer(scan(at=EARLIER), scan(at=EARLIER))
    assert first is second


def test_a_nonce_used_twice_in_one_upload_is_good_for_the_earlier_scan() -> None:
    second, first = answer(
        scan(1, at=EARLIER + timedelta(minutes=1)),
        scan(0, at=EARLIER),
        tickets=[ticket(0), ticket(1)],
    )
    assert said(first) == "checked_in"
    assert isinstance(second, KeyReused)


def test_a_known_scan_is_answered_as_the_first_time_whatever_became_of_the_ticket() -> None:
    known = check_in()
    for shown in (ticket(at=EARLIER), ticket(status=RegistrationStatus.CANCELLED, at=EARLIER)):
        assert answer(scan(), tickets=[shown], known=[known]) == [known]


def test_an_undone_scan_leaves_the_ticket_to_a_new_one() -> None:
    old, new = answer(
        scan(nonce="n", at=EARLIER - timedelta(minutes=1)),
        scan(nonce="new", at=EARLIER),
        known=[check_in(undone=True)],
    )
    assert isinstance(old, NotCheckedIn)
    assert said(new) == "checked_in"


class Day(NamedTuple):
    """The tickets of a conference, and the scans of a day."""

    tickets: list[DoorTicket]
    scans: list[Scan]


_minutes = st.one_of(st.none(), st.integers(-10, 300))
_scans = st.builds(
    lambda number, nonce, ago: scan(
        number, f"n{nonce}", None if ago is None else NOW - timedelta(minutes=ago)
    ),
    st.integers(0, 4),
    st.integers(0, 7),
    _minutes,
)
_tickets = st.builds(
    lambda number, status: ticket(number, status=status),
    st.integers(0, 4),
    st.sampled_from([RegistrationStatus.CONFIRMED] * 4 + list(RegistrationStatus)),
)
_days = st.builds(
    Day,
    st.lists(_tickets, unique_by=lambda one: one.code),
    st.lists(_scans, max_size=14),
)


class Book:
    """What a database would hold after each upload."""

    def __init__(self, tickets: list[DoorTicket]) -> None:
        self.tickets = {one.code: one for one in tickets}
        self.check_ins: dict[str, CheckIn] = {}

    def upload(self, scans: list[Scan]) -> list[Decision]:
        decisions = decide(scans, self.tickets, self.check_ins, STAFF, NOW)
        for one in decisions:
            if isinstance(one, CheckIn) and one.nonce not in self.check_ins:
                self.check_ins[one.nonce] = one
                [code] = [
                    c for c, t in self.tickets.items() if t.registration_id == one.registration_id
                ]
                marked = replace(self.tickets[code], checked_in_at=one.checked_in_at)
                self.tickets[code] = marked
        return decisions


def told(decisions: list[Decision]) -> list[tuple[str, object]]:
    return [
        (said(one), getattr(one, "at", getattr(one, "checked_in_at", None))) for one in decisions
    ]


@given(_days)
def test_each_ticket_is_checked_in_at_most_once(day: Day) -> None:
    book = Book(day.tickets)
    book.upload(day.scans)
    counted = [one.registration_id for one in book.check_ins.values()]
    assert len(counted) == len(set(counted))
    good = {
        one.registration_id for one in day.tickets if one.status is RegistrationStatus.CONFIRMED
    }
    assert set(counted) <= good


@given(_days)
def test_a_repeated_upload_changes_nothing(day: Day) -> None:
    book = Book(day.tickets)
    first = book.upload(day.scans)
    tickets, check_ins = dict(book.tickets), dict(book.check_ins)
    again = book.upload(day.scans)
    assert (book.tickets, book.check_ins) == (tickets, check_ins)
    for before, after in zip(first, again, strict=True):
        assert isinstance(before, CheckIn) == isinstance(after, CheckIn)
        assert not isinstance(before, CheckIn) or before == after


@given(_days, st.randoms())
def test_the_order_of_an_upload_does_not_matter(day: Day, chance: Random) -> None:
    shuffled = list(range(len(day.scans)))
    chance.shuffle(shuffled)
    straight = told(Book(day.tickets).upload(day.scans))
    mixed = told(Book(day.tickets).upload([day.scans[place] for place in shuffled]))
    assert mixed == [straight[place] for place in shuffled]


@given(_days)
def test_every_confirmed_ticket_that_was_scanned_properly_is_in(day: Day) -> None:
    """With a nonce of its own for each scan, nobody who was scanned is left outside."""
    scans = [replace(one, nonce=f"own {place}") for place, one in enumerate(day.scans)]
    book = Book(day.tickets)
    book.upload(scans)
    for shown in day.tickets:
        times = [scanned_when(one, NOW) for one in scans if one.code == shown.code]
        confirmed = shown.status is RegistrationStatus.CONFIRMED
        expected = min(times) if times and confirmed else None
        assert book.tickets[shown.code].checked_in_at == expected


@given(_days, st.integers(0, 14))
def test_two_uploads_count_each_ticket_once(day: Day, cut: int) -> None:
    book = Book(day.tickets)
    book.upload(day.scans[:cut])
    book.upload(day.scans[cut:])
    counted = [one.registration_id for one in book.check_ins.values()]
    assert len(counted) == len(set(counted))


def test_a_check_in_bears_the_names_that_stand_on_its_ticket() -> None:
    named = replace(ticket(), ticket_type_name="Early", session_name="Keynote")
    [decision] = answer(scan(), tickets=[named])
    assert isinstance(decision, CheckIn)
    assert (decision.ticket_type_name, decision.session_name) == ("Early", "Keynote")
