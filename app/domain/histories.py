"""Reading the trail: of one thing, by those who may; of everything, by admins."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, Any

from app.domain import attendees, payments, registrations
from app.domain.access import Caller, ensure_admin, ensure_known, ensure_manages, manages
from app.domain.errors import NotFound
from app.domain.pages import Page, PageRequest
from app.domain.trail import Actor, ActorKind

if TYPE_CHECKING:
    from app.repositories.uow import Transaction, UnitOfWork


class Kind(StrEnum):
    """What leaves a trail."""

    CONFERENCE = "conference"
    SESSION = "session"
    TICKET_TYPE = "ticket_type"
    CATEGORY = "category"
    ATTENDEE = "attendee"
    USER = "user"
    REGISTRATION = "registration"
    PAYMENT = "payment"
    REFUND = "refund"
    INVOICE = "invoice"
    CHECK_IN = "check_in"
    REVIEW = "review"
    CERTIFICATE = "certificate"


class Sight(Enum):
    """How much of a history one sees: as its owner, as who manages it, or as an admin."""

    OWNER = auto()
    MANAGER = auto()
    ADMIN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One change; `object_id` 0 means all of that kind. `username` is the actor's of today."""

    id: int
    kind: str
    object_id: int
    verb: str
    changes: Mapping[str, tuple[Any, Any]]
    actor: Actor
    username: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """None means any; `since` is included, `until` is not."""

    kind: Kind | None = None
    object_id: int | None = None
    actor: ActorKind | None = None
    actor_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


# Whose account something is tells whether an address has one.
_FOR_ADMINS = frozenset({"owner_id", "user_id", "created_by"})


def shown(entry: HistoryEntry, caller: Caller, sight: Sight) -> HistoryEntry:
    """The entry without what its reader may not see.

    Requests, and whose account something is, are for admins. Whoever does not manage it is told
    what kind of actor it was, and no name but their own.
    """
    if sight is Sight.ADMIN:
        return entry
    is_named = sight is Sight.MANAGER or entry.actor.user_id == caller.user_id
    return replace(
        entry,
        changes={name: one for name, one in entry.changes.items() if name not in _FOR_ADMINS},
        actor=Actor(kind=entry.actor.kind, user_id=entry.actor.user_id if is_named else None),
        username=entry.username if is_named else "",
    )


async def of(
    uow: "UnitOfWork", caller: Caller, kind: Kind, id: int, page: PageRequest
) -> Page[HistoryEntry]:
    """What became of one thing, the newest first. Raises NotFound, Forbidden."""
    async with uow.reading() as tx:
        sight = await _SIGHTS[kind](tx, caller, id)
        wanted = HistoryFilter(kind=kind, object_id=id)
        found = await tx.trail.page(wanted, page)
    return replace(found, items=[shown(entry, caller, sight) for entry in found.items])


async def listed(
    uow: "UnitOfWork", caller: Caller, wanted: HistoryFilter, page: PageRequest, now: datetime
) -> Page[HistoryEntry]:
    """Everything, the newest first; for admins."""
    ensure_admin(caller)
    async with uow.reading() as tx:
        return await tx.trail.all(wanted, page, now)


async def _of_conference(tx: "Transaction", caller: Caller, id: int) -> Sight:
    """Whoever manages it; who may see it is told so, for others it is not there."""
    conference = await tx.conferences.find(id, caller)
    if conference is None:
        raise NotFound
    ensure_manages(caller, conference)
    return Sight.ADMIN if caller.is_admin else Sight.MANAGER


async def _of_session(tx: "Transaction", caller: Caller, id: int) -> Sight:
    session = await tx.sessions.find(id, caller)
    if session is None:
        raise NotFound
    return await _of_conference(tx, caller, session.conference_id)


async def _of_registration(tx: "Transaction", caller: Caller, id: int) -> Sight:
    return _sight(caller, await registrations.seen(tx, caller, id))


async def _of_payment(tx: "Transaction", caller: Caller, id: int) -> Sight:
    return _sight(caller, await payments.seen(tx, caller, id))


async def _of_attendee(tx: "Transaction", caller: Caller, id: int) -> Sight:
    await attendees.seen(tx, caller, id)
    return Sight.ADMIN if caller.is_admin else Sight.OWNER


async def _of_user(_: "Transaction", caller: Caller, id: int) -> Sight:
    """One's own account, and all for admins."""
    ensure_known(caller.is_admin or caller.user_id == id)
    return Sight.ADMIN if caller.is_admin else Sight.OWNER


def _sight(caller: Caller, thing: registrations.Registration | payments.Payment) -> Sight:
    if caller.is_admin:
        return Sight.ADMIN
    return Sight.MANAGER if manages(caller, thing) else Sight.OWNER


_SIGHTS: Mapping[Kind, Callable[["Transaction", Caller, int], Awaitable[Sight]]] = {
    Kind.CONFERENCE: _of_conference,
    Kind.SESSION: _of_session,
    Kind.REGISTRATION: _of_registration,
    Kind.PAYMENT: _of_payment,
    Kind.ATTENDEE: _of_attendee,
    Kind.USER: _of_user,
}
