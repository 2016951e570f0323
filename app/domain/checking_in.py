"""Checking in: one scan at the door, or all that a device gathered offline, and taking it back.

One scan and ten thousand go the same way: lock the tickets, read their nonces, decide, write. Scans
that arrive one by one while another is written stand in line at a desk, and go together.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_manages, ensure_organizer, manages
from app.domain.check_ins import (
    CheckIn,
    CheckInFilter,
    Decision,
    DoorTicket,
    Nonce,
    Scan,
    ScanResult,
    Shown,
    Turnout,
    Upload,
    decide,
    decide_each,
    ensure_standing,
    read_code,
)
from app.domain.desk import Desk
from app.domain.errors import AlreadyCheckedIn, ConflictingWrite, NotFound
from app.domain.idempotency import answered_by_keys, once
from app.domain.pages import Page, PageRequest
from app.domain.trail import Actor

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

CHECKED_IN = "checked_in"


@once
async def check_in(desk: Desk[Shown, CheckIn], shown: Shown) -> CheckIn:
    """Let one in, at the door of the named conference, or else of the ticket's own.

    Raises Forbidden, UnknownTicket, and what the rules of `decide_each` refuse.
    """
    ensure_organizer(shown.caller)
    return await desk.ask(shown)


@once
async def check_in_alone(uow: "UnitOfWork", shown: Shown, now: datetime) -> CheckIn:
    """As `check_in`, for one who stands in no line: a batch of one."""
    ensure_organizer(shown.caller)
    [answer] = await check_in_batch(uow, [shown], now)
    if isinstance(answer, Exception):
        raise answer
    return answer


async def check_in_batch(
    uow: "UnitOfWork", shown: Sequence[Shown], now: datetime
) -> list[CheckIn | Exception]:
    """Decide on those who stand at the doors; one check-in or exception each, in the same order."""
    async with uow as tx:
        answers: dict[int, CheckIn | Exception] = {}
        answers.update(await answered_by_keys(tx, shown, now))
        asked = {place: one for place, one in enumerate(shown) if place not in answers}
        tickets = await tx.check_ins.lock_shown(_read(asked.values()))
        known = await tx.check_ins.known(_nonces(asked.values(), tickets))
        decided = decide_each(list(asked.values()), tickets, known, now)
        decisions = await _write(tx, decided, _actors(asked.values(), decided))
        answers.update(zip(asked, decisions, strict=True))
        kept = [
            (one.claim, decision)
            for one, decision in zip(asked.values(), decisions, strict=True)
            if one.claim is not None and isinstance(decision, CheckIn)
        ]
        await tx.idempotency.keep(kept, now)
    return [answers[place] for place in range(len(shown))]


@once
async def upload(
    uow: "UnitOfWork", caller: Caller, conference_id: int, scans: Sequence[Scan], now: datetime
) -> Upload:
    """Take what a device gathered offline, all in one go. Raises Forbidden, NotFound."""
    async with uow as tx:
        await _ensure_manages(tx, caller, conference_id)
        tickets = await _lock(tx, scans, conference_id)
        asked = [(conference_id, scan.nonce) for scan in scans]
        known = {one.nonce: one for one in (await tx.check_ins.known(asked)).values()}
        decisions = await _write(tx, decide(scans, tickets, known, caller.user_id, now), {})
        answer = Upload(
            conference_id=conference_id,
            results=tuple(_result(*pair) for pair in zip(scans, decisions, strict=True)),
        )
        await tx.keep(answer)
    return answer


@once
async def undo(uow: "UnitOfWork", caller: Caller, check_in_id: int, now: datetime) -> CheckIn:
    """Take a check-in back: the ticket is good for entry again.

    Raises Forbidden, NotFound, NotCheckedIn.
    """
    ensure_organizer(caller)
    async with uow as tx:
        standing = await tx.check_ins.lock(check_in_id)
        if standing is None or not manages(caller, standing):
            raise NotFound
        ensure_standing(standing)
        undone = replace(standing, undone_at=now, undone_by=caller.user_id)
        await tx.check_ins.undo(undone)
        await tx.keep(undone)
    return undone


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: CheckInFilter, page: PageRequest
) -> Page[CheckIn]:
    """Check-ins, undone ones too, the newest first: all for admins, organizers get their own."""
    ensure_organizer(caller)
    if not caller.is_admin:
        filter = replace(filter, organizer_id=caller.user_id)
    async with uow.reading() as tx:
        return await tx.check_ins.page(filter, page)


async def turnout(uow: "UnitOfWork", caller: Caller, conference_id: int) -> Sequence[Turnout]:
    """Who is expected and who came, kind by kind. Raises Forbidden, NotFound."""
    async with uow.reading() as tx:
        await _ensure_manages(tx, caller, conference_id)
        return await tx.check_ins.turnout(conference_id)


async def offline(
    uow: "UnitOfWork", caller: Caller, conference_id: int, after: int, most: int
) -> Sequence[DoorTicket]:
    """The live tickets after that registration, in order of id. Raises Forbidden, NotFound."""
    async with uow.reading() as tx:
        await _ensure_manages(tx, caller, conference_id)
        return await tx.check_ins.live_tickets(conference_id, after, most)


async def _lock(
    tx: "Transaction", scans: Sequence[Scan], door_id: int | None
) -> Mapping[str, DoorTicket]:
    codes = {code for scan in scans if (code := read_code(scan.code)) is not None}
    return await tx.check_ins.lock_tickets(sorted(codes), door_id)


def _read(shown: Iterable[Shown]) -> list[tuple[str, int | None]]:
    """The codes that were read, each with the door at which it was."""
    read = ((read_code(one.scan.code), one.door_id) for one in shown)
    return list({(code, door): None for code, door in read if code is not None})


def _nonces(
    shown: Iterable[Shown], tickets: Mapping[tuple[str, int | None], DoorTicket]
) -> list[Nonce]:
    found = ((one, tickets.get((read_code(one.scan.code) or "", one.door_id))) for one in shown)
    return [(ticket.conference_id, one.scan.nonce) for one, ticket in found if ticket is not None]


def _actors(shown: Iterable[Shown], decided: Sequence[Decision]) -> Mapping[Nonce, Actor]:
    """In whose name each check-in is made: of those who bear one nonce, it is the first's."""
    pairs = list(zip(shown, decided, strict=True))
    return {_nonce(made): one.actor for one, made in reversed(pairs) if isinstance(made, CheckIn)}


async def _write(
    tx: "Transaction", decisions: Sequence[Decision], actors: Mapping[Nonce, Actor]
) -> list[Decision]:
    """Store the new check-ins; one whose nonce was taken this very moment has not happened.

    Whoever is not among the actors acts in the name of the transaction.
    """
    new = {_nonce(one): one for one in decisions if isinstance(one, CheckIn) and not one.id}
    ids = await tx.check_ins.add(list(new.values()), actors)
    made: dict[Nonce, Decision] = {
        nonce: replace(one, id=ids[nonce]) if nonce in ids else ConflictingWrite()
        for nonce, one in new.items()
    }
    return [
        made[_nonce(one)] if isinstance(one, CheckIn) and not one.id else one for one in decisions
    ]


def _nonce(check_in: CheckIn) -> Nonce:
    return check_in.conference_id, check_in.nonce


def _result(scan: Scan, decision: Decision) -> ScanResult:
    if isinstance(decision, CheckIn):
        return ScanResult(nonce=scan.nonce, result=CHECKED_IN, checked_in_at=decision.checked_in_at)
    at = decision.at if isinstance(decision, AlreadyCheckedIn) else None
    return ScanResult(nonce=scan.nonce, result=decision.code, checked_in_at=at)


async def _ensure_manages(tx: "Transaction", caller: Caller, conference_id: int) -> None:
    """Names are for those who run the door: the organizer and admins. Raises NotFound too."""
    conference = await tx.conferences.find(conference_id, caller)
    if conference is None:
        raise NotFound
    ensure_manages(caller, conference)
