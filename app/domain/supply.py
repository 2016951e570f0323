"""What there is to register for, read under lock; and who may have it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from app.domain.access import Caller, manages
from app.domain.admission import Held, Offer, Seating, Stock, Target, Wish
from app.domain.conferences import ConferenceStatus, Visibility
from app.domain.errors import (
    ConferenceInactive,
    ConferencePast,
    Forbidden,
    Invalid,
    RegistrationClosed,
    SessionNotInConference,
    TicketTypeRequired,
    UnknownReference,
)
from app.domain.money import Money
from app.domain.ticket_types import ensure_on_sale, is_on_sale

if TYPE_CHECKING:
    from app.repositories.together import Question
    from app.repositories.uow import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What registering needs to know of an attendee; `is_proven` is the address of its account."""

    id: int
    user_id: int | None
    created_by: int | None
    is_proven: bool = False

    def owner_when(self, caller: Caller | None) -> int | None:
        """Whose a registration is that the caller makes now: for certain, or nobody's."""
        is_oneself = caller is not None and caller.user_id == self.user_id
        return self.user_id if is_oneself or self.is_proven else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """What registering needs to know of a conference; `admission` is its own offer."""

    id: int
    organizer_id: int | None
    status: ConferenceStatus
    visibility: Visibility
    registration_deadline: datetime | None
    starts_at: datetime
    ends_at: datetime
    admission: Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketKind:
    """What registering needs to know of a ticket type."""

    id: int
    conference_id: int
    stock: Stock
    unit_price: Money
    sales_start: datetime | None
    sales_end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Conferences and sessions by id, ticket types by the id of their conference."""

    venues: Mapping[int, Venue]
    sessions: Mapping[int, Offer] = field(default_factory=dict)
    kinds: Mapping[int, Sequence[TicketKind]] = field(default_factory=dict)

    def calling(self) -> Sequence[Target]:
        """The queues in which somebody waits while there is a free seat."""
        offers = [*self.sessions.values(), *(venue.admission for venue in self.venues.values())]
        return [offer.target for offer in offers if any(stock.calls for stock in offer.stocks)]

    def stocks(self) -> Sequence[Stock]:
        """All there is, by pool."""
        offers = [*self.sessions.values(), *(venue.admission for venue in self.venues.values())]
        kinds = [kind.stock for kinds in self.kinds.values() for kind in kinds]
        return [*(stock for offer in offers for stock in offer.stocks), *kinds]

    def sold_out(self, seating: Seating) -> Sequence[int]:
        """The ids of the ticket types that have not a single seat left."""
        kinds = [kind for kinds in self.kinds.values() for kind in kinds]
        return [kind.id for kind in kinds if not seating.has_one(kind.stock)]


def is_visible_to(caller: Caller | None, venue: Venue, holding: Sequence[Held]) -> bool:
    """Private and draft conferences do not exist for strangers (`visibility`)."""
    if caller is not None and manages(caller, venue):
        return True
    registered = any(claim.target.conference_id == venue.id for claim in holding)
    return venue.status is not ConferenceStatus.DRAFT and (
        venue.visibility is Visibility.PUBLIC or registered
    )


def ensure_sees(caller: Caller | None, venue: Venue | None, holding: Sequence[Held]) -> Venue:
    """What a stranger may not see is not there, whoever is registered for it (`visibility`)."""
    own = [claim for claim in holding if caller and claim.owner_id == caller.user_id]
    if venue is None or not is_visible_to(caller, venue, own):
        raise UnknownReference("There is no such conference.", field="conference")
    return venue


def ensure_may_register(
    caller: Caller | None, person: Person, venue: Venue, holding: Sequence[Held]
) -> None:
    """One registers oneself, also without an account; an organizer those they know; an admin all.

    Nobody proves who they are by an e-mail address alone, and nobody gains anything by naming one.
    """
    if caller is None or caller.is_admin or person.user_id == caller.user_id:
        return
    if not (manages(caller, venue) and is_known(caller, person, holding)):
        raise Forbidden("You may register yourself, or people you know for your own conference.")


def is_known(caller: Caller, person: Person, holding: Sequence[Held]) -> bool:
    """An organizer knows whom they entered, and who came to them by logging in.

    Anybody can write down anybody's address: a guest makes nobody known but a guest, and whoever
    has proven their address is known to nobody by what was written down before.
    """
    is_guest = person.user_id is None and person.created_by is None
    is_brought = person.created_by == caller.user_id and not person.is_proven
    return is_brought or any(
        claim.organizer_id == caller.user_id and (is_guest or not claim.by_others)
        for claim in holding
    )


def ensure_open(caller: Caller | None, venue: Venue, offer: Offer, now: datetime) -> None:
    """Nobody registers for a draft, cancelled or past conference, or after the deadline.

    Whoever manages the conference may still enter people after the fact, as a record of who came
    (`conference_inactive`, `conference_past`, `registration_closed`).
    """
    if venue.status is not ConferenceStatus.PUBLISHED:
        raise ConferenceInactive
    if is_over(venue, offer, now) and not (caller is not None and manages(caller, venue)):
        raise ConferencePast
    if venue.registration_deadline is not None and venue.registration_deadline < now:
        raise RegistrationClosed


def ensure_not_begun(venue: Venue, now: datetime) -> None:
    """Who wants in before the start comes too late from then on, whoever asks: its organizer, too
    (`conference_inactive`, `conference_past`).
    """
    if venue.status is not ConferenceStatus.PUBLISHED:
        raise ConferenceInactive
    if venue.starts_at < now:
        raise ConferencePast


def is_over(venue: Venue, offer: Offer, now: datetime) -> bool:
    """Whether the session, or the conference, has ended."""
    return (offer.period.end if offer.period else venue.ends_at) <= now


def ensure_admission(wish: Wish) -> None:
    """Ticket types are kinds of admission; sessions have none."""
    if wish.target.session_id is not None and wish.ticket_type_id is not None:
        raise Invalid("A session is not sold by ticket types.", field="ticket_type")


def choose(wish: Wish, supply: Supply, now: datetime) -> tuple[Venue, Sequence[Offer]]:
    """The conference of a wish, and the offers that would fulfil it, the best first.

    Raises UnknownReference, Invalid, SessionNotInConference, TicketTypeRequired, NotOnSale.
    """
    venue = supply.venues.get(wish.target.conference_id)
    if venue is None:
        raise UnknownReference("There is no such conference.", field="conference")
    ensure_admission(wish)
    if wish.target.session_id is not None:
        return venue, (_session(wish.target, supply),)
    kinds = supply.kinds.get(venue.id, ())
    if wish.ticket_type_id is None and not kinds:
        return venue, (venue.admission,)
    wanted = _wanted(wish, kinds)
    on_sale = [kind for kind in wanted if is_on_sale(kind.sales_start, kind.sales_end, now)]
    if not on_sale:
        first = wanted[0]
        ensure_on_sale(first.sales_start, first.sales_end, now, first.stock.name)
    return venue, tuple(_of_kind(venue, kind) for kind in on_sale)


def offer_of(
    target: Target, ticket_type_id: int | None, supply: Supply
) -> tuple[Venue, Offer] | None:
    """What a registration claims, sold at present or not; None where it is gone."""
    venue = supply.venues.get(target.conference_id)
    if venue is None:
        return None
    if target.session_id is not None:
        session = supply.sessions.get(target.session_id)
        return (venue, session) if session is not None and session.target == target else None
    if ticket_type_id is None:
        return venue, venue.admission
    kinds = supply.kinds.get(venue.id, ())
    return next(((venue, _of_kind(venue, k)) for k in kinds if k.id == ticket_type_id), None)


def _session(target: Target, supply: Supply) -> Offer:
    offer = supply.sessions.get(target.session_id or 0)
    if offer is None:
        raise UnknownReference("There is no such session.", field="session")
    if offer.target != target:
        raise SessionNotInConference
    return offer


def _wanted(wish: Wish, kinds: Sequence[TicketKind]) -> Sequence[TicketKind]:
    if wish.ticket_type_id is not None:
        named = [kind for kind in kinds if kind.id == wish.ticket_type_id]
        if not named:
            raise UnknownReference(
                "There is no such ticket type for this conference.", field="ticket_type"
            )
        return named
    if not wish.any_ticket_type:
        raise TicketTypeRequired
    return sorted(kinds, key=lambda kind: (kind.unit_price.minor, kind.id))


def _of_kind(venue: Venue, kind: TicketKind) -> Offer:
    """The admission as one ticket type: its seats are seats of the conference, too."""
    return Offer(
        target=venue.admission.target,
        name=venue.admission.name,
        unit_price=kind.unit_price,
        period=None,
        stocks=(kind.stock, *venue.admission.stocks),
        ticket_type_id=kind.id,
    )


async def lock_supply(
    tx: "Transaction", targets: Sequence[Target], attendee_ids: Sequence[int]
) -> tuple[Supply, Mapping[int, Person]]:
    """Lock what gets scarcer, in the order of the house; then load the facts of all.

    A locked row is read as it is under its lock; the facts of other rows are read after all locks,
    in a statement of their own, so that they are not older.
    """
    people, offers = await lock_scarce(tx, targets, attendee_ids)
    venues, kinds = await tx.answers.to(about_venues(tx, targets), about_kinds(tx, targets))
    return Supply(venues=venues, sessions=offers, kinds=kinds), people


async def lock_scarce(
    tx: "Transaction", targets: Sequence[Target], attendee_ids: Iterable[int]
) -> tuple[Mapping[int, Person], Mapping[int, Offer]]:
    """Lock conferences, then attendees, then sessions, each in order of id.

    Ticket types are guarded by the lock of their conference.
    """
    await tx.seats.lock_conferences(t.conference_id for t in targets if t.session_id is None)
    sessions = [target.session_id for target in targets if target.session_id is not None]
    return await tx.seats.lock_attendees_and_sessions(attendee_ids, sessions)


def about_venues(tx: "Transaction", targets: Iterable[Target]) -> "Question[Mapping[int, Venue]]":
    """The conferences of these targets."""
    return tx.seats.about_venues(target.conference_id for target in targets)


def about_kinds(
    tx: "Transaction", targets: Iterable[Target]
) -> "Question[Mapping[int, Sequence[TicketKind]]]":
    """The ticket types of those that are admissions."""
    return tx.seats.about_ticket_kinds(t.conference_id for t in targets if t.session_id is None)
