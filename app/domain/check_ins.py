"""Check-in: a ticket's code is read at the door and lets in once; every refusal has its reason.

Each scan bears a nonce that its device chose: sent again, it is known for the same scan, is
answered as the first time, and counts once. What is done about it is told in `checking_in.py`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from app.domain.access import Caller, manages
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
from app.domain.idempotency import Claim
from app.domain.registrations import RegistrationStatus
from app.domain.times import EARLIEST
from app.domain.trail import ACTOR, Actor

_CODE = re.compile(r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}")
_OVER = {RegistrationStatus.WAITLISTED: "This registration is on the waitlist; it has no seat."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """`code` is whatever the device read, `scanned_at` what its clock said, if it told."""

    code: str
    nonce: str
    scanned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A ticket that is shown: at the door of that conference, or else at that of its own."""

    caller: Caller
    scan: Scan
    door_id: int | None
    claim: Claim | None = None
    # In whose name: the desk serves many in one transaction.
    actor: Actor = field(default_factory=ACTOR.get)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorTicket:
    """What the door sees of a registration.

    `door_id` is the conference at whose door the ticket is shown, `organizer_id` that one's.
    """

    registration_id: int
    code: str
    conference_id: int
    door_id: int | None
    organizer_id: int | None
    status: RegistrationStatus
    checked_in_at: datetime | None
    attendee_name: str
    ticket_type_name: str | None
    session_name: str | None
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """`checked_in_at` is when the ticket was scanned, `received_at` when we heard of it.

    It stands until it is undone, and stays as a trace afterwards.
    """

    id: int
    registration_id: int
    conference_id: int
    organizer_id: int | None
    nonce: str
    checked_in_at: datetime
    received_at: datetime
    scanned_by: int
    undone_at: datetime | None
    undone_by: int | None
    attendee_name: str
    ticket_type_name: str | None
    session_name: str | None
    quantity: int


Decision = CheckIn | DomainError
# Nonces are a conference's own.
Nonce = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """`result` is `checked_in`, or the code of the reason why not.

    `checked_in_at` tells since when the ticket is checked in, where it is.
    """

    nonce: str
    result: str
    checked_in_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What came of the scans a device gathered offline, in their order."""

    conference_id: int
    results: tuple[ScanResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnout:
    """How many confirmed registrations of one kind there are, and how many came.

    A kind is the admissions of a ticket type, those without one, or the places in a session.
    """

    ticket_type_id: int | None = None
    session_id: int | None = None
    name: str | None = None
    expected: int
    expected_seats: int
    checked_in: int
    checked_in_seats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInFilter:
    """None means any."""

    organizer_id: int | None = None
    conference_id: int | None = None
    registration_id: int | None = None


def read_code(text: str) -> str | None:
    """The ticket's code in what was read, as it is stored; scanners read anything."""
    plain = text.strip().lower()
    return str(UUID(plain)) if _CODE.fullmatch(plain) else None


def fingerprint(code: str) -> str:
    """What offline scanners know a ticket by: it recognises the code and cannot be printed."""
    return sha256(code.encode()).hexdigest()


def state(ticket: DoorTicket) -> str:
    """What the door would say of a live ticket: `in` already, `unpaid`, or `ok`."""
    if ticket.status is RegistrationStatus.PENDING:
        return "unpaid"
    return "ok" if ticket.checked_in_at is None else "in"


def scanned_when(scan: Scan, now: datetime) -> datetime:
    """When a scan happened: as its device says, unless that clock cannot be right."""
    told = scan.scanned_at
    return told.astimezone(UTC) if told is not None and EARLIEST <= told <= now else now


def ensure_ticket(found: DoorTicket | None) -> DoorTicket:
    """What is read is a ticket (`unknown`)."""
    if found is None:
        raise UnknownTicket
    return found


def ensure_runs_door(caller: Caller, ticket: DoorTicket) -> None:
    """Tickets are read at doors of one's own; shown elsewhere they are none (`unknown`)."""
    if not manages(caller, ticket):
        raise UnknownTicket


def ensure_of_this_door(ticket: DoorTicket) -> None:
    """A ticket is good for its own conference (`wrong_conference`)."""
    if ticket.door_id != ticket.conference_id:
        raise WrongConference


def ensure_good_for_entry(ticket: DoorTicket) -> None:
    """A confirmed registration lets in, and once (`unpaid`, `cancelled`, `already_checked_in`)."""
    if ticket.status is RegistrationStatus.PENDING:
        raise Unpaid
    if ticket.status is not RegistrationStatus.CONFIRMED:
        raise TicketCancelled(_OVER.get(ticket.status))
    if ticket.checked_in_at is not None:
        raise AlreadyCheckedIn(at=ticket.checked_in_at)


def ensure_same_scan(known: CheckIn, ticket: DoorTicket) -> None:
    """A nonce names one scan, of one ticket (`idempotency_key_reused`)."""
    if known.registration_id != ticket.registration_id:
        raise KeyReused("This nonce was used for another ticket.", field="nonce")


def ensure_still_in(known: CheckIn, ticket: DoorTicket) -> None:
    """A scan whose check-in was undone does not check in again; a new scan does.

    The answer is how the ticket stands now (`not_checked_in`, `already_checked_in`).
    """
    if known.undone_at is None:
        return
    if ticket.checked_in_at is not None:
        raise AlreadyCheckedIn(at=ticket.checked_in_at)
    raise NotCheckedIn("This check-in was undone; scan the ticket anew.")


def ensure_standing(check_in: CheckIn) -> None:
    """What was undone is not undone again (`not_checked_in`)."""
    if check_in.undone_at is not None:
        raise NotCheckedIn


def decide(
    scans: Sequence[Scan],
    tickets: Mapping[str, DoorTicket],
    known: Mapping[str, CheckIn],
    scanned_by: int,
    now: datetime,
) -> list[Decision]:
    """One decision per scan, in the order given; of several scans of a ticket the earliest counts.

    `tickets` are by code, `known` is what came of their nonces before. A check-in without an id
    is new; that of a repeated scan is the one it led to.
    """
    shown, answered = dict(tickets), dict(known)
    decisions: dict[int, Decision] = {}
    for place in sorted(range(len(scans)), key=lambda place: _turn(scans[place], now)):
        scan = scans[place]
        try:
            ticket = ensure_ticket(shown.get(read_code(scan.code) or ""))
            check_in = _let_in(scan, ticket, answered.get(scan.nonce), scanned_by, now)
        except DomainError as refusal:
            decisions[place] = refusal
            continue
        answered[scan.nonce] = check_in
        shown[ticket.code] = replace(ticket, checked_in_at=check_in.checked_in_at)
        decisions[place] = check_in
    return [decisions[place] for place in range(len(scans))]


def decide_each(
    shown: Sequence[Shown],
    tickets: Mapping[tuple[str, int | None], DoorTicket],
    known: Mapping[Nonce, CheckIn],
    now: datetime,
) -> list[Decision]:
    """One decision for each that is shown, as if one came after the other.

    `tickets` are by code and door, `known` is what came of their nonces before.
    """
    entered: dict[int, datetime] = {}
    answered = dict(known)
    decisions: list[Decision] = []
    for one in shown:
        try:
            ticket = ensure_ticket(tickets.get((read_code(one.scan.code) or "", one.door_id)))
            ensure_runs_door(one.caller, ticket)
            if ticket.registration_id in entered:
                ticket = replace(ticket, checked_in_at=entered[ticket.registration_id])
            nonce = (ticket.conference_id, one.scan.nonce)
            check_in = _let_in(one.scan, ticket, answered.get(nonce), one.caller.user_id, now)
        except DomainError as refusal:
            decisions.append(refusal)
            continue
        answered[nonce] = check_in
        entered[ticket.registration_id] = check_in.checked_in_at
        decisions.append(check_in)
    return decisions


def total(turnouts: Iterable[Turnout]) -> Turnout:
    """All kinds together; who holds an admission and a place in a session holds two tickets."""
    kinds = list(turnouts)
    return Turnout(
        expected=sum(kind.expected for kind in kinds),
        expected_seats=sum(kind.expected_seats for kind in kinds),
        checked_in=sum(kind.checked_in for kind in kinds),
        checked_in_seats=sum(kind.checked_in_seats for kind in kinds),
    )


def _turn(scan: Scan, now: datetime) -> tuple[datetime, str, str]:
    """The earlier first; the rest makes it the same turn in whatever order they are sent."""
    return scanned_when(scan, now), scan.nonce, scan.code


def _let_in(
    scan: Scan, ticket: DoorTicket, known: CheckIn | None, scanned_by: int, now: datetime
) -> CheckIn:
    ensure_of_this_door(ticket)
    if known is not None:
        ensure_same_scan(known, ticket)
        ensure_still_in(known, ticket)
        return known
    ensure_good_for_entry(ticket)
    return CheckIn(
        id=0,
        registration_id=ticket.registration_id,
        conference_id=ticket.conference_id,
        organizer_id=ticket.organizer_id,
        nonce=scan.nonce,
        checked_in_at=scanned_when(scan, now),
        received_at=now,
        scanned_by=scanned_by,
        undone_at=None,
        undone_by=None,
        attendee_name=ticket.attendee_name,
        ticket_type_name=ticket.ticket_type_name,
        session_name=ticket.session_name,
        quantity=ticket.quantity,
    )
