"""Steps of those who come: they register by every contract, pay, move, leave, wait."""

from collections.abc import Callable
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.model import keeping
from tests.model.machine import PICKS, ROLES, Story
from tests.model.scene import MINI, V1
from tests.model.things import Caller, Claim, Conference, Kind, Refused, Session, Wish

HUB = "/compat/event-hub/api"
MANAGEMENT = "/compat/event-management/api/registrations"
JOINTOIT = "/compat/jointoit/api/events"
_USERS = st.integers(0, 2)
_PEOPLE = st.integers(0, 5)
_ALL = st.integers(0, 7)
_PLACES = st.integers(0, 2)
_QUANTITIES = st.sampled_from((1, 1, 1, 2, 3))
_KINDS = st.sampled_from((0, 1, 0, None, 2))
_SELDOM = st.sampled_from((False,) * 9 + (True,))
has_claims = precondition(lambda self: bool(self.house.claims))
has_payments = precondition(lambda self: bool(self.house.payments()))


class Claiming(Story):
    @rule(
        who=_PEOPLE,
        role=ROLES,
        session=_PLACES,
        quantity=_QUANTITIES,
        may_wait=st.booleans(),
        is_astray=_SELDOM,
    )
    def register_for_session(
        self, who: int, role: str, session: int, quantity: int, may_wait: bool, is_astray: bool
    ) -> None:
        place = self.house.sessions[session]
        conference = self.house.conferences[1] if is_astray else place.conference
        self._register(who, role, conference, place, quantity=quantity, may_wait=may_wait)

    @rule(
        who=_PEOPLE,
        role=ROLES,
        place=_PLACES,
        kind=_KINDS,
        quantity=_QUANTITIES,
        may_wait=st.booleans(),
    )
    def register_for_conference(
        self, who: int, role: str, place: int, kind: int | None, quantity: int, may_wait: bool
    ) -> None:
        conference = self.house.conferences[place]
        self._register(who, role, conference, None, kind=kind, quantity=quantity, may_wait=may_wait)

    @rule(who=_USERS, place=_PLACES, tickets=_QUANTITIES)
    def book_at_the_hub(self, who: int, place: int, tickets: int) -> None:
        wish = self._own_wish(who, place, quantity=tickets, awaits_confirmation=True)
        body = {"event": wish.conference.id, "number_of_tickets": tickets}
        self._register_elsewhere(wish, "hub", f"{HUB}/bookings/", body)

    @rule(who=_USERS, place=_PLACES)
    def queue_at_the_hub(self, who: int, place: int) -> None:
        wish = self._own_wish(who, place, must_wait=True)
        self._register_elsewhere(wish, "hub", f"{HUB}/waitlist/", {"event": wish.conference.id})

    @rule(who=_USERS, place=_PLACES, kind=_KINDS)
    def register_by_event_management(self, who: int, place: int, kind: int | None) -> None:
        wish = self._own_wish(who, place, may_wait=True, takes_any_kind=False)
        wish.kind = self._kind(wish.conference, kind)
        path = f"{MANAGEMENT}/{wish.conference.id}/register/"
        body = {"ticket_type": wish.kind.id if wish.kind else None}
        self._register_elsewhere(wish, "management", path, body, good=200)

    @rule(who=_USERS, place=_PLACES)
    def register_by_jointoit(self, who: int, place: int) -> None:
        wish = self._own_wish(who, place, comes_before_start=True)
        path = f"{JOINTOIT}/{wish.conference.id}/register/"
        self._register_elsewhere(wish, "jointoit", path, None)

    @rule(who=_ALL, place=_PLACES)
    def come_as_a_guest(self, who: int, place: int) -> None:
        person = self.house.people[who]
        name = f"{person.name} as a guest"
        wish = Wish(
            caller=None,
            person=person,
            conference=self.house.conferences[place],
            takes_any_kind=True,
            guest_name=name,
        )
        body = {"name": name, "email": person.email.upper()}
        path = f"{MINI}/{wish.conference.id}/register/"
        self._register_elsewhere(wish, "mini", path, body)

    @has_claims
    @rule(pick=PICKS, role=ROLES, way=st.sampled_from(("delete", "cancel", "hub")))
    def cancel(self, pick: int, role: str, way: str) -> None:
        claim = self._picked(pick, lambda claim: not claim.is_over)
        caller = self.caller(role, claim.person)
        paths = {
            "delete": ("DELETE", f"{V1}/registrations/{claim.id}/"),
            "cancel": ("POST", f"{V1}/registrations/{claim.id}/cancel/"),
            "hub": ("POST", f"{HUB}/bookings/{claim.id}/cancel/"),
        }
        predicted = partial(self.house.cancel, caller, claim)
        self.ask(predicted, (*paths[way], None), caller)

    @has_claims
    @rule(pick=PICKS, role=ROLES, is_native=st.booleans())
    def leave_the_queue(self, pick: int, role: str, is_native: bool) -> None:
        claim = self._picked(pick, lambda claim: claim.is_waiting)
        caller = self.caller(role, claim.person)
        path = f"{V1 if is_native else HUB}/waitlist/{claim.id}/leave/"
        predicted = partial(self.house.cancel, caller, claim, waits=True)
        self.ask(predicted, ("POST", path, None), caller)

    @rule(who=_USERS, place=_PLACES)
    def withdraw_by_jointoit(self, who: int, place: int) -> None:
        caller = Caller(role="user", person=self.house.people[who])
        conference = self.house.conferences[place]
        path = f"{JOINTOIT}/{conference.id}/unregister/"
        predicted = partial(self.house.withdraw, caller, conference)
        self.ask(predicted, ("POST", path, None), caller, contract="jointoit")

    @has_claims
    @rule(pick=PICKS, role=ROLES, is_native=st.booleans())
    def confirm(self, pick: int, role: str, is_native: bool) -> None:
        claim = self._picked(pick, lambda claim: claim.status == "pending")
        caller = self.caller(role, claim.person)
        path = f"{V1}/registrations" if is_native else f"{HUB}/bookings"
        predicted = partial(self.house.confirm, caller, claim)
        self.ask(predicted, ("POST", f"{path}/{claim.id}/confirm/", None), caller)

    @has_claims
    @rule(pick=PICKS, role=ROLES, place=st.integers(0, 5), kind=_KINDS)
    def move(self, pick: int, role: str, place: int, kind: int | None) -> None:
        claim = self._picked(pick, lambda claim: claim.is_live)
        caller = self.caller(role, claim.person)
        places: list[Conference | Session] = [*self.house.sessions, *self.house.conferences]
        target = places[place]
        conference = target.conference if isinstance(target, Session) else target
        wanted = None if isinstance(target, Session) else self._kind(conference, kind)
        body = {
            "conference": conference.id,
            "session": target.id if isinstance(target, Session) else None,
            "ticket_type": wanted.id if wanted else None,
        }
        predicted = partial(self.house.move, caller, claim, target, wanted)
        self.ask(predicted, ("PATCH", f"{V1}/registrations/{claim.id}/", body), caller)

    @has_claims
    @rule(pick=PICKS, role=ROLES)
    def pay(self, pick: int, role: str) -> None:
        claim = self._picked(pick, lambda claim: claim.is_live and claim.price > 0)
        caller = self.caller(role, claim.person)
        predicted = partial(keeping.pay, self.house, caller, claim)
        body = {"registration_id": claim.id}
        request = ("POST", f"{V1}/payments/process/", body)
        payment, answer = self.ask(predicted, request, caller, good=202)
        if payment is not None:
            assert payment.id in (0, answer.data["id"])
            payment.id = answer.data["id"]

    @has_payments
    @rule(pick=PICKS, outcome=st.sampled_from(("paid", "paid", "failed")))
    def call_back(self, pick: int, outcome: str) -> None:
        payments = self.house.payments()
        open_ones = [one for one in payments if one[1].status == "pending"] if pick % 5 else []
        among = open_ones or payments
        claim, payment = among[pick % len(among)]
        keeping.settle(self.house, claim, payment, outcome)
        answer = self.world.call_back(payment.id, outcome)
        assert (answer.status, answer.data["status"]) == (200, payment.status.capitalize())

    @has_payments
    @rule(pick=PICKS, role=ROLES, amount=st.sampled_from((None, 1000, 2500, 5000, 9000)))
    def refund(self, pick: int, role: str, amount: int | None) -> None:
        payments = self.house.payments()
        paid = [one for one in payments if one[1].status == "paid"] if pick % 5 else []
        among = paid or payments
        claim, payment = among[pick % len(among)]
        caller = self.caller(role, claim.person)
        predicted = partial(keeping.refund, self.house, caller, claim, payment, amount)
        body = {} if amount is None else {"amount": f"{amount / 100:.2f}"}
        request = ("POST", f"{V1}/payments/{payment.id}/refunds/", body)
        self.ask(predicted, request, caller, good=201)

    def _register(
        self,
        who: int,
        role: str,
        conference: Conference,
        session: Session | None,
        *,
        kind: int | None = None,
        quantity: int,
        may_wait: bool,
    ) -> None:
        """By the native API."""
        person = self.house.people[who]
        caller = self.caller(role, person)
        wanted = self._kind(conference, kind) if session is None else None
        wish = Wish(
            caller=caller,
            person=person,
            conference=conference,
            session=session,
            kind=wanted,
            quantity=quantity,
            may_wait=may_wait,
        )
        body = {
            "conference": conference.id,
            "session": session.id if session else None,
            "ticket_type": wanted.id if wanted else None,
            "attendee": person.attendee,
            "quantity": quantity,
            "waitlist": may_wait,
        }
        request = ("POST", f"{V1}/registrations/", body)
        self.register(partial(self.house.register, wish), request, caller)

    def _own_wish(self, who: int, place: int, **more: object) -> Wish:
        person = self.house.people[who]
        fields = {"takes_any_kind": True, **more}
        return Wish(
            caller=Caller(role="user", person=person),
            person=person,
            conference=self.house.conferences[place],
            **fields,  # type: ignore[arg-type]
        )

    def _register_elsewhere(
        self, wish: Wish, contract: str, path: str, body: object, good: int = 201
    ) -> None:
        """By another contract, where a path names the conference: one that is gone is not found."""

        def predicted() -> Claim:
            if wish.conference.is_deleted:
                raise Refused("not_found")
            return self.house.register(wish)

        request = ("POST", path, body)
        self.register(predicted, request, wish.caller, contract=contract, good=good)

    def _kind(self, conference: Conference, kind: int | None) -> Kind | None:
        """One of the conference's, deleted ones too; None where it has none, or none is named."""
        kinds = [one for one in self.house.kinds if one.conference is conference]
        return None if kind is None or kind >= len(kinds) else kinds[kind]

    def _picked(self, pick: int, fits: Callable[[Claim], bool]) -> Claim:
        claim = self.pick(pick, fits)
        assert claim is not None
        return claim
