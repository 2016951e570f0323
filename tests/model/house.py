"""The model: what Plenary promises of seats, queues and holds, in as few words as possible.

It keeps no counters and knows no transactions: everything is counted anew from the claims. Claims
stand in the order in which they were made, which is the order of every queue.
"""

from collections.abc import Iterable, Sequence

from tests.model.things import (
    Caller,
    Claim,
    Conference,
    Kind,
    Offer,
    Payment,
    Person,
    Refused,
    Session,
    Thing,
    Wish,
    left_of,
)

_FULL = {Conference: "conference_full", Session: "session_full", Kind: "ticket_type_sold_out"}


class House:
    def __init__(self) -> None:
        self.conferences: list[Conference] = []
        self.sessions: list[Session] = []
        self.kinds: list[Kind] = []
        self.people: list[Person] = []
        self.claims: list[Claim] = []

    # What there is, counted.

    def taken(self, pool: Thing, but: Claim | None = None) -> int:
        return sum(
            claim.quantity
            for claim in self.claims
            if claim.is_live and claim is not but and pool in claim.offer.pools
        )

    def left(self, pool: Thing, but: Claim | None = None) -> float:
        return left_of(pool.capacity, self.taken(pool, but))

    def kinds_of(self, conference: Conference) -> list[Kind]:
        return [k for k in self.kinds if k.conference is conference and not k.is_deleted]

    def sessions_of(self, conference: Conference) -> list[Session]:
        return [s for s in self.sessions if s.conference is conference and not s.is_deleted]

    def queue(self, target: Conference | Session, kind: Kind | None = None) -> list[Claim]:
        """Those who wait for the same, the first first."""
        return [c for c in self.claims if c.is_waiting and c.offer == Offer(target, kind)]

    def payments(self) -> list[tuple[Claim, Payment]]:
        return [(claim, payment) for claim in self.claims for payment in claim.payments]

    # Registering and moving.

    def register(self, wish: Wish) -> Claim:
        if wish.conference.is_deleted:
            raise Refused("unknown_reference")
        standing = self._standing(wish.person)
        if wish.comes_before_start:
            if wish.conference.is_cancelled:
                raise Refused("conference_inactive")
            refuse_if(any(c.target is wish.conference for c in standing), "already_registered")
        offers = self._offers(wish)
        self._ensure_may(wish.caller, wish.person, wish.conference)
        self._ensure_open(wish.conference)
        offer = self._place(wish, offers, standing)
        taken = offer or offers[0]
        price = taken.price * wish.quantity
        claim = Claim(
            person=wish.person,
            conference=wish.conference,
            session=wish.session,
            kind=taken.kind,
            quantity=wish.quantity,
            price=price,
            status="waitlisted",
            guest_name=wish.guest_name,
        )
        if offer is not None:
            is_held = wish.awaits_confirmation or price > 0
            claim.status = "pending" if is_held else "confirmed"
        self.claims.append(claim)
        return claim

    def move(
        self,
        caller: Caller,
        claim: Claim,
        target: Conference | Session,
        kind: Kind | None,
    ) -> None:
        conference = target.conference if isinstance(target, Session) else target
        self.ensure_sees(caller, claim)
        refuse_if(claim.is_over, "registration_state")
        wanted = kind or (claim.kind if target is claim.target else None)
        if (target, wanted) == (claim.target, claim.kind):
            return
        refuse_if(claim.is_waiting or claim.check_in is not None, "registration_state")
        refuse_if(conference.is_deleted, "unknown_reference")
        wish = Wish(
            caller=caller,
            person=claim.person,
            conference=conference,
            session=target if isinstance(target, Session) else None,
            kind=wanted,
            quantity=claim.quantity,
        )
        [offer] = self._offers(wish)
        if not (conference is claim.conference and caller.manages(conference)):
            self._ensure_may(caller, claim.person, conference)
        self._ensure_open(conference)
        price = offer.price * claim.quantity
        has_payment = any(p.status in ("pending", "paid") for p in claim.payments)
        refuse_if(has_payment and price != claim.price, "payment_state")
        refuse_if(has_payment and conference.is_ours != claim.conference.is_ours, "payment_state")
        self._place(wish, [offer], self._standing(claim.person, but=claim), but=claim)
        claim.conference, claim.session, claim.kind = conference, wish.session, offer.kind
        if price != claim.price:
            claim.price, claim.status = price, "pending" if price else "confirmed"
        self.serve()

    def _offers(self, wish: Wish) -> list[Offer]:
        """What would fulfil a wish, the best first."""
        if wish.session is not None:
            refuse_if(wish.kind is not None, "invalid")
            refuse_if(wish.session.is_deleted, "unknown_reference")
            refuse_if(wish.session.conference is not wish.conference, "session_not_in_conference")
            return [Offer(wish.session)]
        kinds = self.kinds_of(wish.conference)
        if wish.kind is None and not kinds:
            return [Offer(wish.conference)]
        if wish.kind is not None:
            refuse_if(wish.kind not in kinds, "unknown_reference")
            kinds = [wish.kind]
        else:
            refuse_if(not wish.takes_any_kind, "ticket_type_required")
        on_sale = [kind for kind in kinds if kind.is_on_sale]
        refuse_if(not on_sale, "not_on_sale")
        on_sale.sort(key=lambda kind: (kind.price, kind.id))
        return [Offer(wish.conference, kind) for kind in on_sale]

    def _place(
        self,
        wish: Wish,
        offers: Sequence[Offer],
        standing: Sequence[Claim],
        but: Claim | None = None,
    ) -> Offer | None:
        """The offer of which there are enough seats, or None for a place in line."""
        target = offers[0].target
        refuse_if(any(claim.target is target for claim in standing), "already_registered")
        if isinstance(target, Session):
            refuse_if(any(clashes(target, c) for c in standing), "schedule_conflict")
        for offer in offers:
            if all(self.left(pool, but) >= wish.quantity for pool in offer.pools):
                refuse_if(wish.must_wait, "seats_available")
                return offer
        fits_empty = all(left_of(p.capacity, 0) >= wish.quantity for p in offers[0].pools)
        if not ((wish.may_wait or wish.must_wait) and fits_empty):
            scarcest = [min(o.pools, key=lambda p: self.left(p, but)) for o in offers]
            raise Refused(_FULL[type(max(scarcest, key=lambda p: self.left(p, but)))])
        return None

    def _ensure_may(self, caller: Caller | None, person: Person, conference: Conference) -> None:
        """One registers oneself, also without an account; an organizer those they know."""
        if caller is None or caller.role == "admin" or caller.person is person:
            return
        if not (caller.manages(conference) and self._is_known(person)):
            raise Refused("forbidden")

    def _is_known(self, person: Person) -> bool:
        """To the organizer: whom they entered, and who has come to them by logging in."""
        is_guest = person.user is None and not person.is_entered
        return person.is_entered or any(
            claim.conference.is_ours and (is_guest or not claim.guest_name)
            for claim in self._standing(person)
        )

    def _ensure_open(self, conference: Conference) -> None:
        refuse_if(conference.is_cancelled, "conference_inactive")
        refuse_if(conference.is_closed, "registration_closed")

    def _standing(self, person: Person, but: Claim | None = None) -> list[Claim]:
        return [c for c in self.claims if c.person is person and not c.is_over and c is not but]

    # Queues.

    def serve(self) -> None:
        """Whoever waits and fits gets a seat, who came first is first."""
        for claim in self.claims:
            if claim.is_waiting and self._is_served(claim):
                claim.price = claim.offer.price * claim.quantity
                claim.status = "pending" if claim.price else "confirmed"

    def _is_served(self, claim: Claim) -> bool:
        if claim.conference.is_cancelled:
            return False
        if any(self.left(pool) < claim.quantity for pool in claim.offer.pools):
            return False
        session = claim.session
        return session is None or not any(
            clashes(session, other) for other in self._standing(claim.person)
        )

    # How claims end.

    def cancel(self, caller: Caller, claim: Claim, *, waits: bool = False) -> None:
        self.ensure_sees(caller, claim)
        refuse_if(waits and not claim.is_waiting, "registration_state")
        refuse_if(claim.is_over, "registration_state")
        self.end([claim], "cancelled")

    def withdraw(self, caller: Caller, conference: Conference) -> Claim:
        """Come no more, whatever the number of the registration is."""
        refuse_if(conference.is_deleted, "not_found")
        own = [
            claim
            for claim in self.claims
            if claim.target is conference and not claim.is_over and claim.person is caller.person
        ]
        refuse_if(not own, "not_registered")
        self.end(own, "cancelled")
        return own[0]

    def confirm(self, caller: Caller, claim: Claim) -> None:
        self.ensure_sees(caller, claim)
        refuse_if(claim.status != "pending", "registration_state")
        refuse_if(claim.price > 0, "payment_state")
        claim.status = "confirmed"

    def end(self, claims: Iterable[Claim], status: str) -> None:
        """Seats go to the next in line, and money back."""
        for claim in claims:
            claim.status = status
            for payment in claim.payments:
                if payment.status == "paid":
                    payment.status, payment.refunded = "refunded", payment.amount
        self.serve()

    def ensure_sees(self, caller: Caller, claim: Claim) -> None:
        is_own = caller.person is not None and caller.person is claim.person
        refuse_if(not (is_own or caller.manages(claim.conference)), "not_found")


def clashes(session: Session, claim: Claim) -> bool:
    other = claim.session
    return (
        other is not None
        and claim.is_live
        and session.start < other.end
        and other.start < session.end
    )


def refuse_if(is_so: bool, code: str) -> None:
    if is_so:
        raise Refused(code)
