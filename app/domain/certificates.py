"""Certificates: what one has in hand of a conference that one attended."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from app.domain.access import Caller, ensure_known, manages
from app.domain.conferences import Conference, lock_managed
from app.domain.errors import CertificateNotDue, Forbidden, NotFound, Other, UnknownReference
from app.domain.idempotency import once
from app.domain.messages import Message, MessageKind
from app.domain.notifications import Notification, NotificationKind, tell
from app.domain.pages import Page, PageRequest
from app.domain.times import TimeRange

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork

# Read from paper: none of them is taken for another. Sixteen of them are eighty bits.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_DRAWN = 16
_NUMBER = re.compile(r"CERT-\d{1,19}-\d{1,19}-[A-Z0-9]{12,40}", re.ASCII)
# What ended longer ago was there before its certificates could be: nobody is surprised by a mail.
DUE_WITHIN = timedelta(days=30)
# How many are issued in one transaction.
BITE = 1000
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Numbers, names, hours and tags are as they were when it was issued.

    `owner_id` is the attendee's account, `organizer_id` the conference's, where there are any.
    """

    id: int
    number: str
    conference_id: int
    conference_name: str
    attendee_id: int
    attendee_name: str
    hours: Decimal
    skill_tags: str
    issued_at: datetime
    downloaded_at: datetime | None
    period: TimeRange
    timezone: str
    location: str
    organizer_id: int | None
    owner_id: int | None

    @property
    def is_downloaded(self) -> bool:
        return self.downloaded_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFilter:
    """None means any; `search` looks into numbers and names of conferences."""

    conference_id: int | None = None
    is_downloaded: bool | None = None
    owner_id: int | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Somebody who may get one; `hours` is None for whom no session is known."""

    attendee_id: int
    name: str
    hours: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """A certificate to be written."""

    attendee_id: int
    name: str
    number: str
    hours: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Of which conference a certificate is, and who issued it; nobody where it came by itself."""

    conference_id: int
    issued_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """How many were issued at once; those who `remain` get theirs within moments."""

    issued: int
    remaining: int


def number_of(conference_id: int, attendee_id: int) -> str:
    """A new number; nobody guesses its end."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(_DRAWN))
    return f"CERT-{conference_id}-{attendee_id}-{drawn}"


def length_of(period: TimeRange) -> Decimal:
    """The hours from start to end, of which a longer period never has fewer."""
    hours = Decimal((period.end - period.start) // timedelta(seconds=1)) / 3600
    return hours.quantize(_HUNDREDTH, ROUND_HALF_UP)


def awarded(attendance: Attendance, conference: Conference) -> Award:
    """For the sessions attended, or for the conference where none are known."""
    return Award(
        attendee_id=attendance.attendee_id,
        name=attendance.name,
        number=number_of(conference.id, attendance.attendee_id),
        hours=length_of(conference.period) if attendance.hours is None else attendance.hours,
    )


def can_see(caller: Caller, certificate: Certificate) -> bool:
    """Seen by its owner, the conference's organizer and admins (`not_found`)."""
    return certificate.owner_id == caller.user_id or manages(caller, certificate)


def ensure_attended(attendance: Attendance | None) -> Attendance:
    """It is for an attendee with a confirmed registration (`certificate_not_due`)."""
    if attendance is None:
        raise CertificateNotDue("The attendee has no confirmed registration for this conference.")
    return attendance


def ensure_first(earlier: Certificate | None) -> None:
    """There is one for each attendee of a conference (`certificate_not_due`)."""
    if earlier is not None:
        there = Other(kind="certificate", id=earlier.id, name=earlier.number)
        raise CertificateNotDue("The attendee has a certificate already.", other=there)


def ensure_owner(caller: Caller, certificate: Certificate) -> None:
    """Only whose it is can say that they have it (`forbidden`)."""
    if certificate.owner_id != caller.user_id:
        raise Forbidden


@once
async def issue(
    uow: "UnitOfWork", caller: Caller, conference_id: int, attendee_id: int, now: datetime
) -> Certificate:
    """Issue one to an attendee, at any time.

    Raises UnknownReference, Forbidden, CertificateNotDue.
    """
    async with uow as tx:
        conference = await _lock_named(tx, caller, conference_id)
        ensure_first(await tx.certificates.of_attendee(conference_id, attendee_id))
        attendance = ensure_attended(await tx.certificates.attendance(conference_id, attendee_id))
        [id] = await _award(tx, conference, [attendance], caller.user_id, now)
        certificate = await tx.certificates.get(id)
        await tx.keep(certificate)
    return certificate


@once
async def issue_to_all(
    uow: "UnitOfWork", caller: Caller, conference_id: int, now: datetime, most: int = BITE
) -> Issuance:
    """Issue one to everybody who was checked in and has none.

    Raises UnknownReference, Forbidden.
    """
    async with uow as tx:
        conference = await _lock_named(tx, caller, conference_id)
        issuance = await _award_some(tx, conference, caller.user_id, now, most)
        await tx.keep(issuance)
    return issuance


async def go_on_issuing(
    uow: "UnitOfWork", certificate_id: int, now: datetime, most: int = BITE
) -> None:
    """Issue the next ones in the name of whoever issued this one; done twice, none is twice."""
    async with uow as tx:
        origin = await tx.certificates.origin(certificate_id)
        conference = None if origin is None else await tx.conferences.lock(origin.conference_id)
        if origin is not None and conference is not None:
            await _award_some(tx, conference, origin.issued_by, now, most)


async def issue_due(uow: "UnitOfWork", now: datetime, most: int) -> bool:
    """Issue to those checked in at a conference that has ended; is there more to do?

    The conference is marked once everybody has theirs.
    """
    async with uow as tx:
        conference = await tx.certificates.lock_ended(now - DUE_WITHIN, now)
        return await _certify(tx, conference, now, most)


async def issue_late(uow: "UnitOfWork", now: datetime, most: int) -> bool:
    """Issue to those whose check-in came after the others' certificates; is there more to do?"""
    async with uow as tx:
        conference = await tx.certificates.lock_late(now - DUE_WITHIN, now)
        return await _certify(tx, conference, now, most)


async def find(uow: "UnitOfWork", caller: Caller, certificate_id: int) -> Certificate:
    """One certificate. Raises NotFound."""
    async with uow.reading() as tx:
        certificate = await tx.certificates.get(certificate_id)
    ensure_known(can_see(caller, certificate))
    return certificate


async def listed(
    uow: "UnitOfWork", caller: Caller, filter: CertificateFilter, page: PageRequest
) -> Page[Certificate]:
    """One's own; those of an organizer's conferences; all for admins. The newest first."""
    async with uow.reading() as tx:
        return await tx.certificates.page(filter, page, caller.user_id, caller.is_admin)


async def verify(uow: "UnitOfWork", number: str) -> Certificate:
    """What a number stands for, to anybody who has it. Raises NotFound."""
    wanted = number.upper()
    if _NUMBER.fullmatch(wanted) is None:
        raise NotFound
    async with uow.reading() as tx:
        certificate = await tx.certificates.of_number(wanted)
    if certificate is None:
        raise NotFound
    return certificate


@once
async def mark_downloaded(
    uow: "UnitOfWork", caller: Caller, certificate_id: int, now: datetime
) -> Certificate:
    """Note that its owner has it; the first time counts. Raises NotFound, Forbidden."""
    async with uow as tx:
        certificate = await tx.certificates.get(certificate_id)
        ensure_known(can_see(caller, certificate))
        ensure_owner(caller, certificate)
        at = await tx.certificates.mark_downloaded(certificate_id, now)
        certificate = replace(certificate, downloaded_at=at)
        await tx.keep(certificate)
    return certificate


async def _lock_named(tx: "Transaction", caller: Caller, conference_id: int) -> Conference:
    """The conference that a body names. Raises UnknownReference, Forbidden."""
    try:
        return await lock_managed(tx, caller, conference_id)
    except NotFound:
        raise UnknownReference("There is no such conference.", field="conference") from None


async def _certify(
    tx: "Transaction", conference: Conference | None, now: datetime, most: int
) -> bool:
    """Issue some, and mark the conference if these were the last; was there one?"""
    if conference is None:
        return False
    attendances = await tx.certificates.due(conference.id, most)
    await _award(tx, conference, attendances, None, now)
    if len(attendances) < most:
        await tx.certificates.mark_certified(conference.id, now)
    return True


async def _award_some(
    tx: "Transaction", conference: Conference, issued_by: int | None, now: datetime, most: int
) -> Issuance:
    """Issue what one transaction may; where more is left, somebody is to go on."""
    attendances = await tx.certificates.due(conference.id, most)
    ids = await _award(tx, conference, attendances, issued_by, now)
    remaining = await tx.certificates.count_due(conference.id) if len(ids) == most else 0
    if remaining:
        issuing = Message(kind=MessageKind.CERTIFICATES_ISSUING, subject=ids[-1])
        await tx.announce([issuing], now)
    return Issuance(issued=len(ids), remaining=remaining)


async def _award(
    tx: "Transaction",
    conference: Conference,
    attendances: Sequence[Attendance],
    issued_by: int | None,
    now: datetime,
) -> Sequence[int]:
    """Write certificates and tell of them; returns their ids."""
    awards = [awarded(attendance, conference) for attendance in attendances]
    if not awards:
        return ()
    ids = await tx.certificates.add(conference.id, awards, issued_by, now)
    told = [Message(kind=MessageKind.CERTIFICATE_ISSUED, subject=id) for id in ids]
    await tx.announce(told, now)
    await tell(tx, [_told(award, conference) for award in awards], now)
    return ids


def _told(award: Award, conference: Conference) -> Notification:
    return Notification(
        kind=NotificationKind.CERTIFICATE,
        attendee_id=award.attendee_id,
        conference_id=conference.id,
        title="Your certificate",
        message=f"Your certificate for “{conference.name}” is ready: {award.number}.",
    )
